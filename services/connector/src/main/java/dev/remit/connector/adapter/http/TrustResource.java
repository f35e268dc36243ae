package dev.remit.connector.adapter.http;

import dev.remit.connector.application.KeepTrackRecord;
import dev.remit.connector.application.KeepTrackRecord.Standing;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.TrackRecord;
import dev.remit.handoff.halt.Halt;
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
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** How far digital employees are trusted: their track record, demotions and promotions. */
@Path("trust")
public class TrustResource {
    private static final int LONGEST_NAME = 200;

    /** Why a digital employee is promoted. */
    @Schema(name = "Promotion")
    public record Promoted(@Nullable String reason) {}

    /** A demotion that is in force. */
    @Schema(name = "Demotion")
    public record Demoted(UUID demotionId, Instant demotedAt, String reason) {}

    /**
     * How a digital employee stands under a charter.
     *
     * @param mode OWN, or ASSIST while it is demoted
     * @param principal the person who answers for it, and who cannot promote it
     * @param within how long what went wrong counts; null if the charter counts nothing
     * @param allowed how many there may be, by what is counted
     * @param counted how many there are, since the window began or since the last promotion
     */
    @Schema(name = "TrackRecord")
    public record View(
            String charter,
            String version,
            String employee,
            String principal,
            String mode,
            @Nullable String within,
            Map<TrackRecord.Kind, Long> allowed,
            Map<TrackRecord.Kind, Long> counted,
            @Nullable Demoted demotion) {}

    private final KeepTrackRecord trackRecord;
    private final Caller caller;

    TrustResource(KeepTrackRecord trackRecord, Caller caller) {
        this.trackRecord = trackRecord;
        this.caller = caller;
    }

    /** How they stand. */
    @GET
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @Operation(summary = "How digital employees stand under each charter that lets one own")
    public Uni<List<View>> list() {
        return trackRecord.standings().map(all -> all.stream().map(TrustResource::view).toList());
    }

    /** It owns again; its track record begins anew. */
    @POST
    @Path("{charter}/promote")
    @RolesAllowed("admin")
    @Operation(summary = "Lifts a digital employee's demotion under a charter")
    @APIResponse(responseCode = "204", description = "It owns again, from the next decision on")
    @APIResponse(responseCode = "403", description = "PERSON_NEEDED, PROMOTER_NOT_INDEPENDENT")
    @APIResponse(responseCode = "404", description = "CHARTER_UNKNOWN")
    @APIResponse(responseCode = "409", description = "NOT_DEMOTED")
    public Uni<Void> promote(@PathParam("charter") String charter, @Nullable Promoted body) {
        String reason = Wishes.reason(Problem.body(body).reason());
        if (!caller.isPerson()) {
            throw Problem.of(
                    403, "PERSON_NEEDED", "a person promotes; this token is not a person's own");
        }
        return trackRecord.promote(
                Wishes.text("charter", charter, LONGEST_NAME), caller.id(), reason);
    }

    private static View view(Standing standing) {
        Charter charter = standing.charter();
        return new View(
                charter.name(),
                charter.version(),
                charter.employee(),
                charter.principal(),
                standing.demotion().isPresent() ? "ASSIST" : "OWN",
                charter.trackRecord().map(each -> each.within().toString()).orElse(null),
                charter.trackRecord().map(TrackRecord::allowed).orElse(Map.of()),
                standing.counted(),
                standing.demotion().map(TrustResource::demoted).orElse(null));
    }

    private static Demoted demoted(Halt demotion) {
        return new Demoted(demotion.id(), demotion.since(), demotion.reason());
    }
}
