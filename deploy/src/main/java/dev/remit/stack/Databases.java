package dev.remit.stack;

import dev.remit.handoff.Service;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Looks into the services' databases from outside, for checks, and fills them for benchmarks. */
public final class Databases {
    private Databases() {}

    /**
     * The words that a query gives.
     *
     * @param query one text a row
     */
    public static List<String> words(Home home, Service service, String query)
            throws IOException, SQLException {
        try (Connection connection = Postgres.connect(home, MeshService.database(service));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> words = new ArrayList<>();
            while (rows.next()) {
                words.add(rows.getString(1));
            }
            return words;
        }
    }

    /** Carries out statements in one transaction: for generated data only. */
    public static void fill(Home home, Service service, List<String> statements)
            throws IOException, SQLException {
        try (Connection connection = Postgres.connect(home, MeshService.database(service));
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String each : statements) {
                statement.execute(each);
            }
            connection.commit();
        }
    }

    /**
     * The number that a query gives.
     *
     * @param query one row, one number
     */
    public static long count(Home home, Service service, String query)
            throws IOException, SQLException {
        try (Connection connection = Postgres.connect(home, MeshService.database(service));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
