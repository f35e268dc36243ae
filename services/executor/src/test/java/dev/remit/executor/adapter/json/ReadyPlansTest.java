package dev.remit.executor.adapter.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.executor.domain.Attempt;
import dev.remit.executor.domain.Call;
import dev.remit.executor.domain.Finding;
import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Next;
import dev.remit.executor.domain.Order;
import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Report;
import dev.remit.executor.domain.Runbook;
import dev.remit.executor.domain.TargetState;
import dev.remit.handoff.merkle.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The plan that each shipped charter leads to (see data-readiness) is executed to its end. */
class ReadyPlansTest {
    private static final Path PLANS = Path.of(System.getProperty("remit.top"), "charters/plans");
    private static final Instant NOW = Instant.parse("2026-03-02T11:00:00Z");
    private static final Set<String> KEYCLOAK =
            Set.of(
                    "create-account",
                    "disable-account",
                    "enable-account",
                    "end-sessions",
                    "leave-groups",
                    "leave-group",
                    "join-groups",
                    "join-group",
                    "leave-group-at-expiry",
                    "set-manager",
                    "set-owner",
                    "delete-account");

    static Stream<String> plans() throws IOException {
        try (Stream<Path> files = Files.list(PLANS)) {
            return files.map(each -> String.valueOf(each.getFileName())).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("plans")
    void aShippedChartersPlanIsExecutedAndReadBack(String name) throws IOException {
        byte[] bytes =
                Files.readString(PLANS.resolve(name))
                        .strip()
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Plan plan = new JsonPlans().read(bytes).orElseThrow();
        boolean byHand = plan.steps().stream().anyMatch(each -> !KEYCLOAK.contains(each.name()));
        Intent intent =
                new Intent(
                        new UUID(2, 1),
                        plan.change(),
                        new UUID(3, 1),
                        plan.target(),
                        plan.account(),
                        bytes,
                        Hash.sha256(bytes).hex(),
                        NOW,
                        NOW.plusSeconds(3600),
                        byHand,
                        Set.of("mesh"));
        Order order =
                new Order(
                        intent, Optional.of(plan), Optional.of(KEYCLOAK), Set.of("rotate-secret"));
        Attempt attempt =
                byHand
                        ? new Attempt.Watched(order, NOW, Optional.of("p1"))
                        : new Attempt.First(order, NOW);
        assertThat(Attempt.decide(attempt, new Finding.Nothing(), NOW)).isEqualTo(new Next.Read());
        TargetState before =
                plan.creation().isPresent()
                        ? TargetState.GONE
                        : new TargetState(
                                        true,
                                        2,
                                        List.of(
                                                new Group(
                                                        "00000000-0000-4000-8000-0000000000a4",
                                                        "/dormant-tools"),
                                                new Group("g1", "/sales"),
                                                new Group("g2", "/service-accounts")),
                                        "E9",
                                        true,
                                        Optional.of(NOW.minusSeconds(9_000_000)))
                                .ownedBy("E8");
        TargetState after = before;
        for (Plan.Step step : plan.steps()) {
            for (Call call : after.calls(step)) {
                after = done(after, call);
            }
        }

        Next end;
        if (byHand) {
            assertThat(Attempt.decide(attempt, new Finding.Found(before), NOW))
                    .isInstanceOf(Next.Later.class);
            end = Attempt.decide(attempt, new Finding.Found(after), NOW);
        } else {
            assertThat(Attempt.decide(attempt, new Finding.Found(before), NOW))
                    .isInstanceOf(Next.Perform.class);
            end =
                    Attempt.decide(
                            attempt, new Finding.ReadBack(before, after, Optional.empty()), NOW);
        }

        assertThat(end).isInstanceOf(Next.End.class);
        assertThat(((Next.End) end).report().outcome()).isEqualTo(Report.Outcome.SUCCEEDED);
        assertThat(Runbook.of(intent, plan, Optional.empty()).markdown())
                .contains(plan.steps().getFirst().name());
    }

    private static TargetState done(TargetState was, Call call) {
        List<Group> groups = new ArrayList<>(was.groups());
        return switch (call) {
            case Call.Disable _ -> with(was, false, was.sessions(), groups, was.manager());
            case Call.Enable _ -> with(was, true, was.sessions(), groups, was.manager());
            case Call.EndSessions _ -> with(was, was.enabled(), 0, groups, was.manager());
            case Call.SetManager(String manager) ->
                    with(was, was.enabled(), was.sessions(), groups, manager);
            case Call.SetOwner(String owner) -> was.ownedBy(owner);
            case Call.Join(Group group) -> {
                groups.add(group);
                yield with(was, was.enabled(), was.sessions(), groups, was.manager());
            }
            case Call.Leave(Group group) -> {
                groups.remove(group);
                yield with(was, was.enabled(), was.sessions(), groups, was.manager());
            }
            case Call.Delete _ -> TargetState.GONE;
            case Call.Create(Plan.Step.CreateAccount made) ->
                    new TargetState(
                                    made.enabled(),
                                    0,
                                    List.of(),
                                    made.manager(),
                                    true,
                                    Optional.empty())
                            .of(new TargetState.Identity("a9", made.username(), made.worker()));
            case Call.ByHand _ -> was.withSecret(Optional.of(NOW));
        };
    }

    private static TargetState with(
            TargetState was, boolean enabled, int sessions, List<Group> groups, String manager) {
        return new TargetState(
                enabled,
                sessions,
                List.copyOf(groups),
                manager,
                true,
                was.secretSince(),
                was.identity(),
                was.owner());
    }
}
