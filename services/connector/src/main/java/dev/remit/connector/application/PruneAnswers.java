package dev.remit.connector.application;

import dev.remit.handoff.loop.Handoffs;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/** Old answers, tasks, denials and counts are forgotten, every hour. */
@Singleton
public class PruneAnswers {
    private static final Logger LOG = Logger.getLogger(PruneAnswers.class);

    private final Answers answers;
    private final AccessTasks tasks;
    private final AccessEvaluations evaluations;
    private final Proposals proposals;
    private final Handoffs handoffs;

    PruneAnswers(
            Answers answers,
            AccessTasks tasks,
            AccessEvaluations evaluations,
            Proposals proposals,
            Handoffs handoffs) {
        this.answers = answers;
        this.tasks = tasks;
        this.evaluations = evaluations;
        this.proposals = proposals;
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
                                        .chain(() -> tasks.prune(outbox.now()))
                                        .chain(() -> evaluations.prune(outbox.now()))
                                        .chain(() -> proposals.prune(outbox.now())))
                .onFailure()
                .invoke(failure -> LOG.warnf("old answers stay: %s", failure))
                .onFailure()
                .recoverWithNull();
    }
}
