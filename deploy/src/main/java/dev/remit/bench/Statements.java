package dev.remit.bench;

import dev.remit.stack.Home;
import dev.remit.stack.Stack;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which statements PostgreSQL spends its time on, planning included, as its extension
 * pg_stat_statements counts them; without their parameters. Costs PostgreSQL next to nothing.
 */
final class Statements {
    private static final int WORDS = 110;
    private static final int LINES = 24;

    /** One statement of one database, summed up. */
    record Spent(String database, long times, double milliseconds, String words) {}

    private final Home home;

    Statements(Home home) {
        this.home = home;
    }

    /** PostgreSQL counts from its next start on. */
    static void prepare(Stack stack) {
        stack.configurePostgres(
                List.of(
                        "shared_preload_libraries=pg_stat_statements",
                        "pg_stat_statements.track_planning=on",
                        "pg_stat_statements.track_utility=on"));
    }

    /** Counts from zero. */
    void start() throws IOException, SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create extension if not exists pg_stat_statements");
            statement.execute("select pg_stat_statements_reset()");
        }
    }

    /** A table of the statements since the start, by their total time. */
    String stop() throws IOException, SQLException {
        List<Spent> spent = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "select datname, calls, total_exec_time + total_plan_time, query"
                                        + " from pg_stat_statements join pg_database on oid = dbid"
                                        + " where datname <> 'postgres'")) {
            while (rows.next()) {
                spent.add(
                        new Spent(
                                rows.getString(1),
                                rows.getLong(2),
                                rows.getDouble(3),
                                rows.getString(4)));
            }
        }
        return table(spent);
    }

    private Connection connect() throws IOException, SQLException {
        return DriverManager.getConnection(
                Chain.address(home, "postgres"), Stack.DATABASE_USER, home.secret("postgres"));
    }

    /** The dearest statements, and how many there were of each database. */
    static String table(List<Spent> spent) {
        double all = spent.stream().mapToDouble(Spent::milliseconds).sum();
        StringBuilder table =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "%nPostgreSQL: %.0f ms in %d statements%n",
                                all,
                                spent.stream().mapToLong(Spent::times).sum()));
        spent.stream()
                .map(Spent::database)
                .distinct()
                .sorted()
                .forEach(database ->
                        table.append(
                                String.format(
                                        Locale.ROOT,
                                        "  %-18s %6d times  %8.0f ms%n",
                                        database,
                                        spent.stream()
                                                .filter(each -> each.database().equals(database))
                                                .mapToLong(Spent::times)
                                                .sum(),
                                        spent.stream()
                                                .filter(each -> each.database().equals(database))
                                                .mapToDouble(Spent::milliseconds)
                                                .sum())));
        spent.stream()
                .sorted((one, other) -> Double.compare(other.milliseconds(), one.milliseconds()))
                .limit(LINES)
                .forEach(each -> {
                    String words = each.words().replaceAll("\\s+", " ");
                    table.append(
                            String.format(
                                    Locale.ROOT,
                                    "  %5.1f %%  %6d times  %7.2f ms each  %-16s %s%n",
                                    100 * each.milliseconds() / Math.max(all, 1e-9),
                                    each.times(),
                                    each.milliseconds() / Math.max(1, each.times()),
                                    each.database(),
                                    words.substring(0, Math.min(WORDS, words.length()))));
                });
        return table.toString();
    }
}
