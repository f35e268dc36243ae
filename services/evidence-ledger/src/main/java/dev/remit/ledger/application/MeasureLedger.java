package dev.remit.ledger.application;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Shows how the log and the open changes stand. */
@Singleton
public class MeasureLedger {
    private static final Logger LOG = Logger.getLogger(MeasureLedger.class);

    private final Entries entries;
    private final Checkpoints checkpoints;
    private final Changes changes;
    private final Clock clock;
    private volatile long size;
    private volatile long open;
    private volatile long unsettled;
    private volatile @Nullable Instant signed;
    private volatile @Nullable Instant settled;
    private volatile @Nullable Instant oldest;

    MeasureLedger(
            Entries entries,
            Checkpoints checkpoints,
            Changes changes,
            MeterRegistry meters,
            Clock clock) {
        this.clock = clock;
        this.entries = entries;
        this.checkpoints = checkpoints;
        this.changes = changes;
        meters.gauge("remit.ledger.log.size", this, self -> self.size);
        meters.gauge("remit.ledger.checkpoint.age.seconds", this, self -> self.age(self.signed));
        // what neither witnesses nor the timestamp authority have confirmed yet
        meters.gauge("remit.ledger.checkpoint.unsettled.leaves", this, self -> self.unsettled);
        meters.gauge(
                "remit.ledger.checkpoint.settled.age.seconds",
                this,
                self -> self.age(self.settled));
        meters.gauge("remit.ledger.changes.open", this, self -> self.open);
        meters.gauge("remit.ledger.changes.oldest.seconds", this, self -> self.age(self.oldest));
    }

    @Scheduled(every = "10s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> measure() {
        return entries.size()
                .invoke(now -> size = now)
                .chain(checkpoints::ends)
                .invoke(ends -> {
                    signed = ends.signed().map(Checkpoints.Signed::at).orElse(null);
                    settled = ends.settled().map(Checkpoints.Signed::at).orElse(null);
                    unsettled =
                            ends.signed().map(Checkpoints.Signed::size).orElse(0L)
                                    - ends.settledSize();
                })
                .chain(changes::backlog)
                .invoke(backlog -> {
                    open = backlog.open();
                    oldest = backlog.oldest().orElse(null);
                })
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.warnf("nothing is measured: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /** Seconds since then; not a number when there is nothing to measure. */
    private double age(@Nullable Instant then) {
        return Optional.ofNullable(then)
                .map(each -> Duration.between(each, clock.instant()).toMillis() / 1000.0)
                .orElse(Double.NaN);
    }
}
