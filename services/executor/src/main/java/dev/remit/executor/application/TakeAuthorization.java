package dev.remit.executor.application;

import dev.remit.executor.domain.Intent;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Authorizations arrived: the intents to execute them are stored and nothing is touched yet. Work
 * on them begins as soon as that is committed.
 */
@Singleton
public class TakeAuthorization {
    private final Executions executions;
    private final LeaseExecutions leases;

    TakeAuthorization(Executions executions, LeaseExecutions leases) {
        this.executions = executions;
        this.leases = leases;
    }

    /** Stores a batch, in the transaction that received it. */
    public Uni<Void> take(List<Intent> intents) {
        return intents.isEmpty()
                ? Uni.createFrom().voidItem()
                : executions.store(intents).invoke(() -> leases.expect(intents));
    }
}
