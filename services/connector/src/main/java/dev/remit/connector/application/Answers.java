package dev.remit.connector.application;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was answered to requests that carry an Idempotency-Key, so that a repetition is answered
 * alike and does nothing. Each method runs in the caller's transaction.
 */
public interface Answers {
    /**
     * A request that may be repeated.
     *
     * @param caller immutable id
     * @param key as the caller chose it
     * @param request SHA-256 of what is asked, hexadecimal
     */
    record Request(String caller, String key, String request) {}

    /**
     * What became of one wish.
     *
     * @param change the change that was opened; null when it was refused
     * @param status 202, or the HTTP status of the refusal
     * @param code the rule that refuses
     * @param field the member at fault
     * @param detail the refusal in plain words
     */
    record Result(
            @Nullable UUID change,
            int status,
            @Nullable String code,
            @Nullable String field,
            @Nullable String detail) {}

    /** What is known of a request. */
    sealed interface Claim {
        /** It is new, and this transaction's to answer; others with its key wait. */
        record Taken() implements Claim {}

        /** It was answered before. */
        record Answered(List<Result> results) implements Claim {}

        /** Its key was used for another request. */
        record Contradicted() implements Claim {}
    }

    Uni<Claim> claim(Request request);

    /** Keeps the answer to a request that was claimed. */
    Uni<Void> keep(Request request, Collection<UUID> changes, List<Result> results);

    /** Gives a claim back: nothing was opened, the key may be used again. */
    Uni<Void> release(Request request);

    /** Forgets answers all of whose changes ended a day ago (AuthZEN ARAP, Idempotency-Key). */
    Uni<Void> prune(Instant now);
}
