package dev.remit.readiness.adapter.http;

import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.readiness.application.Corrections;
import dev.remit.readiness.application.TakeCorrection;
import dev.remit.readiness.domain.Correction;
import dev.remit.readiness.domain.Outcome;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
            List<String> ask,
            Instant requestedAt,
            Instant dueAt) {}

    /** An answer. */
    public record Answer(@Nullable String value) {}

    /** Who sees every question, whoever is asked. */
    private static final Set<String> ALL = Set.of("operator", "approver", "admin");

    private final TakeCorrection takeCorrection;
    private final Corrections corrections;
    private final Caller caller;

    Questions(TakeCorrection takeCorrection, Corrections corrections, Caller caller) {
        this.takeCorrection = takeCorrection;
        this.corrections = corrections;
        this.caller = caller;
    }

    /** The open questions, oldest first: all for those who look after the mesh, else one's own. */
    @GET
    @Authenticated
    public Uni<List<Question>> open() {
        Set<String> roles = caller.roles();
        return corrections
                .open()
                .map(open ->
                        open.stream()
                                .filter(each ->
                                        roles.stream().anyMatch(ALL::contains)
                                                || roles.stream().anyMatch(each.ask()::contains))
                                .map(Questions::question)
                                .toList());
    }

    /**
     * Answers one, if the charter asks a role of the caller's; 202 with the change it belongs to.
     */
    @POST
    @Path("{id}")
    @Authenticated
    public Uni<Response> answer(@PathParam("id") String id, @Nullable Answer body) {
        Answer answer = Problem.body(body);
        if (answer.value() == null || answer.value().isBlank()) {
            throw Problem.inField("value", "FIELD_MISSING", "value: must not be empty");
        }
        if (!caller.isPerson()) {
            throw Problem.of(
                    403,
                    "PERSON_NEEDED",
                    "a person supplies facts; this token is not a person's own");
        }
        return takeCorrection
                .take(
                        Ids.uuid(id, "CORRECTION_UNKNOWN"),
                        answer.value().strip(),
                        caller.id(),
                        caller.roles())
                .map(Questions::response);
    }

    private static Response response(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Happened(var readiness, _) ->
                    Response.accepted(Map.of("changeId", readiness.proposal().change())).build();
            case Outcome.Refused refused -> throw problem(refused);
            case Outcome.AlreadyDone _, Outcome.Remembered _ ->
                    throw Problem.of(
                            409, "CORRECTION_ANSWERED", "this correction is no longer open");
        };
    }

    private static Problem problem(Outcome.Refused refused) {
        String code = refused.refusal().name();
        return switch (refused.refusal()) {
            case CORRECTION_UNKNOWN -> Problem.of(404, code, refused.reason());
            case SOD_SUBJECT, SOD_PROPOSER, NOT_ASKED -> Problem.of(403, code, refused.reason());
            case MANAGER_IS_SUBJECT,
                    MANAGER_IS_CORRECTOR,
                    MANAGER_NOT_ACTIVE,
                    ACCOUNT_UNKNOWN,
                    ACCOUNT_OF_ANOTHER ->
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
                correction.ask().stream().sorted().toList(),
                correction.requestedAt(),
                correction.dueAt());
    }
}
