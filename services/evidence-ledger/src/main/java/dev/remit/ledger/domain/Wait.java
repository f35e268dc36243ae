package dev.remit.ledger.domain;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A time for which one party held a change: the clock of the coordination debt (see
 * docs/coordination-debt.md).
 *
 * @param sequence position of the handoff that began it; for a PERSON's, of the one that ended it
 * @param unit what the party is called within the organisation: a service's name, or for whom a
 *     stage asks, for example {@code member of /security-approvers}; never a person
 * @param people immutable ids of those who could end it, the first {@value #MOST_NAMED} in their
 *     order; empty where no person can
 * @param asked how many could end it
 * @param until when it ended; empty while it goes on
 * @param rework why work went back; empty if it went on
 */
public record Wait(
        int sequence,
        Party party,
        String unit,
        Set<String> people,
        int asked,
        Instant since,
        Optional<Instant> until,
        Optional<Rework> rework) {
    /** How many are named. */
    public static final int MOST_NAMED = 50;

    /** Who holds a change. */
    public enum Party {
        /** A service of the mesh; the unit names it. */
        SERVICE,
        /** Those whom an open stage asks. */
        APPROVERS,
        /** Who proposed it, or is responsible for it: an approver asked them something. */
        PROPOSER,
        /** Whoever can supply a fact that readiness lacks. */
        DATA_OWNER,
        /**
         * Nobody can act as things are: too few may approve, no plan, no charter, a rule forbids.
         */
        NOBODY,
        /**
         * Who owes what a failed change left half done: it outlasts the change, until a later one
         * of the same account is completed.
         */
        OWING,
        /** One person's own answer, from being asked to answering. It overlaps the others. */
        PERSON
    }

    /** Why work went back to someone who had it, or whose it was to get right. */
    public enum Rework {
        /** Readiness lacked a fact. */
        CORRECTION,
        /** An approver asked the proposer. */
        QUESTION,
        /** An approver sent it back to the proposer. */
        SENT_BACK,
        /** The plan was amended: every stage is asked anew. */
        AMENDMENT,
        /** A stage's time was over before those whom it asked had decided. */
        LAPSE,
        /** An open stage asked other people. */
        REASSIGNMENT,
        /** Closure was refused for want of proof. */
        PROOF
    }

    /** Names it among the waits of its change. */
    public record Place(int sequence, Party party) {}

    public Place place() {
        return new Place(sequence, party);
    }

    Wait ended(Instant at) {
        return new Wait(
                sequence,
                party,
                unit,
                people,
                asked,
                since,
                Optional.of(at.isBefore(since) ? since : at),
                rework);
    }
}
