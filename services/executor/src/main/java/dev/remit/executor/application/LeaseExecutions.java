package dev.remit.executor.application;

import dev.remit.executor.application.Executions.Leased;
import dev.remit.executor.application.Executions.Lot;
import dev.remit.executor.application.PerformPlan.Performed;
import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Next;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Leases stored intents, as many as each target has room for, and sees each through: attempt, then
 * report. Set off at once when intents were committed, and every second for what another instance
 * left behind. Nothing is leased that cannot be worked on now, so a dead target makes lag and
 * nothing else.
 */
@Singleton
public class LeaseExecutions {
    private static final Logger LOG = Logger.getLogger(LeaseExecutions.class);

    /** How many executions that need no target are refused at a time. */
    private static final int REFUSALS = ReportExecutions.WAVE;

    /** Executions on unknown systems are looked for in every so many sweeps. */
    private static final int RARELY = 10;

    /** A lease of this instance, and until when it counts on it. */
    private record Held(Leased leased, Instant until) {
        boolean isOf(Leased other) {
            return leased.number() == other.number();
        }
    }

    private final Handoffs handoffs;
    private final Executions executions;
    private final PerformPlan performing;
    private final ReportExecutions reporting;
    private final StopPoints stops;
    private final Clock clock;
    private final Duration lease;
    private final Map<String, Target> targets = new TreeMap<>();
    private final Map<Lot, Lane> lanes = new LinkedHashMap<>();
    private final Lot elsewhere;
    private final Map<UUID, Held> held = new ConcurrentHashMap<>();
    private final DistributionSummary sizes;
    private int sweeps;

    LeaseExecutions(
            Handoffs handoffs,
            Executions executions,
            Targets targets,
            PerformPlan performing,
            ReportExecutions reporting,
            StopPoints stops,
            MeterRegistry meters,
            Clock clock,
            @ConfigProperty(name = "remit.executor.lease") Duration lease,
            @ConfigProperty(name = "remit.executor.concurrency") int concurrency) {
        if (concurrency < 1) {
            throw new IllegalArgumentException(
                    "remit.executor.concurrency is " + concurrency + ", at least 1 is needed");
        }
        this.handoffs = handoffs;
        this.executions = executions;
        this.performing = performing;
        this.reporting = reporting;
        this.stops = stops;
        this.clock = clock;
        this.lease = lease;
        this.sizes = meters.summary("remit.batch.size", "of", "leases");
        targets.all().forEach(each -> this.targets.put(each.system(), each));
        this.elsewhere = new Lot.Elsewhere(Set.copyOf(this.targets.keySet()));
        this.targets.keySet().forEach(system -> open(new Lot.On(system), concurrency));
        open(new Lot.Expired(), REFUSALS);
        open(elsewhere, REFUSALS);
        this.targets
                .keySet()
                .forEach(system ->
                        meters.gauge(
                                "remit.executor.in.flight",
                                Tags.of("system", system),
                                lane(new Lot.On(system)),
                                Lane::held));
    }

    /**
     * Leases what this transaction stored, as far as there is room, and begins with it when that is
     * committed. Where there is none, or a lease is under way, it is leased after that: this moment
     * is known by the changes' locks, which the transaction holds until then.
     */
    void take(Collection<Intent> intents, Outbox outbox) {
        Map<Lot, UUID> lots = new LinkedHashMap<>();
        intents.forEach(intent ->
                lots.putIfAbsent(
                        targets.containsKey(intent.target())
                                ? new Lot.On(intent.target())
                                : elsewhere,
                        // one transaction: one of its changes stands for all
                        intent.change()));
        lots.forEach((lot, change) -> take(lane(lot), change, outbox));
    }

    private void take(Lane lane, UUID change, Outbox outbox) {
        Instant asked = now();
        lane.expect(List.of(change));
        Optional<Lane.Request> found = lane.request(asked);
        if (found.isEmpty()) {
            return;
        }
        Lane.Request request = found.get();
        Set<UUID> others = new HashSet<>(request.after());
        others.remove(change);
        if (!others.isEmpty()) {
            lane.expect(others);
        }
        List<Leased> leases = new ArrayList<>();
        outbox.whenEnded(isCommitted -> {
            if (isCommitted) {
                leased(lane, request, leases, asked.plus(lease));
            } else {
                lane.notLeased(request);
            }
        });
        outbox.write(
                executions
                        .lease(lane.lot(), request.room(), lease, asked)
                        .invoke(leases::addAll)
                        .replaceWithVoid());
    }

