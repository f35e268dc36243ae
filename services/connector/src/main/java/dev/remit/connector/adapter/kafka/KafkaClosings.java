package dev.remit.connector.adapter.kafka;

import dev.remit.connector.application.Closings;
import dev.remit.connector.application.Proposals;
import dev.remit.handoff.loop.Received;
import dev.remit.wire.v1.ChangeClosed;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Reads what the ledger decided. */
@Singleton
class KafkaClosings implements Closings {
    @Override
    public Optional<Closing> of(Received received) {
        return received.message() instanceof ChangeClosed closed
                ? Optional.of(
                        new Closing(
                                closed.getChangeId(),
                                new Proposals.End(
                                        closed.getOutcome().name(), closed.getClosedAt())))
                : Optional.empty();
    }
}
