package dev.remit.handoff.loop;

import java.util.Set;

/**
 * What PostgreSQL refuses for the value that it was given, whatever statement it was in: the
 * character zero, a time in the year 20000, a number too large. And what follows from a record and
 * is larger than a message can be.
 */
public final class Unstorable {
    /**
     * Of class 22, data exception (PostgreSQL, appendix A), those that lie in what came: 22001 too
     * long, 22003 out of range, 22007 to 22009 no such time, 22021 and 22P05 no such character. The
     * others are bugs of a statement.
     */
    private static final Set<String> STATES =
            Set.of("22001", "22003", "22007", "22008", "22009", "22021", "22P05");

    private Unstorable() {}

    public static boolean isCauseOf(Throwable failure) {
        return failure instanceof TooLarge
                || SqlState.of(failure).filter(STATES::contains).isPresent();
    }

    /** What is said of it: the kind only, never a value. */
    public static String words(Throwable failure) {
        return failure instanceof TooLarge
                ? String.valueOf(failure.getMessage())
                : "the database has no place for something that it says (%s)"
                        .formatted(SqlState.of(failure).orElse("no code"));
    }
}
