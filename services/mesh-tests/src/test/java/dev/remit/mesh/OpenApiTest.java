package dev.remit.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the services offer is kept in docs, so that a change of it shows; {@code
 * -Dremit.golden=write} writes it.
 */
class OpenApiTest {
    private static final Path TOP = Path.of(System.getProperty("remit.top"));
    private static final Pattern RULE = Pattern.compile("(?m)^    ([A-Z_]+)\\((\\d{3})\\)[,;]$");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connector",
                "data-readiness",
                "approval-routing",
                "executor",
                "evidence-ledger"
            })
    void whatIsServedIsWhatItsDescriptionSays(String service) throws IOException {
        Path kept = TOP.resolve("docs/openapi/" + service + ".yaml");
        String served =
                Files.readString(
                        TOP.resolve("services/" + service + "/target/openapi/openapi.yaml"));
        if ("write".equals(System.getProperty("remit.golden"))) {
            Files.writeString(kept, served);
        }
        assertThat(served).isEqualTo(Files.readString(kept));
        assertThat(served).as("a body has a media type").doesNotContain("content: {}");
        for (JsonNode path : new YAMLMapper().readTree(served).path("paths")) {
            for (JsonNode operation : path) {
                JsonNode responses = operation.path("responses");
                assertThat(responses.at("/default/content/application~1problem+json/schema/$ref"))
                        .as(operation.toString())
                        .hasToString("\"#/components/schemas/Problem\"");
                responses
                        .properties()
                        .forEach(each ->
                                assertThat(
                                                each.getKey().matches("[1-3]..")
                                                        || each.getValue()
                                                                .path("content")
                                                                .has("application/problem+json"))
                                        .as(operation + " " + each.getKey())
                                        .isTrue());
            }
        }
    }

    @Test
    void everyRuleThatRefusesAProposalIsListedWithItsStatus() throws IOException {
        JsonNode paths =
                new YAMLMapper()
                        .readTree(Files.readString(TOP.resolve("docs/openapi/connector.yaml")))
                        .path("paths");
        Matcher rule =
                RULE.matcher(
                        Files.readString(
                                TOP.resolve(
                                        "services/connector/src/main/java/dev/remit/connector/domain/Rule.java")));
        int rules = 0;
        while (rule.find()) {
            rules++;
            for (String path : new String[] {"/changes", "/access/v1/requests"}) {
                assertThat(
                                paths.path(path)
                                        .at("/post/responses/" + rule.group(2) + "/description")
                                        .asText())
                        .as(path)
                        .contains(rule.group(1));
            }
        }
        assertThat(rules).isGreaterThan(15);
    }
}
