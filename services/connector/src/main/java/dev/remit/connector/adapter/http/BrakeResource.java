package dev.remit.connector.adapter.http;

import dev.remit.connector.application.Brakes.Applied;
import dev.remit.connector.application.ReleaseBrake;
import dev.remit.connector.domain.Brake;
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
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** What was too much at once: a person releases what a brake holds, or discards it. */
@Path("brakes")
public class BrakeResource {
    /** Why a brake is ended. */
    @Schema(name = "BrakeDecision")
    public record Decided(@Nullable String reason) {}

    /**
     * A brake.
     *
     * @param scope charter/name, or source/system
     * @param rule CHANGES_PER_HOUR, SHARE_OF_POPULATION or SOURCE_SHRANK
     * @param affected changes within the hour, people with an open change, or accounts gone
     * @param allowed how many there may be
     * @param population of how many known accounts; null where the limit is no share
     * @param holding changes that it holds
     * @param words the same in words
     */
    @Schema(name = "Brake")
    public record View(
            UUID brakeId,
            String scope,
            String source,
            String rule,
            long affected,
            long allowed,
            @Nullable Long population,
            long holding,
            Instant appliedAt,
            List<String> releasableBy,
            String words) {}

    private final ReleaseBrake release;
    private final Caller caller;

    BrakeResource(ReleaseBrake release, Caller caller) {
        this.release = release;
        this.caller = caller;
    }

    /** The brakes that are on. */
    @GET
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @Operation(summary = "The brakes that are on, the oldest first")
    public Uni<List<View>> list() {
        return release.on().map(all -> all.stream().map(BrakeResource::view).toList());
    }

    /** What it holds goes on, past the limit; a source is believed once. */
    @POST
    @Path("{id}/release")
    @RolesAllowed({"operator", "admin"})
    @Operation(summary = "Lets what a brake holds go on; of a source, believes one such list")
    @APIResponse(responseCode = "200", description = "It is released; the brake as it was")
    @APIResponse(responseCode = "404", description = "BRAKE_UNKNOWN")
    @APIResponse(responseCode = "409", description = "BRAKE_ENDED")
    public Uni<View> release(@PathParam("id") String id, @Nullable Decided body) {
        return end(id, Brake.Outcome.RELEASED, body);
    }

    /** What it holds ends, each change with a record. */
    @POST
    @Path("{id}/discard")
    @RolesAllowed({"operator", "admin"})
    @Operation(summary = "Ends what a brake holds, each change with a record of its own")
    @APIResponse(responseCode = "200", description = "It is discarded; the brake as it was")
    @APIResponse(responseCode = "404", description = "BRAKE_UNKNOWN")
    @APIResponse(responseCode = "409", description = "BRAKE_ENDED")
    public Uni<View> discard(@PathParam("id") String id, @Nullable Decided body) {
        return end(id, Brake.Outcome.DISCARDED, body);
    }

    private Uni<View> end(String id, Brake.Outcome outcome, @Nullable Decided body) {
        String reason = Wishes.reason(Problem.body(body).reason());
        if (!caller.isPerson()) {
            throw Problem.of(
                    403,
                    "PERSON_NEEDED",
                    "a person decides about a brake; this token is not a person's own");
        }
        return release.end(uuid(id), outcome, caller.id(), reason).map(BrakeResource::view);
    }

    private static View view(Applied standing) {
        Brake brake = standing.brake();
        return new View(
                brake.id(),
                brake.scope(),
                brake.source(),
                brake.trip().rule().name(),
                brake.trip().affected(),
                brake.trip().allowed(),
                brake.trip().population().orElse(null),
                standing.holding(),
                brake.since(),
                Brake.ROLES,
                brake.words());
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "BRAKE_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }
}
