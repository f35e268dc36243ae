package dev.remit.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which statements PostgreSQL spends its time on, by its own log ({@code
 * log_min_duration_statement}); without their parameters. It slows PostgreSQL down.
 */
final class Statements {
    private static final Pattern LINE =
            Pattern.compile("duration: ([0-9.]+) ms  (?:parse|bind|execute|statement)[^:]*: (.*)");
    private static final int WORDS = 90;
    private static final int LINES = 16;

    private final Connection connection;
    private final Path log;
    private long from;

    /**
     * @param log PostgreSQL's
     */
    Statements(Connection connection, Path log) {
        this.connection = connection;
        this.log = log;
    }

    /** All sessions' statements are written down from here on. */
    void start() throws IOException, SQLException {
        from = Files.size(log);
        set("log_parameter_max_length = 0");
        set("log_min_duration_statement = 0");
        reload();
    }

    /** Ends it, and gives a table of the statements, by their total time. */
    String stop() throws IOException, SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("alter system reset log_min_duration_statement");
        }
        reload();
        byte[] all = Files.readAllBytes(log);
        return table(
                new String(all, (int) from, all.length - (int) from, StandardCharsets.UTF_8)
                        .lines()
                        .toList());
    }

    private void set(String setting) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("alter system set " + setting);
        }
    }

    private void reload() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_reload_conf()");
        }
    }

    /** Of lines of the log: how long each statement took in all, planning included. */
    static String table(List<String> lines) {
        Map<String, double[]> sums = new HashMap<>();
        double total = 0;
        for (int n = 0; n < lines.size(); n++) {
            Matcher found = LINE.matcher(lines.get(n));
            if (!found.find()) {
                continue;
            }
            StringBuilder words = new StringBuilder(found.group(2));
            while (words.length() < WORDS
                    && n + 1 < lines.size()
                    && lines.get(n + 1).startsWith("\t")) {
                words.append(' ').append(lines.get(++n).strip());
            }
            double took = Double.parseDouble(found.group(1));
            total += took;
            double[] sum =
                    sums.computeIfAbsent(
                            words.substring(0, Math.min(WORDS, words.length())),
                            _ -> new double[2]);
            sum[0] += took;
            sum[1] +=
                    found.group().contains(" execute ") || found.group().contains(" statement")
                            ? 1
                            : 0;
        }
        StringBuilder table =
                new StringBuilder(
                        String.format(Locale.ROOT, "%nPostgreSQL: %.0f ms in statements%n", total));
        double all = Math.max(total, 1e-9);
        sums.entrySet().stream()
                .sorted((one, other) -> Double.compare(other.getValue()[0], one.getValue()[0]))
                .limit(LINES)
                .forEach(each ->
                        table.append(
                                String.format(
                                        Locale.ROOT,
                                        "  %5.1f %%  %6.0f times  %7.2f ms each  %s%n",
                                        100 * each.getValue()[0] / all,
                                        each.getValue()[1],
                                        each.getValue()[0] / Math.max(1, each.getValue()[1]),
                                        each.getKey())));
        return table.toString();
    }
}
