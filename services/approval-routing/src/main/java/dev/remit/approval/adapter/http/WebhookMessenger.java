package dev.remit.approval.adapter.http;

import dev.remit.approval.application.Messenger;
import dev.remit.approval.application.Notices.Channel;
import dev.remit.approval.application.Notices.Due;
import dev.remit.approval.application.Notices.Kind;
import dev.remit.approval.application.Notices.Notice;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Posts notices to one address in the shape that Slack takes or in the one of Teams workflows,
 * signed as Standard Webhooks 1.0.0 says: {@code webhook-id}, {@code webhook-timestamp}, and in
 * {@code webhook-signature} {@code v1,} and the HMAC-SHA256 of id, time and body.
 */
@Singleton
public class WebhookMessenger implements Messenger {
    private static final Logger LOG = Logger.getLogger(WebhookMessenger.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What a notice's text is wrapped in. */
    enum Shape {
        /** An incoming webhook: {@code {"text": …}}. */
        SLACK("{\"text\":\"%s\"}"),
        /** A workflow that starts when a webhook is called: one Adaptive Card, without actions. */
        TEAMS(
                "{\"type\":\"message\",\"attachments\":[{\"contentType\":\"application/vnd.microsoft.card.adaptive\",\"content\":"
                        + "{\"$schema\":\"http://adaptivecards.io/schemas/adaptive-card.json\",\"type\":\"AdaptiveCard\",\"version\":\"1.4\",\"body\":"
                        + "[{\"type\":\"TextBlock\",\"text\":\"%s\",\"wrap\":true}]}}]}");

        private final String body;

        Shape(String body) {
            this.body = body;
        }
    }

    private final Optional<URI> address;
    private final Shape shape;
    private final byte[] secret;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    WebhookMessenger(
            @ConfigProperty(name = "remit.notices.webhook") Optional<URI> address,
            @ConfigProperty(name = "remit.notices.shape", defaultValue = "slack") Shape shape,
            @ConfigProperty(name = "remit.notices.secret") Optional<String> secret) {
        if (address.isPresent() && secret.isEmpty()) {
            throw new IllegalStateException(
                    "remit.notices.secret: is missing, and what is not signed is not sent");
        }
        this.address = address;
        this.shape = shape;
        this.secret = secret.orElse("").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isThere() {
        return address.isPresent();
    }

    @Override
    public Channel channel() {
        return Channel.WEBHOOK;
    }

    @Override
    public Uni<List<Long>> send(List<Due> notices) {
        Context context = Vertx.currentContext();
        Uni<List<Long>> sent =
                Multi.createFrom()
                        .iterable(notices)
                        .onItem()
                        .transformToUniAndConcatenate(this::post)
                        .select()
                        .where(Optional::isPresent)
                        .map(Optional::get)
                        .collect()
                        .asList();
        return context == null
                ? sent
                : sent.emitOn(command -> context.runOnContext(_ -> command.run()));
    }

    private Uni<Optional<Long>> post(Due due) {
        return Uni.createFrom()
                .completionStage(() ->
                        client.sendAsync(
                                request(due, Clock.systemUTC().instant()),
                                HttpResponse.BodyHandlers.discarding()))
                .map(response -> {
                    if (response.statusCode() / 100 == 2) {
                        return Optional.of(due.position());
                    }
                    LOG.warnf("a notice was answered with %d", response.statusCode());
                    return Optional.<Long>empty();
                })
                .onFailure()
                .invoke(failure -> LOG.warnf("a notice was not sent: %s", failure))
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    /** The request that tells one notice. */
    HttpRequest request(Due due, Instant now) {
        String id = "notice-" + due.position();
        String time = Long.toString(now.getEpochSecond());
        String body = shape.body.formatted(text(due.notice()));
        return HttpRequest.newBuilder(address.orElseThrow())
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("webhook-id", id)
                .header("webhook-timestamp", time)
                .header("webhook-signature", "v1," + signature(id + "." + time + "." + body))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    /** Only ids and times: a stage's name is the charter's, the rest is for who signs in. */
    private static String text(Notice notice) {
        return switch (notice.kind()) {
            case ASKED, REMINDED ->
                    "%s: change %s waits for %s at stage %s until %s"
                            .formatted(
                                    notice.kind() == Kind.REMINDED ? "Reminder" : "Approval",
                                    notice.change(),
                                    plain(notice.person()),
                                    plain(notice.stage()),
                                    notice.expiresAt());
            case QUESTIONED, SENT_BACK ->
                    "%s: change %s of %s, by stage %s, until %s"
                            .formatted(
                                    notice.kind() == Kind.QUESTIONED ? "Question" : "Sent back",
                                    notice.change(),
                                    plain(notice.person()),
                                    plain(notice.stage()),
                                    notice.expiresAt());
            case ENDED ->
                    "Change %s of %s ended at %s without having been approved"
                            .formatted(notice.change(), plain(notice.person()), notice.at());
            case VIOLATION_FOUND ->
                    "Violation %s of a rule about access was found at %s; %s is told"
                            .formatted(notice.change(), notice.at(), plain(notice.person()));
            case HELD ->
                    notice.stage().isEmpty()
                            ? "Held: change %s, until %s; %s is told"
                                    .formatted(
                                            notice.change(),
                                            notice.expiresAt(),
                                            plain(notice.person()))
                            : "Held: nobody may decide stage %s of change %s until %s; %s looks after it"
                                    .formatted(
                                            plain(notice.stage()),
                                            notice.change(),
                                            notice.expiresAt(),
                                            plain(notice.person()));
            case CHARTER_DRAFTED ->
                    "Draft %s of a charter waits for %s until %s"
                            .formatted(notice.change(), plain(notice.person()), notice.expiresAt());
            case PASSKEY_REGISTERED ->
                    "Passkey %s was registered in the name of %s at %s"
                            .formatted(notice.change(), plain(notice.person()), notice.at());
            case PASSKEY_REVOKED ->
                    "Passkey %s of %s was revoked at %s"
                            .formatted(notice.change(), plain(notice.person()), notice.at());
        };
    }

    private static String plain(String text) {
        return text.replaceAll("[^A-Za-z0-9 ._:/-]", "?");
    }

    private String signature(String signed) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return Base64.getEncoder()
                    .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has HmacSHA256", e);
        }
    }
}
