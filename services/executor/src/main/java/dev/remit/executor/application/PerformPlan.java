package dev.remit.executor.application;

import dev.remit.executor.adapter.kafka.Messages;
import dev.remit.executor.adapter.postgres.ExecutionRow;
import dev.remit.executor.domain.Authorization;
import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.Report;
import dev.remit.executor.domain.TargetState;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.merkle.Hash;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Executes stored intents one by one: leases one, reads the target, does what is not yet so, reads
 * again, reports. An intent that was started before and not reported is decided by reading the
 * target, never by trying blindly.
 */
@Singleton
public class PerformPlan {
    private static final Logger LOG = Logger.getLogger(PerformPlan.class);
    private static final Duration RETRY = Duration.ofSeconds(5);

    /** A leased intent; interrupted when an earlier attempt started it. */
    private record Leased(ExecutionRow row, boolean interrupted, Instant startedAt) {}

    private final Handoffs handoffs;
    private final Target target;
    private final MeterRegistry meters;
    private final Duration lease;
    private final Duration pause;
    private final Clock clock = Clock.systemUTC();

    PerformPlan(
            Handoffs handoffs,
            Target target,
            MeterRegistry meters,
            @ConfigProperty(name = "remit.executor.lease") Duration lease,
            @ConfigProperty(name = "remit.executor.pause-after-target-call") Duration pause) {
        this.handoffs = handoffs;
        this.target = target;
        this.meters = meters;
        this.lease = lease;
        this.pause = pause;
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> next() {
        return lease().chain(
                        leased -> leased.map(this::execute).orElse(Uni.createFrom().voidItem()))
                .onFailure()
                .invoke(failure -> LOG.warnf("execution waits: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Optional<Leased>> lease() {
        return Panache.withSession(() -> ExecutionRow.count("state = 'INTENDED'"))
                .chain(count -> count == 0 ? Uni.createFrom().item(Optional.empty()) : leaseOne());
    }

    private Uni<Optional<Leased>> leaseOne() {
        return handoffs.transact(
                List.of(),
                outbox ->
                        ExecutionRow.<ExecutionRow>find(
                                        "state = 'INTENDED' and (leasedUntil is null or leasedUntil < ?1) order by expiresAt",
                                        outbox.now())
                                .page(0, 1)
                                .withLock(LockModeType.PESSIMISTIC_WRITE)
                                .firstResult()
                                .map(row -> {
                                    if (row == null) {
                                        return Optional.<Leased>empty();
                                    }
                                    boolean interrupted = row.startedAt != null;
                                    Instant startedAt =
                                            row.startedAt == null ? outbox.now() : row.startedAt;
                                    row.startedAt = startedAt;
                                    row.leasedUntil = outbox.now().plus(lease);
                                    return Optional.of(new Leased(row, interrupted, startedAt));
                                }));
    }

    private Uni<Void> execute(Leased leased) {
        ExecutionRow row = leased.row();
        Optional<Plan> plan = Messages.plan(row.plan);
        Authorization authorization =
                new Authorization(
                        row.account,
                        row.target,
                        row.planHash,
                        Hash.sha256(row.plan).hex(),
                        plan,
                        row.expiresAt);
        // what was begun in time may be ended: only a first attempt asks whether the authorization
        // still holds
        Optional<String> refusal =
                authorization.refusal(
                        target.system(), leased.interrupted() ? leased.startedAt() : now());
        if (refusal.isPresent() || plan.isEmpty()) {
            return report(leased, Report.refused(refusal.orElse("PLAN_UNREADABLE"), now()));
        }
        return perform(leased, plan.get())
                .onFailure(Target.Impossible.class)
                .recoverWithItem(impossible ->
                        Report.failed(
                                String.valueOf(impossible.getMessage()), leased.startedAt(), now()))
                .onItemOrFailure()
                .transformToUni((report, failure) ->
                        failure == null
                                ? report(leased, report)
                                : now().isAfter(row.expiresAt)
                                        ? report(
                                                leased,
                                                Report.failed(
                                                        "the target did not answer until the authorization ended",
                                                        leased.startedAt(),
                                                        now()))
                                        : later(leased, failure));
    }

    private Uni<Report> perform(Leased leased, Plan plan) {
        return target.read(plan.account())
                .chain(before ->
                        Multi.createFrom()
                                .iterable(plan.steps())
                                .onItem()
                                .transformToUniAndConcatenate(step ->
                                        before.satisfies(step)
                                                ? Uni.createFrom().voidItem()
                                                : perform(step, plan, before))
                                .collect()
                                .asList()
                                .chain(this::rest)
                                .chain(() -> target.read(plan.account()))
                                .map(after ->
                                        Report.of(
                                                plan,
                                                before,
                                                after,
                                                leased.interrupted(),
                                                leased.startedAt(),
                                                now())));
    }

    private Uni<Void> perform(Plan.Step step, Plan plan, TargetState before) {
        return switch (step) {
            case Plan.Step.DisableAccount disable -> target.disable(plan.account());
            case Plan.Step.EndSessions end -> target.endSessions(plan.account());
            case Plan.Step.LeaveGroups leave ->
                    Multi.createFrom()
                            .iterable(before.remaining(leave))
                            .onItem()
                            .transformToUniAndConcatenate(
                                    group -> target.leave(plan.account(), group))
                            .collect()
                            .asList()
                            .replaceWithVoid();
        };
    }

    private Uni<Void> rest() {
        return pause.isZero()
                ? Uni.createFrom().voidItem()
                : Uni.createFrom().voidItem().onItem().delayIt().by(pause);
    }

    private Uni<Void> report(Leased leased, Report report) {
        meters.counter("remit.executor.executed", "outcome", report.outcome().name()).increment();
        return target.actor()
                .chain(actor ->
                        handoffs.transact(
                                List.of(leased.row().changeId),
                                outbox ->
                                        ExecutionRow.<ExecutionRow>findById(
                                                        leased.row().authorizationId)
                                                .invoke(row -> {
                                                    if (row.state.equals("DONE")) {
                                                        return;
                                                    }
                                                    row.state = "DONE";
                                                    row.outcome = report.outcome().name();
                                                    row.reason = report.reason();
                                                    outbox.handOn(
                                                            row.changeId,
                                                            Messages.executed(
                                                                    row.changeId,
                                                                    row.authorizationId,
                                                                    row.planHash,
                                                                    actor,
                                                                    report),
                                                            row.cause);
                                                })))
                .replaceWithVoid();
    }

    private Uni<Void> later(Leased leased, Throwable failure) {
        LOG.warnf(
                "authorization %s waits for the target: %s", leased.row().authorizationId, failure);
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                ExecutionRow.<ExecutionRow>findById(leased.row().authorizationId)
                                        .invoke(row -> row.leasedUntil = outbox.now().plus(RETRY)))
                .replaceWithVoid();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
