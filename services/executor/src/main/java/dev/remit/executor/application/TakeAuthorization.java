package dev.remit.executor.application;

import dev.remit.executor.adapter.kafka.Messages;
import dev.remit.executor.adapter.postgres.ExecutionRow;
import dev.remit.executor.domain.Intent;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Receiver;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;

/** An authorization arrived: the intent to execute it is stored, nothing is touched yet. */
@Singleton
public class TakeAuthorization implements Receiver {
    @Override
    public Uni<Void> receive(List<Received> batch, Outbox outbox) {
        return Multi.createFrom()
                .iterable(batch)
                .onItem()
                .transformToUniAndConcatenate(received ->
                        Messages.intent(received)
                                .map(intent -> take(received, intent))
                                .orElse(Uni.createFrom().voidItem()))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private static Uni<Void> take(Received received, Intent intent) {
        ExecutionRow row = new ExecutionRow();
        row.authorizationId = intent.authorization();
        row.changeId = intent.change();
        row.cause = received.envelope().id();
        row.target = intent.target();
        row.account = intent.account();
        row.plan = intent.plan();
        row.planHash = intent.planHash();
        row.expiresAt = intent.expiresAt();
        row.state = "INTENDED";
        return ExecutionRow.<ExecutionRow>findById(row.authorizationId)
                .chain(known ->
                        known == null
                                ? row.persistAndFlush().replaceWithVoid()
                                : Uni.createFrom().voidItem());
    }
}
