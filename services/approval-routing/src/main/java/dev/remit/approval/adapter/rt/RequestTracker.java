package dev.remit.approval.adapter.rt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.application.Mirror.Due;
import dev.remit.approval.application.Mirror.Event;
import dev.remit.approval.application.Mirror.Kind;
import dev.remit.approval.application.Tickets;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Tickets in Request Tracker 5, by its REST2. A stage's ticket is found by the link {@code
 * RefersTo} to {@code urn:remit:change:<change>:<stage>}, and an event in it by the subject of its
 * comment, {@code Remit event <position>}: so each is shown once, whoever dies in between. Needs no
 * custom field.
 */
@Singleton
public class RequestTracker implements Tickets {
    private static final Logger LOG = Logger.getLogger(RequestTracker.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final int RETRIES = 2;
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** A ticket is looked for and opened, its comments are looked through, and one is added. */
    private static final int CALLS = 4;

    /** The longest that an event takes to be shown or not. */
    static final Duration LONGEST = PATIENCE.multipliedBy((1 + RETRIES) * CALLS);

    private final Optional<String> base;
    private final String authorization;
    private final String queue;

    /**
     * @param url of REST2, for example {@code https://rt.example/REST/2.0}
     * @param secret the Authorization header, for example {@code token 1-14-…}; a secret, and space
     *     around it, such as the end of a file's line, is no part of it
     * @param queue the queue's name
     */
    RequestTracker(
            @ConfigProperty(name = "remit.mirror.rt.url") Optional<URI> url,
            @ConfigProperty(name = "remit.mirror.rt.authorization") Optional<String> secret,
            @ConfigProperty(name = "remit.mirror.rt.queue") Optional<String> queue) {
        Optional<String> authorization = secret.map(String::strip).filter(each -> !each.isEmpty());
        if (url.isPresent() && (authorization.isEmpty() || queue.isEmpty())) {
            throw new IllegalStateException(
                    (authorization.isEmpty()
                                    ? "remit.mirror.rt.authorization"
                                    : "remit.mirror.rt.queue")
                            + ": is missing, and remit.mirror.rt.url is set");
        }
        if (!authorization.orElse("").chars().allMatch(each -> each >= ' ' && each <= '~')) {
            throw new IllegalStateException(
                    "remit.mirror.rt.authorization: has a character that no header can have");
        }
        this.base = url.map(each -> each.toString().replaceFirst("/+$", ""));
        this.authorization = authorization.orElse("");
        this.queue = queue.orElse("");
    }

    @Override
    public boolean isThere() {
        return base.isPresent();
    }

    @Override
    public Uni<Boolean> show(Due due) {
        Context context = Vertx.currentContext();
        Uni<Boolean> shown =
                Uni.createFrom()
                        .completionStage(() -> shown(due))
                        .onFailure()
                        .retry()
                        .withBackOff(PAUSE)
                        .atMost(RETRIES)
                        .onFailure()
                        .invoke(failure ->
                                LOG.warnf(
                                        "event %d is not in the ITSM yet: %s",
                                        due.position(), words(failure)))
                        .onFailure()
                        .recoverWithItem(false);
        return context == null
                ? shown
                : shown.emitOn(command -> context.runOnContext(_ -> command.run()));
    }

    private CompletableFuture<Boolean> shown(Due due) {
        String query = "RefersTo = '" + due.event().ticket() + "'";
        return ask("GET", "/tickets?per_page=1&query=" + encoded(query), null)
                .thenCompose(found -> {
                    String id = found.at("/items/0/id").asText("");
                    return id.isEmpty() ? open(due) : note(due, id);
                })
                .thenApply(_ -> true);
    }

    private CompletableFuture<JsonNode> open(Due due) {
        Event event = due.event();
        return ask(
                        "POST",
                        "/ticket",
                        Map.of(
                                "Queue",
                                queue,
                                "Subject",
                                "Remit %s, stage %s".formatted(event.change(), event.stage()),
                                "RefersTo",
                                event.ticket(),
                                "ContentType",
                                "text/plain",
                                "Content",
                                "This ticket mirrors Remit: whatever is done to it decides nothing.\n"
                                        + event.text()))
                .thenCompose(made ->
                        event.kind() == Kind.OPENED
                                ? CompletableFuture.completedFuture(made)
                                : note(due, made.path("id").asText()));
    }

    /** An event that opened the ticket, or that was noted before, is there. */
    private CompletableFuture<JsonNode> note(Due due, String id) {
        if (due.event().kind() == Kind.OPENED) {
            return CompletableFuture.completedFuture(JSON.nullNode());
        }
        String subject = "Remit event " + due.position();
        return ask(
                        "GET",
                        "/ticket/" + encoded(id) + "/attachments?fields=Subject&per_page=100",
                        null)
                .thenCompose(found ->
                        found.path("items").findValuesAsText("Subject").contains(subject)
                                ? CompletableFuture.completedFuture(found)
                                : ask(
                                        "POST",
                                        "/ticket/" + encoded(id) + "/comment",
                                        comment(due.event(), subject)));
    }

    private static Map<String, String> comment(Event event, String subject) {
        Map<String, String> comment = new HashMap<>();
        comment.put("Subject", subject);
        comment.put("ContentType", "text/plain");
        comment.put("Content", event.text());
        if (event.kind() == Kind.CLOSED) {
            comment.put("Status", "resolved");
        }
        return comment;
    }

    /** Other people's words may hold the secret, as those of a header that is not valid do. */
    static String words(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        return cause instanceof Unanswered own
                ? String.valueOf(own.getMessage())
                : cause.getClass().getName();
    }

    /**
     * What is answered; whatever is not 2xx is a failure, in words that hold no secret. Each is
     * asked by a connection of its own: RT's own server speaks HTTP/1.0 and closes each after its
     * answer, which Java's client does not expect, and what it then sends is lost.
     */
    private CompletableFuture<JsonNode> ask(
            String method, String path, @org.jspecify.annotations.Nullable Object body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base.orElseThrow() + path))
                        .timeout(PATIENCE)
                        .header("Authorization", authorization)
                        .header("Accept", "application/json");
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(text(body)));
        }
        HttpClient once =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(PATIENCE)
                        .build();
        return once.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(answer -> {
                    if (answer.statusCode() / 100 != 2) {
                        throw new Unanswered(method + " is answered with " + answer.statusCode());
                    }
                    try {
                        return JSON.readTree(answer.body());
                    } catch (IOException _) {
                        throw new Unanswered(method + " is not answered with JSON");
                    }
                })
                // a request's own timeout ends with the headers
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, _) -> once.shutdownNow());
    }

    private static String text(Object body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what is sent is not JSON", e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Something else was answered than was asked for; its words hold no secret. */
    private static final class Unanswered extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unanswered(String words) {
            super(words);
        }
    }
}
