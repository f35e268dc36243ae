package dev.remit.executor.adapter.http;

import dev.remit.executor.application.Executions;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What became of an authorization. */
@Path("/executions")
public class ExecutionResource {
    /** One execution; while it waits, the reason is what it waits for. */
    public record View(
            UUID changeId,
            UUID authorizationId,
            String state,
            String planHash,
            @Nullable Instant startedAt,
            Instant expiresAt,
            @Nullable String outcome,
            @Nullable String reason) {}

    private final Executions executions;

    ExecutionResource(Executions executions) {
        this.executions = executions;
    }

    /** The execution of a change. */
    @GET
    @Path("{changeId}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> execution(@PathParam("changeId") String id) {
        return executions
                .find(uuid(id))
                .map(found ->
                        found.map(each ->
                                        new View(
                                                each.change(),
                                                each.authorization(),
                                                each.state(),
                                                each.planHash(),
                                                each.startedAt(),
                                                each.expiresAt(),
                                                each.outcome(),
                                                each.reason()))
                                .orElseThrow(() ->
                                        Problem.of(
                                                404,
                                                "CHANGE_UNKNOWN",
                                                "no authorization of change "
                                                        + id
                                                        + " arrived here")));
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "CHANGE_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }
}
