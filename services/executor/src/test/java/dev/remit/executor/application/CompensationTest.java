package dev.remit.executor.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.remit.executor.application.StopPoints.Point;
import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Report;
import dev.remit.executor.domain.Report.Done;
import dev.remit.executor.domain.Report.Outcome;
import dev.remit.executor.domain.Report.Remainder;
import dev.remit.executor.domain.Report.StepReport;
import dev.remit.executor.domain.TargetState;
import dev.remit.handoff.halt.InForce;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A step fails for good: what was done is taken back, or somebody owes the rest. */
class CompensationTest {
    private static final TargetState BEFORE =
            new TargetState(true, 0, List.of(World.STAFF, World.SALES));
    private static final Intent.Terms TERMS =
            new Intent.Terms(
                    Optional.of("boss"),
                    "who is responsible for the AI that proposed it",
                    List.of(),
                    List.of(),
                    List.of());

    private final World world = new World();

    @Test
    void whatWasDoneIsTakenBackLastStepFirstAndReadBack() {
        never("leave a1 /staff");
        Intent intent = world.careful(world.acme, "a1");

        finish(world.instance(), intent);

        assertThat(world.acme.calls)
                .containsExactly(
                        "read a1",
                        "disable a1",
                        "leave a1 /sales",
                        "read a1",
                        "read a1",
                        "join a1 /sales",
                        "enable a1",
                        "read a1");
        assertThat(asSet(world.acme.accounts.get("a1"))).isEqualTo(asSet(BEFORE));
        Report report = onlyReport();
        assertThat(report.outcome()).isEqualTo(Outcome.COMPENSATED);
        assertThat(report.readBackMatches()).isFalse();
        assertThat(report.remainder()).isEmpty();
        assertThat(report.steps())
                .extracting(StepReport::step, StepReport::state, StepReport::undoes)
                .containsExactly(
                        tuple("disable-account", Done.DONE, Optional.empty()),
                        tuple("leave-groups", Done.FAILED, Optional.empty()),
                        tuple("join-groups", Done.DONE, Optional.of("leave-groups")),
                        tuple("enable-account", Done.DONE, Optional.of("disable-account")));
        assertThat(report.steps().get(2).after()).containsEntry("groups", "/sales,/staff");
        assertThat(report.reason())
                .isEqualTo("never leave a1 /staff; taken back: leave-groups, disable-account");
    }

