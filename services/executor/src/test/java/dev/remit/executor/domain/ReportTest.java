package dev.remit.executor.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;
import dev.remit.executor.domain.Report.Done;
import dev.remit.executor.domain.Report.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Group SALES = new Group("g1", "/sales");
    private static final Group OTHER = new Group("g2", "/other");
    private static final Plan PLAN =
            new Plan(
                    new UUID(1, 1),
                    "leaver",
                    "keycloak:acme",
                    List.of(
                            new Step.DisableAccount(true),
                            new Step.EndSessions(),
                            new Step.LeaveGroups(List.of(SALES))));
    private static final TargetState BEFORE = new TargetState(true, 2, List.of(SALES));
    private static final TargetState AFTER = new TargetState(false, 0, List.of());

    @Test
    void whatWasDoneAndReadBackSucceeds() {
        Report report = report(BEFORE, AFTER, false);
        assertThat(report.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(report.steps()).extracting(Report.StepReport::state).containsOnly(Done.DONE);
    }

    @Test
    void whatWasSoAlreadyIsSaidToBeSo() {
        assertThat(report(AFTER, AFTER, false).steps())
                .extracting(Report.StepReport::state)
                .containsOnly(Done.ALREADY_DONE);
    }

    @Test
    void afterAnInterruptionWhatIsFoundDoneCountsAsDone() {
        assertThat(report(AFTER, AFTER, true).steps())
                .allSatisfy(step -> {
                    assertThat(step.state()).isEqualTo(Done.DONE);
                    assertThat(step.detail()).contains("interruption");
                });
    }

    @Test
    void aTargetThatIsNotAsPlannedFails() {
        Report report = report(BEFORE, BEFORE, false);
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(report.readBackMatches()).isFalse();
    }

    @Test
    void aGroupThatThePlanDoesNotNameIsLeftAloneAndReported() {
        Report report = report(BEFORE, new TargetState(false, 0, List.of(OTHER)), false);
        assertThat(report.readBackMatches()).isFalse();
        assertThat(report.reason()).contains("/other");
    }

    private static Report report(TargetState before, TargetState after, boolean interrupted) {
        return Report.of(
                PLAN, before, after, interrupted, Optional.empty(), Optional.empty(), NOW, NOW);
    }
}
