package dev.remit.approval.adapter.http;

import dev.remit.approval.application.Delegate;
import dev.remit.approval.application.Delegations.Kept;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.http.Tagged;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Where approvers let others decide in their place. */
@Path("/delegations")
@RolesAllowed("approver")
public class DelegationResource {
    private static final int LONGEST = 200;
    private static final int MOST_CHARTERS = 100;
    private static final int MOST_SHOWN = 200;

    /** A delegation as it is asked for; times in ISO 8601, UTC. */
    public record Asked(
            @Nullable String to,
            @Nullable List<@Nullable String> charters,
            @Nullable String since,
            @Nullable String until,
            @Nullable String reason) {}

    /** A delegation. */
    public record View(
            UUID id,
            String from,
            String to,
            List<String> charters,
            Instant since,
            Instant until,
            String reason) {}

    private final Delegate delegate;
    private final Tagged tagged;
    private final Caller caller;

    DelegationResource(Delegate delegate, Tagged tagged, Caller caller) {
        this.delegate = delegate;
        this.tagged = tagged;
        this.caller = caller;
    }

    /**
     * The caller's own, given and taken, that have not ended, the latest first, with an entity tag.
     * The {@code Link} header names the next page.
     *
     * @param after the id that the page before ended with
     * @param limit how many at most, from 1 to 200
     */
    @GET
    @APIResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(type = SchemaType.ARRAY, implementation = View.class)))
    public Uni<Response> mine(
            @QueryParam("after") @Nullable String after,
            @QueryParam("limit") @DefaultValue("50") int limit,
            @Context Request request,
            @Context UriInfo asked) {
        if (limit < 1 || limit > MOST_SHOWN) {
            throw Problem.inField(
                    "limit", "FIELD_MISFORMED", "limit: must be from 1 to " + MOST_SHOWN);
        }
        return delegate.of(caller.id(), place(after), limit)
                .map(found -> {
                    Response.ResponseBuilder answer =
                            tagged.answer(
                                    request, found.stream().map(DelegationResource::view).toList());
                    return found.size() < limit
                            ? answer.build()
                            : answer.link(
                                            Places.next(
                                                    asked,
                                                    found.getLast().delegation().id().toString()),
                                            "next")
                                    .build();
                });
    }

    private static Optional<UUID> place(@Nullable String after) {
        try {
            return Optional.ofNullable(after).map(UUID::fromString);
        } catch (IllegalArgumentException e) {
            throw Problem.inField(
                    "after", "FIELD_MISFORMED", "after: is not what a page before said");
        }
    }

    /**
     * Lets another person decide in the caller's place, for at most 90 days. Only a person can: no
     * agent hands a vote on. With an Idempotency-Key a repetition is answered as before.
     */
    @POST
    @APIResponse(
            responseCode = "201",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = View.class)))
    public Uni<Response> add(
            @Nullable Asked body, @HeaderParam("Idempotency-Key") @Nullable String key) {
        Asked asked = Problem.body(body);
        String to = text("to", asked.to());
        String reason = text("reason", asked.reason());
        Instant until = time("until", asked.until());
        Optional<Instant> since =
                asked.since() == null
                        ? Optional.empty()
                        : Optional.of(time("since", asked.since()));
        Set<String> charters = charters(asked.charters());
        return delegate.delegate(
                        new Delegate.Wish(person(), to, charters, since, until, reason),
                        PasskeyResource.authentication(caller),
                        Keys.request(caller, key, "delegation", asked))
                .map(kept -> Response.status(Response.Status.CREATED).entity(view(kept)).build());
    }

    /** Ends one of the caller's, given or taken, before its time. */
    @DELETE
    @Path("{id}")
    public Uni<Void> end(@PathParam("id") String id) {
        try {
            return delegate.end(
                    UUID.fromString(id), person(), PasskeyResource.authentication(caller));
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "DELEGATION_UNKNOWN", "'" + id + "' is not a UUID");
        }
    }

    private String person() {
        if (!caller.isPerson()) {
            throw Problem.of(
                    403,
                    "NOT_A_PERSON",
                    "only a person delegates, signed in as themselves and through no agent");
        }
        return caller.id();
    }

    private static Set<String> charters(@Nullable List<@Nullable String> names) {
        if (names == null) {
            return Set.of();
        }
        if (names.size() > MOST_CHARTERS) {
            throw Problem.inField(
                    "charters",
                    "FIELD_MISFORMED",
                    "charters: must be at most " + MOST_CHARTERS + " names");
        }
        return names.stream()
                .map(name -> text("charters", name))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String text(String field, @Nullable String value) {
        String text = value == null ? "" : value.strip();
        if (text.isEmpty()) {
            throw Problem.inField(field, "FIELD_MISSING", field + ": is missing");
        }
        if (text.length() > LONGEST || text.chars().anyMatch(c -> c < ' ')) {
            throw Problem.inField(
                    field,
                    "FIELD_MISFORMED",
                    field + ": must have at most " + LONGEST + " characters, on one line");
        }
        return text;
    }

    private static Instant time(String field, @Nullable String value) {
        try {
            return Instant.parse(text(field, value));
        } catch (DateTimeException e) {
            throw Problem.inField(
                    field, "FIELD_MISFORMED", field + ": is not a time like 2026-01-02T03:04:05Z");
        }
    }

    private static View view(Kept kept) {
        return new View(
                kept.delegation().id(),
                kept.delegation().from(),
                kept.delegation().to(),
                kept.delegation().charters().stream().sorted().toList(),
                kept.delegation().since(),
                kept.delegation().until(),
                kept.reason());
    }
}
