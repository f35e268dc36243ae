package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.kafka.Messages;
import dev.remit.approval.domain.Asked;
import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Effect;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Route;
import dev.remit.handoff.KeptChange;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.Subject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RowsTest {
    static final Instant NOW = Instant.parse("2026-01-05T10:00:00Z");
    private static final byte[] KEPT =
            KeptChange.bytes(
                    Change.newBuilder()
                            .setChangeId(new UUID(0, 1))
                            .setCharter(new CharterRef("leaver", "1", "c".repeat(64)))
                            .setMode(Mode.OWN)
                            .setSubject(Subject.newBuilder().setSystem("hr").setId("E1").build())
                            .setTarget("keycloak:acme")
                            .setAction("offboard")
                            .setReason("left")
                            .setProposer(
                                    Actor.newBuilder()
                                            .setId("clerk")
                                            .setKind(ActorKind.HUMAN)
                                            .build())
                            .setProposedAt(Instant.EPOCH)
                            .build());

    @Test
    void whoExecutedItAndWhatItsReviewWaitsForAreKept() {
        Route.Granted waiting =
                new Route.Granted(
                        ready(Optional.of("ben")),
                        List.of(),
                        NOW,
                        Optional.of(
                                new Route.Wait("its charter is not known", NOW.plusSeconds(9))));
        RouteRow row = new RouteRow();
        Rows.fill(row, waiting);
        assertThat(row.asks).isEqualTo("charter:" + "c".repeat(64));
        assertThat(row.wakeAt).isEqualTo(NOW.plusSeconds(9));
        Route.Granted read = (Route.Granted) Rows.route(row, List.of());
        assertThat(read.held()).isEqualTo(waiting.held());
        assertThat(read.ready().parties()).isEqualTo(waiting.ready().parties());
    }

    @Test
    void whatIsBarredForWhoApprovedItWaitsForNewsOfTheirAccounts() {
        Decision approved =
                new Decision(
                        0,
                        "leads",
                        Decision.Kind.APPROVED,
                        Optional.of("ann"),
                        Optional.empty(),
                        Optional.of("bob"),
                        Optional.empty(),
                        Optional.empty(),
                        "",
                        NOW);
        Route.Barred barred =
                new Route.Barred(
                        ready(Optional.empty()),
                        1,
                        List.of(approved),
                        "ann approved stage leads and has another part in the change",
                        NOW,
                        NOW.plusSeconds(60),
                        Set.of(Concern.account("owen"), Concern.holders("keycloak:acme", "/a")));
        RouteRow row = new RouteRow();
        Rows.fill(row, barred);
        assertThat(row.asks.lines())
                .contains(
                        "account:ann",
                        "account:bob",
                        "account:clerk",
                        "account:owen",
                        "halts:",
                        "holders:keycloak:acme /a",
                        "worker:E1");
        assertThat(((Route.Barred) Rows.route(row, List.of(approved))).asks())
                .isEqualTo(barred.asks());
        assertThat(Rows.mend(row, List.of(approved))).as("nothing is wrong").isEmpty();
        row.asks = "account:owen";
        assertThat(Rows.mend(row, List.of(approved))).containsExactly("asks");
        assertThat(row.asks).contains("account:ann\naccount:bob");
    }

    @Test
    void oneThatIsNotDueWaitsForNothing() {
        RouteRow row = new RouteRow();
        Rows.fill(row, new Route.Granted(ready(Optional.empty()), List.of(), NOW));
        assertThat(row.asks).isEmpty();
        Route.Granted read = (Route.Granted) Rows.route(row, List.of());
        assertThat(read.held()).isEmpty();
        assertThat(read.ready().parties().executor()).isEmpty();
    }

    @Test
    void whoProposedItIsKeptAndARowFromBeforeReadsWithoutThem() {
        RouteRow row = new RouteRow();
        Rows.fill(row, new Route.Waiting(course(List.of(stage()))));
        assertThat(Rows.route(row, List.of()).underWay().orElseThrow().parties().proposerWorker())
                .contains("W-clerk");
        assertThat(row.facts).contains(",\"proposerWorker\":\"W-clerk\",\"principalWorker\":null");
        row.facts = "{\"states\":{},\"owners\":{}}";
        assertThat(Rows.route(row, List.of()).underWay().orElseThrow().parties())
                .isEqualTo(Messages.parties(KEPT, "leaver"));
    }

    @Test
    void whatIsDerivedIsDerivedAnewFromStagesAndDecisions() {
        RouteRow row = new RouteRow();
        Rows.fill(row, new Route.Waiting(course(List.of(stage()))));
        assertThat(Rows.mend(row, List.of())).as("nothing is wrong").isEmpty();

        row.deciders = "";
        row.asks = "group:/else";
        row.held = "nobody knows why";
        row.wakeAt = NOW.plusSeconds(999_999);
        assertThat(Rows.mend(row, List.of()))
                .containsExactly("deciders", "asks", "held", "wake_at");
        assertThat(row.deciders).isEqualTo("ann\nbob");
        assertThat(row.asks).isEqualTo("group:/leads\nhalts:");
        assertThat(row.held).isNull();
        assertThat(row.wakeAt).isEqualTo(NOW.plusSeconds(30));
        assertThat(Rows.mend(row, List.of())).isEmpty();
    }

    @Test
    void whoHasDecidedDoesNotComeBack() {
        RouteRow row = new RouteRow();
        Rows.fill(row, new Route.Waiting(course(List.of(stage()))));
        row.deciders = "ann\nbob";
        Decision given =
                new Decision(
                        0,
                        "leads",
                        Decision.Kind.APPROVED,
                        Optional.of("ann"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "",
                        NOW);
        assertThat(Rows.mend(row, List.of(given))).containsExactly("deciders");
        assertThat(row.deciders).isEqualTo("bob");
    }

    @Test
    void stagesThatAreLostAreSaidAndNothingIsDerivedFromThem() {
        for (String lost : List.of("[]", "[{]", "null", "[null]", "[{}]")) {
            RouteRow row = new RouteRow();
            Rows.fill(row, new Route.Waiting(course(List.of(stage()))));
            row.stages = lost;
            assertThat(Rows.mend(row, List.of())).containsExactly("stages");
            assertThat(row.requestedAt).isEqualTo(NOW);
        }
    }

    @Test
    void whoWasAskedIsKeptAsTheyWereAndRowsFromBeforeSayNothingOfIt() {
        RouteRow row = new RouteRow();
        Route before = new Route.Waiting(course(List.of(stage())));
        Rows.fill(row, before);
        assertThat(Rows.stages(row)).containsExactly(stage());
        assertThat(Rows.ready(row).parties().accountWorker()).contains("W-sam");
        row.stages = row.stages.replaceAll(",\"asked\":\\{[^}]*}", "");
        assertThat(Rows.stages(row))
                .singleElement()
                .extracting(OpenStage::asked)
                .isEqualTo(Asked.NOBODY);
    }

    @Test
    void whateverADelegationKeepsOfItsChartersReads() {
        Object[] row = {
            new UUID(0, 1),
            "ann",
            "ben",
            "leavers\nleavers\n\nmovers",
            NOW,
            NOW,
            "",
            "ann",
            NOW,
            null,
            null,
            null
        };
        assertThat(PostgresDelegations.kept(row).delegation().charters())
                .containsExactlyInAnyOrder("leavers", "", "movers");
        row[3] = "";
        assertThat(PostgresDelegations.kept(row).delegation().charters()).isEmpty();
    }

    @Test
    void oneThatDoesNotReadIsSaidAndStopsNothing() {
        RouteRow row = new RouteRow();
        Rows.fill(row, new Route.Waiting(course(List.of(stage()))));
        row.facts = "[";
        assertThat(PostgresReconciliation.mended(row, List.of())).containsExactly("unreadable");
    }

    static Route.Course course(List<OpenStage> open) {
        return new Route.Course(ready(Optional.empty()), open, 1, List.of());
    }

    static OpenStage stage() {
        return new OpenStage(
                0,
                "leads",
                Set.of(Concern.group("/leads")),
                Stream.of("ann", "bob")
                        .map(id ->
                                new Candidate(
                                        id,
                                        id,
                                        true,
                                        "group",
                                        "account:" + id,
                                        Optional.empty(),
                                        Optional.empty()))
                        .toList(),
                List.of(),
                2,
                1,
                0,
                0,
                false,
                false,
                Optional.empty(),
                false,
                Optional.empty(),
                NOW,
                NOW.plusSeconds(60),
                NOW.plusSeconds(30),
                false,
                new Asked(Map.of("ann", "W-ann")));
    }

    static Ready ready(Optional<String> executor) {
        return new Ready(
                new UUID(0, 1),
                KEPT,
                Messages.about(KEPT),
                "c".repeat(64),
                "READY",
                Map.of(),
                Map.of(),
                Messages.parties(KEPT, "leaver")
                        .executedBy(executor, executor.map("W-"::concat))
                        .proposedBy(Optional.of("W-clerk"), Optional.empty(), Optional.of("W-sam")),
                Optional.empty(),
                Optional.empty(),
                "{\"steps\":[]}".getBytes(StandardCharsets.UTF_8),
                "a".repeat(64),
                Effect.NONE);
    }
}
