package dev.remit.approval.application;

import dev.remit.approval.application.Mirror.Due;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * What happens to stages is shown in an ITSM, every 5 seconds, where one is configured. It only
 * shows: no route waits for it, and nothing that is done to a ticket does anything here.
 */
@Singleton
public class MirrorRoutes {
    private static final Logger LOG = Logger.getLogger(MirrorRoutes.class);

    private final Mirror mirror;
    private final Tickets tickets;
    private final MeterRegistry meters;
    private final Clock clock;
    private volatile Mirror.Lag lag = new Mirror.Lag(0, Duration.ZERO);

    MirrorRoutes(Mirror mirror, Tickets tickets, MeterRegistry meters, Clock clock) {
        this.mirror = mirror;
        this.tickets = tickets;
        this.meters = meters;
        this.clock = clock;
        Gauge.builder("remit.approval.mirror.waiting", () -> lag.waiting())
                .description("what happened to stages and is not in the ITSM yet")
                .register(meters);
        Gauge.builder("remit.approval.mirror.lag", () -> lag.oldest().toSeconds())
                .description("how long the oldest of that has waited")
                .baseUnit("seconds")
                .register(meters);
    }

    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> mirror() {
        return !tickets.isThere()
                ? Uni.createFrom().voidItem()
                : mirror.claim(clock.instant())
                        .chain(this::show)
                        .chain(() -> mirror.lag(clock.instant()))
                        .invoke(now -> lag = now)
                        .replaceWithVoid()
                        .onFailure()
                        .invoke(failure -> LOG.warnf("the ITSM is not shown anything: %s", failure))
                        .onFailure()
                        .recoverWithNull();
    }

    private Uni<Void> show(List<Due> due) {
        return Multi.createFrom()
                .iterable(due)
                .onItem()
                .transformToUniAndConcatenate(each ->
                        tickets.show(each)
                                .invoke(this::count)
                                .chain(shown ->
                                        shown
                                                ? mirror.shown(List.of(each.position()))
                                                : Uni.createFrom().voidItem()))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private void count(boolean shown) {
        meters.counter("remit.approval.mirror.events", "outcome", shown ? "SHOWN" : "FAILED")
                .increment();
    }
}