    /** Kills at each point, one instance after the other; the last one lives. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "INTENT",
                "BEGUN",
                "CALL",
                "COMPENSATE",
                "COMPENSATE,CALL",
                "COMPENSATE,REPORT",
                "BEGUN,CALL,COMPENSATE,CALL,REPORT"
            })
    void whoSurvivesGoesOnRightlyFromEachPoint(String deaths) {
        never("leave a1 /staff");
        Intent intent = world.careful(world.acme, "a1");
        boolean first = true;
        for (Point point : Arrays.stream(deaths.split(",", -1)).map(Point::valueOf).toList()) {
            var dies = world.instanceThatDiesAt(point);
            if (first) {
                begin(dies, intent);
            }
            first = false;
            for (int n = 0; n < 3 && !dies.isDead(); n++) {
                next(dies);
            }
            World.until(dies::isDead);
        }

        finish(world.instance());

        assertThat(world.outcomes()).containsExactly(Outcome.COMPENSATED);
        assertThat(asSet(world.acme.accounts.get("a1"))).isEqualTo(asSet(BEFORE));
        assertThat(world.acme.calls).filteredOn("enable a1"::equals).hasSize(1);
        assertThat(world.acme.calls).filteredOn("disable a1"::equals).hasSize(1);
    }

    @Test
    void whatAnotherHadDoneBeforeIsNotTakenBackEvenAfterACrash() {
        Intent intent = world.careful(world.acme, "a1");
        world.acme.accounts.put("a1", new TargetState(false, 0, BEFORE.groups()));
        never("leave a1 /staff");
        var dies = world.instanceThatDiesAt(Point.CALL);
        begin(dies, intent);
        World.until(dies::isDead);

        finish(world.instance());

        assertThat(world.outcomes()).containsExactly(Outcome.COMPENSATED);
        assertThat(world.acme.accounts.get("a1").enabled()).isFalse();
        assertThat(onlyReport().steps().getFirst().state()).isEqualTo(Done.ALREADY_DONE);
    }

    @Test
    void aGroupThatSomebodyElseAddedMeanwhileKeepsNothingFromBeingTakenBack() {
        boolean[] added = {false};
        world.acme.after =
                call -> {
                    if (call.equals("leave a1 /staff") && !added[0]) {
                        added[0] = true;
                        world.acme.accounts.computeIfPresent(
                                "a1",
                                (_, was) ->
                                        new TargetState(
                                                was.enabled(), 0, List.of(World.EMERGENCY)));
                    }
                    return Uni.createFrom().voidItem();
                };

        finish(world.instance(), world.careful(world.acme, "a1"));

        assertThat(world.outcomes()).containsExactly(Outcome.COMPENSATED);
        TargetState now = world.acme.accounts.get("a1");
        assertThat(now.enabled()).isTrue();
        assertThat(now.groups())
                .containsExactlyInAnyOrder(World.STAFF, World.SALES, World.EMERGENCY);
        assertThat(onlyReport().reason()).contains("/emergency");
    }

    @Test
    void nothingMoreIsCalledOnceTheAuthorizationHasEnded() {
        passAfter("disable a1");

        finish(world.instance(), world.on(world.intent(world.acme, "a1"), TERMS));

        assertThat(world.acme.calls).containsExactly("read a1", "disable a1", "read a1");
        assertThat(world.outcomes()).containsExactly(Outcome.FAILED);
        assertThat(onlyReport().reason()).startsWith("EXPIRED");
        assertThat(onlyReport().remainder())
                .contains(
                        new Remainder(
                                List.of("disable-account"), Optional.of("boss"), TERMS.capacity()));
    }

    @Test
    void whatIsTakenBackIsTakenBackAfterTheAuthorizationHasEndedToo() {
        passAfter("leave a1 /sales");

        finish(world.instance(), world.careful(world.acme, "a1"));

        assertThat(world.acme.calls).doesNotContain("leave a1 /staff");
        assertThat(world.outcomes()).containsExactly(Outcome.COMPENSATED);
        assertThat(asSet(world.acme.accounts.get("a1"))).isEqualTo(asSet(BEFORE));
    }

    private void passAfter(String last) {
        world.acme.after =
                call -> {
                    if (call.equals(last)) {
                        world.clock.pass(Duration.ofHours(30));
                    }
                    return Uni.createFrom().voidItem();
                };
    }

    @Test
    void whoOwnedTheAccountOwnsItAgainWhenALaterStepFails() {
        never("disable a1");
        Intent intent = world.transfer(world.acme, "a1", "E8", "E9");

        finish(world.instance(), intent);

        assertThat(world.acme.calls)
                .containsSubsequence("own a1 E9", "read a1", "own a1 E8", "read a1");
        assertThat(world.acme.accounts.get("a1").owner()).isEqualTo("E8");
        Report report = onlyReport();
        assertThat(report.outcome()).isEqualTo(Outcome.COMPENSATED);
        assertThat(report.steps())
                .extracting(StepReport::step, StepReport::state, StepReport::undoes)
                .containsExactly(
                        tuple("set-owner", Done.DONE, Optional.empty()),
                        tuple("disable-account", Done.FAILED, Optional.empty()),
                        tuple("set-owner", Done.DONE, Optional.of("set-owner")));
        assertThat(report.steps().getLast().after()).containsEntry("owner", "E8");
    }

    @Test
    void anAccountThatSomebodyElseGaveAnotherOwnerIsNotTouched() {
        Intent intent = world.transfer(world.acme, "a1", "E8", "E9");
        world.acme.accounts.computeIfPresent("a1", (_, was) -> was.ownedBy("E7"));

        finish(world.instance(), intent);

        assertThat(world.acme.calls).containsOnly("read a1");
        assertThat(onlyReport().reason()).contains("owner expected 'E8', found 'E7'");
    }

    @Test
    void whatCannotBeTakenBackEitherIsOwed() {
        world.acme.before =
                call ->
                        call.equals("leave a1 /staff") || call.equals("enable a1")
                                ? failing(call)
                                : Uni.createFrom().voidItem();

        finish(world.instance(), world.on(world.careful(world.acme, "a1"), TERMS));

        assertThat(world.outcomes()).containsExactly(Outcome.FAILED);
        assertThat(onlyReport().remainder())
                .contains(
                        new Remainder(
                                List.of("disable-account"), Optional.of("boss"), TERMS.capacity()));
        assertThat(onlyReport().reason())
                .isEqualTo(
                        "never leave a1 /staff; taken back: leave-groups; left half done: disable-account; never enable a1");
    }

    @Test
    void oneThatCannotBeTakenBackKeepsNoOtherFromBeing() {
        world.acme.before =
                call ->
                        call.equals("leave a1 /staff") || call.equals("join a1 /sales")
                                ? failing(call)
                                : Uni.createFrom().voidItem();

        finish(world.instance(), world.on(world.careful(world.acme, "a1"), TERMS));

        assertThat(world.acme.accounts.get("a1").enabled()).isTrue();
        assertThat(world.outcomes()).containsExactly(Outcome.FAILED);
        assertThat(onlyReport().remainder())
                .contains(
                        new Remainder(
                                List.of("leave-groups"), Optional.of("boss"), TERMS.capacity()));
        assertThat(onlyReport().reason())
                .isEqualTo(
                        "never leave a1 /staff; taken back: disable-account; left half done: leave-groups; never join a1 /sales");
    }

    @Test
    void whatSomebodyDidAfterAnAttemptThatTouchedNothingIsNotTakenBack() {
        Intent intent = world.careful(world.acme, "a1");
        world.acme.before =
                call -> {
                    if (call.equals("read a1")) {
                        world.halt("mesh");
                    }
                    return Uni.createFrom().voidItem();
                };
        var instance = world.instance();
        begin(instance, intent);
        assertThat(world.waiting()).isEqualTo(1);
        assertThat(world.statements).containsEntry("begin", 1);
        assertThat(world.acme.calls).containsExactly("read a1");

        world.acme.accounts.put("a1", new TargetState(false, 0, BEFORE.groups()));
        world.halted = InForce.NONE;
        never("leave a1 /sales");
        finish(instance);

        assertThat(world.outcomes()).containsExactly(Outcome.FAILED);
        assertThat(world.acme.calls).doesNotContain("enable a1");
        assertThat(world.acme.accounts.get("a1").enabled()).isFalse();
        assertThat(onlyReport().remainder()).isEmpty();
    }

    @Test
    void aDemotionAfterACrashBeforeTheFirstCallLeavesItToAPerson() {
        var dies = world.instanceThatDiesAt(Point.INTENT);
        begin(dies, world.careful(world.acme, "a1"));
        World.until(dies::isDead);
        world.halt("own/leavers");

        var instance = world.instance();
        next(instance);
        next(instance);

        assertThat(world.acme.calls).containsOnly("read a1");
        assertThat(world.handedOn).isEmpty();
        assertThat(world.waiting()).isEqualTo(1);
    }

    @Test
    void aTargetThatIsSilentIsAskedAgainUntilItIsTakenBack() {
        never("leave a1 /staff");
        var instance = world.instance();
        boolean[] silent = {true};
        world.acme.before =
                call ->
                        call.equals("leave a1 /staff")
                                ? failing(call)
                                : call.equals("enable a1") && silent[0]
                                        ? Uni.createFrom().failure(new Target.Silent("no answer"))
                                        : Uni.createFrom().voidItem();
        begin(instance, world.careful(world.acme, "a1"));
        next(instance);
        next(instance);
        assertThat(world.acme.calls).contains("join a1 /sales");
        world.clock.pass(Duration.ofHours(30));
        assertThat(world.handedOn).isEmpty();
        silent[0] = false;

        finish(world.instance());

        assertThat(world.outcomes()).containsExactly(Outcome.COMPENSATED);
    }

    @Test
    void aHaltThatLastsUntilTheEndLeavesNothingHalfDone() {
        haltAfter("disable a1");

        finish(world.instance(), world.careful(world.acme, "a1"));

        assertThat(world.halted).isNotEqualTo(InForce.NONE);
        assertThat(world.outcomes()).containsExactly(Outcome.COMPENSATED);
        assertThat(asSet(world.acme.accounts.get("a1"))).isEqualTo(asSet(BEFORE));
        assertThat(onlyReport().reason())
                .startsWith("EXPIRED")
                .endsWith("taken back: disable-account");
    }

    @Test
    void whereNothingIsTakenBackAHaltUntilTheEndLeavesTheRestToSomebodyByName() {
        haltAfter("disable a1");

        finish(world.instance(), world.on(world.intent(world.acme, "a1"), TERMS));

        assertThat(world.outcomes()).containsExactly(Outcome.FAILED);
        assertThat(onlyReport().remainder())
                .contains(
                        new Remainder(
                                List.of("disable-account"), Optional.of("boss"), TERMS.capacity()));
    }

    @Test
    void whoTookItOnAndDidHalfOwesTheRest() {
        Intent intent = world.on(world.assisted(world.acme, "a1"), TERMS);
        var instance = world.instance();
        instance.receives(intent);
        World.until(() -> world.leased() == 1);
        assertThat(take(intent, "p1")).isEqualTo(new TakeOnExecution.Taken.Yours());
        world.acme.accounts.put("a1", new TargetState(false, 0, BEFORE.groups()));
        world.clock.pass(Duration.ofHours(2));

        finish(instance);

        assertThat(world.outcomes()).containsExactly(Outcome.FAILED);
        assertThat(onlyReport().remainder())
                .contains(
                        new Remainder(
                                List.of("disable-account"), Optional.of("p1"), "who took it on"));
    }

    @Test
    void whatFailedUntouchedIsOwedByNobody() {
        never("disable a1");

        finish(world.instance(), world.on(world.careful(world.acme, "a1"), TERMS));

        assertThat(world.outcomes()).containsExactly(Outcome.FAILED);
        assertThat(onlyReport().remainder()).isEmpty();
    }

    @Test
    void whoMayNotExecuteCannotTakeItOn() {
        Intent intent =
                world.on(
                        world.assisted(world.acme, "a1"),
                        new Intent.Terms(
                                Optional.empty(),
                                "",
                                List.of("p2"),
                                List.of(
                                        new Intent.Barred("p2", "executor-apart@1", "approved it"),
                                        new Intent.Barred(
                                                "p3",
                                                "executor-apart@1",
                                                "proposed it",
                                                Optional.of("W-p4"))),
                                List.of()));
        world.instance().receives(intent);
        World.until(() -> world.leased() == 1);

        assertThat(take(intent, "p2"))
                .isEqualTo(new TakeOnExecution.Taken.Barred("executor-apart@1", "approved it"));
        assertThat(take(intent, "p4"))
                .as("another account of who proposed it")
                .isEqualTo(new TakeOnExecution.Taken.Barred("executor-apart@1", "proposed it"));
        assertThat(take(intent, "p1")).isEqualTo(new TakeOnExecution.Taken.Yours());
    }

    @Test
    void whoCannotBeLookedUpTakesNothingOn() {
        Intent intent = world.on(world.assisted(world.acme, "a1"), TERMS);
        world.instance().receives(intent);
        World.until(() -> world.leased() == 1);

        assertThat(
                        new TakeOnExecution(
                                        world.executions,
                                        _ ->
                                                Uni.createFrom()
                                                        .item(
                                                                new Workers.Known.Stranger(
                                                                        "elsewhere")),
                                        world.clock)
                                .takeOn(intent.change(), "p1")
                                .await()
                                .atMost(World.PATIENCE))
                .isEqualTo(new TakeOnExecution.Taken.Stranger("elsewhere"));
        assertThat(take(intent, "p2")).isEqualTo(new TakeOnExecution.Taken.Yours());
    }

    private TakeOnExecution.Taken take(Intent intent, String person) {
        return new TakeOnExecution(world.executions, world::workerOf, world.clock)
                .takeOn(intent.change(), person)
                .await()
                .atMost(World.PATIENCE);
    }

    private void never(String impossible) {
        world.acme.before =
                call -> call.equals(impossible) ? failing(call) : Uni.createFrom().voidItem();
    }

    private static Uni<Void> failing(String call) {
        return Uni.createFrom().failure(new Target.Impossible("never " + call));
    }

    private void haltAfter(String last) {
        world.acme.before =
                call -> {
                    if (call.equals(last)) {
                        world.halt("mesh");
                    }
                    return Uni.createFrom().voidItem();
                };
    }

    /** Sweeps, time going on, until nothing is open any more. */
    private void finish(World.Instance instance, Intent... intents) {
        if (intents.length > 0) {
            begin(instance, intents);
        }
        while (world.open() > 0) {
            next(instance);
        }
    }

    /** The first attempt that an arrival sets off, to its end. */
    private void begin(World.Instance instance, Intent... intents) {
        int leases = world.statements.getOrDefault("lease", 0);
        instance.receives(intents);
        World.until(() -> world.statements.getOrDefault("lease", 0) > leases);
        // it is leased before it counts as in flight
        World.until(() -> instance.isDead() || world.isTried());
        rest(instance);
    }

    /** One more attempt, to its end; its lease would be over by then. */
    private void next(World.Instance instance) {
        world.clock.pass(World.LEASE.plusSeconds(1));
        instance.sweeps();
        rest(instance);
    }

    private static void rest(World.Instance instance) {
        World.until(() -> instance.isDead() || instance.inFlight() == 0);
    }

    private Report onlyReport() {
        assertThat(world.handedOn).hasSize(1);
        return world.handedOn.getFirst().report();
    }

    private static Set<Object> asSet(TargetState state) {
        return Set.of(state.enabled(), Set.copyOf(state.groups()));
    }
}
