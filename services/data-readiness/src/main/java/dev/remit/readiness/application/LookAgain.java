package dev.remit.readiness.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.readiness.domain.Event;
import dev.remit.readiness.domain.Outcome;
import dev.remit.readiness.domain.Readiness;
import dev.remit.readiness.domain.Readiness.Held;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * It is time to look at held changes: those held too long are halted, the others judged by what is
 * known now. Several replicas may do this at once; a change that another has just looked at is not
 * due any more once its lock is held.
 */
@Singleton
public class LookAgain {
    static final int PAGE = 500;
    static final int PAGES = 10;

    private static final Logger LOG = Logger.getLogger(LookAgain.class);

    private final Handoffs handoffs;
    private final Readinesses readinesses;
    private final Judging judging;

    LookAgain(Handoffs handoffs, Readinesses readinesses, Judging judging) {
        this.handoffs = handoffs;
        this.readinesses = readinesses;
        this.judging = judging;
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return page(1).onFailure()
                .invoke(failure -> LOG.warnf("held changes wait: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /** A transaction a page. */
    private Uni<Void> page(int page) {
        return handoffs.transact(List.of(), this::lookAtDue)
                .chain(found ->
                        found < PAGE || page == PAGES
                                ? Uni.createFrom().voidItem()
                                : page(page + 1));
    }

    private Uni<Integer> lookAtDue(Outbox outbox) {
        return readinesses
                .due(outbox.now(), PAGE)
                .chain(ids ->
                        ids.isEmpty()
                                ? Uni.createFrom().item(0)
                                : outbox.lock(ids)
                                        .chain(() -> readinesses.load(ids))
                                        .chain(kept -> decide(kept.values(), outbox.now()))
                                        .invoke(outcomes -> judging.settle(outcomes, outbox))
                                        .replaceWith(ids.size()));
    }

    private Uni<List<Outcome>> decide(Collection<Readiness> kept, Instant now) {
        List<Outcome> outcomes = new ArrayList<>();
        List<Held> waiting = new ArrayList<>();
        for (Readiness each : kept) {
            if (each instanceof Held held && !held.lookAt().isAfter(now)) {
                if (held.isOverdue(now)) {
                    outcomes.add(Readiness.decide(held, new Event.Overdue(now)));
                } else {
                    waiting.add(held);
                }
            }
        }
        if (waiting.isEmpty()) {
            return Uni.createFrom().item(outcomes);
        }
        return judging.again(waiting, held -> Optional.empty(), now)
                .invoke(outcomes::addAll)
                .replaceWith(outcomes);
    }
}
