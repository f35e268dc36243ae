package dev.remit.handoff.loop;

import io.vertx.pgclient.PgException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * PostgreSQL's error code (appendix A) behind a failure: as the driver throws it, or as Hibernate
 * keeps it, which leaves the driver's own exception out.
 */
final class SqlState {
    private SqlState() {}

    /** The outermost of them; empty if the database said nothing. */
    static Optional<String> of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String state =
                    switch (cause) {
                        case PgException pg -> pg.getSqlState();
                        case SQLException sql -> sql.getSQLState();
                        default -> null;
                    };
            if (state != null) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}
