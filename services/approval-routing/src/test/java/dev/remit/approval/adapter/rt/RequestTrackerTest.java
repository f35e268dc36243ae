package dev.remit.approval.adapter.rt;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.application.Mirror.Due;
import dev.remit.approval.application.Mirror.Event;
import dev.remit.approval.application.Mirror.Kind;
import dev.remit.handoff.itsm.RequestTrackerServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real Request Tracker 5, where Debian's packages of it are installed. */
class RequestTrackerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final UUID CHANGE = UUID.randomUUID();

    @TempDir static Path folder;
    private static @Nullable RequestTrackerServer server;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(
                RequestTrackerServer.isInstalled(),
                "Request Tracker is not installed: apt-get install --no-install-recommends "
                        + RequestTrackerServer.PACKAGES);
        server = new RequestTrackerServer(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void eachEventIsShownOnceHoweverOftenItIsTried() throws Exception {
        RequestTracker tracker = tracker(rt().url, RequestTrackerServer.ROOT, "General");
        for (int n = 0; n < 2; n++) {
            assertThat(shows(tracker, 1, Kind.OPENED, "Stage security asks 2")).isTrue();
            assertThat(shows(tracker, 2, Kind.NOTED, "APPROVED by ann")).isTrue();
            assertThat(shows(tracker, 3, Kind.CLOSED, "The stage is over")).isTrue();
        }
        JsonNode found = JSON.readTree(rt().tickets("RefersTo = '" + ticket() + "'"));
        assertThat(found.path("total").asInt()).isEqualTo(1);
        String id = found.at("/items/0/id").asText();
        assertThat(ask("/ticket/" + id).path("Status").asText()).isEqualTo("resolved");
        assertThat(
                        ask("/ticket/" + id + "/attachments?fields=Subject")
                                .path("items")
                                .findValuesAsText("Subject"))
                .containsExactlyInAnyOrder(
                        "Remit " + CHANGE + ", stage security", "Remit event 2", "Remit event 3");
    }

    @Test
    void whatItRefusesIsNotShownAndNothingFails() {
        assertThat(shows(tracker(rt().url, "token 1-14-none", "General"), 9, Kind.OPENED, "x"))
                .isFalse();
        assertThat(shows(tracker(rt().url, RequestTrackerServer.ROOT, "None"), 9, Kind.OPENED, "x"))
                .isFalse();
        assertThat(
                        shows(
                                tracker(
                                        "http://127.0.0.1:1/REST/2.0",
                                        RequestTrackerServer.ROOT,
                                        "General"),
                                9,
                                Kind.OPENED,
                                "x"))
                .isFalse();
    }

    @Test
    void aServerThatClosesAfterEachAnswerIsAskedEachThingOnce() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        try (var listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerEachAndCloseLate(listener, asked));
            String at = "http://127.0.0.1:" + listener.getLocalPort();
            assertThat(shows(tracker(at, "token 1-14-a", "General"), 9, Kind.NOTED, "x")).isTrue();
        }
        assertThat(asked)
                .containsExactly(
                        "GET /tickets",
                        "POST /ticket",
                        "GET /ticket/1/attachments",
                        "POST /ticket/1/comment");
    }

    /** As HTTP/1.0 has it: one request a connection; it closes some time after the answer. */
    private static void answerEachAndCloseLate(ServerSocket listener, List<String> asked) {
        while (true) {
            try (var connection = listener.accept()) {
                var in =
                        new BufferedReader(
                                new InputStreamReader(connection.getInputStream(), US_ASCII));
                String request = in.readLine().replaceFirst("(\\?.*)? HTTP/1.1$", "");
                int length = 0;
                for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                    if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                        length = Integer.parseInt(line.substring(15).strip());
                    }
                }
                in.skip(length);
                asked.add(request);
                connection
                        .getOutputStream()
                        .write(
                                "HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\n{\"id\":\"1\"}"
                                        .getBytes(US_ASCII));
                Thread.sleep(200);
            } catch (IOException | InterruptedException e) {
                return;
            }
        }
    }

    @Test
    void anAddressWithoutASecretOrAQueueDoesNotStart() {
        assertThat(
                        new RequestTracker(Optional.empty(), Optional.empty(), Optional.empty())
                                .isThere())
                .isFalse();
        assertThatThrownBy(() ->
                        new RequestTracker(
                                Optional.of(URI.create(rt().url)),
                                Optional.empty(),
                                Optional.of("q")))
                .hasMessageStartingWith("remit.mirror.rt.authorization");
        assertThatThrownBy(() ->
                        new RequestTracker(
                                Optional.of(URI.create(rt().url)),
                                Optional.of(RequestTrackerServer.ROOT),
                                Optional.empty()))
                .hasMessageStartingWith("remit.mirror.rt.queue")
                .hasMessageNotContaining(RequestTrackerServer.ROOT);
    }

    private static RequestTracker tracker(String at, String authorization, String queue) {
        return new RequestTracker(
                Optional.of(URI.create(at)), Optional.of(authorization), Optional.of(queue));
    }

    private static boolean shows(RequestTracker tracker, long position, Kind kind, String text) {
        return tracker.show(
                        new Due(
                                position,
                                new Event(
                                        position == 9 ? new UUID(0, 9) : CHANGE,
                                        "security",
                                        kind,
                                        text,
                                        Instant.EPOCH)))
                .await()
                .atMost(Duration.ofSeconds(60));
    }

    private static String ticket() {
        return new Event(CHANGE, "security", Kind.OPENED, "", Instant.EPOCH).ticket();
    }

    private static JsonNode ask(String path) throws Exception {
        return JSON.readTree(rt().get(path));
    }

    private static RequestTrackerServer rt() {
        return Objects.requireNonNull(server);
    }
}
