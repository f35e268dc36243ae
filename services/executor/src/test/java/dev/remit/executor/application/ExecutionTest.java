package dev.remit.executor.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.executor.application.StopPoints.Point;
import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Report.Done;
import dev.remit.executor.domain.Report.Outcome;
import dev.remit.executor.domain.Report.StepReport;
import dev.remit.executor.domain.TargetState;
import dev.remit.handoff.halt.InForce;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From an authorization's arrival to its report, with everything that can happen in between. */
class ExecutionTest {
    private static final Duration MOMENT = Duration.ofMillis(1);
    private final World world = new World();

    @Test
    void anAuthorizationIsExecutedAsSoonAsItIsStored() {
        world.instance().receives(world.intent(world.acme, "a1"));

        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
        assertThat(world.handedOn.getFirst().actor()).isEqualTo("actor-of-keycloak:acme");
        assertThat(world.acme.calls)
                .containsExactly(
                        "read a1", "disable a1", "leave a1 /sales", "leave a1 /staff", "read a1");
    }

    @Test
    void inAssistNothingIsCalledAndThePersonWhoTookItOnIsReported() {
        Intent intent = world.assisted(world.acme, "a1");
        var instance = world.instance();
        instance.receives(intent);
        World.until(() -> world.leased() == 1);
        world.clock.pass(World.LEASE.multipliedBy(2));
        instance.sweeps();
        assertThat(world.acme.calls).isEmpty();

        var taking = new TakeOnExecution(world.executions, world::workerOf, world.clock);
        assertThat(taking.takeOn(intent.change(), "p1").await().indefinitely())
                .isEqualTo(new TakeOnExecution.Taken.Yours());
        assertThat(taking.takeOn(intent.change(), "p2").await().indefinitely())
                .isEqualTo(new TakeOnExecution.Taken.Others());
        assertThat(taking.takeOn(new java.util.UUID(9, 9), "p1").await().indefinitely())
                .isEqualTo(new TakeOnExecution.Taken.None());

        world.acme.accounts.put("a1", new TargetState(false, 0, List.of()));
        world.clock.pass(World.LEASE.multipliedBy(2));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
        assertThat(world.handedOn.getFirst().actor()).isEqualTo("p1");
        assertThat(world.reportedWorkers).containsEntry(intent.change(), "W-p1");
        assertThat(world.acme.calls).containsOnly("read a1");
    }

    @Test
    void whatIsGrantedForATimeIsTakenAwayThenOnceWhoeverIsThereToDoIt() {
        Intent intent = world.grant(world.acme, "a1", false);
        world.instance().receives(intent);
        World.until(() -> world.handedOn.size() == 1);
        assertThat(world.acme.accounts.get("a1").groups()).contains(World.EMERGENCY);
        assertThat(world.handedOn.getFirst().report().steps())
                .extracting(StepReport::state)
                .containsExactly(Done.DONE, Done.SKIPPED);
        world.clock.pass(Duration.ofHours(2).minusSeconds(1));
        world.instance().sweeps();
        assertThat(world.acme.accounts.get("a1").groups()).contains(World.EMERGENCY);

        world.halt("mesh");
        world.clock.pass(Duration.ofSeconds(2));
        var dies = world.instanceThatDiesAt(Point.CALL);
        dies.leases.sweep().await().atMost(World.PATIENCE);
        World.until(dies::isDead);
        assertThat(world.acme.accounts.get("a1").groups()).doesNotContain(World.EMERGENCY);
        assertThat(world.handedOn).as("nobody has told yet").hasSize(1);
        world.clock.pass(World.LEASE.multipliedBy(2));
        world.instance().sweeps();
        World.until(() -> world.open() == 0);
        world.clock.pass(Duration.ofHours(9));
        world.instance().sweeps();
        world.instance().receives(intent);

        assertThat(world.handedOn).hasSize(2);
        assertThat(world.handedOn.getLast().ended())
                .contains(intent.authorizedAt().plus(Duration.ofHours(2)));
        assertThat(world.acme.calls).filteredOn(each -> each.startsWith("leave")).hasSize(1);
        assertThat(world.acme.accounts.get("a1").groups())
                .containsExactly(World.SALES, World.STAFF);
    }

