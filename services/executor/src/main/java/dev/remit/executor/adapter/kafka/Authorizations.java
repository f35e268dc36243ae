package dev.remit.executor.adapter.kafka;

import dev.remit.executor.application.TakeAuthorization;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Receiver;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** What this service receives: authorizations. */
@Singleton
class Authorizations implements Receiver {
    private final TakeAuthorization take;

    Authorizations(TakeAuthorization take) {
        this.take = take;
    }

    @Override
    public Uni<Void> receive(List<Received> batch, Outbox outbox) {
        take.take(batch.stream().map(Messages::intent).flatMap(Optional::stream).toList(), outbox);
        return Uni.createFrom().voidItem();
    }
}
