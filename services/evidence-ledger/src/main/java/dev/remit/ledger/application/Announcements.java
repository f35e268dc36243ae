package dev.remit.ledger.application;

import dev.remit.handoff.loop.Outbox;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Checkpoint;
import java.util.List;
import java.util.UUID;

/** What the ledger hands on. */
public interface Announcements {
    /** The change has ended. */
    void closed(Story story, Charter charter, Closure.Ended ended, Outbox outbox);

    /**
     * The change is not proved. It is a handoff of the change only when the change is the ledger's:
     * executed, and told without a gap. Otherwise another service may be writing the next one.
     */
    void refused(Story story, List<Closure.Missing> missing, Outbox outbox);

    /**
     * The next handoff of the change is overdue; beside the chain, whose next place is another's.
     */
    void overdue(Story story, Closure.Missing handoff, Outbox outbox);

    /** The log was signed. */
    void signed(Checkpoint checkpoint, String note, Outbox outbox);

    /** The content of a change was erased. */
    void erased(UUID change, String by, String reason, Outbox outbox);
}
