package dev.remit.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.remit.stack.Tokens.Asked;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TokensTest {
    private static final long LATELY = Tokens.LATELY.toNanos();

    @Test
    void aTokenThatWasGivenLatelyDoesAgainForTheSamePersonAndClient() throws Exception {
        AtomicInteger given = new AtomicInteger();
        HttpServer keycloak = keycloak(given);
        try {
            String url = "http://127.0.0.1:" + keycloak.getAddress().getPort();
            Asked ann = new Asked(url, "acme", "remit-cli", "ann", "one");
            assertThat(Tokens.lately(ann, 0)).isEqualTo("token-1");
            assertThat(Tokens.lately(ann, LATELY - 1)).isEqualTo("token-1");
            assertThat(Tokens.lately(ann, LATELY)).isEqualTo("token-2");
            assertThat(Tokens.lately(ann, LATELY + 1)).isEqualTo("token-2");

            List<Asked> others =
                    List.of(
                            new Asked(url, "acme", "remit-cli", "ben", "one"),
                            new Asked(url, "acme", "copilot", "ann", "one"),
                            new Asked(url, "acme", "remit-cli", "ann", "of another mesh"));
            for (Asked other : others) {
                Tokens.lately(other, LATELY + 1);
            }
            assertThat(given).hasValue(2 + others.size());
        } finally {
            keycloak.stop(0);
        }
    }

    @Test
    void aRefusalIsNotKept() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpServer keycloak = keycloak(asked);
        try {
            String url = "http://127.0.0.1:" + keycloak.getAddress().getPort();
            for (int n = 1; n < 3; n++) {
                assertThatThrownBy(() ->
                                Tokens.lately(
                                        new Asked(url, "acme", "remit-cli", "nobody", "one"), 0))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("nobody");
                assertThat(asked).hasValue(n);
            }
        } finally {
            keycloak.stop(0);
        }
    }

    /** Gives a new token each time, and none to nobody. */
    private static HttpServer keycloak(AtomicInteger asked) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    String form =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    byte[] answer =
                            ("{\"access_token\": \"token-" + asked.incrementAndGet() + "\"}")
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(
                            form.contains("username=nobody") ? 401 : 200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        return server;
    }
}
