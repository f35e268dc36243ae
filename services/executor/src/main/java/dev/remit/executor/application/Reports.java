package dev.remit.executor.application;

import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Report;
import dev.remit.handoff.loop.Outbox;
import java.time.Instant;
import java.util.Optional;

/** The reports that go to the ledger. */
public interface Reports {
    /**
     * Hands a report on.
     *
     * @param outbox of the transaction that settles the execution
     * @param actor immutable id of who executed, in the target
     * @param worker the HR worker id of the person who executed, where it is known
     */
    void handOn(Outbox outbox, Intent intent, String actor, Optional<String> worker, Report report);

    /**
     * Hands on that what was granted for a time is taken away.
     *
     * @param outbox of the transaction that settles it
     * @param due when it was to be
     */
    void ended(Outbox outbox, Intent intent, String actor, Instant due, Report report);
}
