package dev.remit.executor.adapter.http;

import dev.remit.executor.application.Executions;
import dev.remit.executor.application.TakeOnExecution;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
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

    private final TakeOnExecution taking;
    private final Executions executions;
    private final Caller caller;

    ExecutionResource(TakeOnExecution taking, Executions executions, Caller caller) {
        this.taking = taking;
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
                .map(taken ->
                        switch (taken) {
                            case TakeOnExecution.Taken.Yours _ -> new TakenOn(caller.id());
                            case TakeOnExecution.Taken.Others _ ->
                                    throw Problem.of(
                                            409, "TAKEN_ON", "another person has taken it on");
                            case TakeOnExecution.Taken.Halted(String words) ->
                                    throw Problem.of(409, "HALTED", words);
                            case TakeOnExecution.Taken.None _ ->
                                    throw Problem.of(
                                            404,
                                            "NOTHING_TO_TAKE_ON",
                                            "no plan of change " + id + " waits for a person");
                        });
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
                                                each.reason(),
                                                each.assisted() ? "ASSIST" : "OWN",
                                                each.person(),
                                                each.halted()))
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
