package dev.remit.executor.application;

import dev.remit.executor.application.Executions.Settlement;
import dev.remit.executor.application.PerformPlan.Performed;
import dev.remit.executor.domain.Next;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Waves;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Attempts are over: what they led to is settled and handed on in waves, each one transaction. A
 * wave takes what finished while the one before was committed; when there is much to do, it waits a
 * few milliseconds more.
 */
@Singleton
public class ReportExecutions {
    /** How many one wave takes. */
    static final int WAVE = 200;

    private static final Logger LOG = Logger.getLogger(ReportExecutions.class);
    private static final Duration GATHERING = Duration.ofMillis(5);
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Handoffs handoffs;
    private final Executions executions;
    private final Reports reports;
    private final StopPoints stops;
    private final MeterRegistry meters;
    private final Waves<Performed, Performed> waves = new Waves<>(WAVE, GATHERING, this::settle);

    ReportExecutions(
            Handoffs handoffs,
            Executions executions,
            Reports reports,
            StopPoints stops,
            MeterRegistry meters) {
        this.handoffs = handoffs;
        this.executions = executions;
        this.reports = reports;
        this.stops = stops;
        this.meters = meters;
    }

    /**
     * Reports an attempt with the next wave.
     *
     * @return done when that is committed, or given up: then the lease runs out and the target is
     *     read again
     */
    public Uni<Void> report(Performed performed) {
        return waves.add(performed)
                .onFailure()
                .invoke(failure ->
                        LOG.warnf(
                                failure,
                                "the report of authorization %s could not be committed",
                                performed.leased().intent().authorization()))
                .onFailure()
                .recoverWithItem(performed)
                .replaceWithVoid();
    }

    private Uni<List<Performed>> settle(List<Performed> wave) {
        meters.summary("remit.batch.size", "of", "reports").record(wave.size());
        List<UUID> ending =
                wave.stream()
                        .filter(each -> each.last() instanceof Next.End)
                        .map(each -> each.leased().intent().change())
                        .toList();
        List<Settlement> settlements =
                wave.stream()
                        .map(each ->
                                new Settlement(
                                        each.leased().intent().authorization(),
                                        each.leased().number(),
                                        each.last(),
                                        each.ends()))
                        .toList();
        return handoffs.transact(
                        ending,
                        outbox ->
                                executions
                                        .settle(settlements, RETRY)
                                        .invoke(settled -> handOn(wave, settled, outbox)))
                .invoke(settled -> committed(wave, settled))
                .replaceWith(wave);
    }

    private void handOn(List<Performed> wave, Set<UUID> settled, Outbox outbox) {
        for (Performed each : wave) {
            if (each.last() instanceof Next.End(var report)
                    && settled.contains(each.leased().intent().authorization())) {
                each.due()
                        .ifPresentOrElse(
                                due ->
                                        reports.ended(
                                                outbox,
                                                each.leased().intent(),
                                                each.actor(),
                                                due,
                                                each.leased()
                                                        .early()
                                                        .map(report::because)
                                                        .orElse(report)),
                                () ->
                                        reports.handOn(
                                                outbox,
                                                each.leased().intent(),
                                                each.actor(),
                                                each.leased().worker(),
                                                report));
            }
        }
    }

    private void committed(List<Performed> wave, Set<UUID> settled) {
        stops.reached(StopPoints.Point.REPORT);
        if (wave.stream().anyMatch(each -> each.last() instanceof Next.Compensate)) {
            stops.reached(StopPoints.Point.COMPENSATE);
        }
        for (Performed each : wave) {
            if (!settled.contains(each.leased().intent().authorization())) {
                LOG.warnf(
                        "authorization %s was taken on by another instance",
                        each.leased().intent().authorization());
            } else if (each.last() instanceof Next.End(var report)) {
                (each.leased().ends().isPresent()
                                ? meters.counter("remit.executor.grants.ended")
                                : meters.counter(
                                        "remit.executor.executed",
                                        "outcome",
                                        report.outcome().name()))
                        .increment();
            }
        }
    }
}
