package dev.remit.approval.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.domain.Duty.Demand;
import dev.remit.approval.domain.Duty.Part;
import dev.remit.approval.scenarios.Town;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BarredExecutorTest {
    private static final Instant NOW = Instant.parse("2026-01-05T10:00:00Z");

    @Test
    void whoProposedOrApprovedAndWhomARuleKeepsApartMayNotExecute() {
        assertThat(BarredExecutor.of(Town.ready("READY"), charter(List.of()), approvals(), known()))
                .containsExactlyInAnyOrder(
                        barred("pat", "separation-of-duties@1", "proposed it"),
                        barred(
                                "paul",
                                "separation-of-duties@1",
                                "is responsible for the AI that proposed it"),
                        barred("sam", "separation-of-duties@1", "is its subject"),
                        barred("mia", "separation-of-duties@1", "approved it"),
                        barred("ann", "separation-of-duties@1", "had it approved in their place"),
                        barred("owner", "own-charter@2", "owns the charter"));
    }

    @Test
    void anAccountThatWasTwoPeoplesBarsBoth() {
        List<Decision> decisions = new ArrayList<>(approvals());
        decisions.add(approvedBy("mia", "W-max"));
        assertThat(BarredExecutor.of(Town.ready("READY"), charter(List.of()), decisions, known()))
                .filteredOn(each -> each.person().equals("mia"))
                .extracting(BarredExecutor::worker)
                .containsExactly(Optional.of("W-mia"), Optional.of("W-max"));
    }

    private static Decision approvedBy(String person, String worker) {
        return new Decision(
                2,
                "owner",
                Decision.Kind.APPROVED,
                Optional.of(person),
                Optional.of(worker),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "",
                NOW);
    }

    @Test
    void whomTheRuleSparesMay() {
        assertThat(
                        BarredExecutor.of(
                                Town.ready("READY"),
                                charter(List.of(exemption("owner"), exemption("W-sam"))),
                                approvals(),
                                known()))
                .extracting(BarredExecutor::person)
                .as("no exception lifts what no charter can")
                .contains("sam")
                .doesNotContain("owner");
    }

    private static BarredExecutor barred(String person, String rule, String reason) {
        return new BarredExecutor(
                person,
                rule,
                reason,
                Optional.of("W-" + person).filter(Set.of("W-sam", "W-mia", "W-ann")::contains));
    }

    private static Duty.Exemption exemption(String subject) {
        return new Duty.Exemption(subject, "watched", "owen", NOW.plusSeconds(1));
    }

    private static Known known() {
        return new Town().known();
    }

    private static List<Decision> approvals() {
        return List.of(
                new Decision(
                        0,
                        "manager",
                        Decision.Kind.APPROVED,
                        Optional.of("mia"),
                        Optional.of("W-mia"),
                        Optional.of("ann"),
                        Optional.of("W-ann"),
                        Optional.empty(),
                        "",
                        NOW),
                new Decision(
                        1,
                        "security",
                        Decision.Kind.DENIED,
                        Optional.of("ben"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "",
                        NOW));
    }

    private static Charter charter(List<Duty.Exemption> exemptions) {
        return new Charter(
                "owner",
                Optional.empty(),
                Optional.empty(),
                "approver",
                List.of(),
                Optional.empty(),
                List.of(
                        new Duty(
                                new Duty.Rule("own-charter", "2", "owen", "SOX"),
                                new Demand.Apart(Part.EXECUTOR, Part.OWNER),
                                exemptions),
                        new Duty(
                                new Duty.Rule("own-account", "2", "owen", "SOX"),
                                new Demand.Apart(Part.EXECUTOR, Part.SUBJECT),
                                exemptions)),
                Map.of(),
                Duration.ofHours(1),
                Set.of(),
                new Charter.Domain(Set.of(), Map.of(), List.of(), Map.of(), Map.of(), false, false),
                "");
    }
}
