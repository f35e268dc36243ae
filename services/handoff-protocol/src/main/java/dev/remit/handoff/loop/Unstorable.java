package dev.remit.handoff.loop;

import io.vertx.pgclient.PgException;
import java.util.Set;

/**
 * What PostgreSQL refuses for the value that it was given, whatever statement it was in: the
 * character zero, a time in the year 300000, a number too large.
 */
final class Unstorable {
    /**
     * Of class 22, data exception (PostgreSQL, appendix A), those that lie in what came: 22001 too
     * long, 22003 out of range, 22008 no such time, 22021 and 22P05 no such character. The others
     * are bugs of a statement.
     */
    private static final Set<String> STATES = Set.of("22001", "22003", "22008", "22021", "22P05");

    private Unstorable() {}

    static boolean isCauseOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PgException pg && STATES.contains(pg.getSqlState())) {
                return true;
            }
        }
        return false;
    }

    /** What the database says of it: the kind only, never a value. */
    static String words(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PgException pg) {
                return "the database has no place for something that it says (%s)"
                        .formatted(pg.getSqlState());
            }
        }
        return "the database has no place for something that it says";
    }
}
