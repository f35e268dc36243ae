package dev.remit.approval.domain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was decided of a stage, or refused.
 *
 * @param stage the stage's place in the charter, from 0
 * @param by immutable id of the person, or id of the rule; empty when a deadline or a condition did
 * @param worker the person's HR worker id at the time
 * @param onBehalfOf immutable id of the one in whose place it was decided
 * @param delegatorWorker that one's HR worker id at the time
 * @param decider who decided, as they were at the time
 * @param delegator the one in whose place, as they were at the time
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
        Instant at,
        Optional<Snapshot> decider,
        Optional<Snapshot> delegator) {
    /** One of whose people no more is known than who they are. */
    public Decision(
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
        this(
                stage,
                stageName,
                kind,
                by,
                worker,
                onBehalfOf,
                delegatorWorker,
                refusal,
                reason,
                at,
                Optional.empty(),
                Optional.empty());
    }

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
        /** The proposer is to amend the change, or to take it back. */
        SENT_BACK,
        /** The plan is another one, or is asked about anew: no earlier decision counts. */
        AMENDED,
        /** A review afterwards found the change right. */
        JUSTIFIED,
        /** A review afterwards found that it should not have been. */
        UNJUSTIFIED
    }

    /** The same with its people as the directory has them now. */
    Decision seen(Known known) {
        return new Decision(
                stage,
                stageName,
                kind,
                by,
                worker,
                onBehalfOf,
                delegatorWorker,
                refusal,
                reason,
                at,
                by.flatMap(known::account).map(Snapshot::of),
                onBehalfOf.flatMap(known::account).map(Snapshot::of));
    }

    /**
     * Those that count: what was decided before the plan was amended is nobody's decision of it.
     *
     * @param all of a change, in order
     */
    public static List<Decision> standing(List<Decision> all) {
        for (int n = all.size(); n > 0; n--) {
            if (all.get(n - 1).kind() == Kind.AMENDED) {
                return List.copyOf(all.subList(n - 1, all.size()));
            }
        }
        return all;
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
