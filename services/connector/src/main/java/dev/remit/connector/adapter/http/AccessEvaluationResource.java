package dev.remit.connector.adapter.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.remit.connector.application.EvaluateAccess;
import dev.remit.connector.domain.Proposer;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The decision point that access requests stand on (OpenID AuthZEN Authorization API 1.0): it
 * denies, says what can be requested, and answers for what was approved.
 */
@Path("/")
public class AccessEvaluationResource {
    /** May this be? */
    @Schema(name = "AccessEvaluation")
    public record Asked(
            AccessTuple.@Nullable Subject subject,
            AccessTuple.@Nullable Resource resource,
            AccessTuple.@Nullable Action action,
            AccessTuple.@Nullable Grounds context) {}

    /** The decision. */
    @Schema(name = "AccessDecision")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Decision(boolean decision, Grounds context) {}

    /**
     * What the decision rests on.
     *
     * @param evaluationId names the denial; a request gives it back
     * @param reason why it is denied
     * @param accessRequest there if access can be requested
     * @param approval what the approval is good for, if it is allowed
     */
    @Schema(name = "AccessDecisionContext")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Grounds(
            @JsonProperty("evaluation_id") @Nullable String evaluationId,
            @JsonProperty("evaluated_at") @Nullable Instant evaluatedAt,
            @Nullable String reason,
            @JsonProperty("access_request") @Nullable Hint accessRequest,
            @Nullable Held approval) {}

    /** Where access can be requested, and until when. */
    @Schema(name = "AccessRequestHint")
    public record Hint(String endpoint, @JsonProperty("expires_at") Instant expiresAt) {}

    /** An approval that holds. */
    @Schema(name = "AccessApprovalHeld")
    public record Held(String id, @JsonProperty("approved_until") Instant approvedUntil) {}

    /** What this decision point can do, and where. */
    @Schema(name = "AccessMetadata")
    public record Metadata(
            @JsonProperty("policy_decision_point") String policyDecisionPoint,
            @JsonProperty("access_evaluation_endpoint") String accessEvaluationEndpoint,
            @JsonProperty("access_request_endpoint") String accessRequestEndpoint,
            List<String> capabilities) {}

    private final EvaluateAccess evaluate;
    private final Proposers proposers;

    AccessEvaluationResource(EvaluateAccess evaluate, Proposers proposers) {
        this.evaluate = evaluate;
        this.proposers = proposers;
    }

    /** Decides; denied unless it was requested, approved and proved. */
    @POST
    @Path("access/v1/evaluation")
    @RolesAllowed("proposer")
    @Operation(summary = "Whether an access is there, or can be requested (AuthZEN 1.0)")
    public Uni<Decision> evaluate(
            @Nullable Asked body,
            @HeaderParam("Authorization") @Nullable String authorization,
            @Context UriInfo uri) {
        Asked asked = Problem.body(body);
        AccessTuple.Grounds context = AccessTuple.Grounds.of(asked.context());
        Proposer by = proposers.looker();
        Map<String, Object> approval = context.approval();
        String question =
                AccessTuple.asked(asked.subject(), "", asked.resource(), asked.action(), by);
        return evaluate.evaluate(
                        AccessTuple.wish(
                                asked.subject(),
                                "",
                                asked.resource(),
                                asked.action(),
                                context.charter(),
                                "an evaluation",
                                by),
                        question,
                        approval == null
                                ? Optional.empty()
                                : Optional.of(String.valueOf(approval.get("id"))),
                        String.valueOf(authorization))
                .map(decision ->
                        answer(
                                decision,
                                approval == null ? "" : String.valueOf(approval.get("id")),
                                uri.getBaseUri()));
    }

    static Decision answer(EvaluateAccess.Decision decision, String approval, URI base) {
        return new Decision(
                decision.allowed(),
                new Grounds(
                        decision.requestable().map(each -> each.id().toString()).orElse(null),
                        decision.requestable().map(each -> each.at()).orElse(null),
                        decision.allowed() ? null : decision.reason(),
                        decision.requestable()
                                .map(each -> new Hint(requests(base), each.until()))
                                .orElse(null),
                        decision.approval()
                                .map(each -> new Held(approval, each.until()))
                                .orElse(null)));
    }

    private static String requests(URI base) {
        return base.resolve("access/v1/requests").toString();
    }

    /** What this decision point can do (AuthZEN 1.0, metadata). */
    @GET
    @Path(".well-known/authzen-configuration")
    @PermitAll
    @Operation(summary = "What the decision point can do, and where (AuthZEN 1.0)")
    public Metadata metadata(@Context UriInfo uri) {
        URI base = uri.getBaseUri();
        String whole = base.toString();
        return new Metadata(
                whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole,
                base.resolve("access/v1/evaluation").toString(),
                requests(base),
                List.of("urn:openid:authzen:capability:access-request"));
    }
}
