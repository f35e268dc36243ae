package dev.remit.readiness.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.directory.Charter;
import dev.remit.readiness.domain.Concern;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is kept as text reads back. */
class KeptFormTest {
    @Test
    void aConcernReadsBackFromItsKey() {
        for (Concern concern :
                List.of(
                        new Concern.OfWorker("keycloak:acme", "E|1"),
                        new Concern.OfAccount("keycloak:acme", "a|1"),
                        new Concern.OfSource("scim:crm"),
                        new Concern.OfCharter("c0ffee"))) {
            assertThat(ConcernKey.read(ConcernKey.of(concern))).isEqualTo(concern);
        }
        assertThatThrownBy(() -> ConcernKey.read("moon|full"))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aCharterReads() {
        var read =
                CharterDocument.read(
                        charter(
                                """
                                {"spec": {"domain": {"systems": ["scim:crm"], "actions": [{"name": "offboard", "steps": ["disable-account"]}]},
                                "readiness": {"facts": [{"name": "account.correlated"}, {"name": "source.fresh", "maxAge": "PT2M"}],
                                "hold": {"for": "PT48H"}}}}
                                """));
        assertThat(read.systems()).containsExactly("scim:crm");
        assertThat(read.steps()).isEqualTo(Map.of("offboard", List.of("disable-account")));
        assertThat(read.facts().getLast().maxAge()).isEqualTo(Optional.of(Duration.ofMinutes(2)));
        assertThat(read.hold()).isEqualTo(Duration.ofDays(2));
    }

    @Test
    void theBoundsOfACharterAreAskedAboutTheAccount() {
        var read =
                CharterDocument.read(
                        charter(
                                """
                                {"spec": {"domain": {"systems": ["scim:crm"], "subject": "subject.enabled && change.mode == 'OWN'",
                                "resource": "resource.owner == 'x'", "protectedEntitlements": ["/admins"],
                                "actions": [{"name": "offboard", "mode": "OWN", "steps": ["disable-account"]}]},
                                "readiness": {"facts": [{"name": "account.correlated"}], "hold": {"for": "PT48H"}}}}
                                """));
        assertThat(read.protectedEntitlements()).containsExactly("/admins");
        assertThat(read.bounds())
                .extracting(bound -> bound.of(request(), account(true)))
                .containsExactly(
                        dev.remit.readiness.domain.Charter.Side.INSIDE,
                        dev.remit.readiness.domain.Charter.Side.UNKNOWN);
        assertThat(read.bounds().getFirst().of(request(), account(false)))
                .isEqualTo(dev.remit.readiness.domain.Charter.Side.OUTSIDE);
    }

    private static dev.remit.readiness.domain.Request request() {
        return new dev.remit.readiness.domain.Request(
                new java.util.UUID(1, 1), "leavers", "h", "hr", "E1", "scim:crm", "offboard");
    }

    private static dev.remit.handoff.directory.Account account(boolean enabled) {
        return new dev.remit.handoff.directory.Account(
                "scim:crm",
                "a1",
                enabled,
                Optional.of("E1"),
                Optional.empty(),
                List.of(),
                List.of(),
                "",
                java.time.Instant.EPOCH);
    }

    @Test
    void aCharterThatDoesNotReadSaysWhy() {
        assertThatThrownBy(() -> CharterDocument.read(charter("{")))
                .hasMessageContaining("not JSON");
        assertThatThrownBy(() ->
                        CharterDocument.read(
                                charter("{\"spec\": {\"domain\": {\"subject\": \"who\"}}}")))
                .hasMessageContaining("charter: domain: ");
        assertThatThrownBy(() -> CharterDocument.read(charter("{\"spec\": {}}")))
                .hasMessageContaining("for is not an ISO 8601 duration");
    }

    private static Charter charter(String document) {
        return new Charter("leavers", "1", "h", document);
    }
}
