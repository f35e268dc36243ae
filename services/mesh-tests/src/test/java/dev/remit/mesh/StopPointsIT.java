package dev.remit.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.fault.LedgerKills;
import dev.remit.fault.MeshCheck;
import dev.remit.handoff.Service;
import dev.remit.stack.Accounts;
import dev.remit.stack.Requests;
import dev.remit.stack.Tokens;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each service dies at each point of its transactions, and is started again: the change ends as an
 * undisturbed one does, executed once, and an outside checker finds nothing lost and nothing twice.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StopPointsIT {
    private static final Map<UUID, String> CHANGES = new TreeMap<>();
    private static Mesh mesh;
    private static List<String> undisturbed = List.of();

    @BeforeAll
    static void start() throws Exception {
        mesh = new Mesh("stop-points");
        mesh.up();
        mesh.charter("fault-test.yaml");
        mesh.charter("never-done.yaml");
    }

    @AfterAll
    static void stop() throws Exception {
        mesh.stack.down();
    }

    @Test
    @Order(1)
    void anUndisturbedChangeIsTheMeasure() throws Exception {
        undisturbed = run("F100");

        assertThat(undisturbed)
                .containsExactly(
                        "ChangeProposed",
                        "ReadinessJudged",
                        "ApprovalRequested",
                        "ApprovalDecided",
                        "ExecutionAuthorized",
                        "ChangeExecuted",
                        "ChangeClosed");
    }

    @ParameterizedTest
    @Order(2)
    @CsvSource({"F101,BEFORE_COMMIT", "F102,AFTER_COMMIT", "F103,AFTER_PUBLISH"})
    void everyServiceDiesThereOnceAndTheChangeEndsAsUndisturbed(String worker, String point)
            throws Exception {
        for (Service service : Service.values()) {
            mesh.arm(service.id(), point);
        }

        assertThat(run(worker)).isEqualTo(undisturbed);

        assertThat(mesh.isArmed()).as("every service died at " + point).isFalse();
    }

    @ParameterizedTest
    @Order(3)
    @CsvSource({"F111,INTENT", "F112,CALL", "F113,REPORT"})
    void theExecutorDiesBesideTheTargetAndTheChangeIsExecutedOnce(String worker, String point)
            throws Exception {
        mesh.arm("executor", point);

        assertThat(run(worker)).isEqualTo(undisturbed);

        assertThat(mesh.isArmed()).as("the executor died at " + point).isFalse();
    }

    @ParameterizedTest
    @Order(3)
    @CsvSource({"F121,BEGUN", "F122,COMPENSATE"})
    void theExecutorDiesOnTheWayBackAndTheAccountIsAsItWas(String worker, String point)
            throws Exception {
        String account = observed(worker);
        mesh.arm("executor", point);
        UUID change =
                UUID.fromString(
                        Mesh.until(
                                () -> propose(worker, "never-done", "suspend"),
                                "an accepted proposal"));

        JsonNode closed = Mesh.until(() -> closed(change), "the end of " + change);

        assertThat(mesh.isArmed()).as("the executor died at " + point).isFalse();
        assertThat(closed.path("outcome").asText()).isEqualTo("COMPENSATED");
        assertThat(Mesh.types(closed)).filteredOn("ChangeExecuted"::equals).hasSize(1);
        assertThat(Accounts.isEnabled(mesh.home, account)).isTrue();
    }

    @Test
    @Order(4)
    void nothingIsLostAndNothingHappenedTwice() throws Exception {
        MeshCheck.Report report =
                Mesh.until(
                        () ->
                                Optional.of(new MeshCheck(mesh.home, Set.of()).check(CHANGES))
                                        .filter(each -> each.lost().isEmpty()),
                        "a quiet mesh with nothing lost");
        System.out.println("checked from outside: " + report);

        assertThat(report.duplicated()).isEmpty();
        assertThat(report.unverified()).isEmpty();
        assertThat(report.closed()).isEqualTo(CHANGES.size());
        assertThat(report.effects()).isEqualTo(CHANGES.size());
    }

    @Test
    @Order(5)
    void theCheckSeesWhatIsMissingAndWhatIsUndone() throws Exception {
        UUID nobodys = UUID.randomUUID();
        String enabled = Accounts.add(mesh.home, "F199", "E1001");

        MeshCheck.Report report =
                new MeshCheck(mesh.home, Set.of()).check(Map.of(nobodys, enabled));

        assertThat(report.lost())
                .contains(
                        nobodys + ": no ChangeProposed",
                        nobodys + ": no ChangeClosed",
                        nobodys + ": the account is still enabled");
        assertThat(report.holds()).isFalse();
    }

    /** The same with a thousand deaths: {@code ./remit chaos ledger}. */
    @Test
    @Order(6)
    void theLogsWriterIsKilledAgainAndAgainAndNoLeafIsLostOrTwice() throws Exception {
        LedgerKills.Outcome outcome = new LedgerKills(mesh.home, 11, System.out::println).run(12);
        System.out.println("died before: " + outcome.steps());

        assertThat(outcome.wrong()).isEmpty();
        assertThat(outcome.kills()).isEqualTo(12);
        assertThat(outcome.messages()).isGreaterThanOrEqualTo(120);
        // a month of that log is a second
        assertThat(outcome.shards()).isGreaterThan(2);
    }

    @Test
    @Order(7)
    void theCheckOfTheLogSeesWhatIsTwiceLostAlteredOrForked() throws Exception {
        Map<String, List<String>> said =
                new LedgerKills(mesh.home, 12, System.out::println).planted();

        assertThat(said.get("twice")).anyMatch(each -> each.contains("duplicated"));
        assertThat(said.get("lost")).anyMatch(each -> each.contains("lost"));
        assertThat(said.get("altered")).anyMatch(each -> each.contains("fsck"));
        assertThat(said.get("fork")).anyMatch(each -> each.contains("two roots"));
    }

    @Test
    @Order(8)
    void aLogThatWasPutBackToAnOldBackupDoesNotStart() throws Exception {
        assertThat(new LedgerKills(mesh.home, 13, System.out::println).restored())
                .hasSize(2)
                .allMatch(each -> each.startsWith("REFUSES") && each.contains("rolled back"));
    }

    @Test
    @Order(9)
    void manifestsNameEveryBusyPartitionInItsTurn() throws Exception {
        assertThat(new LedgerKills(mesh.home, 14, System.out::println).turns())
                .isEqualTo("NAMED 250");
    }

    /** Offboards a new account, starting again whatever dies; the change's handoffs at its end. */
    private static List<String> run(String worker) throws Exception {
        String account = observed(worker);
        UUID change =
                UUID.fromString(
                        Mesh.until(
                                () -> propose(worker, "fault-test", "offboard"),
                                "an accepted proposal"));
        CHANGES.put(change, account);
        JsonNode closed = Mesh.until(() -> closed(change), "the end of " + change);
        // the ledger itself may be about to die of what it has just committed
        Mesh.until(
                () -> revive().isEmpty() && !mesh.isArmed() ? Optional.of(true) : Optional.empty(),
                "the last death");
        return Mesh.types(closed);
    }

    /** A new account, seen by the mesh. */
    private static String observed(String worker) throws Exception {
        String account = Accounts.add(mesh.home, worker, "E1001");
        Mesh.until(
                () -> {
                    revive();
                    return mesh.account(worker);
                },
                "the account of " + worker);
        return account;
    }

    /** What was started again; a service may die once more while it starts. */
    private static List<String> revive() throws InterruptedException {
        try {
            return mesh.stack.revive();
        } catch (IOException died) {
            return List.of(String.valueOf(died.getMessage()));
        }
    }

    /** The ledger may be dying just now: then it is asked again. */
    private static Optional<JsonNode> closed(UUID change) throws Exception {
        revive();
        try {
            return Optional.of(mesh.get("evidence-ledger", "/changes/" + change, "auditor"))
                    .filter(Requests.Answer::ok)
                    .map(Mesh::json)
                    .filter(each -> Mesh.types(each).contains("ChangeClosed"));
        } catch (IOException died) {
            return Optional.empty();
        }
    }

    /** The same key each time: a proposal whose answer got lost is not made twice. */
    private static Optional<String> propose(String worker, String charter, String action)
            throws Exception {
        revive();
        try {
            Requests.Answer answer =
                    Requests.send(
                            "POST",
                            mesh.url("connector", "/changes"),
                            Tokens.of(mesh.home, "remit-cli", "offboarding.owner"),
                            Mesh.text(
                                    Map.of(
                                            "charter",
                                            charter,
                                            "subject",
                                            Map.of("system", "hr", "id", worker),
                                            "target",
                                            "keycloak:acme",
                                            "action",
                                            action,
                                            "reason",
                                            "fault test")),
                            Map.of("Idempotency-Key", "stop-points-" + worker));
            return answer.status() == 202
                    ? Optional.of(answer.json().path("changeId").asText())
                    : Optional.empty();
        } catch (IOException died) {
            return Optional.empty();
        }
    }
}
