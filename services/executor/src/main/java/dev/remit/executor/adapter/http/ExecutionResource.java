package dev.remit.executor.adapter.http;

import dev.remit.executor.application.DraftRunbook;
import dev.remit.executor.application.EndGrant;
import dev.remit.executor.application.Executions;
import dev.remit.executor.application.TakeOnExecution;
import dev.remit.executor.application.Target;
import dev.remit.executor.domain.Runbook;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What became of an authorization. */
@Path("/executions")
public class ExecutionResource {
    /**
     * One execution; while it waits, the reason is what it waits for.
     *
     * @param person immutable id of who has taken it on, in mode ASSIST
     * @param halted who has halted what it is in, and why
     */
    public record View(
            UUID changeId,
            UUID authorizationId,
            String state,
            String planHash,
            @Nullable Instant startedAt,
            Instant expiresAt,
            @Nullable String outcome,
            @Nullable String reason,
            String mode,
            @Nullable String person,
            @Nullable String halted) {}

    /** Who executes. */
    public record TakenOn(String person) {}

    /** Why a grant is ended, 1 to 500 characters, none of them a control character. */
    public record Ending(@Nullable String reason) {}

    /** It is taken away from now on; {@code GET /executions/{changeId}} says when it is gone. */
    public record EndedEarly(String by) {}

    private static final int LONGEST_REASON = 500;

    private final TakeOnExecution taking;
    private final EndGrant ending;
    private final DraftRunbook runbooks;
    private final Executions executions;
    private final Caller caller;

    ExecutionResource(
            TakeOnExecution taking,
            EndGrant ending,
            DraftRunbook runbooks,
            Executions executions,
            Caller caller) {
        this.taking = taking;
        this.ending = ending;
        this.runbooks = runbooks;
        this.executions = executions;
        this.caller = caller;
    }

    /** The caller executes the change's plan and owns the result (mode ASSIST). */
    @POST
    @Path("{changeId}/take-on")
    @RolesAllowed("operator")
    public Uni<TakenOn> takeOn(@PathParam("changeId") String id) {
        if (!caller.isPerson()) {
            throw Problem.of(
                    403, "PERSON_NEEDED", "a person executes; this token is not a person's own");
        }
        return taking.takeOn(uuid(id), caller.id())
                .onFailure(Target.Silent.class)
                .transform(silent ->
                        Problem.of(
                                503,
                                "PERSON_NOT_LOOKED_UP",
                                "who you are beyond this account cannot be asked now: "
                                        + silent.getMessage()))
                .map(taken ->
                        switch (taken) {
                            case TakeOnExecution.Taken.Yours _ -> new TakenOn(caller.id());
                            case TakeOnExecution.Taken.Others _ ->
                                    throw Problem.of(
                                            409, "TAKEN_ON", "another person has taken it on");
                            case TakeOnExecution.Taken.Halted(String words) ->
                                    throw Problem.of(409, "HALTED", words);
                            case TakeOnExecution.Taken.Barred(String rule, String reason) ->
                                    throw Problem.of(
                                            403,
                                            "MAY_NOT_EXECUTE",
                                            "rule "
                                                    + rule
                                                    + ": who "
                                                    + reason
                                                    + " does not execute it; the change could never close");
                            case TakeOnExecution.Taken.Stranger(String why) ->
                                    throw Problem.of(
                                            403,
                                            "PERSON_UNKNOWN",
                                            "who you are beyond this account cannot be known, so whether you proposed or approved it neither: "
                                                    + why);
                            case TakeOnExecution.Taken.None _ ->
                                    throw Problem.of(
                                            404,
                                            "NOTHING_TO_TAKE_ON",
                                            "no plan of change " + id + " waits for a person");
                        });
    }

    /** What is to be done by hand, by whom, until when, and what will be looked at. */
    @GET
    @Path("{changeId}/runbook")
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<Runbook> runbook(@PathParam("changeId") String id) {
        return drafted(id);
    }

    /** The same, to be read and ticked off. */
    @GET
    @Path("{changeId}/runbook")
    @Produces("text/markdown")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<String> runbookText(@PathParam("changeId") String id) {
        return drafted(id).map(Runbook::markdown);
    }

    private Uni<Runbook> drafted(String id) {
        return runbooks.of(uuid(id), caller.id(), seesAll())
                .map(drafted ->
                        switch (drafted) {
                            case DraftRunbook.Drafted.Here(Runbook runbook) -> runbook;
                            case DraftRunbook.Drafted.Unreadable _ ->
                                    throw Problem.of(
                                            409,
                                            "PLAN_UNREADABLE",
                                            "the plan has a step or a field that is not known here: nobody may execute it");
                            case DraftRunbook.Drafted.None _ -> throw unknown(id);
                        });
    }

    /**
     * Ends what the change granted for a time, before its time: by who holds it, whose change it
     * is, or an operator or admin.
     */
    @POST
    @Path("{changeId}/grant-end")
    @Authenticated
    public Uni<EndedEarly> endGrant(@PathParam("changeId") String id, @Nullable Ending why) {
        String reason = why == null || why.reason() == null ? "" : why.reason().strip();
        if (reason.isEmpty() || reason.length() > LONGEST_REASON) {
            throw Problem.inField(
                    "reason", "FIELD_MISFORMED", "reason: must have 1 to 500 characters");
        }
        if (reason.chars().anyMatch(Character::isISOControl)) {
            throw Problem.inField(
                    "reason", "FIELD_MISFORMED", "reason: must have no control character");
        }
        if (!caller.isPerson()) {
            throw Problem.of(
                    403,
                    "PERSON_NEEDED",
                    "a person ends a grant; this token is not a person's own");
        }
        return ending.end(
                        uuid(id),
                        caller.id(),
                        caller.has("operator") || caller.has("admin"),
                        reason)
                .map(ended ->
                        switch (ended) {
                            case EndGrant.Ended.Now _ -> new EndedEarly(caller.id());
                            case EndGrant.Ended.Already _ ->
                                    throw Problem.of(
                                            409,
                                            "GRANT_OVER",
                                            "its time is over: it is being taken away");
                            case EndGrant.Ended.NotYours _ ->
                                    throw Problem.of(
                                            403,
                                            "NOT_YOURS",
                                            "who holds it ends it, whose change it is, an operator or an admin");
                            case EndGrant.Ended.None _ ->
                                    throw Problem.of(
                                            404,
                                            "NOTHING_GRANTED",
                                            "nothing is granted for a time under change " + id);
                        });
    }

    /** The execution of a change; who only proposes sees those of their own. */
    @GET
    @Path("{changeId}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> execution(@PathParam("changeId") String id) {
        return executions
                .find(uuid(id))
                .map(found ->
                        found.filter(each ->
                                        seesAll() || each.intent().owners().contains(caller.id()))
                                .map(each ->
                                        new View(
                                                each.change(),
                                                each.authorization(),
                                                each.state(),
                                                each.planHash(),
                                                each.startedAt(),
                                                each.expiresAt(),
                                                each.outcome(),
                                                each.reason(),
                                                each.assisted() ? "ASSIST" : "OWN",
                                                each.person(),
                                                each.halted()))
                                .orElseThrow(() -> unknown(id)));
    }

    /** Who only proposes sees what is to be done for a change of theirs, as at the front door. */
    private boolean seesAll() {
        return caller.has("approver")
                || caller.has("operator")
                || caller.has("auditor")
                || caller.has("admin");
    }

    private static Problem unknown(String id) {
        return Problem.of(
                404, "CHANGE_UNKNOWN", "no authorization of change " + id + " arrived here");
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "CHANGE_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }
}
