package dev.remit.approval.adapter.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.remit.approval.adapter.postgres.DecisionRow;
import dev.remit.approval.adapter.postgres.RouteRow;
import dev.remit.approval.application.DecideStage;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Authentication;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What waits for whom, and where approvers decide. */
@Path("/changes")
public class Approvals {
    /** A change on its route. */
    public record View(
            UUID changeId,
            String state,
            String stage,
            @Nullable String held,
            @Nullable Instant expiresAt,
            String planHash,
            @JsonRawValue String plan,
            @JsonRawValue String candidates,
            List<Decided> decisions) {}

    /** A decision or a refused attempt. */
    public record Decided(
            String stage,
            @Nullable String decidedBy,
            String decision,
            @Nullable String refusal,
            String reason,
            Instant decidedAt) {}

    /** A decision as asked for. */
    public record Asked(
            @Nullable String decision, @Nullable String reason, @Nullable String planHash) {}

    private final DecideStage decide;
    private final Caller caller;

    Approvals(DecideStage decide, Caller caller) {
        this.decide = decide;
        this.caller = caller;
    }

    /** Open changes: all, or those that wait for the caller. */
    @GET
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<List<View>> changes(@QueryParam("waitingFor") @Nullable String waitingFor) {
        String me = caller.id();
        return Panache.withSession(() ->
                        RouteRow.<RouteRow>list(
                                "state in ('OPEN', 'CHARTER_UNKNOWN') order by requestedAt"))
                .map(rows ->
                        rows.stream()
                                .filter(row ->
                                        !"me".equals(waitingFor)
                                                || row.candidates.contains("\"" + me + "\""))
                                .map(row -> view(row, List.of()))
                                .toList());
    }

    /** One change: its plan, whom it asks, what was decided. */
    @GET
    @Path("{id}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> change(@PathParam("id") String id) {
        UUID change = uuid(id);
        return Panache.withSession(() ->
                RouteRow.<RouteRow>findById(change)
                        .chain(row -> {
                            if (row == null) {
                                throw Problem.of(
                                        404,
                                        "CHANGE_UNKNOWN",
                                        "no change " + id + " was routed here");
                            }
                            return DecisionRow.<DecisionRow>list(
                                            "changeId = ?1 order by decidedAt", change)
                                    .map(decisions -> view(row, decisions));
                        }));
    }

    /** Decides the open stage; any caller may try, and a refused attempt is recorded. */
    @POST
    @Path("{id}/decisions")
    @Authenticated
    public Uni<Response> decide(@PathParam("id") String id, @Nullable Asked body) {
        Asked asked = Problem.body(body);
        UUID change = uuid(id);
        Attempt.Kind decision = kind(asked.decision());
        String reason = asked.reason() == null ? "" : asked.reason().strip();
        if (decision == Attempt.Kind.DENIED && reason.isEmpty()) {
            throw Problem.inField(
                    "reason", "FIELD_MISSING", "reason: must not be empty when denying");
        }
        if (asked.planHash() == null || !asked.planHash().matches("[0-9a-f]{64}")) {
            throw Problem.inField(
                    "planHash",
                    "FIELD_MISSING",
                    "planHash: must be the 64 hexadecimal digits of the plan seen");
        }
        Authentication authentication =
                new Authentication(
                        caller.issuer(), caller.tokenId(), caller.acr(), caller.authenticatedAt());
        return decide.decide(
                        change,
                        caller.id(),
                        caller.roles(),
                        decision,
                        reason,
                        asked.planHash(),
                        authentication)
                .replaceWith(() -> Response.status(Response.Status.CREATED).build());
    }

    private static Attempt.Kind kind(@Nullable String text) {
        return switch (text) {
            case "APPROVED" -> Attempt.Kind.APPROVED;
            case "DENIED" -> Attempt.Kind.DENIED;
            case null, default ->
                    throw Problem.inField(
                            "decision", "DECISION_UNKNOWN", "decision: must be APPROVED or DENIED");
        };
    }

    private static View view(RouteRow row, List<DecisionRow> decisions) {
        return new View(
                row.changeId,
                row.state,
                row.stageName,
                row.held,
                row.expiresAt,
                row.planHash,
                new String(row.plan, StandardCharsets.UTF_8),
                row.candidates,
                decisions.stream()
                        .map(each ->
                                new Decided(
                                        each.stageName,
                                        each.decidedBy,
                                        each.decision,
                                        each.refusal,
                                        each.reason,
                                        each.decidedAt))
                        .toList());
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "CHANGE_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }
}
