package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.kafka.Messages;
import dev.remit.approval.domain.Effect;
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
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RowsTest {
    private static final Instant NOW = Instant.parse("2026-01-05T10:00:00Z");
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
    void oneThatIsNotDueWaitsForNothing() {
        RouteRow row = new RouteRow();
        Rows.fill(row, new Route.Granted(ready(Optional.empty()), List.of(), NOW));
        assertThat(row.asks).isEmpty();
        Route.Granted read = (Route.Granted) Rows.route(row, List.of());
        assertThat(read.held()).isEmpty();
        assertThat(read.ready().parties().executor()).isEmpty();
    }

    private static Ready ready(Optional<String> executor) {
        return new Ready(
                new UUID(0, 1),
                KEPT,
                Messages.about(KEPT),
                "c".repeat(64),
                "READY",
                Map.of(),
                Map.of(),
                Messages.parties(KEPT, "leaver").executedBy(executor),
                Optional.empty(),
                Optional.empty(),
                "{\"steps\":[]}".getBytes(StandardCharsets.UTF_8),
                "a".repeat(64),
                Effect.NONE);
    }
}
