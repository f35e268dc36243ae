package dev.remit.readiness.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.readiness.application.Readinesses.HeldFor;
import dev.remit.readiness.domain.Judgement;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/** Measures how many changes are held, for what, and since when; the same on every replica. */
@Singleton
public class MeasureHeld {
    private static final Logger LOG = Logger.getLogger(MeasureHeld.class);

    private final Handoffs handoffs;
    private final Readinesses readinesses;
    private final MultiGauge held;
    private volatile Duration oldest = Duration.ZERO;

    MeasureHeld(Handoffs handoffs, Readinesses readinesses, MeterRegistry meters) {
        this.handoffs = handoffs;
        this.readinesses = readinesses;
        this.held =
                MultiGauge.builder("remit.readiness.held")
                        .description("held changes by reason; a change can have several")
                        .register(meters);
        Gauge.builder("remit.readiness.held.oldest", () -> oldest.toSeconds())
                .description("age of the oldest held change, 0 when none is held")
                .baseUnit("seconds")
                .register(meters);
    }

    @Scheduled(every = "15s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> measure() {
        return handoffs.transact(List.of(), outbox -> readinesses.held())
                .invoke(this::show)
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.warnf("held changes are not measured: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private void show(List<HeldFor> all) {
        Map<String, Long> byReason = new TreeMap<>();
        Duration longest = Duration.ZERO;
        for (HeldFor each : all) {
            Judgement.reasons(each.reasons())
                    .forEach(reason -> byReason.merge(reason, each.changes(), Long::sum));
            longest = each.oldest().compareTo(longest) > 0 ? each.oldest() : longest;
        }
        oldest = longest;
        held.register(
                byReason.entrySet().stream()
                        .map(entry ->
                                MultiGauge.Row.of(
                                        Tags.of("reason", entry.getKey()), entry.getValue()))
                        .toList(),
                true);
    }
}
