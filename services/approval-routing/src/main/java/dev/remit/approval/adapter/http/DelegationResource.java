package dev.remit.approval.adapter.http;

import dev.remit.approval.application.Delegate;
import dev.remit.approval.application.Delegations.Kept;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where approvers let others decide in their place. */
@Path("/delegations")
@RolesAllowed("approver")
public class DelegationResource {
    private static final int LONGEST = 200;
    private static final int MOST_CHARTERS = 100;

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
    private final Caller caller;

    DelegationResource(Delegate delegate, Caller caller) {
        this.delegate = delegate;
        this.caller = caller;
    }

    /** The caller's own, given and taken, that have not ended. */
    @GET
    public Uni<List<View>> mine() {
        return delegate.of(caller.id())
                .map(found -> found.stream().map(DelegationResource::view).toList());
    }

    /** Lets another decide in the caller's place, for at most 90 days. */
    @POST
    public Uni<Response> add(@Nullable Asked body) {
        Asked asked = Problem.body(body);
        String to = text("to", asked.to());
        String reason = text("reason", asked.reason());
        Instant until = time("until", asked.until());
        Optional<Instant> since =
                asked.since() == null
                        ? Optional.empty()
                        : Optional.of(time("since", asked.since()));
        return delegate.delegate(caller.id(), to, charters(asked.charters()), since, until, reason)
                .map(kept -> Response.status(Response.Status.CREATED).entity(view(kept)).build());
    }

    /** Ends one of the caller's, given or taken, before its time. */
    @DELETE
    @Path("{id}")
    public Uni<Void> end(@PathParam("id") String id) {
        try {
            return delegate.end(UUID.fromString(id), caller.id());
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "DELEGATION_UNKNOWN", "'" + id + "' is not a UUID");
        }
    }

    private static Set<String> charters(@Nullable List<@Nullable String> names) {
        if (names == null) {
            return Set.of();
        }
        if (names.size() > MOST_CHARTERS
                || names.stream().anyMatch(each -> each == null || each.isBlank())) {
            throw Problem.inField(
                    "charters",
                    "FIELD_MISFORMED",
                    "charters: must be at most " + MOST_CHARTERS + " names");
        }
        return Set.copyOf(names);
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
