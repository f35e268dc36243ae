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

/**
 * There is news: the open routes that it concerns are looked at again, page by page. A stage may
 * ask other people now, a held one may open, a charter may be known.
 */
@Singleton
public class LookAgain {
    private static final Logger LOG = Logger.getLogger(LookAgain.class);

    private final News news;
    private final Advance advance;
    private final Handoffs handoffs;

    LookAgain(News news, Advance advance, Handoffs handoffs) {
        this.news = news;
        this.advance = advance;
        this.handoffs = handoffs;
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> lookAgain() {
        return pages().onFailure()
                .invoke(failure -> LOG.warnf("news waits: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> pages() {
        return handoffs.transact(List.of(), this::page)
                .chain(found -> found ? pages() : Uni.createFrom().voidItem());
    }

    /** Whether there was a page. */
    private Uni<Boolean> page(Outbox outbox) {
        return news.next(Routes.PAGE)
                .chain(next ->
                        next.isEmpty()
                                ? Uni.createFrom().item(false)
                                : outbox.lock(next.get().changes())
                                        .chain(() ->
                                                advance.readable(
                                                        next.get().changes().stream()
                                                                .map(change ->
                                                                        new Step(
                                                                                change,
                                                                                new Event.News(),
                                                                                null))
                                                                .toList(),
                                                        outbox))
                                        .chain(() -> news.done(next.get()))
                                        .replaceWith(true));
    }
}
