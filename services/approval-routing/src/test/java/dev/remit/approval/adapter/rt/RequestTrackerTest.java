package dev.remit.approval.adapter.rt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.application.Mirror.Due;
import dev.remit.approval.application.Mirror.Event;
import dev.remit.approval.application.Mirror.Kind;
import dev.remit.handoff.itsm.RequestTrackerServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
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
