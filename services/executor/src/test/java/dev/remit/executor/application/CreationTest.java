package dev.remit.executor.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.remit.executor.application.StopPoints.Point;
import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Plan.Step;
import dev.remit.executor.domain.Report;
import dev.remit.executor.domain.Report.Done;
import dev.remit.executor.domain.Report.Outcome;
import dev.remit.executor.domain.Report.StepReport;
import dev.remit.executor.domain.TargetState;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An account is made: once, with exactly what was approved, and nobody else's is touched. */
class CreationTest {
    private static final Step.CreateAccount NEW =
            new Step.CreateAccount("e7", "E7", /* enabled= */ true, "E9");
    private static final TargetState MADE =
            new TargetState(true, 0, List.of(), "E9", true, Optional.empty())
                    .of(new TargetState.Identity("x1", "e7", "E7"));
    private static final Intent.Terms TERMS =
            new Intent.Terms(
                    Optional.of("boss"),
                    "who is responsible for the AI that proposed it",
                    List.of(),
                    List.of(),
                    List.of());

    private final World world = new World();

    @Test
    void anAccountIsMadeWhereThereIsNoneAndReadBack() {
        finish(world.instance(), world.creation(world.acme, NEW, true));

        assertThat(world.acme.calls)
                .containsExactly(
                        "find e7",
                        "create e7",
                        "join made-e7 /sales",
                        "join made-e7 /staff",
                        "find e7");
        Report report = onlyReport();
        assertThat(report.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(report.readBackMatches()).isTrue();
        assertThat(report.steps())
                .extracting(StepReport::step, StepReport::state)
                .containsExactly(
                        tuple("create-account", Done.DONE), tuple("join-groups", Done.DONE));
        assertThat(report.steps().getFirst().before()).isEqualTo(Map.of("account", "gone"));
        assertThat(report.steps().getFirst().after())
                .isEqualTo(
                        Map.of(
                                "account", "there",
                                "enabled", "true",
                                "id", "made-e7",
                                "manager", "E9",
                                "username", "e7",
                                "workerId", "E7"));
    }

    /** Kills at each point, one instance after the other; the last one lives. */
    @ParameterizedTest
    @CsvSource({
        "INTENT, false",
        "CALL, false",
        "'INTENT,CALL,REPORT', false",
        "BEGUN, true",
        "CALL, true",
        "REPORT, true",
        "'BEGUN,CALL,REPORT', true"
    })
    void whoeverSurvivesThereIsOneAccount(String deaths, boolean takesBack) {
        dieAt(deaths, world.creation(world.acme, NEW, takesBack));

        finish(world.instance());

        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
        assertThat(world.acme.accounts).containsOnlyKeys("made-e7");
        assertThat(world.acme.calls).filteredOn("create e7"::equals).hasSize(1);
        assertThat(world.acme.accounts.get("made-e7").groups())
                .containsExactlyInAnyOrder(World.SALES, World.STAFF);
    }

    /** What was sent arrives, and nobody hears of it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatIsLostMakesNoSecondAccount(boolean takesBack) {
        AtomicBoolean lost = new AtomicBoolean();
        world.acme.after =
                call ->
                        call.equals("create e7") && lost.compareAndSet(false, true)
                                ? Uni.createFrom().failure(new Target.Silent("no answer"))
                                : Uni.createFrom().voidItem();

        finish(world.instance(), world.creation(world.acme, NEW, takesBack));

        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
        assertThat(world.acme.accounts).containsOnlyKeys("made-e7");
        assertThat(world.acme.calls).filteredOn("create e7"::equals).hasSize(1);
    }

    /** The list that it is looked up in may be behind what was made. */
    @Test
    void anAccountThatIsNotListedYetIsWaitedFor() {
        AtomicBoolean behind = new AtomicBoolean();
        world.acme.after =
                call ->
                        call.equals("join made-e7 /staff") && behind.compareAndSet(false, true)
                                ? hide()
                                : Uni.createFrom().voidItem();
        Intent intent = world.creation(world.acme, NEW, true);
        begin(world.instance(), intent);
        assertThat(world.outcomes()).isEmpty();
        world.acme.accounts.putAll(hidden);

        finish(world.instance());

        assertThat(world.outcomes()).containsExactly(Outcome.SUCCEEDED);
        assertThat(world.acme.calls).filteredOn("create e7"::equals).hasSize(1);
    }

    private final Map<String, TargetState> hidden = new java.util.concurrent.ConcurrentHashMap<>();

    private Uni<Void> hide() {
        hidden.putAll(world.acme.accounts);
        world.acme.accounts.clear();
        return Uni.createFrom().voidItem();
    }

    @ParameterizedTest
    @CsvSource({
        // the name is somebody else's
        "e7, E8, true, E9",
        // their account has another name
        "other, E7, true, E9",
        // not as it was approved
        "e7, E7, false, E9",
        "e7, E7, true, E8"
    })
    void whatIsThereAndIsNotAsApprovedIsRefusedAndLeftAlone(
            String username, String worker, boolean enabled, String manager) {
        TargetState there =
                new TargetState(enabled, 0, List.of(), manager, true, Optional.empty())
                        .of(new TargetState.Identity("x1", username, worker));
        world.acme.accounts.put("x1", there);

        finish(world.instance(), world.creation(world.acme, NEW, true));

        Report report = onlyReport();
        assertThat(report.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(report.reason())
                .startsWith("DRIFTED: ")
                .contains("username e7, worker id E7, enabled, manager E9")
                .contains("username=" + username, "workerId=" + worker);
        assertThat(world.acme.calls).containsExactly("find e7");
        assertThat(world.acme.accounts).containsExactly(Map.entry("x1", there));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneThatIsNotListedBeforeTheAuthorizationEndsIsOwedBySomebody(boolean takesBack) {
        AtomicBoolean behind = new AtomicBoolean();
        world.acme.after =
                call ->
                        call.equals("join made-e7 /staff") && behind.compareAndSet(false, true)
                                ? hide()
                                : Uni.createFrom().voidItem();
        var instance = world.instance();
        begin(instance, world.on(world.creation(world.acme, NEW, takesBack), TERMS));
        world.clock.pass(Duration.ofHours(30));

        finish(instance);

        assertThat(world.outcomes()).containsExactly(Outcome.FAILED);
        assertThat(world.handedOn.getFirst().report().reason()).startsWith("EXPIRED");
        assertThat(world.handedOn.getFirst().report().remainder())
                .hasValueSatisfying(left -> assertThat(left.steps()).contains("create-account"));
    }

    @Test
    void anAccountThatIsThereExactlyAsApprovedIsTakenForDone() {
        world.acme.accounts.put("x1", MADE);

        finish(world.instance(), world.creation(world.acme, NEW, true));

        assertThat(onlyReport().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(onlyReport().steps().getFirst().state()).isEqualTo(Done.ALREADY_DONE);
        assertThat(world.acme.calls).contains("join x1 /sales").doesNotContain("create e7");
    }

    @Test
    void twoAccountsOfOneWorkerAreRefused() {
        world.acme.accounts.put("x1", MADE);
        world.acme.accounts.put("x2", MADE.of(new TargetState.Identity("x2", "other", "E7")));

        finish(world.instance(), world.creation(world.acme, NEW, true));

        assertThat(onlyReport().outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(world.acme.calls).containsExactly("find e7");
    }

    /** Kills while it is taken back, too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "BEGUN",
                "CALL",
                "COMPENSATE",
                "COMPENSATE,CALL",
                "CALL,COMPENSATE,CALL"
            })
    void anAccountThatCannotBeFinishedIsRemovedAgain(String deaths) {
        never("join made-e7 /staff");
        Intent intent = world.creation(world.acme, NEW, true);
        if (deaths.isEmpty()) {
            begin(world.instance(), intent);
        } else {
            dieAt(deaths, intent);
        }

        finish(world.instance());

        Report report = onlyReport();
        assertThat(report.outcome()).isEqualTo(Outcome.COMPENSATED);
        assertThat(report.remainder()).isEmpty();
        assertThat(world.acme.accounts).isEmpty();
        assertThat(report.steps())
                .extracting(StepReport::step, StepReport::undoes)
                .contains(tuple("delete-account", Optional.of("create-account")));
        assertThat(report.steps().getLast().after()).isEqualTo(Map.of("account", "gone"));
    }

    @Test
    void withoutCompensationWhatIsHalfDoneIsOwed() {
        never("join made-e7 /staff");

        finish(world.instance(), world.on(world.creation(world.acme, NEW, false), TERMS));

        assertThat(onlyReport().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(onlyReport().remainder().orElseThrow().steps())
                .containsExactly("create-account", "join-groups");
        assertThat(world.acme.accounts).containsOnlyKeys("made-e7");
    }

    /** Somebody takes the name after it was looked for. */
    @Test
    void anotherAccountThatComesInBetweenIsNeverRemoved() {
        TargetState other =
                new TargetState(true, 0, List.of()).of(new TargetState.Identity("x1", "e7", "E8"));
        world.acme.before =
                call -> {
                    if (call.equals("create e7")) {
                        world.acme.accounts.put("x1", other);
                    }
                    return Uni.createFrom().voidItem();
                };

        finish(world.instance(), world.on(world.creation(world.acme, NEW, true), TERMS));

        assertThat(onlyReport().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(onlyReport().reason()).contains("409");
        assertThat(world.acme.accounts).containsExactly(Map.entry("x1", other));
        assertThat(onlyReport().remainder())
                .as("whether it was made nothing says, so somebody looks")
                .isPresent();
    }

    /** Somebody changes the account before it is taken back: it is theirs by then. */
    @Test
    void anAccountThatSomebodyHasChangedMeanwhileIsNotRemoved() {
        never("join made-e7 /staff");
        dieAt("COMPENSATE", world.on(world.creation(world.acme, NEW, true), TERMS));
        TargetState changed =
                new TargetState(false, 0, List.of(), "E9", true, Optional.empty())
                        .of(new TargetState.Identity("made-e7", "e7", "E7"));
        world.acme.accounts.put("made-e7", changed);

        finish(world.instance());

        assertThat(onlyReport().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(onlyReport().remainder().orElseThrow().steps()).contains("create-account");
        assertThat(world.acme.accounts).containsExactly(Map.entry("made-e7", changed));
    }

    private void never(String impossible) {
        world.acme.before =
                call ->
                        call.equals(impossible)
                                ? Uni.createFrom().failure(new Target.Impossible("never " + call))
                                : Uni.createFrom().voidItem();
    }

    private void dieAt(String deaths, Intent intent) {
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

    private void begin(World.Instance instance, Intent... intents) {
        int leases = world.statements.getOrDefault("lease", 0);
        instance.receives(intents);
        World.until(() -> world.statements.getOrDefault("lease", 0) > leases);
        // it is leased before it counts as in flight
        World.until(() -> instance.isDead() || world.isTried());
        rest(instance);
    }

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
}
