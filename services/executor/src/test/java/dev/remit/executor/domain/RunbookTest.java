package dev.remit.executor.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RunbookTest {
    private static final Step DISABLE = new Step.DisableAccount(true);
    private static final Plan PLAN =
            new Plan(
                    new UUID(1, 1),
                    "a1",
                    "keycloak:acme",
                    List.of(DISABLE, new Step.LeaveGroups(List.of(new Group("g1", "/sales")))),
                    Optional.empty(),
                    Map.of(DISABLE, new Step.EnableAccount()),
                    Optional.empty());
    private static final Intent INTENT =
            new Intent(
                    new UUID(2, 1),
                    new UUID(1, 1),
                    new UUID(3, 1),
                    "keycloak:acme",
                    "a1",
                    new byte[0],
                    "ab12",
                    Instant.parse("2026-01-02T03:04:05Z"),
                    Instant.parse("2026-01-04T03:04:05Z"),
                    true,
                    Set.of("mesh"),
                    Set.of(),
                    new Intent.Terms(
                            Optional.of("boss"),
                            "who proposed it",
                            List.of("m1", "s1"),
                            List.of(new Intent.Barred("m1", "executor-apart@1", "approved it")),
                            List.of("approvals.complete", "read-back.matches")));

    @Test
    void itSaysWhatIsToBeDoneByWhomUntilWhenAndWhatIsLookedAt() {
        assertThat(Runbook.of(INTENT, PLAN, Optional.empty()).markdown())
                .isEqualTo(
                        """
                        # Runbook of change 00000000-0000-0001-0000-000000000001

                        On `keycloak:acme`, account `a1`. Plan `ab12`.

                        - Until: 2026-01-04T03:04:05Z, when the authorization ends
                        - Executes: nobody yet: `./remit take-on 00000000-0000-0001-0000-000000000001 --as USER`
                        - Approved by: m1, s1
                        - Answers for it: boss
                        - May not execute: m1, who approved it (executor-apart@1)

                        ## Steps, in this order

                        - [ ] **disable-account**: the account may no longer sign in; enabled: `true` → `false`
                          Users, the account with the id a1, Details: switch Enabled off, Save.
                          If a later step cannot be done, take it back: Users, the account with the id a1, Details: switch Enabled on, Save.
                        - [ ] **leave-groups**: leaves /sales (g1); groups: `/sales` → none
                          Users, the account with the id a1, Groups: Leave, /sales (g1).

                        ## What the ledger will look for

                        - [x] `approvals.complete`: every stage has approved this plan (given)
                        - [ ] `read-back.matches`: the target, read every few seconds, is as every step says (the executor)
                        """);
    }

    @Test
    void whoHasTakenItOnIsNamed() {
        assertThat(Runbook.of(INTENT, PLAN, Optional.of("p1")).markdown())
                .contains("- Executes: taken on by p1\n");
    }
}