    @Test
    void whoHoldsAGrantEndsItAndItIsTakenAwayAtOnceAndSaidByWhomAndWhy() {
        Intent intent = world.grant(world.acme, "a1", false);
        world.instance().receives(intent);
        World.until(() -> world.handedOn.size() == 1);
        EndGrant ending = new EndGrant(world.executions);
        assertThat(end(ending, intent, "stranger", false)).isEqualTo(new EndGrant.Ended.NotYours());
        world.clock.pass(Duration.ofMinutes(30));
        world.instance().sweeps();
        assertThat(world.acme.accounts.get("a1").groups()).contains(World.EMERGENCY);

        world.halt("mesh");
        assertThat(end(ending, intent, "a1", false)).isEqualTo(new EndGrant.Ended.Now());
        assertThat(end(ending, intent, "boss", true)).isEqualTo(new EndGrant.Ended.Already());
        var dies = world.instanceThatDiesAt(Point.CALL);
        dies.leases.sweep().await().atMost(World.PATIENCE);
        World.until(dies::isDead);
        world.clock.pass(World.LEASE.multipliedBy(2));
        world.instance().sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.acme.accounts.get("a1").groups())
                .containsExactly(World.SALES, World.STAFF);
        assertThat(world.handedOn).hasSize(2);
        assertThat(world.handedOn.getLast().ended())
                .as("it was due at its end")
                .contains(intent.authorizedAt().plus(Duration.ofHours(2)));
        assertThat(world.handedOn.getLast().report().reason())
                .startsWith("ended early by a1, who held it: no longer needed; ");
        assertThat(end(ending, intent, "a1", false)).isEqualTo(new EndGrant.Ended.None());
    }

    @Test
    void whoseRoleItIsEndsAnyGrantAndNobodyEndsWhatIsNotGranted() {
        Intent intent = world.grant(world.acme, "a1", false);
        EndGrant ending = new EndGrant(world.executions);
        assertThat(end(ending, intent, "boss", true)).isEqualTo(new EndGrant.Ended.None());
        world.instance().receives(intent);
        World.until(() -> world.handedOn.size() == 1);
        assertThat(end(ending, intent, "boss", true)).isEqualTo(new EndGrant.Ended.Now());
        world.instance().sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.handedOn.getLast().report().reason())
                .startsWith("ended early by boss, whose role it is: ");
    }

    @Test
    void whoOnlyProposesSeesTheRunbookOfTheirOwnChangesAndWhoLooksAfterThemOfAny() {
        Intent made = world.assisted(world.acme, "a1");
        Intent intent =
                new Intent(
                        made.authorization(),
                        made.change(),
                        made.cause(),
                        made.target(),
                        made.account(),
                        made.plan(),
                        made.planHash(),
                        made.authorizedAt(),
                        made.expiresAt(),
                        true,
                        made.scopes(),
                        Set.of("client:helper", "ann"));
        world.instance().receives(intent);
        DraftRunbook runbooks =
                new DraftRunbook(
                        world.executions,
                        bytes ->
                                Optional.ofNullable(
                                        world.plans.get(
                                                new String(bytes, StandardCharsets.UTF_8))));
        assertThat(runbooks.of(intent.change(), "ann", false).await().indefinitely())
                .isInstanceOf(DraftRunbook.Drafted.Here.class);
        assertThat(runbooks.of(intent.change(), "ben", false).await().indefinitely())
                .isInstanceOf(DraftRunbook.Drafted.None.class);
        assertThat(runbooks.of(intent.change(), "ben", true).await().indefinitely())
                .isInstanceOf(DraftRunbook.Drafted.Here.class);
    }

    private static EndGrant.Ended end(
            EndGrant ending, Intent intent, String person, boolean guards) {
        return ending.end(intent.change(), person, guards, "no longer needed")
                .await()
                .indefinitely();
    }

    @Test
    void aGrantThatAPersonGaveIsTakenAwayByTheExecutorAndTriedWithoutEnd() {
        Intent intent = world.grant(world.acme, "a1", true);
        var instance = world.instance();
        instance.receives(intent);
        World.until(() -> world.waiting() == 1);
        instance.rests();
        var taking = new TakeOnExecution(world.executions, world::workerOf, world.clock);
        taking.takeOn(intent.change(), "p1").await().indefinitely();
        world.acme.accounts.put("a1", new TargetState(true, 0, List.of(World.EMERGENCY)));
        world.clock.pass(World.LEASE.multipliedBy(2));
        instance.sweeps();
        World.until(() -> world.handedOn.size() == 1);
        assertThat(world.handedOn.getFirst().actor()).isEqualTo("p1");
        assertThat(taking.takeOn(intent.change(), "p2").await().indefinitely())
                .as("the end of a grant is nobody's to take on")
                .isNotEqualTo(new TakeOnExecution.Taken.Yours());

        world.acme.before =
                call ->
                        call.startsWith("leave")
                                ? Uni.createFrom().failure(new Target.Impossible("no right"))
                                : Uni.createFrom().voidItem();
        for (int n = 0; n < 3; n++) {
            world.clock.pass(Duration.ofHours(2));
            instance.sweeps();
        }
        assertThat(world.handedOn).hasSize(1);
        assertThat(world.executions.grants(world.clock.instant()).await().indefinitely().active())
                .isEqualTo(1);

        world.acme.accounts.remove("a1");
        world.clock.pass(Duration.ofHours(2));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.handedOn.getLast().actor()).isEqualTo("actor-of-keycloak:acme");
        assertThat(world.handedOn.getLast().report().reason()).contains("did not have it any more");
    }

    @Test
    void whatTheExecutorTakesAwayItselfIsOwedByNobody() {
        var dies = world.instanceThatDiesAt(Point.CALL);
        dies.receives(world.grant(world.acme, "a1", false));
        World.until(dies::isDead);
        world.acme.before = call -> Uni.createFrom().failure(new Target.Impossible("no right"));
        var instance = world.instance();
        world.clock.pass(World.LEASE.plus(MOMENT));
        instance.sweeps();
        World.until(() -> world.handedOn.size() == 1);
        assertThat(world.outcomes()).containsExactly(Outcome.FAILED);
        assertThat(world.handedOn.getFirst().report().remainder()).isEmpty();
        instance.rests();

        world.acme.before = call -> Uni.createFrom().voidItem();
        world.clock.pass(Duration.ofSeconds(1));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.acme.accounts.get("a1").groups()).doesNotContain(World.EMERGENCY);
    }

    @Test
    void whatAFailedExecutionMayHaveGrantedIsTakenAwayAtOnce() {
        Intent intent = world.grant(world.acme, "a1", false);
        world.acme.before =
                call ->
                        call.startsWith("join")
                                ? Uni.createFrom().failure(new Target.Impossible("no right"))
                                : Uni.createFrom().voidItem();
        var instance = world.instance();
        instance.receives(intent);
        World.until(() -> world.handedOn.size() == 1);
        assertThat(world.outcomes()).containsExactly(Outcome.FAILED);
        world.clock.pass(Duration.ofSeconds(1));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.handedOn).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsGrantedOnceItsOwnTimeIsOver(boolean halted) {
        if (halted) {
            world.halt("mesh");
        } else {
            silence(world.acme);
        }
        var instance = world.instance();
        instance.receives(world.grant(world.acme, "a1", false, Duration.ofMinutes(10)));
        if (!halted) {
            World.until(() -> world.waiting() > 0);
            instance.rests();
        }
        world.clock.pass(Duration.ofMinutes(10));
        world.acme.before = call -> Uni.createFrom().voidItem();
        world.halted = InForce.NONE;
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.REFUSED);
        assertThat(world.handedOn.getFirst().report().reason())
                .startsWith("EXPIRED: what is granted ended at");
        assertThat(world.acme.calls).filteredOn(each -> each.startsWith("join")).isEmpty();
    }

    @Test
    void aHaltDoesNotOutlastAGrantWhoseExecutionNobodyReported() {
        var dies = world.instanceThatDiesAt(Point.CALL);
        dies.receives(world.grant(world.acme, "a1", false, Duration.ofMinutes(10)));
        World.until(dies::isDead);
        assertThat(world.acme.accounts.get("a1").groups()).contains(World.EMERGENCY);

        world.halt("mesh");
        var instance = world.instance();
        world.clock.pass(Duration.ofMinutes(9));
        instance.sweeps();
        assertThat(world.handedOn).isEmpty();
        world.clock.pass(Duration.ofMinutes(1).plus(MOMENT));
        instance.sweeps();
        World.until(() -> world.handedOn.size() == 1);
        world.clock.pass(Duration.ofSeconds(1));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED, Outcome.SUCCEEDED);
        assertThat(world.acme.accounts.get("a1").groups()).doesNotContain(World.EMERGENCY);
    }

    @Test
    void anAuthorizationThatArrivesTwiceIsExecutedOnce() {
        Intent intent = world.intent(world.acme, "a1");
        var instance = world.instance();
        instance.receives(intent, intent);
        World.until(() -> world.open() == 0);
        instance.receives(intent);
        world.clock.pass(World.LEASE.multipliedBy(2));
        instance.sweeps();
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
    }

    @Test
    void aBatchIsStoredInOneStatementAndLeasedInOne() {
        Queue<UniEmitter<? super Void>> waiting = hold(world.acme, "read");
        Intent[] intents =
                IntStream.range(0, World.CONCURRENCY)
                        .mapToObj(n -> world.intent(world.acme, "a" + n))
                        .toArray(Intent[]::new);
        var instance = world.instance();
        instance.receives(intents);
        World.until(() -> waiting.size() == World.CONCURRENCY);
        assertThat(world.statements).containsEntry("store", 1).containsEntry("lease", 1);

        world.acme.before = call -> Uni.createFrom().voidItem();
        waiting.forEach(each -> each.complete(null));
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).hasSize(World.CONCURRENCY).containsOnly(Outcome.SUCCEEDED);
    }

    @Test
    void aLongQueueIsWorkedOffInOrderOfItsEnd() {
        Intent[] intents =
                IntStream.range(0, 500)
                        .mapToObj(n -> world.intent(world.acme, "a" + n))
                        .toArray(Intent[]::new);
        world.instance().receives(intents);
        World.until(() -> world.open() == 0);
        assertThat(world.handedOn).hasSize(500).doesNotHaveDuplicates();
        assertThat(world.statements).containsEntry("store", 1);
        // waves of reports are counted by the clock: a slow machine has more of them
        assertThat(world.statementsInAll()).isLessThan(500);
    }

    /** The points that only a plan that takes its steps back passes: CompensationTest. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"INTENT", "CALL", "REPORT"})
    void aCrashAnywhereLeadsToOneReportAndNoCallTwice(Point point) {
        Intent intent = world.intent(world.acme, "a1");
        var victim = world.instanceThatDiesAt(point);
        victim.receives(intent);
        World.until(victim::isDead);
        assertThat(world.handedOn).hasSize(point == Point.REPORT ? 1 : 0);

        var survivor = world.instance();
        survivor.sweeps();
        assertThat(world.leased()).as("not before the lease ran out").isLessThanOrEqualTo(1);
        world.clock.pass(World.LEASE.plus(MOMENT));
        survivor.sweeps();

        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
        assertThat(world.acme.calls)
                .filteredOn(call -> !call.startsWith("read"))
                .containsExactly("disable a1", "leave a1 /sales", "leave a1 /staff");
        assertThat(world.handedOn.getFirst().report().steps())
                .extracting(StepReport::state)
                .containsOnly(Done.DONE);
    }

    @Test
    void aCrashBetweenTwoCallsIsFinishedByWhatTheTargetSays() {
        Intent intent = world.intent(world.acme, "a1");
        var victim = world.instanceThatDiesAt(Point.INTENT);
        victim.receives(intent);
        World.until(victim::isDead);
        world.acme.accounts.put("a1", new TargetState(false, 0, List.of(World.STAFF)));

        world.clock.pass(World.LEASE.plus(MOMENT));
        world.instance().sweeps();

        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
        assertThat(world.acme.calls).containsExactly("read a1", "leave a1 /staff", "read a1");
    }

    @Test
    void anAccountThatDriftedIsNotTouched() {
        Intent intent = world.intent(world.acme, "a1");
        world.acme.accounts.put("a1", new TargetState(true, 0, List.of(World.SALES)));
        world.instance().receives(intent);

        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.REFUSED);
        assertThat(world.handedOn.getFirst().report().reason())
                .contains("groups expected '/sales,/staff', found '/sales'");
        assertThat(world.acme.calls).containsExactly("read a1");
    }

    @Test
    void anAuthorizationThatDoesNotHoldIsRefusedWithoutACall() {
        world.acme.accounts.put("a1", new TargetState(true, 0, List.of()));
        var instance = world.instance();
        instance.receives(world.intent("keycloak:acme", "a1", 1), world.intent("okta", "a1", 0));

        World.until(() -> world.open() == 0);
        assertThat(world.handedOn)
                .extracting(each -> each.report().reason().split(":", 2)[0])
                .containsExactlyInAnyOrder("PLAN_HASH", "TARGET");
        assertThat(world.outcomes()).containsOnly(Outcome.REFUSED);
        assertThat(world.handedOn).allMatch(each -> each.actor().equals("executor"));
        assertThat(world.acme.calls).isEmpty();
    }

    @Test
    void anExecutionOnASystemThatWasTakenAwayIsFoundByASweep() {
        world.executions.store(List.of(world.intent("okta", "a1", 0))).await().indefinitely();
        world.instance().sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.REFUSED);
    }

    @Test
    void aSilentTargetIsTriedAgainLater() {
        silence(world.acme);
        var instance = world.instance();
        instance.receives(world.intent(world.acme, "a1"));
        World.until(() -> world.waiting() > 0);
        instance.rests();
        assertThat(instance.leases.troubles())
                .containsEntry("keycloak:acme", "it is down")
                .containsEntry("scim:slow", "");
        assertThat(world.open()).isEqualTo(1);

        world.acme.before = call -> Uni.createFrom().voidItem();
        world.clock.pass(Duration.ofSeconds(6));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
        assertThat(instance.leases.troubles()).containsEntry("keycloak:acme", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT30S", "PT0.000001S"})
    void nothingBeginsBeforeItsAuthorizationDoes(Duration ahead) {
        var instance = world.instance();
        instance.receives(world.intentOfTheFuture(world.acme, "a1", ahead));
        instance.sweeps();
        assertThat(world.acme.calls).isEmpty();
        assertThat(world.open()).isEqualTo(1);

        world.clock.pass(Duration.ofSeconds(31));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
    }

    @Test
    void aTargetThatAnswersAgainIsKnownToWithoutWork() {
        silence(world.acme);
        var instance = world.instance();
        instance.sweeps();
        assertThat(instance.leases.troubles()).containsEntry("keycloak:acme", "it is down");
        world.acme.before = call -> Uni.createFrom().voidItem();
        instance.sweeps();
        assertThat(instance.leases.troubles()).containsEntry("keycloak:acme", "");
    }

    @Test
    void aTargetThatStaysSilentEndsInARefusalAndNothingWasTouched() {
        silence(world.acme);
        var instance = world.instance();
        instance.receives(world.intent(world.acme, "a1"));
        World.until(() -> world.waiting() == 1);
        instance.rests();
        world.clock.pass(Duration.ofHours(2));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.REFUSED);
        assertThat(world.handedOn.getFirst().report().reason()).startsWith("EXPIRED");
    }

    @Test
    void aTargetThatFallsSilentHalfWayEndsInAFailureIfItStaysSo() {
        world.acme.before =
                call ->
                        call.startsWith("leave")
                                ? Uni.createFrom().failure(new Target.Silent("it is down"))
                                : Uni.createFrom().voidItem();
        var instance = world.instance();
        instance.receives(world.intent(world.acme, "a1"));
        World.until(() -> world.waiting() > 0);
        instance.rests();
        silence(world.acme);
        world.clock.pass(Duration.ofHours(2));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.FAILED);
        assertThat(world.acme.accounts.get("a1").enabled()).isFalse();
    }

    @Test
    void aCallThatCanNeverSucceedIsReportedWithWhatWasDone() {
        world.acme.before =
                call ->
                        call.endsWith("/sales")
                                ? Uni.createFrom().failure(new Target.Impossible("403"))
                                : Uni.createFrom().voidItem();
        world.instance().receives(world.intent(world.acme, "a1"));
        World.until(() -> world.open() == 0);
        var report = world.handedOn.getFirst().report();
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(report.reason()).isEqualTo("403");
        assertThat(report.steps())
                .extracting(StepReport::state)
                .containsExactly(Done.DONE, Done.FAILED);
        assertThat(world.acme.calls).containsExactly("read a1", "disable a1", "read a1");
    }

    @Test
    void aCallThatNeverEndsIsGivenUp() {
        hold(world.acme, "read");
        var instance = world.instanceThatWaits(Duration.ofMillis(20));
        instance.receives(world.intent(world.acme, "a1"));
        World.until(() -> world.waiting() > 0);
        instance.rests();
        assertThat(instance.leases.troubles())
                .containsEntry("keycloak:acme", "no answer within 20 ms");
        assertThat(world.open()).isEqualTo(1);
    }

    @Test
    void aSlowTargetTakesItsOwnRoomOnlyAndNothingIsLeasedBeyondIt() {
        var waiting = hold(world.scim, "read");
        var instance = world.instance();
        instance.receives(
                IntStream.range(0, 100)
                        .mapToObj(n -> world.intent(world.scim, "s" + n))
                        .toArray(Intent[]::new));
        instance.receives(
                IntStream.range(0, 100)
                        .mapToObj(n -> world.intent(world.acme, "a" + n))
                        .toArray(Intent[]::new));

        World.until(() -> world.handedOn.size() == 100);
        assertThat(world.handedOn).allMatch(each -> each.intent().target().equals("keycloak:acme"));
        World.until(() -> waiting.size() == World.CONCURRENCY);
        assertThat(world.leased()).isEqualTo(World.CONCURRENCY);
    }

    @Test
    void aDeadTargetIsAskedLessAndLess() {
        var asked = new AtomicInteger();
        world.acme.before =
                call -> {
                    asked.incrementAndGet();
                    return Uni.createFrom().failure(new Target.Silent("it is down"));
                };
        var instance = world.instance();
        instance.receives(
                IntStream.range(0, 500)
                        .mapToObj(n -> world.intent(world.acme, "a" + n))
                        .toArray(Intent[]::new));
        World.until(() -> world.waiting() > 0);
        instance.rests();
        for (int second = 0; second < 300; second++) {
            world.clock.pass(Duration.ofSeconds(1));
            instance.sweeps();
        }
        assertThat(world.handedOn).isEmpty();
        // 32 at once at first, then one question at a time, soon every 30 s only
        assertThat(asked.get()).isBetween(World.CONCURRENCY + 8, World.CONCURRENCY + 30);
        assertThat(world.statements.get("lease")).isLessThan(30);

        world.clock.pass(Duration.ofHours(1));
        for (int second = 0; second < 20; second++) {
            world.clock.pass(Duration.ofSeconds(1));
            instance.sweeps();
        }
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).hasSize(500).containsOnly(Outcome.REFUSED);
    }

    @Test
    void whoIsOvertakenBeforeTheCallsMakesNone() {
        Intent intent = world.intent(world.acme, "a1");
        var waiting = hold(world.acme, "read");
        world.instance().receives(intent);
        World.until(() -> waiting.size() == 1);
        world.clock.pass(World.LEASE.plus(MOMENT));
        world.acme.before = call -> Uni.createFrom().voidItem();
        world.instance().sweeps();
        World.until(() -> world.open() == 0);

        List<String> calls = List.copyOf(world.acme.calls);
        world.acme.accounts.put("a1", new TargetState(true, 0, List.of(World.SALES, World.STAFF)));
        waiting.remove().complete(null);
        assertThat(world.acme.calls).hasSize(calls.size() + 1).last().isEqualTo("read a1");
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
    }

    @Test
    void whoIsOvertakenAfterTheCallsReportsNothing() {
        Intent intent = world.intent(world.acme, "a1");
        Queue<UniEmitter<? super Void>> waiting = hold(world.acme, "leave a1 /staff");
        world.instance().receives(intent);
        World.until(() -> waiting.size() == 1);
        world.clock.pass(World.LEASE.plus(MOMENT));
        Queue<UniEmitter<? super Void>> others = hold(world.acme, "leave a1 /staff");
        world.instance().sweeps();
        World.until(() -> others.size() == 1);

        waiting.remove().complete(null);
        assertThat(world.handedOn).isEmpty();
        others.remove().complete(null);
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
    }

    @Test
    void whoLivesIsNotOvertaken() {
        Intent intent = world.intent(world.acme, "a1");
        var waiting = hold(world.acme, "read");
        var living = world.instance();
        var other = world.instance();
        living.receives(intent);
        World.until(() -> waiting.size() == 1);
        for (int n = 0; n < 120; n++) {
            world.clock.pass(Duration.ofSeconds(1));
            living.sweeps();
            other.sweeps();
        }
        assertThat(waiting).hasSize(1);
        world.acme.before = call -> Uni.createFrom().voidItem();
        waiting.remove().complete(null);
        World.until(() -> world.open() == 0);
        assertThat(world.acme.calls).filteredOn("disable a1"::equals).hasSize(1);
        assertThat(world.statements.get("prolong")).isBetween(5, 15);
    }

    @Test
    void aReportThatCannotBeCommittedIsMadeAgainFromWhatTheTargetSays() {
        world.refusedCommits = 1;
        var instance = world.instance();
        instance.receives(world.intent(world.acme, "a1"));
        World.until(() -> world.refusedCommits == 0 && instance.inFlight() == 0);
        assertThat(world.open()).isEqualTo(1);

        world.clock.pass(World.LEASE.plus(MOMENT));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
        assertThat(world.acme.calls).filteredOn("disable a1"::equals).hasSize(1);
    }

    @Test
    void nothingIsBegunThatATransactionLeasedWhichFailed() {
        var instance = world.instance();
        Intent intent = world.intent(world.acme, "a1");
        assertThatThrownBy(() ->
                        instance.transact(
                                        List.of(),
                                        outbox -> {
                                            instance.take.take(List.of(intent), outbox);
                                            throw new IllegalStateException("planted");
                                        })
                                .await()
                                .atMost(Duration.ofSeconds(10)))
                .hasMessage("planted");
        assertThat(world.statements.get("lease")).isEqualTo(1);
        assertThat(instance.inFlight()).isZero();
        assertThat(world.acme.calls).isEmpty();

        instance.receives(intent);
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
        assertThat(world.acme.calls).filteredOn("disable a1"::equals).hasSize(1);
    }

    @Test
    void oneReportThatCannotBeCommittedHoldsUpNoOther() {
        var waiting = hold(world.acme, "read");
        var instance = world.instance();
        instance.receives(
                IntStream.range(0, 20)
                        .mapToObj(n -> world.intent(world.acme, "a" + n))
                        .toArray(Intent[]::new));
        World.until(() -> waiting.size() == 20);
        world.acme.before = call -> Uni.createFrom().voidItem();
        // how the reports gather in waves is the scheduler's affair: three commits concern three at
        // most
        world.refusedCommits = 3;
        waiting.forEach(each -> each.complete(null));
        World.until(() -> world.refusedCommits == 0 && instance.inFlight() == 0);
        assertThat(world.open()).isBetween(1L, 3L);
        assertThat(world.handedOn).hasSize(20 - (int) world.open());

        world.clock.pass(World.LEASE.plus(MOMENT));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).hasSize(20).containsOnly(Outcome.SUCCEEDED);
    }

    @Test
    void whatIsDoneIsMeasured() {
        var instance = world.instance();
        instance.receives(world.intent(world.acme, "a1"), world.intent("okta", "a1", 0));
        World.until(() -> world.open() == 0);
        World.until(() ->
                instance.meters
                                .get("remit.executor.executed")
                                .tag("outcome", "SUCCEEDED")
                                .counter()
                                .count()
                        == 1);
        assertThat(
                        instance.meters
                                .get("remit.executor.target.call")
                                .tag("system", "keycloak:acme")
                                .tag("call", "disable")
                                .tag("answered", "true")
                                .timer()
                                .count())
                .isEqualTo(1);
        World.until(() -> instance.inFlight() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mesh", "charter/leavers"})
    void whatIsHaltedIsNotBegunAndGoesOnWhenTheHaltIsLifted(String scope) {
        world.halt(scope);
        var instance = world.instance();
        instance.receives(world.intent(world.acme, "a1"));
        instance.sweeps();
        assertThat(world.acme.calls).isEmpty();
        assertThat(world.open()).isEqualTo(1);

        world.halted = InForce.NONE;
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
    }

    @Test
    void nothingIsCalledWhileAnOrderThatMayBeAHaltWasNotRead() {
        world.ordersRead = false;
        var instance = world.instance();
        instance.receives(world.intent(world.acme, "a1"));
        World.until(() -> world.waiting() == 1);
        instance.rests();
        assertThat(world.acme.calls).containsExactly("read a1");

        world.ordersRead = true;
        world.clock.pass(World.LEASE);
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
    }

    @Test
    void whatAnotherCharterHaltsIsNoneOfItsBusiness() {
        world.halt("charter/joiners");
        world.instance().receives(world.intent(world.acme, "a1"));
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
    }

    @Test
    void aHaltAmidThePlanEndsTheAttemptAfterTheCallUnderWay() {
        var waiting = hold(world.acme, "leave a1 /sales");
        var instance = world.instance();
        instance.receives(world.intent(world.acme, "a1"));
        World.until(() -> waiting.size() == 1);
        world.halt("mesh");
        world.acme.before = call -> Uni.createFrom().voidItem();
        waiting.remove().complete(null);
        World.until(() -> world.waiting() == 1);
        instance.rests();
        assertThat(world.acme.calls)
                .as("the call under way is finished, the next one is not made")
                .containsExactly("read a1", "disable a1", "leave a1 /sales");
        world.clock.pass(World.LEASE.multipliedBy(2));
        instance.sweeps();
        assertThat(world.acme.calls).as("it is held, not tried again").hasSize(3);

        world.halted = InForce.NONE;
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
        assertThat(world.acme.calls).filteredOn("disable a1"::equals).hasSize(1);
        assertThat(world.acme.calls).filteredOn("leave a1 /staff"::equals).hasSize(1);
    }

    @Test
    void whatIsHaltedBeyondItsEndIsReportedAllTheSame() {
        world.halt("mesh");
        var instance = world.instance();
        instance.receives(world.intent(world.acme, "a1"));
        world.clock.pass(Duration.ofHours(2));
        instance.sweeps();
        World.until(() -> world.open() == 0);
        assertThat(world.outcomes()).containsExactly(Outcome.REFUSED);
        assertThat(world.acme.calls).isEmpty();
    }

    @Test
    void nobodyTakesOnWhatIsHalted() {
        Intent intent = world.assisted(world.acme, "a1");
        world.instance().receives(intent);
        world.halt("charter/leavers");
        var taking = new TakeOnExecution(world.executions, world::workerOf, world.clock);
        assertThat(taking.takeOn(intent.change(), "p1").await().indefinitely())
                .isInstanceOf(TakeOnExecution.Taken.Halted.class);
    }

    @Test
    void whatIsNotBegunAPersonExecutesOnceTheDigitalEmployeeIsDemoted() {
        world.halt("own/leavers");
        var instance = world.instance();
        Intent intent = world.intent(world.acme, "a1");
        instance.receives(intent);
        World.until(() -> world.leased() == 1);
        world.clock.pass(World.LEASE.multipliedBy(2));
        instance.sweeps();
        assertThat(world.acme.calls).isEmpty();

        world.halted = InForce.NONE;
        world.clock.pass(World.LEASE.multipliedBy(2));
        instance.sweeps();
        assertThat(world.acme.calls)
                .as("what was left to a person stays so, though it is promoted")
                .isEmpty();
    }

    @Test
    void aDemotionBeforeTheFirstCallLeavesItToAPersonAndAmidThePlanItIsFinished() {
        var waiting = hold(world.acme, "read a1");
        var instance = world.instance();
        instance.receives(world.intent(world.acme, "a1"));
        World.until(() -> waiting.size() == 1);
        world.halt("own/leavers");
        world.acme.before = call -> Uni.createFrom().voidItem();
        waiting.remove().complete(null);
        World.until(() -> world.waiting() == 1);
        instance.rests();
        assertThat(world.acme.calls).containsExactly("read a1");

        world.halted = InForce.NONE;
        var amid = hold(world.acme, "disable a2");
        instance.receives(world.intent(world.acme, "a2"));
        World.until(() -> amid.size() == 1);
        world.halt("own/leavers");
        world.acme.before = call -> Uni.createFrom().voidItem();
        amid.remove().complete(null);
        World.until(() -> world.outcomes().size() == 1);
        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
    }

    /** Calls that start so wait until their emitter is completed. */
    private static Queue<UniEmitter<? super Void>> hold(World.FakeTarget target, String call) {
        var waiting = new ConcurrentLinkedQueue<UniEmitter<? super Void>>();
        target.before =
                each ->
                        each.startsWith(call)
                                ? Uni.createFrom().<Void>emitter(waiting::add)
                                : Uni.createFrom().voidItem();
        return waiting;
    }

    private static void silence(World.FakeTarget target) {
        target.before = call -> Uni.createFrom().failure(new Target.Silent("it is down"));
    }
}
