package dev.remit.connector.adapter.http;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.remit.connector.adapter.http.AccessTuple.Action;
import dev.remit.connector.adapter.http.AccessTuple.Grounds;
import dev.remit.connector.adapter.http.AccessTuple.Resource;
import dev.remit.connector.adapter.http.AccessTuple.Subject;
import dev.remit.connector.application.AccessTasks.Item;
import dev.remit.connector.application.Proposals.Standing;
import dev.remit.connector.application.RequestAccess;
import dev.remit.connector.application.RequestAccess.State;
import dev.remit.connector.application.RequestAccess.Wanted;
import dev.remit.connector.domain.AccessApproval;
import dev.remit.connector.domain.Proposer;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.http.Tagged;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/**
 * Requesting, status and cancelling after OpenID AuthZEN's Access Request and Approval Profile,
 * draft 1 (e287920): each request answers a denial of {@link AccessEvaluationResource}. What
 * differs is in docs/decisions/0007.
 */
@Path("/access/v1/requests")
public class AccessRequests {
    /** For whom it does not matter. */
    private static final UUID NO_EVALUATION = new UUID(0, 0);

    private static final String ERROR = "urn:openid:authzen:access-request:error:";

    /**
     * One thing of several.
     *
     * @param requestedAccess takes precedence over that of the request
     */
    public record AskedItem(
            @Nullable Resource resource,
            @Nullable Action action,
            @JsonProperty("requested_access") @Nullable RequestedAccess requestedAccess,
            @Nullable Denial denial) {}

    /**
     * What is wanted beside it; the approvers are told.
     *
     * @param requestedUntil until when, RFC 3339; the approval is good for nothing afterwards
     * @param emergency whether it cannot wait
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record RequestedAccess(
            @JsonProperty("requested_until") @Nullable String requestedUntil,
            @Nullable Boolean emergency) {}

    /**
     * The denial that the request answers, as it was given.
     *
     * @param evaluationId the denied evaluation's
     * @param expiresAt until when it could be answered
     * @param bindingToken none is given here, so there is none to give back
     */
    @Schema(name = "AccessDenial")
    public record Denial(
            @JsonProperty("evaluation_id") @Nullable String evaluationId,
            @JsonProperty("evaluated_at") @Nullable String evaluatedAt,
            @JsonProperty("expires_at") @Nullable String expiresAt,
            @Nullable String reason,
            @JsonProperty("binding_token") @Nullable String bindingToken,
            @Nullable String template) {}

    /** Which application asks; for the record only, but for the actor, who must be the caller. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Client(
            @Nullable String id, @Nullable String name, @Nullable Map<String, Object> actor) {}

    /** An access request. */
    @Schema(name = "AccessRequest")
    public record Asked(
            @Nullable Subject subject,
            @Nullable Resource resource,
            @Nullable Action action,
            @Nullable List<@Nullable AskedItem> items,
            @Nullable Grounds context,
            @Nullable Client client,
            @Nullable Denial denial,
            @JsonProperty("requested_access") @Nullable RequestedAccess requestedAccess) {}

    /** Why it is cancelled. */
    public record Cancellation(@Nullable String reason, @Nullable String comment) {}

    /** A task, and when it is approved its result. */
    @Schema(name = "AccessTask")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Answer(Task task, @Nullable Result result) {}

    /**
     * A task handle.
     *
     * @param progress where it is, if that is known
     * @param expiresAt from when on nobody is told of it any more
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Task(
            String id,
            String status,
            @JsonProperty("status_endpoint") String statusEndpoint,
            @Nullable Progress progress,
            @JsonProperty("expires_at") Instant expiresAt,
            Map<String, String> links,
            Map<String, String> display,
            @Nullable List<TaskItem> items) {}

    /** The stage that is decided on; how many there are depends on what is decided. */
    public record Progress(
            @JsonProperty("current_step") int currentStep,
            @JsonProperty("step_name") String stepName) {}

    /** One thing of several. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record TaskItem(
            Resource resource,
            Action action,
            String status,
            @Nullable String change,
            @Nullable Map<String, String> problem,
            @Nullable Result result) {}

    /** What an approval leads to. */
    public record Result(String mode, Approval approval) {}

    /** The approval: an evaluation that presents it is allowed while it is good. */
    public record Approval(
            String id,
            @JsonProperty("approved_at") Instant approvedAt,
            @JsonProperty("approved_until") Instant approvedUntil) {}

