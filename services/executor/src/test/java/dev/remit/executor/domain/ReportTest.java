package dev.remit.executor.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.executor.adapter.kafka.Messages;
import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;
import dev.remit.executor.domain.Report.Done;
import dev.remit.executor.domain.Report.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Group SALES = new Group("g1", "/sales");
    private static final Group OTHER = new Group("g2", "/other");
    private static final Plan PLAN =
            new Plan(
                    "leaver",
                    "keycloak:acme",
                    List.of(
                            new Step.DisableAccount(),
                            new Step.EndSessions(),
                            new Step.LeaveGroups(List.of(SALES))));
    private static final TargetState BEFORE = new TargetState(true, 2, List.of(SALES));
    private static final TargetState AFTER = new TargetState(false, 0, List.of());

    @Test
    void whatWasDoneAndReadBackSucceeds() {
        Report report = Report.of(PLAN, BEFORE, AFTER, false, NOW, NOW);
        assertThat(report.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(report.steps()).extracting(Report.StepReport::state).containsOnly(Done.DONE);
    }

    @Test
    void whatWasSoAlreadyIsSaidToBeSo() {
        assertThat(Report.of(PLAN, AFTER, AFTER, false, NOW, NOW).steps())
                .extracting(Report.StepReport::state)
                .containsOnly(Done.ALREADY_DONE);
    }

    @Test
    void afterAnInterruptionWhatIsFoundDoneCountsAsDone() {
        assertThat(Report.of(PLAN, AFTER, AFTER, true, NOW, NOW).steps())
                .allSatisfy(step -> {
                    assertThat(step.state()).isEqualTo(Done.DONE);
                    assertThat(step.detail()).contains("interruption");
                });
    }

    @Test
    void aTargetThatIsNotAsPlannedFails() {
        Report report = Report.of(PLAN, BEFORE, BEFORE, false, NOW, NOW);
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(report.readBackMatches()).isFalse();
    }

    @Test
    void aGroupThatThePlanDoesNotNameIsLeftAloneAndReported() {
        Report report =
                Report.of(PLAN, BEFORE, new TargetState(false, 0, List.of(OTHER)), false, NOW, NOW);
        assertThat(report.readBackMatches()).isFalse();
        assertThat(report.reason()).contains("/other");
    }

    @Test
    void onlyAnAuthorizationThatFitsItsPlanHolds() {
        assertThat(authorization("leaver", "keycloak:acme", "h", "h", Optional.of(PLAN), 60))
                .isEmpty();
        assertThat(authorization("leaver", "keycloak:acme", "h", "x", Optional.of(PLAN), 60))
                .hasValueSatisfying(r -> assertThat(r).startsWith("PLAN_HASH"));
        assertThat(authorization("leaver", "keycloak:acme", "h", "h", Optional.of(PLAN), 0))
                .hasValueSatisfying(r -> assertThat(r).startsWith("EXPIRED"));
        assertThat(authorization("leaver", "keycloak:acme", "h", "h", Optional.empty(), 60))
                .hasValueSatisfying(r -> assertThat(r).startsWith("PLAN_UNREADABLE"));
        assertThat(authorization("other", "keycloak:acme", "h", "h", Optional.of(PLAN), 60))
                .hasValueSatisfying(r -> assertThat(r).startsWith("ACCOUNT"));
        assertThat(authorization("leaver", "okta", "h", "h", Optional.of(PLAN), 60))
                .hasValueSatisfying(r -> assertThat(r).startsWith("TARGET"));
    }

    @Test
    void aPlanWithAnUnknownStepDoesNotRead() {
        assertThat(Messages.plan(json("disable-account"))).isPresent();
        assertThat(Messages.plan(json("launch-rocket"))).isEmpty();
        assertThat(Messages.plan("[".getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    private static byte[] json(String step) {
        return ("{\"account\":\"a\",\"target\":\"t\",\"steps\":[{\"name\":\"" + step + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Optional<String> authorization(
            String account,
            String target,
            String hash,
            String actual,
            Optional<Plan> plan,
            long seconds) {
        return new Authorization(account, target, hash, actual, plan, NOW.plusSeconds(seconds))
                .refusal("keycloak:acme", NOW);
    }
}
