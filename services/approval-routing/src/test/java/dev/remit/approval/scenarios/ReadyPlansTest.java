package dev.remit.approval.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.adapter.json.JsonPlan;
import dev.remit.approval.domain.About;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Effect;
import dev.remit.approval.domain.Forecast;
import dev.remit.approval.domain.Parties;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Routing;
import dev.remit.charter.CharterReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The plan that each shipped charter leads to (see data-readiness) is understood and routed. */
class ReadyPlansTest {
    private static final Path TOP = Path.of(System.getProperty("remit.top"));
    private static final ObjectMapper JSON = new ObjectMapper();

    static Stream<String> plans() throws IOException {
        try (Stream<Path> files = Files.list(TOP.resolve("charters/plans"))) {
            return files
                    .map(each -> String.valueOf(each.getFileName()).replace(".json", ""))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("plans")
    void aShippedChartersPlanIsRoutedToPeopleWhoCanDecideIt(String name) throws IOException {
        String plan = Files.readString(TOP.resolve("charters/plans/" + name + ".json")).strip();
        JsonNode planned = JSON.readTree(plan);
        Charter charter = charter(name);
        Town town = new Town();
        town.charter = new Charter.Lookup.Found(charter);
        town.put(
                "a1",
                Optional.of("E1"),
                Optional.of("E9"),
                true,
                List.of("/sales", "/service-accounts", "/dormant-tools"),
                List.of());
        town.put("m9", Optional.of("E9"), Optional.empty(), true, List.of(), List.of("approver"));
        for (String one :
                new String[] {
                    "00000000-0000-4000-8000-000000000010",
                    "00000000-0000-4000-8000-000000000011",
                    "00000000-0000-4000-8000-000000000012"
                }) {
            town.approver(one, "/security-approvers");
        }
        town.put("pat", Optional.of("E7"), Optional.empty(), true, List.of(), List.of());
        Effect effect = JsonPlan.effect(plan.getBytes(StandardCharsets.UTF_8));
        assertThat(effect.clear()).as("understood").isTrue();

        Forecast forecast =
                Routing.forecast(
                        new Ready(
                                new UUID(1, 1),
                                new byte[0],
                                new About(
                                        name,
                                        planned.path("action").asText(),
                                        Town.SYSTEM,
                                        "asked for",
                                        charter.domain()
                                                .modes()
                                                .getOrDefault(planned.path("action").asText(), ""),
                                        "c".repeat(64)),
                                "h".repeat(64),
                                "READY",
                                Map.of("account.correlated", "PRESENT"),
                                Map.of(),
                                new Parties("pat", Optional.empty(), "a1", "E1"),
                                Optional.of("m9"),
                                Optional.of("E9"),
                                plan.getBytes(StandardCharsets.UTF_8),
                                "p".repeat(64),
                                effect),
                        town.known());

        assertThat(forecast.held()).isEmpty();
        assertThat(forecast.violations()).isEmpty();
        assertThat(forecast.stages()).isNotEmpty().allMatch(stage -> stage.held().isEmpty());
    }

    private static Charter charter(String name) throws IOException {
        Path file =
                name.startsWith("leaver")
                        ? TOP.resolve("deploy/src/main/resources/charters/" + name + ".yaml")
                        : TOP.resolve("charters/" + name + ".yaml");
        return CharterReader.read(name, Files.readString(file))
                        instanceof CharterReader.Read.Good good
                ? JsonCharter.read(good.charter().document())
                : org.assertj.core.api.Assertions.fail(name);
    }
}
