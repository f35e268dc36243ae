package dev.remit.stack;

import dev.remit.handoff.Service;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Looks into the services' databases from outside, for checks. */
public final class Databases {
    private Databases() {}

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
