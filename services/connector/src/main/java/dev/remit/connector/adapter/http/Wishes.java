package dev.remit.connector.adapter.http;

import dev.remit.connector.application.Answers.Result;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.http.Problem;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A change as asked for, checked for its form. */
public final class Wishes {
    private static final int LONGEST = 200;
    private static final int LONGEST_REASON = 2000;

    private Wishes() {}

    /**
     * Whose identity is to change: {@code hr} with the worker id, or a system with the account's
     * immutable id; of an account that nobody is behind, the target itself.
     */
    @Schema(name = "ProposalSubject")
    public record Subject(@Nullable String system, @Nullable String id) {}

    /**
     * A proposal as asked for.
     *
     * @param charter its name; needed only where several cover the action
     * @param agent what an AI must say of itself; not for people
     */
    @Schema(name = "Proposal")
    public record Asked(
            @Nullable String charter,
            @Nullable Subject subject,
            @Nullable String target,
            @Nullable String action,
            @Nullable String reason,
            Proposers.@Nullable Given agent) {}

    /**
     * What is asked. Of someone who may propose nothing it is taken as said, for the record.
     *
     * @throws Problem 422 naming the member
     */
    public static Wish of(Asked asked, Proposer proposer) {
        Subject subject = asked.subject() == null ? new Subject(null, null) : asked.subject();
        if (proposer.barred().isPresent()) {
            return new Wish(
                    said(asked.charter()),
                    said(subject.system()),
                    said(subject.id()),
                    said(asked.target()),
                    said(asked.action()),
                    said(asked.reason()),
                    proposer);
        }
        return new Wish(
                asked.charter() == null ? "" : word("charter", asked.charter()),
                word("subject.system", subject.system()),
                word("subject.id", subject.id()),
                word("target", asked.target()),
                word("action", asked.action()),
                text("reason", asked.reason(), LONGEST_REASON),
                proposer);
    }

    /** For the record: at most as long as it might be, and without what no database keeps. */
    static String said(@Nullable String value) {
        String text = value == null ? "" : value.strip().replace("\0", "");
        return text.substring(0, Math.min(text.length(), LONGEST));
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

    /** A reason, checked. */
    public static String reason(@Nullable String value) {
        return text("reason", value, LONGEST_REASON);
    }

    /** An Idempotency-Key, checked. */
    public static String key(String key) {
        return word("Idempotency-Key", key);
    }

    /** A name, checked. */
    public static String name(String field, @Nullable String value) {
        return word(field, value);
    }

    /**
     * A change's id.
     *
     * @throws Problem 404 if the text is no UUID
     */
    public static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "CHANGE_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }

    /**
     * The change that a single wish opened.
     *
     * @throws Problem the refusal
     */
    public static UUID opened(Result result) {
        if (result.change() == null) {
            throw Problem.of(
                    result.status(),
                    String.valueOf(result.code()),
                    String.valueOf(result.detail()),
                    result.field());
        }
        return result.change();
    }
}
