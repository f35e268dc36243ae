package dev.remit.readiness.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.charter.Charter.Action;
import dev.remit.charter.CharterReader;
import dev.remit.handoff.directory.Account;
import dev.remit.readiness.domain.Judgement;
import dev.remit.readiness.domain.Observed;
import dev.remit.readiness.domain.Plan;
import dev.remit.readiness.domain.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each shipped charter, as it is in its file, leads to a plan. The plans are kept in {@code
 * charters/plans} ({@code -Dremit.golden=write} writes them); approval-routing's test routes them,
 * the executor's executes them.
 */
class ReadyPlansTest {
    private static final Path TOP = Path.of(System.getProperty("remit.top"));
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent-access",
                "break-glass",
                "exposed-credential",
                "joiner",
                "leaver-offboarding",
                "mover",
                "nhi-decommission",
                "orphaned-account",
                "privileged-access-grant",
                "secret-rotation",
                "service-account-ownership",
                "stale-entitlement"
            })
    void aShippedCharterIsPlanned(String name) throws IOException {
        Path file =
                name.startsWith("leaver")
                        ? TOP.resolve("deploy/src/main/resources/charters/" + name + ".yaml")
                        : TOP.resolve("charters/" + name + ".yaml");
        var read = CharterReader.read(name, Files.readString(file));
        assertThat(read).isInstanceOf(CharterReader.Read.Good.class);
        dev.remit.charter.Charter charter = ((CharterReader.Read.Good) read).charter();
        Action action = charter.domain().actions().getFirst();
        boolean makes = action.account().isPresent();

        Judgement judgement =
                Judgement.of(
                        new Request(
                                new UUID(1, 1),
                                name,
                                charter.hash(),
                                "hr",
                                "E1",
                                "keycloak:acme",
                                action.name()),
                        Optional.of(
                                CharterDocument.read(
                                        new dev.remit.handoff.directory.Charter(
                                                name,
                                                charter.version(),
                                                charter.hash(),
                                                charter.document()))),
                        new Observed(
                                makes ? List.of() : List.of(account()),
                                List.of(person("m9", "E9"), person("m1", "E-1001")),
                                Optional.of(NOW),
                                makes ? Map.of(Judgement.MANAGER, "E9") : Map.of(),
                                "keycloak:acme",
                                NOW));

        assertThat(judgement.reason()).startsWith("every fact holds");
        String plan = judgement.plan().map(Plan::json).orElseThrow();
        Path golden = TOP.resolve("charters/plans/" + name + ".json");
        // the hash of the charter is the one thing in it that each wording changes
        String text = plan.replace(charter.hash(), "0".repeat(64)) + "\n";
        if ("write".equals(System.getProperty("remit.golden"))) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, text);
        }
        assertThat(text).isEqualTo(Files.readString(golden));
    }

    private static Account account() {
        return new Account(
                "keycloak:acme",
                "a1",
                true,
                Optional.of("E1"),
                Optional.of("E9"),
                List.of(
                        new Account.Group("00000000-0000-4000-8000-0000000000a4", "/dormant-tools"),
                        new Account.Group("g1", "/sales"),
                        new Account.Group("g2", "/service-accounts")),
                List.of(),
                "",
                NOW,
                Optional.empty(),
                Optional.of("E8"));
    }

    private static Account person(String id, String worker) {
        return new Account(
                "keycloak:acme",
                id,
                true,
                Optional.of(worker),
                Optional.empty(),
                List.of(),
                List.of(),
                "",
                NOW);
    }
}
