package dev.remit.readiness.application;

import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.readiness.domain.Outcome.Happening;
import dev.remit.readiness.domain.Outcome.Refused;
import dev.remit.readiness.domain.Proposal;
import dev.remit.readiness.domain.Withdrawal;
import java.util.List;

/** What the messages received say, and the messages sent. */
public interface Letters {
    /** The changes that a batch proposes, in its order. */
    List<Proposal> proposals(List<Received> batch);

    /** The changes that a batch takes back, in its order. */
    List<Withdrawal> withdrawals(List<Received> batch);

    /** Tells what happened to a change, in this order. */
    void tell(Proposal proposal, List<Happening> happenings, Outbox outbox);

    /** Sets a message aside whose content is refused. */
    void setAside(Received received, Refused refused, Outbox outbox);
}
