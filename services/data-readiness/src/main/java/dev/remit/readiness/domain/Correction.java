package dev.remit.readiness.domain;

import dev.remit.handoff.Ids;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/**
 * A fact that someone is asked to supply; at most one of each fact for a change.
 *
 * @param ask roles that may answer
 * @param dueAt when the change is halted without an answer
 */
public record Correction(
        UUID id,
        UUID change,
        String subjectSystem,
        String subjectId,
        String fact,
        String question,
        Set<String> ask,
        Instant requestedAt,
        Instant dueAt) {

    /** The question for a fact that a held change lacks. */
    static Correction of(
            Request request, Judgement.Fact fact, Set<String> ask, Instant now, Instant dueAt) {
        return new Correction(
                id(request.change(), fact.name()),
                request.change(),
                request.subjectSystem(),
                request.subjectId(),
                fact.name(),
                question(request, fact) + " (" + fact.reason() + ")",
                ask,
                now,
                dueAt);
    }

    private static String question(Request request, Judgement.Fact fact) {
        return fact.name().equals(Judgement.ACCOUNT)
                ? "Which account of "
                        + request.target()
                        + " is worker "
                        + request.subjectId()
                        + "'s? Give its immutable id."
                : "Who is the manager of " + request.subject() + "? Give the manager's worker id.";
    }

    /** Derived, so that the same question has the same id. */
    public static UUID id(UUID change, String fact) {
        return Ids.derived(change, "correction|" + fact);
    }

    /** The message that asks. */
    public static UUID requested(UUID correction) {
        return Ids.derived(correction, "requested");
    }

    /** The message that tells the answer. */
    public static UUID provided(UUID correction) {
        return Ids.derived(correction, "provided");
    }
}
