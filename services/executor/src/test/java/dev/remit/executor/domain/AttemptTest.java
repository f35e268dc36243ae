package dev.remit.executor.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;
import dev.remit.executor.domain.Report.Done;
import dev.remit.executor.domain.Report.Outcome;
import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every cell: a first or a further attempt, and what it knows of its target. */
class AttemptTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    private static final Instant END = START.plusSeconds(3600);
    private static final UUID CHANGE = new UUID(1, 1);
    private static final Group SALES = new Group("g1", "/sales");
    private static final Group STAFF = new Group("g2", "/staff");
    private static final Group OTHER = new Group("g3", "/other");
    private static final Plan PLAN =
            new Plan(
                    CHANGE,
                    "leaver",
                    "keycloak:acme",
                    List.of(
                            new Step.DisableAccount(true),
                            new Step.EndSessions(),
                            new Step.LeaveGroups(List.of(SALES, STAFF))));
    private static final TargetState BEFORE = new TargetState(true, 2, List.of(SALES, STAFF));
    private static final TargetState BETWEEN = new TargetState(false, 0, List.of(STAFF));
    private static final TargetState AFTER = new TargetState(false, 0, List.of());
    private static final TargetState ELSEWHERE =
            new TargetState(true, 0, List.of(SALES, STAFF, OTHER));

    // nothing known yet

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAttemptReadsFirst(boolean again) {
        assertThat(decide(attempt(again), new Finding.Nothing(), START)).isEqualTo(new Next.Read());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100_000})
    void nothingIsBegunOnceTheAuthorizationHasEnded(long late) {
        Instant now = END.plusNanos(late);
        assertThat(report(decide(attempt(false), new Finding.Nothing(), now)))
                .satisfies(each -> refused(each, "EXPIRED"));
        assertThat(decide(attempt(false), new Finding.Nothing(), END.minusNanos(1)))
                .isEqualTo(new Next.Read());
    }

    @Test
    void anAuthorizationOfTheFutureIsRefusedAndOneThatClocksExplainIsWaitedFor() {
        Instant early = START.minus(Duration.ofHours(3));
        assertThat(report(decide(attempt(false), new Finding.Nothing(), early)))
                .satisfies(each -> refused(each, "NOT_YET"));
        Intent intent = intent("leaver", "keycloak:acme", CHANGE);
        assertThat(report(decide(attempt(false), new Finding.Nothing(), START.minusNanos(1_000))))
                .as("leased as too far ahead, the clock has gone on meanwhile")
                .satisfies(each -> refused(each, "NOT_YET"));
        assertThat(intent.hasToWait(early)).isFalse();
        assertThat(intent.hasToWait(START.minusSeconds(40))).isTrue();
        assertThat(intent.hasToWait(START.minusNanos(1_000))).isTrue();
        assertThat(intent.hasToWait(START)).isFalse();
    }

    @Test
    void whatWasBegunIsReadEvenWhenTheAuthorizationHasEnded() {
        assertThat(decide(attempt(true), new Finding.Nothing(), END)).isEqualTo(new Next.Read());
    }

    @Test
    void anAuthorizationThatDoesNotFitItsPlanIsRefused() {
        Optional<Plan> plan = Optional.of(PLAN);
        Optional<Set<String>> all =
                Optional.of(Set.of("disable-account", "end-sessions", "leave-groups"));
        Intent intent = intent("leaver", "keycloak:acme", CHANGE);
        refusedAtOnce(
                new Order(
                        new Intent(
                                intent.authorization(),
                                CHANGE,
                                intent.cause(),
                                "keycloak:acme",
                                "leaver",
                                intent.plan(),
                                "0".repeat(64),
                                START,
                                END,
                                false,
                                Set.of()),
                        plan,
                        all),
                "PLAN_HASH");
        refusedAtOnce(new Order(intent, Optional.empty(), all), "PLAN_UNREADABLE");
        refusedAtOnce(
                new Order(intent("leaver", "keycloak:acme", new UUID(2, 2)), plan, all), "CHANGE");
        refusedAtOnce(new Order(intent("other", "keycloak:acme", CHANGE), plan, all), "ACCOUNT");
        refusedAtOnce(new Order(intent("leaver", "okta", CHANGE), plan, all), "TARGET");
        refusedAtOnce(new Order(intent, plan, Optional.empty()), "TARGET");
        refusedAtOnce(
                new Order(intent, Optional.of(starting(START.plusSeconds(1))), all), "NOT_BEFORE");
        assertThat(new Order(intent, Optional.of(starting(START)), all).refusal()).isEmpty();
        refusedAtOnce(
                new Order(intent, plan, Optional.of(Set.of("disable-account", "leave-groups"))),
                "STEP: keycloak:acme has no way to end-sessions");
    }

    private static Plan starting(Instant start) {
        return new Plan(
                PLAN.change(),
                PLAN.account(),
                PLAN.target(),
                PLAN.steps(),
                Optional.empty(),
                Map.of(),
                Optional.of(start));
    }

    private static void refusedAtOnce(Order order, String rule) {
        assertThat(report(decide(new Attempt.First(order, START), new Finding.Nothing(), START)))
                .satisfies(each -> refused(each, rule));
        // what may have been touched was not refused: it failed
        assertThat(report(decide(new Attempt.Again(order, START), new Finding.Nothing(), START)))
                .satisfies(each -> {
                    failed(each, rule);
                    assertThat(each.reason()).contains("may have touched");
                });
    }

    // the account as found

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAccountAsPlannedIsBroughtToWhereThePlanWantsIt(boolean again) {
        assertThat(decide(attempt(again), new Finding.Found(BEFORE), START))
                .isEqualTo(
                        new Next.Perform(
                                BEFORE,
                                List.of(
                                        new Call.Disable(),
                                        new Call.EndSessions(),
                                        new Call.Leave(SALES),
                                        new Call.Leave(STAFF))));
    }

    @ParameterizedTest
    @CsvSource({"false, ALREADY_DONE", "true, DONE"})
    void anAccountAsWantedIsReportedWithoutACall(boolean again, Done done) {
        Report report = report(decide(attempt(again), new Finding.Found(AFTER), START));
        assertThat(report.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(report.steps()).extracting(Report.StepReport::state).containsOnly(done);
    }

    @Test
    void anAccountHalfWayIsDriftForAFirstAttempt() {
        assertThat(report(decide(attempt(false), new Finding.Found(BETWEEN), START)))
                .satisfies(each -> {
                    refused(each, "DRIFTED");
                    assertThat(each.reason())
                            .contains("groups expected '/sales,/staff', found '/staff'");
                });
    }

    @Test
    void anAccountHalfWayIsFinishedAfterAnInterruption() {
        assertThat(decide(attempt(true), new Finding.Found(BETWEEN), START))
                .isEqualTo(new Next.Perform(BETWEEN, List.of(new Call.Leave(STAFF))));
    }

    @Test
    void anAccountThatSomebodyElseChangedIsNotTouched() {
        assertThat(report(decide(attempt(false), new Finding.Found(ELSEWHERE), START)))
                .satisfies(each -> {
                    refused(each, "DRIFTED");
                    assertThat(each.reason())
                            .contains("groups expected '/sales,/staff'")
                            .contains("found '/other,/sales,/staff'");
                });
        assertThat(report(decide(attempt(true), new Finding.Found(ELSEWHERE), START)))
                .satisfies(each -> {
                    failed(each, "DRIFTED");
                    assertThat(each.steps()).hasSize(3);
                });
    }

    @Test
    void anAccountThatWasEnabledSinceThePlanIsDrift() {
        Plan plan =
                new Plan(
                        CHANGE, "leaver", "keycloak:acme", List.of(new Step.DisableAccount(false)));
        Order order =
                new Order(
                        intent("leaver", "keycloak:acme", CHANGE),
                        Optional.of(plan),
                        Optional.of(Set.of("disable-account")));
        assertThat(
                        report(
                                decide(
                                        new Attempt.First(order, START),
                                        new Finding.Found(BEFORE),
                                        START)))
                .satisfies(each ->
                        assertThat(each.reason())
                                .contains("enabled expected 'false', found 'true'"));
    }

    @Test
    void theEndOfTheAuthorizationIsAskedAgainAfterReading() {
        assertThat(report(decide(attempt(false), new Finding.Found(BEFORE), END)))
                .satisfies(each -> refused(each, "EXPIRED"));
        assertThat(report(decide(attempt(true), new Finding.Found(BEFORE), END)))
                .satisfies(each -> failed(each, "EXPIRED"));
        assertThat(report(decide(attempt(true), new Finding.Found(BETWEEN), END)))
                .satisfies(each -> failed(each, "EXPIRED"));
        assertThat(report(decide(attempt(true), new Finding.Found(AFTER), END)).outcome())
                .isEqualTo(Outcome.SUCCEEDED);
    }

    // read back

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasDoneAndReadBackSucceedsEvenLate(boolean again) {
        Report report = report(decide(attempt(again), back(BEFORE, AFTER), END.plusSeconds(1)));
        assertThat(report.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(report.steps()).extracting(Report.StepReport::state).containsOnly(Done.DONE);
        assertThat(report.startedAt()).isEqualTo(START);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anObstacleCountsOnlyIfTheTargetIsNotAsPlanned(boolean again) {
        assertThat(
                        report(
                                        decide(
                                                attempt(again),
                                                new Finding.ReadBack(
                                                        BEFORE, AFTER, Optional.of("404")),
                                                START))
                                .outcome())
                .isEqualTo(Outcome.SUCCEEDED);
        Report report =
                report(
                        decide(
                                attempt(again),
                                new Finding.ReadBack(BEFORE, BETWEEN, Optional.of("403")),
                                START));
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(report.reason()).isEqualTo("403");
        assertThat(report.steps())
                .extracting(Report.StepReport::state)
                .containsExactly(Done.DONE, Done.DONE, Done.FAILED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTargetThatIsNotAsPlannedFails(boolean again) {
        Report report = report(decide(attempt(again), back(BEFORE, BEFORE), START));
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(report.readBackMatches()).isFalse();
    }

    // no reading

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAccountThatCannotBeReadFails(boolean again) {
        assertThat(report(decide(attempt(again), new Finding.Impossible("gone"), START)))
                .satisfies(each -> failed(each, "gone"));
    }

    @Test
    void aSilentTargetIsTriedAgainUntilTheAuthorizationEnds() {
        assertThat(decide(attempt(false), new Finding.Unanswered("silent", false), START))
                .isEqualTo(new Next.Later("silent", false));
        assertThat(decide(attempt(false), new Finding.Unanswered("silent", true), START))
                .isEqualTo(new Next.Later("silent", true));
        assertThat(decide(attempt(true), new Finding.Unanswered("silent", false), START))
                .isEqualTo(new Next.Later("silent", true));
        assertThat(decide(attempt(true), new Finding.Unanswered("silent", true), START))
                .isEqualTo(new Next.Later("silent", true));
    }

    @Test
    void aTargetThatStayedSilentIsRefusedIfUntouchedAndFailsOtherwise() {
        assertThat(report(decide(attempt(false), new Finding.Unanswered("silent", false), END)))
                .satisfies(each -> {
                    refused(each, "EXPIRED");
                    assertThat(each.reason()).endsWith("silent");
                });
        assertThat(report(decide(attempt(false), new Finding.Unanswered("silent", true), END)))
                .satisfies(each -> failed(each, "the target did not answer"));
        assertThat(report(decide(attempt(true), new Finding.Unanswered("silent", false), END)))
                .satisfies(each -> failed(each, "the target did not answer"));
    }

    // a person executes

    private static Attempt watched(String... person) {
        return new Attempt.Watched(
                attempt(false).order(), START, java.util.Arrays.stream(person).findFirst());
    }

    @Test
    void aPlanThatAPersonExecutesWaitsForOneAndTheTargetIsLeftAlone() {
        assertThat(decide(watched(), new Finding.Nothing(), START))
                .isEqualTo(
                        new Next.Later(
                                "waits for a person who takes it on: disable-account, end-sessions, leave-groups",
                                false));
        assertThat(report(decide(watched(), new Finding.Nothing(), END)))
                .satisfies(each -> refused(each, "EXPIRED"));
    }

    @Test
    void whatCannotHoldIsRefusedAndFailsOnceAPersonMayHaveDoneIt() {
        Order other =
                new Order(
                        intent("leaver", "keycloak:acme", CHANGE),
                        Optional.of(PLAN),
                        Optional.empty());
        assertThat(report(open(new Attempt.Watched(other, START, Optional.empty()), START)))
                .satisfies(each -> refused(each, "TARGET"));
        assertThat(report(open(new Attempt.Watched(other, START, Optional.of("p")), START)))
                .satisfies(each -> failed(each, "TARGET"));
        Instant early = START.minus(Duration.ofHours(3));
        assertThat(report(open(watched(), early))).satisfies(each -> refused(each, "NOT_YET"));
        assertThat(report(open(watched("p"), early))).satisfies(each -> failed(each, "NOT_YET"));
    }

    private static Next open(Attempt attempt, Instant now) {
        return decide(attempt, new Finding.Nothing(), now);
    }

    @Test
    void whatAPersonTookOnIsReadUntilItIsAsPlannedAndNeverCalled() {
        assertThat(decide(watched("p"), new Finding.Nothing(), START)).isEqualTo(new Next.Read());
        assertThat(decide(watched("p"), new Finding.Found(BETWEEN), START))
                .isEqualTo(
                        new Next.Later("waits for the person who took it on: leave-groups", false));
        Report report = report(decide(watched("p"), new Finding.Found(AFTER), START));
        assertThat(report.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(report.steps())
                .extracting(Report.StepReport::detail)
                .containsOnly("a person executes; found done");
        assertThat(decide(watched("p"), back(BEFORE, BEFORE), START))
                .isInstanceOf(Next.Later.class);
        assertThat(decide(watched("p"), new Finding.Unanswered("silent", false), START))
                .isEqualTo(new Next.Later("silent", false));
    }

    @Test
    void whatAPersonDidNotFinishInTimeFails() {
        assertThat(report(decide(watched("p"), new Finding.Found(BETWEEN), END)))
                .satisfies(each -> failed(each, "EXPIRED"));
        assertThat(report(decide(watched("p"), new Finding.Found(AFTER), END)).outcome())
                .isEqualTo(Outcome.SUCCEEDED);
        assertThat(report(decide(watched("p"), new Finding.Unanswered("silent", false), END)))
                .satisfies(each -> failed(each, "the target did not answer"));
        assertThat(decide(watched("p"), new Finding.Impossible("403"), START))
                .as("what is refused now may be told later")
                .isEqualTo(new Next.Later("403", false));
        assertThat(report(decide(watched("p"), new Finding.Impossible("403"), END)))
                .satisfies(each -> {
                    failed(each, "the target did not answer");
                    assertThat(each.remainder()).isPresent();
                });
    }

    @Test
    void aPersonIsNotDoneAsLongAsTheAccountIsInAGroupThatThePlanDoesNotName() {
        TargetState added = new TargetState(false, 0, List.of(OTHER));
        assertThat(decide(watched("p"), new Finding.Found(added), START))
                .isEqualTo(
                        new Next.Later("waits for the person who took it on: leave-groups", false));
        assertThat(report(decide(watched("p"), new Finding.Found(added), END)))
                .satisfies(each -> {
                    failed(each, "EXPIRED");
                    assertThat(each.remainder())
                            .hasValueSatisfying(left ->
                                    assertThat(left.steps())
                                            .containsExactly("disable-account", "leave-groups"));
                });
    }

    @Test
    void aReportNeverEndsBeforeItStartsAndHoldsNoControlCharacter() {
        Report report = Report.failed("a\u0000b", START, START.minus(Duration.ofSeconds(1)));
        assertThat(report.completedAt()).isEqualTo(START);
        assertThat(report.reason()).isEqualTo("a b");
    }

    private static Next decide(Attempt attempt, Finding finding, Instant now) {
        return Attempt.decide(attempt, finding, now);
    }

    private static Attempt attempt(boolean again) {
        Order order =
                new Order(
                        intent("leaver", "keycloak:acme", CHANGE),
                        Optional.of(PLAN),
                        Optional.of(Set.of("disable-account", "end-sessions", "leave-groups")));
        return again ? new Attempt.Again(order, START) : new Attempt.First(order, START);
    }

    private static Finding back(TargetState before, TargetState after) {
        return new Finding.ReadBack(before, after, Optional.empty());
    }

    private static Intent intent(String account, String target, UUID change) {
        byte[] plan = "the plan".getBytes(StandardCharsets.UTF_8);
        return new Intent(
                new UUID(3, 3),
                change,
                new UUID(4, 4),
                target,
                account,
                plan,
                Hash.sha256(plan).hex(),
                START,
                END,
                false,
                Set.of());
    }

    private static Report report(Next next) {
        assertThat(next).isInstanceOf(Next.End.class);
        return ((Next.End) next).report();
    }

    private static void refused(Report report, String reason) {
        assertThat(report.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(report.reason()).startsWith(reason);
        assertThat(report.steps()).isEmpty();
    }

    private static void failed(Report report, String reason) {
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(report.reason()).startsWith(reason);
    }
}
