package dev.remit.readiness.adapter.http;

import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.readiness.application.Corrections;
import dev.remit.readiness.application.TakeCorrection;
import dev.remit.readiness.domain.Correction;
import dev.remit.readiness.domain.Outcome;
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

/** Where missing facts are asked for and supplied. */
@Path("corrections")
public class Questions {
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

    private final TakeCorrection takeCorrection;
    private final Corrections corrections;
    private final Caller caller;

    Questions(TakeCorrection takeCorrection, Corrections corrections, Caller caller) {
        this.takeCorrection = takeCorrection;
        this.corrections = corrections;
        this.caller = caller;
    }

    /** The open questions, oldest first. */
    @GET
    @RolesAllowed({"operator", "approver", "admin"})
    public Uni<List<Question>> open() {
        return corrections.open().map(open -> open.stream().map(Questions::question).toList());
    }

    /** Answers one; 202 with the change it belongs to. */
    @POST
    @Path("{id}")
    @RolesAllowed({"operator", "admin"})
    public Uni<Response> answer(@PathParam("id") String id, @Nullable Answer body) {
        Answer answer = Problem.body(body);
        if (answer.value() == null || answer.value().isBlank()) {
            throw Problem.inField("value", "FIELD_MISSING", "value: must not be empty");
        }
        return takeCorrection
                .take(Ids.uuid(id, "CORRECTION_UNKNOWN"), answer.value().strip(), caller.id())
                .map(Questions::response);
    }

    private static Response response(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Happened(var readiness, _) ->
                    Response.accepted(Map.of("changeId", readiness.proposal().change())).build();
            case Outcome.Refused refused -> throw problem(refused);
            case Outcome.AlreadyDone _ ->
                    throw Problem.of(
                            409, "CORRECTION_ANSWERED", "this correction is no longer open");
        };
    }

    private static Problem problem(Outcome.Refused refused) {
        String code = refused.refusal().name();
        return switch (refused.refusal()) {
            case CORRECTION_UNKNOWN -> Problem.of(404, code, refused.reason());
            case SOD_SUBJECT -> Problem.of(403, code, refused.reason());
            case MANAGER_IS_SUBJECT, MANAGER_NOT_ACTIVE ->
                    Problem.inField("value", code, refused.reason());
            case CORRECTION_ANSWERED, CHANGE_CONTRADICTED ->
                    Problem.of(409, code, refused.reason());
        };
    }

    private static Question question(Correction correction) {
        return new Question(
                correction.id(),
                correction.change(),
                Map.of("system", correction.subjectSystem(), "id", correction.subjectId()),
                correction.fact(),
                correction.question(),
                correction.requestedAt(),
                correction.dueAt());
    }
}
