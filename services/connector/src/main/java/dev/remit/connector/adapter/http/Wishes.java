package dev.remit.connector.adapter.http;

import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.http.Problem;
import org.jspecify.annotations.Nullable;

/** A change as asked for, checked for its form. */
public final class Wishes {
    private static final int LONGEST = 200;
    private static final int LONGEST_REASON = 2000;

    private Wishes() {}

    /**
     * Whose identity is to change: {@code hr} with the worker id, or a system with the account's
     * immutable id.
     */
    public record Subject(@Nullable String system, @Nullable String id) {}

    /**
     * A proposal as asked for.
     *
     * @param agent what an AI must say of itself; not for people
     */
    public record Asked(
            @Nullable String charter,
            @Nullable Subject subject,
            @Nullable String target,
            @Nullable String action,
            @Nullable String reason,
            Proposers.@Nullable Given agent) {}

    /**
     * What is asked.
     *
     * @throws Problem 422 naming the member
     */
    public static Wish of(Asked asked, Proposer proposer) {
        Subject subject = asked.subject() == null ? new Subject(null, null) : asked.subject();
        return new Wish(
                word("charter", asked.charter()),
                word("subject.system", subject.system()),
                word("subject.id", subject.id()),
                word("target", asked.target()),
                word("action", asked.action()),
                text("reason", asked.reason(), LONGEST_REASON),
                proposer);
    }

    static String word(String field, @Nullable String value) {
        return text(field, value, LONGEST);
    }

    static String text(String field, @Nullable String value, int longest) {
        if (value == null || value.isBlank()) {
            throw Problem.inField(field, "FIELD_MISSING", field + ": must not be empty");
        }
        if (value.length() > longest || value.indexOf('\0') >= 0) {
            throw Problem.inField(
                    field,
                    "FIELD_MISFORMED",
                    field + ": must have at most " + longest + " characters, and none that is 0");
        }
        return value.strip();
    }
}
