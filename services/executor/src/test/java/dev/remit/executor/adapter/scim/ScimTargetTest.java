package dev.remit.executor.adapter.scim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.remit.executor.application.Target.Impossible;
import dev.remit.executor.application.Target.Silent;
import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.TargetState;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a small SCIM server on loopback. */
class ScimTargetTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOKEN = "a-token";
    private static final Group SALES = new Group("g1", "Sales");

    private final Vertx vertx = Vertx.vertx();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Boolean> active = new TreeMap<>();
    private final Map<String, TreeSet<String>> members = new TreeMap<>();
    private volatile int status;
    private volatile String nonsense = "";
    private HttpServer server;

    @BeforeEach
    void aServerWithOneAccountInOneGroup() throws IOException {
        active.put("u 1\"", true);
        members.put("g1", new TreeSet<>(List.of("u 1\"", "u2")));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/scim/v2/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        await(vertx.close());
    }

    @Test
    void anAccountIsReadWithItsDirectGroups() {
        assertThat(await(target().read("u 1\"")))
                .isEqualTo(new TargetState(true, 0, List.of(SALES)));
        assertThat(requests)
                .containsExactly("GET /scim/v2/Users/u%201%22?attributes=active,groups");
    }

    @Test
    void anAccountIsDisabled() {
        await(target().disable("u 1\""));
        assertThat(active).containsEntry("u 1\"", false);
    }

    @Test
    void anAccountLeavesAGroupAndNobodyElseDoes() {
        await(target().leave("u 1\"", SALES));
        assertThat(members.get("g1")).containsExactly("u2");
    }

    @Test
    void sessionsAreImpossible() {
        assertThat(target().abilities())
                .containsExactlyInAnyOrder(
                        "disable-account",
                        "enable-account",
                        "leave-groups",
                        "leave-group",
                        "join-groups",
                        "delete-account");
        assertThatThrownBy(() -> await(target().endSessions("u2")))
                .isInstanceOf(Impossible.class)
                .hasMessageContaining("no sessions");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 409, 501})
    void whatNoRepetitionChangesIsImpossible(int answer) {
        status = answer;
        assertThatThrownBy(() -> await(target().read("u2")))
                .isInstanceOf(Impossible.class)
                .hasMessage("scim:test answers " + answer + " for this account");
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 401, 408, 429, 500, 503})
    void whatMayBeOtherwiseLaterIsSilence(int answer) {
        status = answer;
        assertThatThrownBy(() -> await(target().disable("u2")))
                .isInstanceOf(Silent.class)
                .hasMessage("scim:test answers " + answer);
    }

    @Test
    void aWrongTokenIsSilenceAndNoErrorShowsIt() {
        var target = new ScimTarget("test", url(), Optional.of("stolen"), 4, vertx);
        assertThatThrownBy(() -> await(target.ask()))
                .isInstanceOf(Silent.class)
                .hasMessage("scim:test answers 401")
                .message()
                .doesNotContain("stolen");
    }

    @Test
    void nobodyThereIsSilence() {
        server.stop(0);
        assertThatThrownBy(() -> await(target().read("u2")))
                .isInstanceOf(Silent.class)
                .hasMessageContaining("scim:test does not answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"active\":\"yes\"}", "[]"})
    void anAccountThatDoesNotSayWhetherItIsActiveIsImpossible(String body) {
        nonsense = body;
        assertThatThrownBy(() -> await(target().read("u2"))).isInstanceOf(Impossible.class);
    }

    @Test
    void aBooleanWrittenAsAStringIsUnderstood() {
        nonsense = "{\"active\":\"False\"}";
        assertThat(await(target().read("u2")).enabled()).isFalse();
    }

    @Test
    void aSystemIsConfiguredWithANameAndAUrlOrNotAtAll() {
        assertThatThrownBy(() -> new ScimTarget("a b", url(), Optional.empty(), 4, vertx))
                .hasMessageStartingWith("remit.scim.a b: a name");
        for (String url : List.of("", "id.example", "ftp://id.example", "http:///scim")) {
            assertThatThrownBy(
                            () -> new ScimTarget("a", URI.create(url), Optional.empty(), 4, vertx))
                    .hasMessageStartingWith("remit.scim.a.url");
        }
    }

    @Test
    void anAnswerThatIsNotJsonIsSilence() {
        nonsense = "<html>";
        assertThatThrownBy(() -> await(target().read("u2")))
                .isInstanceOf(Silent.class)
                .hasMessageContaining("not JSON");
    }

    @Test
    void anAnswerWithoutEndIsSilence() {
        nonsense = " ".repeat(4 * 1024 * 1024 + 1);
        assertThatThrownBy(() -> await(target().read("u2")))
                .isInstanceOf(Silent.class)
                .hasMessageContaining("scim:test does not answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", ".."})
    void anIdThatMeansAnotherPlaceIsNotSent(String id) {
        assertThatThrownBy(() -> await(target().disable(id))).isInstanceOf(Impossible.class);
        assertThat(requests).isEmpty();
    }

    private ScimTarget target() {
        return new ScimTarget("test", url(), Optional.of(TOKEN), 4, vertx);
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/scim/v2/");
    }

    private static <T> T await(Uni<T> call) {
        return call.await().atMost(Duration.ofSeconds(10));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (!("Bearer " + TOKEN)
                    .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                send(exchange, 401, "{\"status\":\"401\"}");
            } else if (status != 0) {
                send(exchange, status, "{}");
            } else if (!nonsense.isEmpty()) {
                send(exchange, 200, nonsense);
            } else {
                serve(exchange, body);
            }
        }
    }

    /** RFC 7644: reading a User, and the two PATCH operations that matter here. */
    private void serve(HttpExchange exchange, byte[] body) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/", -1);
        String kind = path[3];
        String id = path[4];
        if (exchange.getRequestMethod().equals("GET") && kind.equals("Users")) {
            send(
                    exchange,
                    200,
                    JSON.writeValueAsString(
                            Map.of(
                                    "id",
                                    id,
                                    "active",
                                    active.get(id),
                                    "groups",
                                    members.entrySet().stream()
                                            .filter(group -> group.getValue().contains(id))
                                            .map(group ->
                                                    Map.of(
                                                            "value", group.getKey(),
                                                            "display", "Sales",
                                                            "type", "direct"))
                                            .collect(
                                                    Collectors.collectingAndThen(
                                                            Collectors.toList(),
                                                            groups -> {
                                                                groups.add(
                                                                        Map.of(
                                                                                "value",
                                                                                "g9",
                                                                                "type",
                                                                                "indirect"));
                                                                return groups;
                                                            })))));
            return;
        }
        assertThat(exchange.getRequestHeaders().getFirst("Content-Type"))
                .isEqualTo("application/scim+json");
        JsonNode patch = JSON.readTree(body);
        assertThat(patch.path("schemas").path(0).asText())
                .isEqualTo("urn:ietf:params:scim:api:messages:2.0:PatchOp");
        JsonNode operation = patch.path("Operations").path(0);
        if (kind.equals("Users") && operation.path("op").asText().equals("replace")) {
            assertThat(operation.path("path").asText()).isEqualTo("active");
            active.put(id, operation.path("value").asBoolean());
        } else if (kind.equals("Groups") && operation.path("op").asText().equals("remove")) {
            String filter = operation.path("path").asText();
            String prefix = "members[value eq ";
            assertThat(filter).startsWith(prefix).endsWith("]");
            members.get(id)
                    .remove(
                            JSON.readTree(filter.substring(prefix.length(), filter.length() - 1))
                                    .asText());
        } else {
            send(exchange, 400, "{}");
            return;
        }
        exchange.sendResponseHeaders(204, -1);
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/scim+json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
