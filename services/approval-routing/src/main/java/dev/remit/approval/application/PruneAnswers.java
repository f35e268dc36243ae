package dev.remit.approval.application;

import dev.remit.handoff.loop.Handoffs;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Old answers are forgotten, every hour, and withdrawals that came first once nothing can come that
 * they end.
 */
@Singleton
public class PruneAnswers {
    private static final Logger LOG = Logger.getLogger(PruneAnswers.class);

    private final Answers answers;
    private final TakenBack takenBack;
    private final Handoffs handoffs;

    PruneAnswers(Answers answers, TakenBack takenBack, Handoffs handoffs) {
        this.answers = answers;
        this.takenBack = takenBack;
        this.handoffs = handoffs;
    }

    @Scheduled(
            every = "1h",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> prune() {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                answers.prune(outbox.now())
                                        .chain(() -> takenBack.prune(outbox.now())))
                .onFailure()
                .invoke(failure -> LOG.warnf("old answers stay: %s", failure))
                .onFailure()
                .recoverWithNull();
    }
}
