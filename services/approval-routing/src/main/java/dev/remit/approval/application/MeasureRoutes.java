package dev.remit.approval.application;

import dev.remit.handoff.loop.Handoffs;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Counts what is open, what is held, and how long the oldest has waited, every 15 seconds. */
@Singleton
public class MeasureRoutes {
    private static final Logger LOG = Logger.getLogger(MeasureRoutes.class);

    private final Routes routes;
    private final Handoffs handoffs;
    private volatile Routes.Census census = new Routes.Census(0, 0, Optional.empty(), 0, 0, 0);
    private volatile Instant at = Instant.EPOCH;

    MeasureRoutes(Routes routes, Handoffs handoffs, MeterRegistry meters) {
        this.routes = routes;
        this.handoffs = handoffs;
        meters.gauge("remit.approval.stages.open", this, each -> each.census.open());
        meters.gauge("remit.approval.stages.held", this, each -> each.census.held());
        meters.gauge("remit.approval.reviews.open", this, each -> each.census.reviews());
        meters.gauge("remit.approval.reviews.overdue", this, each -> each.census.overdue());
        meters.gauge("remit.approval.routes.unread", this, each -> each.census.unread());
        meters.gauge("remit.approval.stages.oldest.seconds", this, MeasureRoutes::oldest);
    }

    @Scheduled(every = "15s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> measure() {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                routes.census()
                                        .invoke(found -> {
                                            census = found;
                                            at = outbox.now();
                                        }))
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.warnf("open stages were not counted: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private double oldest() {
        return census.oldest().map(since -> Duration.between(since, at).toSeconds()).orElse(0L);
    }
}
