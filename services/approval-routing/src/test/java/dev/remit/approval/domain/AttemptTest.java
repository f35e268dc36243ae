package dev.remit.approval.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.domain.Attempt.Kind;
import dev.remit.approval.domain.Attempt.Result;
import dev.remit.approval.domain.Attempt.Stage;
import dev.remit.approval.domain.Eligibility.Bar;
import dev.remit.handoff.directory.Account;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AttemptTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String PLAN = "a".repeat(64);
    private static final Parties PARTIES =
            new Parties("proposer", Optional.of("principal"), "subject", "E1", Set.of("earlier"));

    @Test
    void theManagerWithTheRoleMayDecide() {
        assertThat(bar("manager", "approver", true, "E9")).isEmpty();
    }

    @Test
    void aCallerWithoutTheRoleMayNotDecideWhoeverItIs() {
        for (String id : List.of("manager", "proposer", "principal", "subject", "earlier")) {
            assertThat(bar(id, "auditor", true, "E9")).as(id).contains(Bar.ROLE_MISSING);
        }
    }

    @Test
    void aProposerCannotApproveTheirOwnChange() {
        assertThat(bar("proposer", "approver", true, "E9")).contains(Bar.SOD_PROPOSER);
    }

    @Test
    void whoIsResponsibleForTheDigitalEmployeeCannotApproveItsChange() {
        assertThat(bar("principal", "approver", true, "E9")).contains(Bar.SOD_PROPOSER_PRINCIPAL);
    }

    @Test
    void theSubjectCannotApproveUnderAnyOfTheirAccounts() {
        assertThat(bar("subject", "approver", true, "E9")).contains(Bar.SOD_SUBJECT);
        assertThat(bar("second-account", "approver", true, "E1")).contains(Bar.SOD_SUBJECT);
    }

    @Test
    void onePersonCannotApproveTwoStages() {
        assertThat(bar("earlier", "approver", true, "E9")).contains(Bar.SOD_SAME_PERSON);
    }

    @Test
    void aDisabledOrUnknownAccountCannotApprove() {
        assertThat(bar("manager", "approver", false, "E9")).contains(Bar.ACCOUNT_DISABLED);
        assertThat(
                        Eligibility.bars(
                                "manager",
                                Optional.empty(),
                                Set.of("approver"),
                                "approver",
                                PARTIES))
                .contains(Bar.ACCOUNT_UNKNOWN);
    }

    @Test
    void theLastApprovalOfTheQuorumApprovesTheStage() {
        assertThat(
                        attempt("manager", Kind.APPROVED, PLAN)
                                .on(waiting(1, Set.of()), Optional.empty()))
                .isEqualTo(new Result.StageApproved());
        assertThat(
                        attempt("manager", Kind.APPROVED, PLAN)
                                .on(waiting(2, Set.of()), Optional.empty()))
                .isEqualTo(new Result.Counted());
        assertThat(
                        attempt("manager", Kind.APPROVED, PLAN)
                                .on(waiting(2, Set.of("other")), Optional.empty()))
                .isEqualTo(new Result.StageApproved());
    }

    @Test
    void onePersonCountsOnce() {
        assertRefused(
                attempt("manager", Kind.APPROVED, PLAN)
                        .on(waiting(2, Set.of("manager")), Optional.empty()),
                "STAGE_ALREADY_DECIDED_BY_YOU",
                true);
    }

    @Test
    void aDenialEndsTheRoute() {
        assertThat(attempt("manager", Kind.DENIED, PLAN).on(waiting(1, Set.of()), Optional.empty()))
                .isEqualTo(new Result.RouteDenied());
    }

    @Test
    void whatBarsRefusesAndIsRecorded() {
        for (Bar bar : Bar.values()) {
            assertRefused(
                    attempt("manager", Kind.APPROVED, PLAN)
                            .on(waiting(1, Set.of()), Optional.of(bar)),
                    bar.name(),
                    true);
        }
    }

    @Test
    void whoIsNotAskedIsRefused() {
        assertRefused(
                attempt("stranger", Kind.APPROVED, PLAN).on(waiting(1, Set.of()), Optional.empty()),
                "NOT_A_CANDIDATE",
                true);
        assertRefused(
                attempt("barred", Kind.APPROVED, PLAN).on(waiting(1, Set.of()), Optional.empty()),
                "NOT_A_CANDIDATE",
                true);
    }

    @Test
    void aDecisionOnAnotherPlanIsRefused() {
        assertRefused(
                attempt("manager", Kind.APPROVED, "b".repeat(64))
                        .on(waiting(1, Set.of()), Optional.empty()),
                "PLAN_MISMATCH",
                true);
    }

    @Test
    void nothingIsDecidedAfterTheStageExpiredOrClosed() {
        Attempt late = new Attempt("manager", Kind.APPROVED, "", PLAN, NOW.plusSeconds(60));
        assertRefused(late.on(waiting(1, Set.of()), Optional.empty()), "EXPIRED", false);
        assertRefused(late.on(new Stage.Closed("DENIED"), Optional.empty()), "NOT_WAITING", false);
    }

    private static void assertRefused(Result result, String code, boolean recorded) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.Refused.class,
                        refused -> {
                            assertThat(refused.code()).isEqualTo(code);
                            assertThat(refused.recorded()).isEqualTo(recorded);
                            assertThat(refused.status()).isBetween(400, 499);
                        });
    }

    private static Attempt attempt(String by, Kind kind, String plan) {
        return new Attempt(by, kind, "because", plan, NOW);
    }

    private static Stage waiting(int quorum, Set<String> approvals) {
        return new Stage.Waiting(
                PLAN,
                NOW.plusSeconds(60),
                quorum,
                List.of(
                        new Candidate("manager", "manager", true, "manager of the subject"),
                        new Candidate("barred", "barred", false, "SOD_PROPOSER")),
                approvals);
    }

    private static Optional<Bar> bar(String id, String role, boolean enabled, String worker) {
        Account account =
                new Account(
                        "keycloak:acme",
                        id,
                        enabled,
                        Optional.of(worker),
                        Optional.empty(),
                        List.of(),
                        List.of(role),
                        id,
                        NOW);
        return Eligibility.bars(id, Optional.of(account), Set.of(role), "approver", PARTIES);
    }
}
