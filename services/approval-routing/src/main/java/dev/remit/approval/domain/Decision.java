package dev.remit.approval.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * What was decided of a stage, or refused.
 *
 * @param stage the stage's place in the charter, from 0
 * @param by immutable id of the person, or id of the rule; empty when a deadline or a condition did
 * @param worker the person's HR worker id at the time
 * @param onBehalfOf immutable id of the one in whose place it was decided
 * @param delegatorWorker that one's HR worker id at the time
 * @param refusal the code of the rule that refused the attempt, for REFUSED
 */
public record Decision(
        int stage,
        String stageName,
        Kind kind,
        Optional<String> by,
        Optional<String> worker,
        Optional<String> onBehalfOf,
        Optional<String> delegatorWorker,
        Optional<String> refusal,
        String reason,
        Instant at) {
    /** What it says. */
    public enum Kind {
        APPROVED,
        DENIED,
        EXPIRED,
        /** The route ends without an answer, as the charter says or because a rule forbids it. */
        HALTED,
        /** An attempt that was not taken. */
        REFUSED,
        /** The stage's condition is false: nobody was asked. */
        PASSED_OVER,
        /** The stage waits for an answer of the proposer. */
        QUESTIONED,
        ANSWERED,
        WITHDRAWN,
        /** A review afterwards found the change right. */
        JUSTIFIED,
        /** A review afterwards found that it should not have been. */
        UNJUSTIFIED
    }

    /** Whether someone has used their one vote. */
    boolean isVote() {
        return kind == Kind.APPROVED || kind == Kind.DENIED;
    }

    /** Whether this is the vote of that person, their own or in their place. */
    boolean isOf(Person person) {
        return by.filter(person.id()::equals).isPresent()
                || onBehalfOf.filter(person.id()::equals).isPresent()
                || (worker.isPresent() && worker.equals(person.worker()))
                || (delegatorWorker.isPresent() && delegatorWorker.equals(person.worker()));
    }
}
