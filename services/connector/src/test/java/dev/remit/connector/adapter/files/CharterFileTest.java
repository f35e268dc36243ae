package dev.remit.connector.adapter.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.WorkerEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CharterFileTest {
    private static String shipped() throws IOException {
        return Files.readString(
                Path.of(
                        System.getProperty("remit.top"),
                        "deploy/src/main/resources/charters/leaver-offboarding.yaml"));
    }

    @Test
    void theShippedCharterOpensAChangeForALeaverOnly() throws IOException {
        Charter charter = CharterFile.read(CharterFile.canonical(shipped()));
        assertThat(charter.opens(event(WorkerEvent.Type.LEFT)))
                .hasValueSatisfying(proposal -> {
                    assertThat(proposal.mode()).isEqualTo("OWN");
                    assertThat(proposal.principal()).isPresent();
                });
        assertThat(charter.opens(event(WorkerEvent.Type.MOVED))).isEmpty();
        assertThat(charter.refuses("keycloak:acme", "offboard")).isEmpty();
        assertThat(charter.refuses("okta", "offboard"))
                .hasValueSatisfying(
                        refusal -> assertThat(refusal.code()).isEqualTo("TARGET_OUTSIDE_CHARTER"));
        assertThat(charter.refuses("keycloak:acme", "delete"))
                .hasValueSatisfying(
                        refusal -> assertThat(refusal.code()).isEqualTo("ACTION_OUTSIDE_CHARTER"));
    }

    @Test
    void aBrokenCharterNamesThePathAndTheRule() throws IOException {
        String yaml = shipped();
        Map.of(
                        yaml.replace("kind: Charter", "kind: Note"), "/kind",
                        yaml.replace("mode: OWN", "mode: MAYBE"), "/mode",
                        yaml.replace("event: LEFT", "event: GONE"), "/spec/trigger/event",
                        yaml.replace("  target: \"keycloak:acme\"", "  target: \"okta\""),
                                "/spec/trigger/target",
                        yaml.replace("version: \"1\"", "version: 1"), "/metadata/version")
                .forEach((broken, path) ->
                        assertThatThrownBy(() -> CharterFile.read(CharterFile.canonical(broken)))
                                .hasMessageContaining(path));
    }

    private static WorkerEvent event(WorkerEvent.Type type) {
        return new WorkerEvent("1", "E1002", type, LocalDate.parse("2026-01-31"), "");
    }
}
