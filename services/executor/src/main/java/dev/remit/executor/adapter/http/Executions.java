package dev.remit.executor.adapter.http;

import dev.remit.executor.adapter.postgres.ExecutionRow;
import dev.remit.handoff.http.Problem;
import io.quarkus.hibernate.reactive.panache.Panache;
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
public class Executions {
    /** One execution. */
    public record View(
            UUID changeId,
            UUID authorizationId,
            String state,
            String planHash,
            @Nullable Instant startedAt,
            Instant expiresAt,
            @Nullable String outcome,
            @Nullable String reason) {}

    /** The execution of a change. */
    @GET
    @Path("{changeId}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> execution(@PathParam("changeId") String id) {
        UUID change = uuid(id);
        return Panache.withSession(
                        () -> ExecutionRow.<ExecutionRow>find("changeId", change).firstResult())
                .map(row -> {
                    if (row == null) {
                        throw Problem.of(
                                404,
                                "CHANGE_UNKNOWN",
                                "no authorization of change " + id + " arrived here");
                    }
                    return new View(
                            row.changeId,
                            row.authorizationId,
                            row.state,
                            row.planHash,
                            row.startedAt,
                            row.expiresAt,
                            row.outcome,
                            row.reason);
                });
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "CHANGE_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }
}
