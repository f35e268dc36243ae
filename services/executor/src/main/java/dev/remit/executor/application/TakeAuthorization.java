package dev.remit.executor.application;

import dev.remit.executor.domain.Intent;
import dev.remit.handoff.loop.Outbox;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Authorizations arrived: the intents to execute them are stored and nothing is touched yet. Work
 * on them begins as soon as that is committed.
 */
@Singleton
public class TakeAuthorization {
    private static final Logger LOG = Logger.getLogger(TakeAuthorization.class);

    private final Executions executions;
    private final Plans plans;
    private final LeaseExecutions leases;

    TakeAuthorization(Executions executions, Plans plans, LeaseExecutions leases) {
        this.executions = executions;
        this.plans = plans;
        this.leases = leases;
    }

    /** Stores a batch, in the transaction that received it. */
    public void take(List<Intent> intents, Outbox outbox) {
        Instant now = outbox.now();
        intents.stream()
                .filter(intent -> intent.hasToWait(now))
                .findFirst()
                .ifPresent(intent ->
                        LOG.warnf(
                                "authorization %s of change %s begins at %s, here it is %s: clocks differ, it waits",
                                intent.authorization(),
                                intent.change(),
                                intent.authorizedAt(),
                                now));
        if (intents.isEmpty()) {
            return;
        }
        outbox.write(
                executions.store(
                        intents.stream()
                                .map(intent -> intent.bounded(plans.read(intent.plan())))
                                .toList()));
        leases.take(intents, outbox);
    }
}
