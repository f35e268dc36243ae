package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.ledger.application.DecideClosures.News;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Changes that an activity or a charter may have moved are looked at again; changes that ran their
 * course and are not proved are refused closure, once for what is missing; of those before that, it
 * is said once that their next handoff is overdue.
 */
@Singleton
public class LookAgain {
    private static final Logger LOG = Logger.getLogger(LookAgain.class);
    private static final int MOST = 500;

    private final Handoffs handoffs;
    private final Changes changes;
    private final Entries entries;
    private final DecideClosures closures;
    private final Duration grace;
    private final Clock clock;

    LookAgain(
            Handoffs handoffs,
            Changes changes,
            Entries entries,
            DecideClosures closures,
            @ConfigProperty(name = "remit.ledger.grace") Duration grace,
            Clock clock) {
        this.handoffs = handoffs;
        this.changes = changes;
        this.entries = entries;
        this.closures = closures;
        this.grace = grace;
        this.clock = clock;
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return look(clock.instant())
                .onFailure()
                .invoke(failure -> LOG.warnf("changes wait to be looked at: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /** Open changes are many and seldom overdue: they are read through now and then. */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> lookForOverdue() {
        return lookForOverdue(clock.instant())
                .onFailure()
                .invoke(failure -> LOG.warnf("overdue handoffs wait to be noticed: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    Uni<Void> lookForOverdue(Instant now) {
        return changes.overdue(now.minus(grace), MOST).chain(due -> look(due));
    }

    /** Looks at what is due: locks first, then loads and decides anew. */
    Uni<Void> look(Instant now) {
        return changes.due(now.minus(grace), MOST).chain(due -> look(due));
    }

    private Uni<Void> look(List<UUID> due) {
        if (due.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Map<UUID, News> touched =
                due.stream().collect(Collectors.toMap(Function.identity(), _ -> News.NONE));
        return handoffs.transact(
                due,
                outbox ->
                        Uni.combine()
                                .all()
                                .unis(entries.hold(), changes.load(due))
                                .asTuple()
                                .chain(held ->
                                        closures.decide(
                                                touched,
                                                held.getItem2(),
                                                List.of(),
                                                held.getItem1(),
                                                outbox.now().minus(grace),
                                                outbox))
                                .chain(() -> changes.settle(due)));
    }
}
