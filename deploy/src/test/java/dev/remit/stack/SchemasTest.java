package dev.remit.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.remit.wire.Messages;
import dev.remit.wire.v1.ApprovalReassigned;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked of a registry; a real one answers in the mesh tests. */
class SchemasTest {
    private final List<String> asked = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private int answer = 200;
    private HttpServer registry;

    @BeforeEach
    void given() throws Exception {
        registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext(
                "/",
                exchange -> {
                    String path = exchange.getRequestURI().getPath();
                    asked.add(exchange.getRequestMethod() + " " + path);
                    JsonNode body = new ObjectMapper().readTree(exchange.getRequestBody());
                    boolean artifact = path.endsWith("/artifacts");
                    if (artifact) {
                        texts.add(
                                body.path("firstVersion").path("content").path("content").asText());
                    }
                    int status = artifact ? answer : path.endsWith("/COMPATIBILITY") ? 200 : 409;
                    byte[] words =
                            (status == 400 ? "{\"name\":\"RuleViolationException\"}" : "{}")
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(status, words.length);
                    exchange.getResponseBody().write(words);
                    exchange.close();
                });
        registry.start();
    }

    @AfterEach
    void end() {
        registry.stop(0);
    }

    @Test
    void releasedVersionsAreRegisteredInTheirOrderThenThisBuildsVeryTexts() throws Exception {
        schemas().make();

        assertThat(asked)
                .startsWith(
                        "POST /v3/groups",
                        "POST /v3/groups/dev.remit.wire.v1/rules",
                        "PUT /v3/groups/dev.remit.wire.v1/rules/COMPATIBILITY");
        assertThat(texts).doesNotHaveDuplicates();
        List<String> written = Messages.schemas().stream().map(Schema::toString).toList();
        assertThat(texts).containsAll(written);
        for (String text : written) {
            String name = new SchemaParser().parse(text).mainSchema().getName();
            assertThat(
                            texts.stream()
                                    .filter(each ->
                                            each.contains("\"" + name + "\",\"namespace\"")))
                    .as(name)
                    .last()
                    .isEqualTo(text);
        }
    }

    /**
     * A service looks its schema up by {@code toString()} of the class that was generated for it.
     * Its released file holds the same schema spread over lines: parsed and printed, it is that
     * text again.
     */
    @Test
    void aReleasedFileGivesTheTextThatItsServicesWriteWith() throws Exception {
        List<String> released = Schemas.released().stream().map(Schema::toString).toList();
        for (Schema schema : Messages.schemas()) {
            Schema read = new SchemaParser().parse(schema.toString(true)).mainSchema();
            assertThat(read.toString()).isEqualTo(schema.toString());
        }
        assertThat(released).contains(ApprovalReassigned.getClassSchema().toString());
    }

    @Test
    void whatTheRegistryHoldsOtherwiseIsSaid() {
        answer = 400;
        assertThatThrownBy(() -> schemas().make())
                .hasMessageContaining("the registry refuses ApprovalDecided (400)")
                .hasMessageContaining("not compatible");
        answer = 409;
        assertThatThrownBy(() -> schemas().make())
                .hasMessageContaining("the registry refuses ApprovalDecided (409)");
    }

    private Schemas schemas() {
        return new Schemas("http://127.0.0.1:" + registry.getAddress().getPort() + "/v3/");
    }
}
