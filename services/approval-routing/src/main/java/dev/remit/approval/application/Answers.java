package dev.remit.approval.application;

import dev.remit.handoff.http.Problem;
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
     * What became of one decision of a request.
     *
     * @param status 201, or the HTTP status of the refusal
     * @param code the rule that refuses
     * @param detail the refusal in plain words
     */
    record Result(UUID change, int status, @Nullable String code, @Nullable String detail) {}

    /** That a key came with another request before. */
    static Problem reused() {
        return Problem.of(
                409,
                "IDEMPOTENCY_KEY_REUSED",
                "Idempotency-Key: was used before with another request");
    }

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

    /**
     * Forgets answers a day old whose changes all ended a day ago, and those 7 days old that name
     * no change.
     */
    Uni<Void> prune(Instant now);
}
