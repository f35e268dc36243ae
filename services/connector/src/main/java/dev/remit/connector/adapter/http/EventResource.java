package dev.remit.connector.adapter.http;

import dev.remit.connector.adapter.events.EventFeeds;
import dev.remit.connector.adapter.events.EventFeeds.EventFeed;
import dev.remit.connector.adapter.events.EventForms;
import dev.remit.connector.adapter.events.Signatures;
import dev.remit.connector.adapter.events.Signatures.Checked;
import dev.remit.connector.adapter.events.Told;
import dev.remit.connector.application.Charters;
import dev.remit.connector.application.Occurrences;
import dev.remit.connector.application.OpenChanges;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Where other systems tell what happened; answered once it is kept. */
@Path("events")
public class EventResource {
    private static final int SHOWN = 200;
    private static final int LARGEST = 1_048_576;

    /**
     * An event that waits, since nobody knows yet whom it is about.
     *
     * @param observationId names it here
     * @param event by the name that charters use
     */
    @Schema(name = "HeldEvent")
    public record View(
            UUID observationId,
            String source,
            String id,
            String event,
            String subjectSystem,
            String subjectId,
            @Nullable String resource,
            String words,
            Instant heldSince) {}

    /** Why an event is dismissed, 1 to 500 characters; logged for ever. */
    @Schema(name = "EventDismissal")
    public record Dismissing(@Nullable String reason) {}

    /** What a look at once came to. */
    @Schema(name = "EventLook")
    public record Looked(boolean waits) {}

    private final EventFeeds feeds;
    private final Signatures signatures;
    private final OpenChanges open;
    private final Charters charters;
    private final Caller caller;
    private final SecurityIdentity identity;

    EventResource(
            EventFeeds feeds,
            Signatures signatures,
            OpenChanges open,
            Charters charters,
            Caller caller,
            SecurityIdentity identity) {
        this.feeds = feeds;
        this.signatures = signatures;
        this.open = open;
        this.charters = charters;
        this.caller = caller;
        this.identity = identity;
    }

    /** A feed that nobody could prove to be is no feed: the service does not start. */
    static void start(@Observes StartupEvent started, EventFeeds feeds) {
        feeds.feeds()
                .forEach((name, feed) -> {
                    boolean provable =
                            switch (feed.form()) {
                                case CLOUDEVENTS -> feed.client().isPresent();
                                case GITHUB -> feed.secret().isPresent();
                                case SSF ->
                                        feed.issuer().isPresent()
                                                && feed.audience().isPresent()
                                                && feed.jwks().isPresent();
                            };
                    if (name.equals("held")) {
                        throw new IllegalArgumentException(
                                "remit.events.held: the name is taken, /events/held shows what waits");
                    }
                    if (!provable) {
                        throw new IllegalArgumentException(
                                "remit.events."
                                        + name
                                        + ": of form "
                                        + feed.form()
                                        + " needs "
                                        + switch (feed.form()) {
                                            case CLOUDEVENTS -> "client";
                                            case GITHUB -> "secret";
                                            case SSF -> "issuer, audience and jwks.url";
                                        });
                    }
                });
    }

