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
import java.time.Instant;
import org.jboss.logging.Logger;

/**
 * What happens to stages is shown in an ITSM, every 5 seconds, where one is configured. It only
 * shows: no route waits for it, and nothing that is done to a ticket does anything here.
 */
@Singleton
public class MirrorRoutes {
    private static final Logger LOG = Logger.getLogger(MirrorRoutes.class);
    private static final int MOST = 500;
    private static final Duration ENOUGH = Duration.ofMinutes(1);

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

    /** One after the other, until none is due, one is not shown, or it has been enough. */
    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> mirror() {
        if (!tickets.isThere()) {
            return Uni.createFrom().voidItem();
        }
        Instant end = clock.instant().plus(ENOUGH);
        return Multi.createBy()
                .repeating()
                .uni(this::next)
                .whilst(shown -> shown && clock.instant().isBefore(end))
                .select()
                .first(MOST)
                .collect()
                .last()
                .chain(() -> mirror.lag(clock.instant()))
                .invoke(now -> lag = now)
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.warnf("the ITSM is not shown anything: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /** Whether there was one and it is shown. */
    private Uni<Boolean> next() {
        return mirror.claim(clock.instant())
                .chain(due -> due.map(this::show).orElseGet(() -> Uni.createFrom().item(false)));
    }

    private Uni<Boolean> show(Due due) {
        return tickets.show(due)
                .invoke(this::count)
                .chain(shown ->
                        (shown
                                        ? mirror.shown(due.position())
                                        : mirror.putOff(due.position(), clock.instant()))
                                .replaceWith(shown));
    }

    private void count(boolean shown) {
        meters.counter("remit.approval.mirror.events", "outcome", shown ? "SHOWN" : "FAILED")
                .increment();
    }
}
