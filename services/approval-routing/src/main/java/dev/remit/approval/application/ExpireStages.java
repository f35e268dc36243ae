package dev.remit.approval.application;

import dev.remit.approval.application.Advance.Step;
import dev.remit.approval.domain.Event;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/** Deadlines: what nobody decided in time ends. Each is decided again once its change is locked. */
@Singleton
public class ExpireStages {
    private static final Logger LOG = Logger.getLogger(ExpireStages.class);
    private static final int PAGE = 500;

    private final Routes routes;
    private final Advance advance;
    private final Handoffs handoffs;

    ExpireStages(Routes routes, Advance advance, Handoffs handoffs) {
        this.routes = routes;
        this.advance = advance;
        this.handoffs = handoffs;
    }

    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> expire() {
        return pages().onFailure()
                .invoke(failure -> LOG.warnf("expired stages wait: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> pages() {
        return handoffs.transact(List.of(), this::page)
                .chain(size -> size < PAGE ? Uni.createFrom().voidItem() : pages());
    }

    /** How many were due. */
    private Uni<Integer> page(Outbox outbox) {
        return routes.due(outbox.now(), PAGE)
                .chain(due ->
                        outbox.lock(due)
                                .chain(() ->
                                        advance.all(
                                                due.stream()
                                                        .map(change ->
                                                                new Step(
                                                                        change,
                                                                        new Event.Deadline(),
                                                                        null))
                                                        .toList(),
                                                outbox))
                                .replaceWith(due.size()));
    }
}
