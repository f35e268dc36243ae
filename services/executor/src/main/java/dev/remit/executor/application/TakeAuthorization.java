package dev.remit.executor.application;

import dev.remit.executor.adapter.postgres.ExecutionRow;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Receiver;
import dev.remit.wire.v1.ExecutionAuthorized;
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
                        received.message() instanceof ExecutionAuthorized authorized
                                ? take(received, authorized)
                                : Uni.createFrom().voidItem())
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private static Uni<Void> take(Received received, ExecutionAuthorized authorized) {
        ExecutionRow row = new ExecutionRow();
        row.authorizationId = authorized.getAuthorizationId();
        row.changeId = authorized.getChange().getChangeId();
        row.cause = received.envelope().id();
        row.target = authorized.getChange().getTarget();
        row.account = authorized.getAccount();
        row.plan = new byte[authorized.getPlan().remaining()];
        authorized.getPlan().duplicate().get(row.plan);
        row.planHash = authorized.getPlanHash();
        row.expiresAt = authorized.getExpiresAt();
        row.state = "INTENDED";
        return ExecutionRow.<ExecutionRow>findById(row.authorizationId)
                .chain(known ->
                        known == null
                                ? row.persistAndFlush().replaceWithVoid()
                                : Uni.createFrom().voidItem());
    }
}