    private final RequestAccess access;
    private final Proposers proposers;
    private final Tagged tagged;
    private final Caller caller;

    AccessRequests(RequestAccess access, Proposers proposers, Tagged tagged, Caller caller) {
        this.access = access;
        this.proposers = proposers;
        this.tagged = tagged;
        this.caller = caller;
    }

    /** Requests access; 202 with a task. */
    @POST
    @Authenticated
    @Operation(summary = "Requests access (AuthZEN ARAP draft 1)")
    @APIResponse(
            responseCode = "202",
            description = "The task",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = Answer.class)))
    @APIResponse(
            responseCode = "400",
            description =
                    "INVALID_DENIAL_BINDING, CHARTER_UNKNOWN, CHARTER_AMBIGUOUS, BODY_MISSING, BODY_NOT_JSON")
    @APIResponse(responseCode = "403", description = Refusals.FORBIDDEN)
    @APIResponse(responseCode = "409", description = Refusals.CONFLICT)
    @APIResponse(responseCode = "410", description = "EXPIRED_DENIAL")
    @APIResponse(responseCode = "422", description = Refusals.UNPROCESSABLE)
    @APIResponse(responseCode = "503", description = Refusals.UNAVAILABLE)
    public Uni<Response> request(
            @Nullable Asked body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @Context UriInfo uri) {
        Asked asked = Problem.body(body);
        boolean bulk = asked.items() != null;
        Grounds context = Grounds.of(asked.context());
        Proposer by = proposers.proposer(context.agent());
        actor(asked.client());
        List<Wanted> wanted = new ArrayList<>();
        if (!bulk) {
            wanted.add(
                    wanted(
                            asked,
                            "",
                            new AskedItem(asked.resource(), asked.action(), null, asked.denial()),
                            context,
                            by));
        } else {
            List<@Nullable AskedItem> items = asked.items();
            if (asked.resource() != null || asked.action() != null) {
                throw Problem.inField(
                        "items",
                        "FIELD_MISFORMED",
                        "items: stands in place of resource and action, not beside them");
            }
            if (items == null || items.isEmpty() || items.size() > Asking.BATCH) {
                throw Problem.inField(
                        "items",
                        "FIELD_MISFORMED",
                        "items: must hold from 1 to " + Asking.BATCH + " items");
            }
            for (int n = 0; n < items.size(); n++) {
                AskedItem item = items.get(n);
                wanted.add(
                        wanted(
                                asked,
                                "items." + n + ".",
                                item == null ? new AskedItem(null, null, null, null) : item,
                                context,
                                by));
            }
        }
        return access.request(wanted, bulk, Asking.request(caller.id(), key, "access", asked))
                .onFailure(Problem.class)
                .transform(AccessRequests::typed)
                .map(state -> {
                    Answer answer = answer(state, uri.getBaseUri());
                    return Response.accepted(answer)
                            .header("Location", answer.task().statusEndpoint())
                            .build();
                });
    }

    /** How a task stands. */
    @GET
    @Path("{id}")
    @RolesAllowed({"proposer", "operator", "auditor", "admin"})
    @Operation(summary = "How a task stands (AuthZEN ARAP draft 1)")
    @APIResponse(
            responseCode = "200",
            description = "The task",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = Answer.class)))
    @APIResponse(responseCode = "404", description = "CHANGE_UNKNOWN")
    @APIResponse(responseCode = "410", description = "TASK_EXPIRED")
    @APIResponse(responseCode = "502", description = "PART_UNANSWERED")
    public Uni<Response> status(
            @PathParam("id") String id,
            @HeaderParam("Authorization") @Nullable String authorization,
            @Context Request request,
            @Context UriInfo uri) {
        return access.find(task(id), proposers.caller(), seesAll(), String.valueOf(authorization))
                .onFailure(Problem.class)
                .transform(AccessRequests::typed)
                .map(state -> {
                    Answer answer = answer(state, uri.getBaseUri());
                    Response.ResponseBuilder tagging = tagged.answer(request, answer);
                    return answer.task().status().equals("pending")
                            ? tagging.header("Retry-After", 5).build()
                            : tagging.build();
                });
    }

    /** Cancels what has not ended; whoever holds it ends it. */
    @POST
    @Path("{id}/cancel")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed({"proposer", "operator", "admin"})
    @Operation(summary = "Cancels what has not ended (AuthZEN ARAP draft 1)")
    @APIResponse(
            responseCode = "202",
            description = "The task; pending until whoever holds it has ended it",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = Answer.class)))
    @APIResponse(responseCode = "404", description = "CHANGE_UNKNOWN")
    @APIResponse(responseCode = "409", description = "ALREADY_ENDED")
    @APIResponse(responseCode = "410", description = "TASK_EXPIRED")
    public Uni<Response> cancel(
            @PathParam("id") String id,
            @Nullable Cancellation body,
            @HeaderParam("Authorization") @Nullable String authorization,
            @Context UriInfo uri) {
        proposers.mayPropose();
        String said =
                body == null
                        ? ""
                        : Stream.of(body.reason(), body.comment())
                                .filter(each -> each != null && !each.isBlank())
                                .collect(Collectors.joining(": "));
        String reason = said.isEmpty() ? "cancelled by who asked for it" : Wishes.reason(said);
        return access.cancel(
                        task(id),
                        proposers.caller(),
                        caller.isPerson() && (caller.has("operator") || caller.has("admin")),
                        reason,
                        String.valueOf(authorization))
                .onFailure(Problem.class)
                .transform(AccessRequests::typed)
                .map(state -> Response.accepted(answer(state, uri.getBaseUri())).build());
    }

    private boolean seesAll() {
        return caller.has("operator") || caller.has("auditor") || caller.has("admin");
    }

    private Wanted wanted(Asked asked, String at, AskedItem item, Grounds context, Proposer by) {
        UUID evaluation = by.barred().isPresent() ? NO_EVALUATION : evaluation(at, item.denial());
        RequestedAccess access = access(asked.requestedAccess(), item.requestedAccess());
        Optional<Instant> until =
                by.barred().isPresent()
                        ? Optional.empty()
                        : Optional.ofNullable(access.requestedUntil())
                                .map(text -> time(at + "requested_access.requested_until", text));
        String why =
                by.barred().isPresent()
                        ? Wishes.said(context.businessJustification())
                        : Wishes.text(
                                        "context.business_justification",
                                        context.businessJustification(),
                                        2000)
                                + until.map(each -> " (wanted until " + each + ")").orElse("")
                                + (Boolean.TRUE.equals(access.emergency())
                                        ? " (said to be an emergency)"
                                        : "");
        return new Wanted(
                AccessTuple.wish(
                        asked.subject(),
                        at,
                        item.resource(),
                        item.action(),
                        context.charter(),
                        why,
                        by),
                AccessTuple.asked(asked.subject(), at, item.resource(), item.action(), by),
                evaluation,
                until);
    }

    /** What an item says takes precedence. */
    private static RequestedAccess access(
            @Nullable RequestedAccess all, @Nullable RequestedAccess one) {
        RequestedAccess whole = all == null ? new RequestedAccess(null, null) : all;
        return one == null
                ? whole
                : new RequestedAccess(
                        one.requestedUntil() == null
                                ? whole.requestedUntil()
                                : one.requestedUntil(),
                        one.emergency() == null ? whole.emergency() : one.emergency());
    }

    private static Instant time(String field, String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw Problem.inField(
                    field,
                    "FIELD_MISFORMED",
                    field + ": must be a time of the form 2026-01-31T10:00:00Z (RFC 3339)");
        }
    }

    /**
     * The evaluation that a denial names. No token is given here that binds in its place, and no
     * denial covers several items.
     */
    private static UUID evaluation(String at, @Nullable Denial denial) {
        String field = at + "denial";
        if (denial == null
                || denial.expiresAt() == null
                || denial.evaluationId() == null
                || denial.bindingToken() != null) {
            throw unbound(
                    field,
                    field
                            + ": must give evaluation_id and expires_at as the evaluation of this item was answered; there is no binding_token");
        }
        try {
            time(field + ".expires_at", denial.expiresAt());
            return UUID.fromString(denial.evaluationId());
        } catch (IllegalArgumentException e) {
            throw unbound(field + ".evaluation_id", field + ".evaluation_id: names no evaluation");
        }
    }

    private static Problem unbound(String field, String detail) {
        return Problem.of(400, "INVALID_DENIAL_BINDING", detail, field)
                .typed(ERROR + "invalid_denial_binding");
    }

    /** A claimed actor must be the one whose token it is. */
    private void actor(@Nullable Client client) {
        Map<String, Object> actor = client == null ? null : client.actor();
        if (actor != null
                && (actor.containsKey("act")
                        || !Stream.of(Optional.of(caller.id()), caller.client(), caller.actor())
                                .flatMap(Optional::stream)
                                .toList()
                                .contains(String.valueOf(actor.get("id"))))) {
            throw Problem.inField(
                    "client.actor",
                    "ACTOR_UNVERIFIED",
                    "client.actor: must be the token's own subject, client or actor, without a chain");
        }
    }

    /** A task's id; what is none names no task. */
    private static UUID task(String id) {
        try {
            return Wishes.uuid(id);
        } catch (Problem problem) {
            throw typed(problem);
        }
    }

    /** The problem types that the profile gives; others keep their code only. */
    static Problem typed(Throwable failure) {
        Problem problem = (Problem) failure;
        return switch (problem.code()) {
            case "INVALID_DENIAL_BINDING" -> problem.typed(ERROR + "invalid_denial_binding");
            case "EXPIRED_DENIAL" -> problem.typed(ERROR + "expired_denial");
            case "TASK_EXPIRED" -> problem.typed(ERROR + "task_expired");
            case "IDEMPOTENCY_KEY_REUSED" -> problem.typed(ERROR + "duplicate_request");
            case "CHANGE_UNKNOWN" -> problem.typed(ERROR + "unknown_task");
            case "ALREADY_ENDED" -> problem.typed(ERROR + "invalid_task_state");
            case "CHARTER_UNKNOWN", "CHARTER_AMBIGUOUS" ->
                    Problem.of(
                                    400,
                                    problem.code(),
                                    String.valueOf(problem.getMessage()),
                                    "context.charter")
                            .typed(ERROR + "not_requestable");
            default -> problem;
        };
    }

    static Answer answer(State state, URI base) {
        String self = base.resolve("access/v1/requests/" + state.task().id()).toString();
        List<TaskItem> items =
                state.task().items().stream().map(item -> item(item, state)).toList();
        List<String> statuses = items.stream().map(TaskItem::status).distinct().toList();
        String status =
                statuses.contains("pending")
                        ? "pending"
                        : statuses.size() == 1 ? statuses.getFirst() : "partial";
        Map<String, String> links = new LinkedHashMap<>();
        if (status.equals("pending")) {
            links.put("cancel", self + "/cancel");
        }
        return new Answer(
                new Task(
                        state.task().id().toString(),
                        status,
                        self,
                        status.equals("pending")
                                ? state.route()
                                        .map(each -> new Progress(each.step(), each.stage()))
                                        .orElse(null)
                                : null,
                        state.task().until(),
                        links,
                        Map.of("title", title(status)),
                        state.task().bulk() ? items : null),
                state.task().bulk() ? null : items.getFirst().result());
    }

    private static TaskItem item(Item item, State state) {
        Optional<AccessApproval> approval =
                Optional.ofNullable(item.change()).map(state.approvals()::get);
        String status =
                item.change() == null
                        ? "denied"
                        : approval.isPresent()
                                ? "approved"
                                : Optional.ofNullable(state.changes().get(item.change()))
                                        .flatMap(Standing::end)
                                        .map(end -> status(end.outcome()))
                                        .orElse("pending");
        return new TaskItem(
                AccessTuple.resource(item.asked())
                        .orElseGet(() -> new Resource("system", item.target(), null)),
                AccessTuple.action(item.asked()).orElseGet(() -> new Action(item.action(), null)),
                status,
                item.change() == null ? null : item.change().toString(),
                item.code() == null
                        ? null
                        : Map.of("code", item.code(), "detail", String.valueOf(item.detail())),
                approval.map(each ->
                                new Result(
                                        "reevaluate",
                                        new Approval(
                                                String.valueOf(item.change()),
                                                each.at(),
                                                each.until())))
                        .orElse(null));
    }

    /** The profile's status for how a change ended; what is not known is not approved. */
    static String status(String outcome) {
        return switch (outcome) {
            case "COMPLETED" -> "approved";
            case "REFUSED" -> "denied";
            case "EXPIRED" -> "expired";
            case "WITHDRAWN" -> "cancelled";
            default -> "failed";
        };
    }

    private static String title(String status) {
        return switch (status) {
            case "pending" -> "The change is on its way";
            case "approved" -> "The change was approved, executed and proved";
            case "denied" -> "The change was refused";
            case "expired" -> "Nobody decided in time";
            case "cancelled" -> "The change was taken back";
            case "partial" -> "Some of what was asked for was done";
            default -> "The change could not be completed";
        };
    }
}
