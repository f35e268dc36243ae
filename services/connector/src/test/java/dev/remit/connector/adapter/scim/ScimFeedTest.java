package dev.remit.connector.adapter.scim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.remit.connector.application.Feeds;
import dev.remit.connector.application.Feeds.State;
import dev.remit.connector.application.Memory;
import dev.remit.wire.v1.AccountFacts;
import dev.remit.wire.v1.GroupFact;
import dev.remit.wire.v1.IdentityObserved;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a SCIM server on loopback whose list can move while it is read. */
class ScimFeedTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Memory memory = new Memory();
    private final Feeds feeds = memory.feeds();
    private final List<JsonNode> users = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();

    /** How many users a page holds at most. */
    private int pageSize = 200;

    /** The total that is told, from the real one. */
    private IntUnaryOperator total = IntUnaryOperator.identity();

    /** Happens after each page. */
    private Runnable meanwhile = () -> {};

    private int status = 200;
    private String instead = "";
    private HttpServer server;
    private ScimFeed feed;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/scim/v2/Users", this::answer);
        server.start();
        feed = feed("secret");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aUserIsAnAccountAndTheManagerIsKnownByWorkerId() {
        users.add(
                json(
                        """
                        {"id":"u1","userName":"ann","externalId":"E1","active":true,
                         "groups":[{"value":"g2","display":"/sales"},{"value":"g1"},
                                   {"value":"g3","display":"/all","type":"indirect"}],
                         "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"u2"}}}
                        """));
        users.add(
                json(
                        "{\"id\":\"u2\",\"userName\":\"bob\",\"externalId\":\"E2\",\"active\":\"False\"}"));

        read();

        assertThat(feeds.states()).containsEntry("scim:hr", new State.Works());
        List<IdentityObserved> seen = memory.messages(IdentityObserved.class);
        assertThat(seen).extracting(IdentityObserved::getSource).containsOnly("scim:hr");
        assertThat(seen)
                .extracting(each -> each.getKind() + " " + each.getSubject().getId())
                .containsExactly("SNAPSHOT u1", "SNAPSHOT u2", "SOURCE_SYNCED scim:hr");
        AccountFacts ann = seen.getFirst().getAccount();
        assertThat(ann.getEnabled()).isTrue();
        assertThat(ann.getWorkerId()).isEqualTo("E1");
        assertThat(ann.getManagerWorkerId()).isEqualTo("E2");
        assertThat(ann.getLabel()).isEqualTo("ann");
        assertThat(ann.getGroups())
                .extracting(GroupFact::getId, GroupFact::getPath)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("g2", "/sales"),
                        org.assertj.core.groups.Tuple.tuple("g1", "g1"));
        AccountFacts bob = seen.get(1).getAccount();
        assertThat(bob.getEnabled()).isFalse();
        assertThat(bob.getManagerWorkerId()).isNull();
    }

    @Test
    void everyPageIsReadWhateverItsSize() {
        add(450);
        pageSize = 100;
        read();
        assertThat(seen("SNAPSHOT")).isEqualTo(450);
        assertThat(seen("SOURCE_SYNCED")).isEqualTo(1);
        assertThat(requests).allMatch(each -> each.endsWith("Bearer secret"));
        assertThat(requests.getFirst()).startsWith("startIndex=1&count=200");
        assertThat(requests.get(1)).startsWith("startIndex=100&count=200");
    }

    @Test
    void ofPagesThatAreAsBeforeThatIsSeenWhichAnotherPageChanged() {
        add(300);
        users.set(
                7,
                json(
                        """
                        {"id":"u7","userName":"ann","externalId":"E7","active":true,
                         "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"boss"}}}
                        """));
        users.set(250, json("{\"id\":\"boss\",\"externalId\":\"E250\",\"active\":true}"));
        read();
        read();
        assertThat(seen("SNAPSHOT")).isEqualTo(300);

        users.set(250, json("{\"id\":\"boss\",\"externalId\":\"E999\",\"active\":true}"));
        read();

        assertThat(
                        memory.messages(IdentityObserved.class).stream()
                                .filter(each -> each.getAccount() != null)
                                .skip(300)
                                .map(each ->
                                        each.getSubject().getId()
                                                + " "
                                                + each.getAccount().getWorkerId()
                                                + " "
                                                + each.getAccount().getManagerWorkerId()))
                .containsExactlyInAnyOrder("u7 E7 E999", "boss E999 null");
    }

    @Test
    void aSystemThatNeverListedAnybodyIsReadAndOneThatSuddenlyDoesNotIsNotBelieved() {
        read();
        assertThat(seen("SOURCE_SYNCED")).isEqualTo(1);
        add(2);
        read();
        users.clear();
        read();
        assertThat(seen("REMOVED")).isZero();
        assertThat(memory.messages(dev.remit.wire.v1.BrakeApplied.class))
                .singleElement()
                .satisfies(applied -> assertThat(applied.getSource()).isEqualTo("scim:hr"));
    }

    @Test
    void aUserWhoVanishesWhileTheListIsPagedHidesNobody() {
        add(400);
        pageSize = 150;
        read();
        meanwhile = () -> users.removeFirst();
        assertIncomplete("totalResults was 400, now 399");
        meanwhile = () -> {};
        read();
        assertThat(feeds.states()).containsEntry("scim:hr", new State.Works());
        assertThat(seen("REMOVED")).isEqualTo(400 - users.size());
    }

    @Test
    void aListThatMovesWithoutChangingItsTotalIsNotTakenForComplete() {
        add(400);
        pageSize = 150;
        read();
        meanwhile = () -> users.add(users.removeFirst());
        assertIncomplete("changed while it was read");
    }

    @Test
    void aTotalThatDoesNotFitIsNotTakenForComplete() {
        add(300);
        read();
        total = real -> real + 1;
        assertIncomplete("totalResults is 301, but 300 users were listed");
        total = real -> real - 1;
        assertIncomplete("totalResults is 299, but 300 users were listed");
        total = real -> -1;
        assertIncomplete("totalResults is missing or not a count");
    }

    @Test
    void aServerThatKnowsNoPagesButNeedsThemIsNotBelieved() {
        add(400);
        read();
        instead = list(400, users.subList(0, 150));
        assertIncomplete("changed while it was read");
    }

    @Test
    void anythingButAListIsTroubleByName() {
        add(2);
        read();
        instead = "{";
        assertIncomplete("not JSON");
        instead = "{\"totalResults\":1,\"Resources\":[{\"userName\":\"nobody\"}]}";
        assertIncomplete("a user has no id");
        instead = "";
        status = 401;
        assertIncomplete("the system answered 401");
        status = 302;
        assertIncomplete("the system answered 302");
        server.stop(0);
        assertIncomplete("ConnectException");
    }

    @Test
    void troubleNeverTellsTheToken() {
        status = 401;
        read();
        assertThat(feeds.states().toString()).contains("401").doesNotContain("secret");
    }

    @Test
    void aWrongSettingStopsTheStart() {
        assertThatThrownBy(() -> settings("h r", "http://127.0.0.1"))
                .hasMessageContaining("remit.scim.h r: a name is");
        for (String url :
                List.of("ftp://x", "http:", "not a url", "http://a:b@x/", "http://x/?a=b")) {
            assertThatThrownBy(() -> settings("hr", url))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("remit.scim.hr.url")
                    .hasMessageNotContaining("a:b");
        }
    }

    private ScimFeed settings(String name, String url) {
        return new ScimFeed(name, url, Optional.empty(), feeds, memory.observe(feeds));
    }

    private ScimFeed feed(String token) {
        return new ScimFeed(
                "hr",
                "http://127.0.0.1:" + server.getAddress().getPort() + "/scim/v2/",
                Optional.of(token),
                feeds,
                memory.observe(feeds));
    }

    private void read() {
        feed.read().await().indefinitely();
    }

    /** Reads, and nothing is concluded from it, not even that the system was read. */
    private void assertIncomplete(String reason) {
        memory.now = memory.now.plusSeconds(60);
        int before = memory.messages(IdentityObserved.class).size();
        read();
        assertThat(feeds.states().get("scim:hr"))
                .isInstanceOfSatisfying(
                        State.Fails.class, fails -> assertThat(fails.reason()).contains(reason));
        assertThat(memory.messages(IdentityObserved.class)).hasSize(before);
    }

    private long seen(String kind) {
        return memory.messages(IdentityObserved.class).stream()
                .filter(each -> each.getKind().name().equals(kind))
                .count();
    }

    private void add(int count) {
        IntStream.range(0, count)
                .forEach(n ->
                        users.add(
                                json(
                                        "{\"id\":\"u%d\",\"userName\":\"user %d\",\"active\":true}"
                                                .formatted(n, n))));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String query = exchange.getRequestURI().getQuery();
            requests.add(query + " " + exchange.getRequestHeaders().getFirst("Authorization"));
            int from = Integer.parseInt(query.replaceAll(".*startIndex=(\\d+).*", "$1")) - 1;
            int until = Math.min(users.size(), from + pageSize);
            String text =
                    instead.isEmpty()
                            ? list(users.size(), users.subList(Math.min(from, until), until))
                            : instead;
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            if (status == 302) {
                exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/");
            }
            exchange.getResponseHeaders().set("Content-Type", "application/scim+json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            meanwhile.run();
        }
    }

    private String list(int real, List<JsonNode> page) {
        ObjectNode list = JSON.createObjectNode();
        list.put("totalResults", total.applyAsInt(real));
        ArrayNode resources = list.putArray("Resources");
        page.forEach(resources::add);
        return list.toString();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
