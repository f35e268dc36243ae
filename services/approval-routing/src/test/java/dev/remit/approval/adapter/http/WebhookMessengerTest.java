package dev.remit.approval.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.remit.approval.adapter.http.WebhookMessenger.Shape;
import dev.remit.approval.application.Notices.Due;
import dev.remit.approval.application.Notices.Kind;
import dev.remit.approval.application.Notices.Notice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class WebhookMessengerTest {
    private static final Due DUE =
            new Due(
                    7,
                    new Notice(
                            new UUID(0, 1),
                            "security \"x\"",
                            "ann",
                            Kind.ASKED,
                            Instant.EPOCH,
                            Instant.EPOCH));

    @Test
    void aNoticeIsSignedAndWhatIsRefusedIsNotSent() throws Exception {
        List<String> seen = posted(Shape.SLACK, List.of(7L));
        assertThat(seen.getFirst())
                .startsWith("true {\"text\":\"Approval: change ")
                .contains("security ?x?");
    }

    @Test
    void teamsIsToldTheSameByACardThatDecidesNothing() throws Exception {
        String seen = posted(Shape.TEAMS, List.of(7L)).getFirst();
        assertThat(seen).startsWith("true ");
        JsonNode message = new ObjectMapper().readTree(seen.substring("true ".length()));
        assertThat(message.path("type").asText()).isEqualTo("message");
        assertThat(message.path("attachments")).hasSize(1);
        JsonNode card = message.path("attachments").path(0);
        assertThat(card.path("contentType").asText())
                .isEqualTo("application/vnd.microsoft.card.adaptive");
        assertThat(card.path("content").path("type").asText()).isEqualTo("AdaptiveCard");
        assertThat(card.path("content").has("actions")).isFalse();
        assertThat(card.path("content").path("body").path(0).path("text").asText())
                .startsWith("Approval: change ")
                .contains("security ?x?");
    }

    private static List<String> posted(Shape shape, List<Long> sent) throws Exception {
        List<String> seen = new ArrayList<>();
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    String body =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    String id = exchange.getRequestHeaders().getFirst("webhook-id");
                    String time = exchange.getRequestHeaders().getFirst("webhook-timestamp");
                    seen.add(
                            exchange.getRequestHeaders()
                                            .getFirst("webhook-signature")
                                            .equals("v1," + hmac(id + "." + time + "." + body))
                                    + " "
                                    + body);
                    exchange.sendResponseHeaders(seen.size() == 1 ? 204 : 500, -1);
                    exchange.close();
                });
        server.start();
        try {
            var messenger =
                    new WebhookMessenger(
                            Optional.of(
                                    URI.create(
                                            "http://localhost:" + server.getAddress().getPort())),
                            shape,
                            Optional.of("secret"));
            assertThat(messenger.send(List.of(DUE, DUE)).await().indefinitely()).isEqualTo(sent);
        } finally {
            server.stop(0);
        }
        return seen;
    }

    @Test
    void whatIsNotSignedIsNotSent() {
        assertThatThrownBy(() ->
                        new WebhookMessenger(
                                Optional.of(URI.create("http://localhost")),
                                Shape.SLACK,
                                Optional.empty()))
                .hasMessageContaining("remit.notices.secret");
        assertThat(new WebhookMessenger(Optional.empty(), Shape.SLACK, Optional.empty()).isThere())
                .isFalse();
    }

    private static String hmac(String text) throws IOException {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec("secret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getEncoder()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