    /** Leases what is due, prolongs what takes long, and asks the targets that were silent. */
    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> sweep() {
        boolean first = sweeps == 0;
        boolean rare = sweeps++ % RARELY == 0;
        lanes.values().stream().filter(lane -> first || lane.isStuck(now())).forEach(this::ask);
        List<Lot> lots =
                lanes.keySet().stream().filter(lot -> rare || !lot.equals(elsewhere)).toList();
        return prolong()
                .chain(() -> executions.due(lots, now()))
                .invoke(due ->
                        due.forEach(lot -> {
                            lane(lot).expect(List.of());
                            next(lane(lot));
                        }))
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.warnf("executions wait: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /** Each target's name, and why it does not answer; empty text while it does. */
    public Map<String, String> troubles() {
        Map<String, String> troubles = new TreeMap<>();
        targets.keySet()
                .forEach(system ->
                        troubles.put(system, lane(new Lot.On(system)).trouble().orElse("")));
        return troubles;
    }

    private void open(Lot lot, int width) {
        lanes.put(lot, new Lane(lot, width, ReportExecutions.WAVE));
    }

    private Lane lane(Lot lot) {
        Lane lane = lanes.get(lot);
        if (lane == null) {
            throw new IllegalArgumentException("no lane for " + lot);
        }
        return lane;
    }

    private void next(Lane lane) {
        Instant asked = now();
        lane.request(asked).ifPresent(request -> lease(lane, request, asked.plus(lease)));
    }

    private void lease(Lane lane, Lane.Request request, Instant until) {
        handoffs.transact(
                        request.after(),
                        outbox -> executions.lease(lane.lot(), request.room(), lease, now()))
                .subscribe()
                .with(
                        leases -> leased(lane, request, leases, until),
                        failure -> {
                            LOG.warnf("executions wait: %s", failure);
                            lane.notLeased(request);
                        });
    }

    private void leased(Lane lane, Lane.Request request, List<Leased> leases, Instant until) {
        sizes.record(leases.size());
        lane.leased(leases.size(), request);
        leases.forEach(each -> run(lane, each, until));
        next(lane);
    }

    private void run(Lane lane, Leased leased, Instant until) {
        UUID id = leased.intent().authorization();
        held.put(id, new Held(leased, until));
        Uni.createFrom()
                .voidItem()
                .invoke(() -> stops.reached(StopPoints.Point.INTENT))
                .chain(() -> performing.perform(leased, () -> isHeld(leased)))
                .onItemOrFailure()
                .invoke((performed, failure) -> performed(lane, performed))
                .chain(reporting::report)
                .onItemOrFailure()
                .invoke(() -> {
                    held.computeIfPresent(id, (_, mine) -> mine.isOf(leased) ? null : mine);
                    lane.reported();
                })
                .subscribe()
                .with(
                        done -> next(lane),
                        failure -> {
                            LOG.warnf(
                                    failure instanceof PerformPlan.Overtaken ? null : failure,
                                    "authorization %s is left to its next lease: %s",
                                    id,
                                    failure);
                            next(lane);
                        });
    }

    private void performed(Lane lane, @Nullable Performed performed) {
        lane.performed();
        if (performed != null && performed.answered() != null) {
            // an execution that needs no target may turn up in another lot's lane
            Lane of = lane(new Lot.On(performed.leased().intent().target()));
            if (performed.answered()) {
                of.answered();
            } else {
                of.silent(
                        switch (performed.last()) {
                            case Next.End(var report) -> report.reason();
                            case Next.Compensate(var failed, _) -> failed.reason();
                            case Next.Later(var reason, _) -> reason;
                        },
                        now());
            }
        }
        if (lane.isHalfEmpty()) {
            next(lane);
        }
    }

    private boolean isHeld(Leased leased) {
        Held mine = held.get(leased.intent().authorization());
        return mine != null && mine.isOf(leased) && now().isBefore(mine.until());
    }

    /** Prolongs the leases that have used up a third of their time. */
    private Uni<Void> prolong() {
        Instant asked = now();
        Instant soon = asked.plus(lease.multipliedBy(2).dividedBy(3));
        List<Leased> old = new ArrayList<>();
        held.values().stream()
                .filter(each -> each.until().isBefore(soon))
                .forEach(each -> old.add(each.leased()));
        if (old.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return executions
                .prolong(old, lease)
                .invoke(prolonged ->
                        old.stream()
                                .filter(each -> prolonged.contains(each.intent().authorization()))
                                .forEach(each ->
                                        held.computeIfPresent(
                                                each.intent().authorization(),
                                                (_, mine) ->
                                                        mine.isOf(each)
                                                                ? new Held(each, asked.plus(lease))
                                                                : mine)))
                .replaceWithVoid();
    }

    private void ask(Lane lane) {
        if (lane.lot() instanceof Lot.On(String system)) {
            Optional.ofNullable(targets.get(system))
                    .ifPresent(target ->
                            performing
                                    .ask(target)
                                    .subscribe()
                                    .with(
                                            trouble ->
                                                    trouble.ifPresentOrElse(
                                                            words -> lane.silent(words, now()),
                                                            lane::answered),
                                            failure ->
                                                    LOG.warnf(
                                                            "%s was not asked: %s",
                                                            system, failure)));
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
