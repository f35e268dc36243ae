package dev.remit.executor.application;

import dev.remit.executor.application.Executions.Leased;
import dev.remit.executor.domain.Attempt;
import dev.remit.executor.domain.Call;
import dev.remit.executor.domain.Finding;
import dev.remit.executor.domain.Next;
import dev.remit.executor.domain.Order;
import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.Report;
import dev.remit.executor.domain.TargetState;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.loop.Handoffs;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a leased execution: reads the target, makes the calls that are missing, reads
 * again. What it led to is to be reported; only what it is about to do is stored before, where the
 * plan takes steps back.
 */
@Singleton
public class PerformPlan {
    private static final Logger LOG = Logger.getLogger(PerformPlan.class);

    /** Who reports when no target was asked. */
    public static final String EXECUTOR = "executor";

    /**
     * An attempt that is over.
     *
     * @param actor immutable id of who acted: in the target, or of the person who executes
     * @param answered whether the target's last call was answered; null if none was made
     * @param ends when what it granted is to be taken away
     * @param due when what it took away was to end, even if a person ended it before
     */
    public record Performed(
            Leased leased,
            Next.Last last,
            String actor,
            @Nullable Boolean answered,
            Optional<Instant> ends,
            Optional<Instant> due) {}

    /** The lease ran out: somebody else may be at work, so nothing more is done or reported. */
    static final class Overtaken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Overtaken() {
            super("the lease ran out", null, false, false);
        }
    }

    /** A person has halted what the change is in: what is done is done, nothing more is. */
    static final class Halted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Halted(String words) {
            super("halted: " + words, null, false, false);
        }
    }

    /** An attempt under way; lives on one thread at a time. */
    private static final class Work {
        private final Leased leased;
        private final Optional<Target> target;
        private final Attempt attempt;
        private final BooleanSupplier held;
        private String actor;
        private boolean touched;
        private @Nullable Boolean answered;

        /** The id of the account that this plan has made: of no other, whatever is found. */
        private String made = "";

        /** Whether the target said that it has made it, and it was not removed again since. */
        private boolean isMade;

        Work(Leased leased, Optional<Target> target, Attempt attempt, BooleanSupplier held) {
            this.leased = leased;
            this.target = target;
            this.attempt = attempt;
            this.held = held;
            this.actor =
                    attempt instanceof Attempt.Ending ? EXECUTOR : leased.person().orElse(EXECUTOR);
        }

        Target target() {
            return target.orElseThrow();
        }

        Optional<Plan.Step.CreateAccount> creation() {
            return attempt.order().plan().flatMap(Plan::creation);
        }

        /** The account to call for; one that the plan makes is not known before that. */
        String account() {
            if (creation().isEmpty()) {
                return leased.intent().account();
            }
            if (made.isEmpty()) {
                throw new Target.Impossible("the account that the plan makes is not there");
            }
            return made;
        }

        /** Nothing is ever done to an account that is not exactly as it was to be made. */
        void found(Plan.Step.CreateAccount account, TargetState state) {
            if (isMade && !state.there()) {
                // it lists later what it has made
                throw new Target.Silent(
                        target().system() + " does not show the account that it has made");
            }
            made =
                    state.standing(account) == TargetState.Standing.AFTER
                            ? state.identity().id()
                            : "";
        }
    }

    private final Targets targets;
    private final Plans plans;
    private final Handoffs handoffs;
    private final Executions executions;
    private final WatchHalts halts;
    private final StopPoints stops;
    private final MeterRegistry meters;
    private final Clock clock;
    private final Duration patience;

    PerformPlan(
            Targets targets,
            Plans plans,
            Handoffs handoffs,
            Executions executions,
            WatchHalts halts,
            StopPoints stops,
            MeterRegistry meters,
            Clock clock,
            @ConfigProperty(name = "remit.executor.call-timeout") Duration patience) {
        this.targets = targets;
        this.plans = plans;
        this.handoffs = handoffs;
        this.executions = executions;
        this.halts = halts;
        this.stops = stops;
        this.meters = meters;
        this.clock = clock;
        this.patience = patience;
    }

    /**
     * Makes the attempt.
     *
     * @param held whether the lease still holds; asked before each call that changes something
     * @return what it led to; fails with {@link Overtaken} if the lease does not hold
     */
    public Uni<Performed> perform(Leased leased, BooleanSupplier held) {
        return Uni.createFrom()
                .deferred(() -> {
                    Optional<Target> target = targets.find(leased.intent().target());
                    Order order =
                            new Order(
                                    leased.intent(),
                                    plans.read(leased.intent().plan()),
                                    target.map(Target::abilities),
                                    target.map(Target::readable).orElse(Set.of()));
                    return goOn(
                            new Work(leased, target, attempt(leased, order), held),
                            new Finding.Nothing());
                });
    }

    private static Attempt attempt(Leased leased, Order order) {
        if (leased.ends().isPresent()) {
            return new Attempt.Ending(order, leased.startedAt());
        }
        if (leased.intent().assisted()) {
            return new Attempt.Watched(order, leased.startedAt(), leased.person());
        }
        if (leased.undo().isPresent()) {
            return new Attempt.Compensating(
                    order,
                    leased.startedAt(),
                    leased.undo().get().failed(),
                    leased.undo().get().steps());
        }
        // what was not kept as begun was not touched
        return (takesBack(order) ? leased.begun().isPresent() : leased.interrupted())
                ? new Attempt.Again(order, leased.startedAt(), leased.begun())
                : new Attempt.First(order, leased.startedAt());
    }

    private static boolean takesBack(Order order) {
        return order.plan().filter(each -> !each.compensations().isEmpty()).isPresent();
    }

    /** Asks a system whether it answers; returns why it does not, empty if it does. */
    Uni<Optional<String>> ask(Target target) {
        return target.ask()
                .ifNoItem()
                .after(patience)
                .fail()
                .map(answer -> Optional.<String>empty())
                .onFailure()
                .recoverWithItem(failure ->
                        failure instanceof Target.Impossible
                                ? Optional.empty()
                                : Optional.of(words(failure)));
    }

    private Uni<Performed> goOn(Work work, Finding finding) {
        return switch (Attempt.decide(work.attempt, finding, now())) {
            case Next.Read _ ->
                    found(
                            work,
                            (work.attempt instanceof Attempt.Watched
                                            ? read(work)
                                            : actor(work).chain(() -> read(work)))
                                    .map(Finding.Found::new));
            case Next.Perform(TargetState before, List<Call> calls) ->
                    found(work, begin(work, before).chain(() -> perform(work, before, calls)));
            case Next.Last last ->
                    Uni.createFrom()
                            .item(
                                    new Performed(
                                            work.leased,
                                            last,
                                            work.actor,
                                            work.answered,
                                            ends(work, last),
                                            due(work)));
        };
    }

    private static Optional<Instant> due(Work work) {
        return work.leased
                .early()
                .flatMap(_ -> work.leased.intent().ends(work.attempt.order().plan()))
                .or(work.leased::ends);
    }

    /**
     * When what may have been granted is to be taken away: at its time, or at once if the execution
     * failed. Nothing was granted by one that was refused.
     */
    private static Optional<Instant> ends(Work work, Next.Last last) {
        if (!(last instanceof Next.End(Report report))
                || work.attempt instanceof Attempt.Ending
                || report.outcome() == Report.Outcome.REFUSED) {
            return Optional.empty();
        }
        return work.leased
                .intent()
                .ends(work.attempt.order().plan())
                .map(due ->
                        report.outcome() == Report.Outcome.SUCCEEDED
                                        || due.isBefore(report.completedAt())
                                ? due
                                : report.completedAt());
    }

    /** Goes on with what the target says, or with what kept it from saying it. */
    private Uni<Performed> found(Work work, Uni<? extends Finding> finding) {
        return finding.<Finding>map(each -> each)
                .onFailure(failure -> !(failure instanceof Overtaken))
                .recoverWithItem(failure -> obstacle(work, failure))
                .chain(each -> goOn(work, each));
    }

    private Finding obstacle(Work work, Throwable failure) {
        if (failure instanceof Target.Gone && work.attempt instanceof Attempt.Ending) {
            return new Finding.Found(TargetState.GONE);
        }
        if (failure instanceof Target.Impossible) {
            return new Finding.Impossible(words(failure), work.touched);
        }
        LOG.warnf(
                failure instanceof Target.Silent
                                || failure instanceof TimeoutException
                                || failure instanceof Halted
                        ? null
                        : failure,
                "authorization %s waits for %s: %s",
                work.leased.intent().authorization(),
                work.leased.intent().target(),
                words(failure));
        return new Finding.Unanswered(words(failure), work.touched);
    }

    private Uni<String> actor(Work work) {
        return call(work, "actor", work.target().actor()).invoke(actor -> work.actor = actor);
    }

    /** For a plan that removes the account, one that is not there is as it is to be. */
    private Uni<TargetState> read(Work work) {
        if (work.creation().isPresent()) {
            Plan.Step.CreateAccount account = work.creation().get();
            return call(work, "find", work.target().find(account))
                    .invoke(state -> work.found(account, state));
        }
        Uni<TargetState> state =
                call(
                        work,
                        "read",
                        has(work, Plan.Step.RotateSecret.class)
                                ? work.target().readWithSecret(work.account())
                                : work.target().read(work.account()));
        return has(work, Plan.Step.DeleteAccount.class)
                ? state.onFailure(Target.Gone.class).recoverWithItem(TargetState.GONE)
                : state;
    }

    private static boolean has(Work work, Class<? extends Plan.Step> step) {
        return work.attempt.order().plan().stream()
                .flatMap(plan -> plan.steps().stream())
                .anyMatch(step::isInstance);
    }

    /**
     * Keeps which steps are about to be done, so that no other attempt takes back what somebody
     * else has done.
     */
    private Uni<Void> begin(Work work, TargetState before) {
        if (!takesBack(work.attempt.order())
                || !(work.attempt instanceof Attempt.First)
                || work.leased.begun().isPresent()) {
            return Uni.createFrom().voidItem();
        }
        return handoffs.transact(
                        List.of(),
                        _ ->
                                executions.begin(
                                        work.leased.intent().authorization(),
                                        work.leased.number(),
                                        work.attempt.undone(before)))
                .chain(begun ->
                        begun
                                ? Uni.createFrom().voidItem()
                                : Uni.createFrom().failure(new Overtaken()))
                .invoke(() -> stops.reached(StopPoints.Point.BEGUN));
    }

    /**
     * Makes the calls one after the other until one is impossible, then reads again. Of those that
     * take steps back, one that is impossible keeps no other from being made.
     */
    private Uni<Finding.ReadBack> perform(Work work, TargetState before, List<Call> calls) {
        List<String> never = new ArrayList<>();
        return Multi.createFrom()
                .iterable(calls)
                .onItem()
                .transformToUniAndConcatenate(call ->
                        work.attempt instanceof Attempt.Compensating
                                ? change(work, call)
                                        .onFailure(Target.Impossible.class)
                                        .invoke(failure -> never.add(words(failure)))
                                        .onFailure(Target.Impossible.class)
                                        .recoverWithNull()
                                : unlessHalted(work, call))
                .collect()
                .asList()
                .map(done ->
                        Optional.of(String.join("; ", never)).filter(words -> !words.isEmpty()))
                .onFailure(Target.Impossible.class)
                .recoverWithItem(failure -> Optional.of(words(failure)))
                .invoke(() -> stops.reached(StopPoints.Point.CALL))
                .chain(obstacle ->
                        read(work).map(after -> new Finding.ReadBack(before, after, obstacle)));
    }

    /**
     * Each call is a step that is finished; before the next one, halts are asked for, and whether
     * the authorization holds still.
     */
    private Uni<Void> unlessHalted(Work work, Call call) {
        if (work.attempt instanceof Attempt.Ending) {
            return change(work, call);
        }
        return halts.against(against(work))
                .chain(halt ->
                        halt.isPresent()
                                ? Uni.createFrom().failure(new Halted(halt.get()))
                                : Attempt.ended(work.attempt, now())
                                        .<Uni<Void>>map(reason ->
                                                Uni.createFrom()
                                                        .failure(new Target.Impossible(reason)))
                                        .orElseGet(() -> change(work, call)));
    }

    /** What keeps a call from being made; before the first one, a demotion does too. */
    private static Set<String> against(Work work) {
        Set<String> scopes = new LinkedHashSet<>(work.leased.intent().scopes());
        if (!work.touched && work.attempt instanceof Attempt.First) {
            scopes.addAll(Scopes.own(scopes));
        }
        return scopes;
    }

    private Uni<Void> change(Work work, Call call) {
        if (!work.held.getAsBoolean()) {
            return Uni.createFrom().failure(new Overtaken());
        }
        work.touched = true;
        Target target = work.target();
        return Uni.createFrom().deferred(() -> change(work, target, call));
    }

    private Uni<Void> change(Work work, Target target, Call call) {
        return switch (call) {
            case Call.Create(var account) ->
                    call(work, "create", target.create(account))
                            .invoke(id -> {
                                work.made = id;
                                work.isMade = true;
                            })
                            .replaceWithVoid();
            case Call.Disable _ -> call(work, "disable", target.disable(work.account()));
            case Call.Enable _ -> call(work, "enable", target.enable(work.account()));
            case Call.SetManager(var manager) ->
                    call(work, "set-manager", target.setManager(work.account(), manager));
            case Call.SetOwner(var owner) ->
                    call(work, "set-owner", target.setOwner(work.account(), owner));
            case Call.ByHand(var what) ->
                    Uni.createFrom().failure(new Target.Impossible("only a person can " + what));
            case Call.Delete _ -> call(work, "delete", target.delete(work.account()));
            case Call.EndSessions _ ->
                    call(work, "end-sessions", target.endSessions(work.account()));
            case Call.Join(var group) -> call(work, "join", target.join(work.account(), group));
            case Call.Leave(var group) -> call(work, "leave", target.leave(work.account(), group));
        };
    }

    /** A call to the target: bounded in time, measured, and noted whether it was answered. */
    private <T> Uni<T> call(Work work, String name, Uni<T> call) {
        return Uni.createFrom()
                .deferred(() -> {
                    Timer.Sample sample = Timer.start(meters);
                    return call.ifNoItem()
                            .after(patience)
                            .fail()
                            .onItemOrFailure()
                            .invoke((item, failure) -> {
                                work.answered =
                                        failure == null || failure instanceof Target.Impossible;
                                sample.stop(
                                        meters.timer(
                                                "remit.executor.target.call",
                                                "system",
                                                work.target().system(),
                                                "call",
                                                name,
                                                "answered",
                                                String.valueOf(work.answered)));
                            });
                });
    }

    /** In plain words, and without what a foreign exception's text may hold. */
    private String words(Throwable failure) {
        return failure instanceof Target.Impossible
                        || failure instanceof Target.Silent
                        || failure instanceof Halted
                ? String.valueOf(failure.getMessage())
                : failure instanceof TimeoutException
                        ? "no answer within " + patience.toMillis() + " ms"
                        : failure.getClass().getSimpleName();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
