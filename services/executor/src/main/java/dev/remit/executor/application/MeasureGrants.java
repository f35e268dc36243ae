package dev.remit.executor.application;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.jboss.logging.Logger;

/** Counts what is granted for a time, and what should have been taken away, every 15 seconds. */
@Singleton
public class MeasureGrants {
    private static final Logger LOG = Logger.getLogger(MeasureGrants.class);

    private final Executions executions;
    private final Clock clock;
    private volatile Executions.Grants grants = new Executions.Grants(0, 0);

    MeasureGrants(Executions executions, MeterRegistry meters, Clock clock) {
        this.executions = executions;
        this.clock = clock;
        Gauge.builder("remit.executor.grants.active", () -> grants.active())
                .description("what is granted for a time and not taken away yet")
                .register(meters);
        Gauge.builder("remit.executor.grants.overdue", () -> grants.overdue())
                .description("of those, whose time is over by more than a minute")
                .register(meters);
    }

    @Scheduled(every = "15s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> measure() {
        return executions
                .grants(clock.instant())
                .invoke(now -> grants = now)
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.warnf("grants are not measured: %s", failure))
                .onFailure()
                .recoverWithNull();
    }
}
