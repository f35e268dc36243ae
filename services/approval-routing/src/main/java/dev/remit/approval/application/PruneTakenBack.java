package dev.remit.approval.application;

import dev.remit.handoff.loop.Handoffs;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/** Withdrawals that came first are forgotten once nothing can come that they end, every hour. */
@Singleton
public class PruneTakenBack {
    private static final Logger LOG = Logger.getLogger(PruneTakenBack.class);

    private final TakenBack takenBack;
    private final Handoffs handoffs;

    PruneTakenBack(TakenBack takenBack, Handoffs handoffs) {
        this.takenBack = takenBack;
        this.handoffs = handoffs;
    }

    @Scheduled(
            every = "1h",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> prune() {
        return handoffs.transact(List.of(), outbox -> takenBack.prune(outbox.now()))
                .onFailure()
                .invoke(failure -> LOG.warnf("old withdrawals stay: %s", failure))
                .onFailure()
                .recoverWithNull();
    }
}
