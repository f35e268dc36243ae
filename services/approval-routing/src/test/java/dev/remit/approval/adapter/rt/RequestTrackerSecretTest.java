package dev.remit.approval.adapter.rt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.remit.approval.application.Mirror;
import dev.remit.approval.application.Mirror.Due;
import dev.remit.approval.application.Mirror.Event;
import dev.remit.approval.application.Mirror.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What becomes of the secret, and how long it may all take; no Request Tracker is needed. */
class RequestTrackerSecretTest {
    private static final String SECRET = "token 1-14-planted";

    @Test
    void theEndOfTheSecretsLineIsNoPartOfIt() throws Exception {
        List<String> sent = new CopyOnWriteArrayList<>();
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    sent.add(exchange.getRequestHeaders().getFirst("Authorization"));
                    byte[] body = "{\"items\":[{\"id\":\"7\"}]}".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        try {
            RequestTracker tracker =
                    tracker(
                            "http://127.0.0.1:" + server.getAddress().getPort() + "/REST/2.0",
                            SECRET + "\n");
            assertThat(
                            tracker.show(
                                            new Due(
                                                    1,
                                                    new Event(
                                                            new UUID(0, 1),
                                                            "security",
                                                            Kind.OPENED,
                                                            "",
                                                            Instant.EPOCH)))
                                    .await()
                                    .atMost(Duration.ofSeconds(30)))
                    .isTrue();
        } finally {
            server.stop(0);
        }
        assertThat(sent).isNotEmpty().containsOnly(SECRET);
    }

    @Test
    void aSecretThatNoHeaderCanHoldDoesNotStartAndIsNotSaid() {
        for (String bad : List.of(SECRET + "\nX: y", SECRET + "\u0000z", SECRET + "\u00e9")) {
            assertThatThrownBy(() -> tracker("http://127.0.0.1:1", bad))
                    .hasMessageStartingWith("remit.mirror.rt.authorization")
                    .hasMessageNotContaining("planted");
        }
        assertThatThrownBy(() -> tracker("http://127.0.0.1:1", " \n"))
                .hasMessage(
                        "remit.mirror.rt.authorization: is missing, and remit.mirror.rt.url is set");
    }

    @Test
    void theWordsOfOthersAreNotLogged() {
        Throwable other = new IllegalArgumentException("invalid header value: \"" + SECRET + "\"");
        assertThat(RequestTracker.words(other)).isEqualTo("java.lang.IllegalArgumentException");
        assertThat(RequestTracker.words(new CompletionException(other)))
                .isEqualTo("java.lang.IllegalArgumentException");
    }

    @Test
    void nobodyElseTakesAnEventWhileItIsShown() {
        assertThat(RequestTracker.LONGEST).isLessThan(Mirror.LEASE);
    }

    private static RequestTracker tracker(String at, String authorization) {
        return new RequestTracker(
                Optional.of(URI.create(at)), Optional.of(authorization), Optional.of("General"));
    }
}
