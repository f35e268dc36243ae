package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.seal.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProductionTest {
    private static final Map<String, String> SAFE =
            Map.of(
                    "kafka.security.protocol", "SASL_SSL",
                    "quarkus.datasource.reactive.postgresql.ssl-mode", "verify-full",
                    "quarkus.http.insecure-requests", "disabled",
                    "quarkus.oidc.auth-server-url", "https://keycloak.example/realms/acme",
                    "remit.registry.url", "https://registry.example/apis/registry/v3",
                    "remit.scim.hr.url", "https://scim.example/v2",
                    "remit.charters.bootstrap", "leavers,movers",
                    "remit.clock.offset", "PT0S");

    @Test
    void aSafeInstallationStarts() {
        assertThat(troubles(SAFE, List.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "kafka.security.protocol,PLAINTEXT",
        "kafka.security.protocol,SASL_PLAINTEXT",
        "kafka.ssl.endpoint.identification.algorithm,''",
        "quarkus.datasource.reactive.postgresql.ssl-mode,require",
        "quarkus.http.insecure-requests,enabled",
        "quarkus.oidc.enabled,false",
        "quarkus.oidc.auth-server-url,http://keycloak.example/realms/acme",
        "quarkus.tls.trust-all,true",
        "remit.registry.url,http://registry.example/apis/registry/v3",
        "remit.scim.hr.url,http://scim.example/v2",
        "remit.keycloak.url,http://keycloak.example",
        "kafka.sasl.oauthbearer.token.endpoint.url,http://keycloak.example/token",
        "remit.passkeys.accept-unknown-sign-in-time,true",
        "remit.charters.bootstrap,*",
        "remit.charters.bootstrap,'leavers, *'",
        "remit.stop-points,/tmp",
        "remit.clock.offset,PT1S",
    })
    void eachUnsafePropertyIsNamed(String property, String value) {
        assertThat(troubles(safeBut(property, value), List.of()))
                .singleElement()
                .asString()
                .startsWith(property + ":");
    }

    @Test
    void theServiceThatAsksForApprovalsKnowsWhoExecutes() {
        Map<String, String> approval = safeBut("quarkus.application.name", "approval-routing");
        for (String none : List.of("", " ")) {
            approval.put("remit.approval.executors", none);
            assertThat(troubles(approval, List.of()))
                    .singleElement()
                    .asString()
                    .startsWith("remit.approval.executors:");
        }
        approval.remove("remit.approval.executors");
        assertThat(troubles(approval, List.of())).hasSize(1);
        approval.put("remit.approval.executors", "5f0c");
        assertThat(troubles(approval, List.of())).isEmpty();
        assertThat(troubles(safeBut("quarkus.application.name", "executor"), List.of())).isEmpty();
    }

    @Test
    void anAddressFromTheEnvironmentCountsToo() {
        Map<String, String> unsafe = safeBut("remit.keycloak.url", "http://keycloak.example");
        assertThat(
                        ProductionRules.troubles(
                                name -> Optional.ofNullable(unsafe.get(name)),
                                List.of("REMIT_KEYCLOAK_URL"),
                                List.of()))
                .singleElement()
                .asString()
                .startsWith("remit.keycloak.url:");
    }

    @Test
    void whatIsLeftAtItsDefaultIsNamedToo() {
        assertThat(troubles(Map.of(), List.of("remit.keys.signing")))
                .extracting(line -> line.split(":", 2)[0])
                .containsExactly(
                        "remit.keys.signing",
                        "kafka.security.protocol",
                        "quarkus.datasource.reactive.postgresql.ssl-mode",
                        "quarkus.http.insecure-requests",
                        "quarkus.oidc.auth-server-url");
    }

    @Test
    void whoeverTerminatesTlsInFrontSaysSo() {
        Map<String, String> behind = safeBut("quarkus.http.insecure-requests", "enabled");
        behind.put("remit.tls-terminated-in-front", "true");
        assertThat(troubles(behind, List.of())).isEmpty();
    }

    @Test
    void aKeyMadeForDevelopmentSaysSo(@TempDir Path folder) throws IOException {
        SigningKey key = SigningKey.generate("connector", new SecureRandom());
        Path real = Files.writeString(folder.resolve("real"), key.secretText() + "\n");
        Path marked =
                Files.writeString(
                        folder.resolve("marked"),
                        SigningKey.FOR_DEVELOPMENT + "\n" + key.secretText() + "\n");
        assertThat(SigningKey.isForDevelopment(real)).isFalse();
        assertThat(SigningKey.isForDevelopment(marked)).isTrue();
        assertThat(SigningKey.read(marked).verifier()).isEqualTo(SigningKey.read(real).verifier());
    }

    private static Map<String, String> safeBut(String property, String value) {
        Map<String, String> config = new TreeMap<>(SAFE);
        config.put(property, value);
        return config;
    }

    private static List<String> troubles(Map<String, String> config, List<String> made) {
        return ProductionRules.troubles(
                name -> Optional.ofNullable(config.get(name)), List.copyOf(config.keySet()), made);
    }
}