    /** Takes what a feed posts, in its form. */
    @POST
    @Path("{feed}")
    @Consumes(MediaType.WILDCARD)
    @PermitAll
    @Operation(
            summary =
                    "What another system tells: CloudEvents, security event tokens, or GitHub's webhook")
    @APIResponse(responseCode = "202", description = "It is kept; a repetition changes nothing")
    @APIResponse(responseCode = "400", description = "EVENT_MISFORMED, or an error of RFC 8935")
    @APIResponse(responseCode = "401", description = "SIGNATURE_INVALID or TOKEN_MISSING")
    @APIResponse(responseCode = "404", description = "FEED_UNKNOWN")
    @APIResponse(
            responseCode = "503",
            description = "CHARTERS_NOT_READ, KEYS_NOT_REACHED; to be sent again")
    public Uni<Response> told(
            @PathParam("feed") String name,
            @HeaderParam("X-Hub-Signature-256") @Nullable String signature,
            @HeaderParam("X-GitHub-Event") @Nullable String event,
            byte @Nullable [] content) {
        EventFeed feed = feeds.feeds().get(name);
        if (feed == null) {
            throw Problem.of(404, "FEED_UNKNOWN", "no feed '" + name + "' is configured");
        }
        byte[] body = content == null ? new byte[0] : content;
        if (body.length > LARGEST) {
            throw Problem.of(413, "EVENT_TOO_LARGE", "body: is more than " + LARGEST + " bytes");
        }
        if (!charters.known()) {
            throw Problem.of(503, "CHARTERS_NOT_READ", "the charters were not read yet");
        }
        return switch (feed.form()) {
            case CLOUDEVENTS -> {
                if (identity.isAnonymous()) {
                    throw Problem.of(401, "TOKEN_MISSING", "an access token is needed");
                }
                if (!caller.isClient()
                        || caller.client().filter(feed.client().orElse("")::equals).isEmpty()) {
                    throw Problem.of(
                            403,
                            "CLIENT_UNEXPECTED",
                            "the token is not one that this feed's client got for itself");
                }
                yield keep(EventForms.cloudEvents(name, feed, body));
            }
            case GITHUB -> {
                if (!Signatures.github(feed, Optional.ofNullable(signature), body)) {
                    throw Problem.of(401, "SIGNATURE_INVALID", "the signature does not hold");
                }
                yield keep(EventForms.github(name, feed, event == null ? "" : event, body));
            }
            case SSF ->
                    Uni.createFrom()
                            .item(() ->
                                    signatures.set(
                                            name,
                                            feed,
                                            new String(body, StandardCharsets.US_ASCII).strip()))
                            .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                            .chain(checked ->
                                    switch (checked) {
                                        case Checked.Holds(String claims) ->
                                                kept(EventForms.set(name, feed, claims));
                                        case Checked.Fails(String err, String description) ->
                                                Uni.createFrom().item(refused(err, description));
                                        case Checked.Unknown() ->
                                                throw Problem.of(
                                                        503,
                                                        "KEYS_NOT_REACHED",
                                                        "the feed's keys cannot be fetched");
                                    });
        };
    }

    private Uni<Response> keep(Told told) {
        return switch (told) {
            case Told.Events(var occurrences) ->
                    open.told(occurrences).replaceWith(() -> Response.accepted().build());
            case Told.Broken(String fault) -> throw Problem.of(400, "EVENT_MISFORMED", fault);
        };
    }

    private Uni<Response> kept(Told told) {
        return switch (told) {
            case Told.Events _ -> keep(told);
            case Told.Broken(String fault) ->
                    Uni.createFrom().item(refused("invalid_request", fault));
        };
    }

    /** RFC 8935, section 2.3. */
    private static Response refused(String err, String description) {
        return Response.status(400)
                .type(MediaType.APPLICATION_JSON)
                .entity(Map.of("err", err, "description", description))
                .build();
    }

    /** What waits. */
    @GET
    @Path("held")
    @RolesAllowed({"operator", "auditor", "admin"})
    @Operation(
            summary =
                    "Events that open no change yet, since nobody knows whom they are about; the oldest first, at most 200")
    public Uni<List<View>> held() {
        return open.waiting(SHOWN).map(all -> all.stream().map(EventResource::view).toList());
    }

    /** Looks again now, where a look each minute is too late. */
    @POST
    @Path("held/{id}/look")
    @RolesAllowed({"operator", "admin"})
    @Operation(summary = "Looks again at once whether an event that waits can open its change now")
    @APIResponse(responseCode = "200", description = "Whether it still waits")
    @APIResponse(responseCode = "404", description = "EVENT_NOT_HELD")
    public Uni<Looked> look(@PathParam("id") String id) {
        return open.lookAt(uuid(id)).map(Looked::new);
    }

    /** It waits no more and opens nothing, with a record. */
    @POST
    @Path("held/{id}/dismiss")
    @RolesAllowed({"operator", "admin"})
    @Operation(summary = "Lets an event wait no more: it opens nothing, told again neither")
    @APIResponse(responseCode = "200", description = "It is dismissed; the event as it was")
    @APIResponse(responseCode = "403", description = "PERSON_NEEDED")
    @APIResponse(responseCode = "404", description = "EVENT_NOT_HELD")
    public Uni<View> dismiss(@PathParam("id") String id, @Nullable Dismissing body) {
        String reason = Wishes.reason(Problem.body(body).reason());
        if (!caller.isPerson()) {
            throw Problem.of(
                    403,
                    "PERSON_NEEDED",
                    "a person dismisses an event; this token is not a person's own");
        }
        return open.dismiss(uuid(id), caller.id(), reason).map(EventResource::view);
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "EVENT_NOT_HELD", "'" + text + "' is not a UUID");
        }
    }

    private static View view(Occurrences.Held held) {
        var each = held.occurrence();
        return new View(
                each.observation(),
                each.source(),
                each.id(),
                each.event().name(),
                each.subjectSystem(),
                each.subjectId(),
                each.resource().orElse(null),
                each.words(),
                held.seenAt());
    }
}
