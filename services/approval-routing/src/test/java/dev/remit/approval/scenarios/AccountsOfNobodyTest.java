package dev.remit.approval.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.adapter.json.JsonPlan;
import dev.remit.approval.adapter.kafka.Messages;
import dev.remit.approval.domain.About;
import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Forecast;
import dev.remit.approval.domain.Parties;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Routing;
import dev.remit.charter.CharterReader;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.directory.Account;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who decides on a change of an account that nobody is behind. */
class AccountsOfNobodyTest {
    private static final Path TOP = Path.of(System.getProperty("remit.top"));
    private static final String ROBOT = "robot";

    private final Town town = new Town();

    /** Whom readiness found. */
    private Optional<String> manager = Optional.empty();

    @BeforeEach
    void anAccountThatOwenAnswersForIsToGo() throws IOException {
        town.charter = new Charter.Lookup.Found(charter(""));
        town.approver("owen");
        for (String each : List.of("ann", "ben", "cat")) {
            town.approver(each, "/security-approvers");
        }
        town.put("pat", Optional.of("W-pat"), Optional.empty(), true, List.of(), List.of());
        robot(Optional.empty(), Optional.empty(), Optional.of("W-owen"));
    }

    @Test
    void whoAnswersForItApproves() {
        assertThat(asked("pat", 0)).containsExactly("owen");
        assertThat(asked("pat", 1)).containsExactly("ann", "ben", "cat");
    }

    @Test
    void whoAnswersForItMayProposeAndThenDoesNotApprove() {
        assertThat(barred("owen", 0)).isEqualTo(Map.of("owen", "SOD_PROPOSER"));
    }

    @Test
    void theAccountDoesNotApproveItsOwnChange() {
        town.accounts.put(
                ROBOT,
                account(
                        List.of("/security-approvers"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("W-owen")));
        assertThat(barred("pat", 1)).isEqualTo(Map.of(ROBOT, "SOD_SUBJECT"));
    }

    @Test
    void whomItTurnsOutToBelongToDoesNotApproveWithAnotherAccount() {
        robot(Optional.of("W-ann"), Optional.empty(), Optional.of("W-owen"));
        assertThat(barred("pat", 1)).isEqualTo(Map.of("ann", "SOD_SUBJECT"));
    }

    @Test
    void theManagerWhomItNamesIsAskedWhereItHasNoOwner() {
        town.put(
                "mia",
                Optional.of("W-mia"),
                Optional.empty(),
                true,
                List.of(),
                List.of("approver"));
        robot(Optional.empty(), Optional.of("W-mia"), Optional.empty());
        manager = Optional.of("mia");
        assertThat(asked("pat", 0)).containsExactly("mia");
    }

    @Test
    void whereNobodyAnswersForItTheStageGoesToWhomItEscalates() {
        robot(Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(asked("pat", 0)).containsExactly("ann", "ben", "cat");
    }

    @Test
    void aRuleAboutAccessLooksAtWhatTheAccountHolds() throws IOException {
        town.charter =
                new Charter.Lookup.Found(
                        charter(
                                """
                                    - rule: payments
                                      version: "1"
                                      owner: 00000000-0000-4000-8000-000000000020
                                      source: SOX
                                      toxic: [/payments-create, /payments-approve]
                                """));
        town.accounts.put(
                ROBOT,
                account(
                        List.of("/payments-create", "/payments-approve"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("W-owen")));
        assertThat(forecast("pat").violations())
                .singleElement()
                .satisfies(each -> assertThat(each.rule()).isEqualTo("payments"));
        robot(Optional.empty(), Optional.empty(), Optional.of("W-owen"));
        assertThat(forecast("pat").violations()).isEmpty();
    }

    @Test
    void aSubjectOfTheTargetIsAnAccountAndNoWorker() {
        assertThat(parties(Town.SYSTEM).subjectWorker()).isEmpty();
        assertThat(parties(Town.SYSTEM).subjectId()).isEqualTo(ROBOT);
        assertThat(parties("hr").subjectWorker()).isEqualTo(ROBOT);
    }

    private static Parties parties(String system) {
        return Messages.parties(
                KeptChange.bytes(
                        Change.newBuilder()
                                .setChangeId(new UUID(1, 1))
                                .setCharter(new CharterRef("nhi-decommission", "3", "h"))
                                .setMode(Mode.ASSIST)
                                .setSubject(new Subject(system, ROBOT))
                                .setTarget(Town.SYSTEM)
                                .setAction("decommission")
                                .setReason("not needed any more")
                                .setProposer(
                                        Actor.newBuilder()
                                                .setId("pat")
                                                .setKind(ActorKind.HUMAN)
                                                .build())
                                .setProposedAt(java.time.Instant.EPOCH)
                                .build()),
                ROBOT);
    }

    private List<String> asked(String proposer, int stage) {
        return candidates(proposer, stage).stream()
                .filter(Candidate::eligible)
                .map(Candidate::id)
                .sorted()
                .toList();
    }

    private Map<String, String> barred(String proposer, int stage) {
        return candidates(proposer, stage).stream()
                .filter(each -> !each.eligible())
                .collect(java.util.stream.Collectors.toMap(Candidate::id, Candidate::reason));
    }

    private List<Candidate> candidates(String proposer, int stage) {
        return forecast(proposer).stages().get(stage).candidates();
    }

    private Forecast forecast(String proposer) {
        byte[] plan =
                "{\"account\":\"robot\",\"steps\":[{\"name\":\"disable-account\",\"before\":{\"enabled\":\"true\"},\"after\":{\"enabled\":\"false\"}}]}"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return Routing.forecast(
                new Ready(
                        new UUID(1, 1),
                        new byte[0],
                        new About(
                                "nhi-decommission",
                                "decommission",
                                Town.SYSTEM,
                                "not needed any more",
                                "ASSIST",
                                "c".repeat(64)),
                        "h".repeat(64),
                        "READY",
                        Map.of("account.exists", "PRESENT"),
                        Map.of(),
                        new Parties(proposer, Optional.empty(), ROBOT, ""),
                        manager,
                        Optional.empty(),
                        plan,
                        "p".repeat(64),
                        JsonPlan.effect(plan)),
                town.known());
    }

    private void robot(Optional<String> worker, Optional<String> manager, Optional<String> owner) {
        town.accounts.put(ROBOT, account(List.of(), worker, manager, owner));
    }

    private Account account(
            List<String> groups,
            Optional<String> worker,
            Optional<String> manager,
            Optional<String> owner) {
        return new Account(
                Town.SYSTEM,
                ROBOT,
                true,
                worker,
                manager,
                groups.stream().map(path -> new Account.Group(path, path)).toList(),
                List.of("approver"),
                ROBOT,
                town.now,
                Optional.empty(),
                owner);
    }

    private static Charter charter(String rule) throws IOException {
        String text =
                Files.readString(TOP.resolve("charters/nhi-decommission.yaml"))
                        .replace("  execution:\n", rule + "  execution:\n");
        return CharterReader.read("nhi-decommission", text) instanceof CharterReader.Read.Good good
                ? JsonCharter.read(good.charter().document())
                : org.assertj.core.api.Assertions.fail(text);
    }
}
