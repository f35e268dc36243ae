package dev.remit.connector.adapter.http;

import dev.remit.connector.application.Charters;
import dev.remit.connector.application.HaltAuthority;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.http.Agents;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** The kill switch: a person halts the mesh, a charter, one version of it, or an AI. */
@Path("halts")
public class HaltResource {
    private static final int LONGEST_ID = 200;

    /**
     * What to halt; exactly one of mesh, charter and agent.
     *
     * @param mesh true for everything
     * @param charter a charter's name
     * @param version of the charter: only that one, which is thereby revoked
     * @param agent an AI's immutable id or OAuth client
     */
    @Schema(name = "Halt")
    public record Asked(
            @Nullable Boolean mesh,
            @Nullable String charter,
            @Nullable String version,
            @Nullable String agent,
            @Nullable String reason) {}

    /** Why a halt is lifted. */
    @Schema(name = "Resumption")
    public record Lifted(@Nullable String reason) {}

    /**
     * A halt.
     *
     * @param scope mesh, charter/name, version/hash or agent/id
     * @param haltedBy immutable id of the person
     * @param known false if the scope is an AI that neither a registration nor a charter names
     */
    @Schema(name = "HaltInForce")
    public record View(
            UUID haltId,
            String scope,
            String haltedBy,
            String reason,
            Instant haltedAt,
            boolean known) {}

    private final HaltAuthority authority;
    private final Charters charters;
    private final Agents agents;
    private final Caller caller;

    HaltResource(HaltAuthority authority, Charters charters, Agents agents, Caller caller) {
        this.authority = authority;
        this.charters = charters;
        this.agents = agents;
        this.caller = caller;
    }

    /** What is halted now. */
    @GET
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @Operation(summary = "What is halted now, the oldest first")
    public Uni<List<View>> list() {
        return authority.inForce().map(halts -> halts.stream().map(this::view).toList());
    }

    /** Halts; what is halted already stays as it was halted first. */
    @POST
    @RolesAllowed("admin")
    @Operation(summary = "Halts the mesh, a charter, one version of it, or an AI")
    @APIResponse(responseCode = "200", description = "It is halted, from the next decision on")
    @APIResponse(responseCode = "404", description = "CHARTER_UNKNOWN")
    public Uni<View> halt(@Nullable Asked body) {
        Asked asked = Problem.body(body);
        String by = person();
        String reason = Wishes.reason(asked.reason());
        boolean mesh = Boolean.TRUE.equals(asked.mesh());
        if (Stream.of(mesh, asked.charter() != null, asked.agent() != null)
                        .filter(Boolean::booleanValue)
                        .count()
                != 1) {
            throw Problem.of(
                    422, "SCOPE_NOT_ONE", "exactly one of mesh, charter and agent must be given");
        }
        if (asked.version() != null && asked.charter() == null) {
            throw Problem.inField(
                    "version", "FIELD_MISFORMED", "version: is a charter's, and none is given");
        }
        Uni<Halt> halted =
                mesh
                        ? authority.mesh(by, reason)
                        : asked.agent() != null
                                ? authority.agent(
                                        Wishes.text("agent", asked.agent(), LONGEST_ID), by, reason)
                                : authority.charter(
                                        Wishes.text("charter", asked.charter(), LONGEST_ID),
                                        Optional.ofNullable(asked.version()),
                                        by,
                                        reason);
        return halted.map(this::view);
    }

    /** Lifts a halt: what was held goes on. */
    @POST
    @Path("{id}/resume")
    @RolesAllowed("admin")
    @Operation(summary = "Lifts a halt")
    @APIResponse(responseCode = "200", description = "It is lifted")
    @APIResponse(responseCode = "404", description = "HALT_UNKNOWN")
    @APIResponse(responseCode = "409", description = "ALREADY_RESUMED")
    public Uni<View> resume(@PathParam("id") String id, @Nullable Lifted body) {
        String reason = Wishes.reason(Problem.body(body).reason());
        return authority.resume(uuid(id), person(), reason).map(this::view);
    }

    private String person() {
        if (!caller.isPerson()) {
            throw Problem.of(
                    403,
                    "PERSON_NEEDED",
                    "a person halts and resumes; this token is not a person's own");
        }
        return caller.id();
    }

    private View view(Halt halt) {
        return new View(
                halt.id(),
                halt.scope(),
                halt.by(),
                halt.reason(),
                halt.since(),
                !halt.scope().startsWith(Scopes.agent(""))
                        || agents.byClient().keySet().stream()
                                .map(Scopes::agent)
                                .anyMatch(halt.scope()::equals)
                        || charters.all().stream()
                                .map(charter -> Scopes.agent(charter.employee()))
                                .anyMatch(halt.scope()::equals));
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "HALT_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }
}
