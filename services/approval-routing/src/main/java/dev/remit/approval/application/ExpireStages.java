package dev.remit.approval.application;

import dev.remit.approval.application.Advance.Step;
import dev.remit.approval.domain.Event;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Deadlines: what nobody decided in time ends. Each is decided again once its change is locked. */
@Singleton
public class ExpireStages {
    private static final Logger LOG = Logger.getLogger(ExpireStages.class);
    private static final Duration RETRY = Duration.ofHours(1);

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

    /**
     * What did not read is tried again each hour: a build that reads it finds it, and all that it
     * missed.
     */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> retry() {
        return handoffs.transact(List.of(), this::again)
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.warnf("what does not read waits: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> again(Outbox outbox) {
        return routes.setAsideBefore(outbox.now().minus(RETRY), Routes.PAGE)
                .chain(changes ->
                        outbox.lock(changes)
                                .chain(() ->
                                        advance.readable(
                                                changes.stream()
                                                        .map(change ->
                                                                new Step(
                                                                        change,
                                                                        new Event.News(),
                                                                        null))
                                                        .toList(),
                                                outbox))
                                .chain(unread -> {
                                    Set<UUID> back = new HashSet<>(changes);
                                    back.removeAll(unread);
                                    return back.isEmpty()
                                            ? Uni.createFrom().voidItem()
                                            : routes.takeBack(back);
                                }));
    }

    private Uni<Void> pages() {
        return handoffs.transact(List.of(), this::page)
                .chain(size -> size < Routes.PAGE ? Uni.createFrom().voidItem() : pages());
    }

    /** How many were due. */
    private Uni<Integer> page(Outbox outbox) {
        return routes.due(outbox.now(), Routes.PAGE)
                .chain(due ->
                        outbox.lock(due)
                                .chain(() ->
                                        advance.readable(
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
