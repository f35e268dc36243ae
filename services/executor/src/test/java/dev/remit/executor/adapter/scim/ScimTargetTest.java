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
import dev.remit.executor.domain.Plan.Step.CreateAccount;
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
                        "create-account",
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

    private static final CreateAccount NEW =
            new CreateAccount("e7", "E7", /* enabled= */ false, "");

    @Test
    void anAccountIsMadeOnceAndFoundByWorkerIdOrName() {
        assertThat(await(target().find(NEW))).isEqualTo(TargetState.GONE);
        assertThat(await(target().create(NEW))).isEqualTo("made-1");
        assertThat(made)
                .extracting(JsonNode::toString)
                .containsExactly(
                        "{\"active\":false,\"externalId\":\"E7\",\"id\":\"made-1\",\"userName\":\"e7\"}");
        assertThat(await(target().find(NEW)))
                .isEqualTo(
                        new TargetState(false, 0, List.of())
                                .of(new TargetState.Identity("made-1", "e7", "E7")));
        assertThat(await(target().find(new CreateAccount("e8", "E7", false, ""))).identity())
                .as("by worker id alone")
                .isEqualTo(new TargetState.Identity("made-1", "e7", "E7"));
        assertThatThrownBy(() -> await(target().create(NEW)))
                .isInstanceOf(Impossible.class)
                .hasMessageContaining("409");
        assertThat(made).hasSize(1);
    }

    @Test
    void twoAccountsOfOneWorkerAreNoOnesInParticular() {
        await(target().create(NEW));
        await(target().create(new CreateAccount("other", "E7", true, "")));
        assertThat(await(target().find(NEW)).identity())
                .isEqualTo(new TargetState.Identity("", "e7,other", "E7,E7"));
    }

    @Test
    void aListThatIsNotWholeSaysNothing() {
        nonsense = "{\"totalResults\":1}";
        assertThatThrownBy(() -> await(target().find(NEW))).isInstanceOf(Silent.class);
        nonsense = "{}";
        assertThatThrownBy(() -> await(target().find(NEW))).isInstanceOf(Silent.class);
    }

    @Test
    void aManagerByWorkerIdIsImpossible() {
        assertThatThrownBy(() -> await(target().create(new CreateAccount("e7", "E7", true, "E9"))))
                .isInstanceOf(Impossible.class);
        assertThat(requests).isEmpty();
    }

    private final List<JsonNode> made = new CopyOnWriteArrayList<>();

    /** POST of a user, whose name is nobody's yet, and lists by one attribute. */
    private void users(HttpExchange exchange, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("POST")) {
            JsonNode wanted = JSON.readTree(body);
            assertThat(wanted.path("schemas").path(0).asText())
                    .isEqualTo("urn:ietf:params:scim:schemas:core:2.0:User");
            assertThat(wanted.has("password")).isFalse();
            if (made.stream()
                    .anyMatch(each -> each.path("userName").equals(wanted.path("userName")))) {
                send(exchange, 409, "{}");
                return;
            }
            Map<String, Object> user =
                    new TreeMap<>(
                            Map.of(
                                    "id",
                                    "made-" + (made.size() + 1),
                                    "active",
                                    wanted.path("active").asBoolean(),
                                    "userName",
                                    wanted.path("userName").asText(),
                                    "externalId",
                                    wanted.path("externalId").asText()));
            made.add(JSON.valueToTree(user));
            send(exchange, 201, JSON.writeValueAsString(user));
            return;
        }
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        String[] filter = query.substring(query.indexOf("filter=") + 7).split(" eq ", -1);
        String value = JSON.readTree(filter[1]).asText();
        List<JsonNode> found =
                made.stream().filter(each -> each.path(filter[0]).asText().equals(value)).toList();
        send(
                exchange,
                200,
                JSON.writeValueAsString(Map.of("totalResults", found.size(), "Resources", found)));
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
        if (path.length == 4) {
            users(exchange, body);
            return;
        }
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
