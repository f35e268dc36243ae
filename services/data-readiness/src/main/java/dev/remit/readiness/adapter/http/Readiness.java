package dev.remit.readiness.adapter.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.readiness.adapter.postgres.CorrectionRow;
import dev.remit.readiness.adapter.postgres.ReadinessRow;
import dev.remit.readiness.application.TakeCorrection;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How a change's data was judged, and where missing facts are supplied. */
@Path("/")
public class Readiness {
    /** A change's readiness. */
    public record View(
            UUID changeId,
            String state,
            String reasons,
            @JsonRawValue String facts,
            @Nullable String planHash) {}

    /** An open question. */
    public record Question(
            UUID correctionId,
            UUID changeId,
            Map<String, String> subject,
            String fact,
            String question,
            Instant requestedAt,
            Instant dueAt) {}

    /** An answer. */
    public record Answer(@Nullable String value) {}

    private final TakeCorrection corrections;
    private final Caller caller;

    Readiness(TakeCorrection corrections, Caller caller) {
        this.corrections = corrections;
        this.caller = caller;
    }

    /** How one change stands. */
    @GET
    @Path("changes/{id}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> change(@PathParam("id") String id) {
        UUID change = uuid(id, "CHANGE_UNKNOWN");
        return Panache.withSession(() -> ReadinessRow.<ReadinessRow>findById(change))
                .map(row -> {
                    if (row == null) {
                        throw Problem.of(404, "CHANGE_UNKNOWN", "no change has the id " + id);
                    }
                    return new View(row.changeId, row.state, row.reasons, row.facts, row.planHash);
                });
    }

    /** The open questions, oldest first. */
    @GET
    @Path("corrections")
    @RolesAllowed({"operator", "approver", "admin"})
    public Uni<List<Question>> corrections() {
        return Panache.withSession(() ->
                        CorrectionRow.<CorrectionRow>list(
                                "answered = false and changeId in (select r.changeId from ReadinessRow r where r.state = 'HELD') order by requestedAt"))
                .map(rows -> rows.stream().map(Readiness::question).toList());
    }

    /** Answers one; 202 with the change it belongs to. */
    @POST
    @Path("corrections/{id}")
    @RolesAllowed({"operator", "admin"})
    public Uni<Response> answer(@PathParam("id") String id, @Nullable Answer body) {
        Answer answer = Problem.body(body);
        if (answer.value() == null || answer.value().isBlank()) {
            throw Problem.inField("value", "FIELD_MISSING", "value: must not be empty");
        }
        return corrections
                .take(uuid(id, "CORRECTION_UNKNOWN"), answer.value().strip(), caller.id())
                .map(change -> Response.accepted(Map.of("changeId", change)).build());
    }

    private static Question question(CorrectionRow row) {
        return new Question(
                row.id,
                row.changeId,
                Map.of("system", row.subjectSystem, "id", row.subjectId),
                row.fact,
                row.question,
                row.requestedAt,
                row.dueAt);
    }

    private static UUID uuid(String text, String code) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, code, "'" + text + "' is not a UUID");
        }
    }
}
