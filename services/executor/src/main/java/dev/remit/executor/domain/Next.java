package dev.remit.executor.domain;

import java.util.List;
import java.util.Set;

/** What an attempt does next. */
public sealed interface Next {
    /** Reads the account. */
    record Read() implements Next {}

    /**
     * Makes these calls in order, then reads the account again.
     *
     * @param before the account as it is now
     */
    record Perform(TargetState before, List<Call> calls) implements Next {}

    /** The attempt is over. */
    sealed interface Last extends Next {}

    /** The authorization is used up: this is reported. */
    record End(Report report) implements Last {}

    /**
     * It failed for good, and what was done is to be taken back.
     *
     * @param failed what would be reported otherwise
     * @param undo names of the steps that are to be taken back
     */
    record Compensate(Report failed, Set<String> undo) implements Last {}

    /**
     * Another attempt follows.
     *
     * @param reason what it waits for
     * @param begun whether the account may have been touched; if not, the next one is a first
     *     attempt again
     */
    record Later(String reason, boolean begun) implements Last {}
}
