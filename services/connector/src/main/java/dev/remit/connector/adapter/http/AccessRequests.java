package dev.remit.connector.adapter.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.remit.connector.application.AccessTasks.Item;
import dev.remit.connector.application.Proposals.Standing;
import dev.remit.connector.application.RequestAccess;
import dev.remit.connector.application.RequestAccess.State;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/**
 * Requesting, status and cancelling after OpenID AuthZEN's Access Request and Approval Profile,
 * draft 1 (e287920). What differs is in docs/decisions/0007.
 */
@Path("/access/v1/requests")
public class AccessRequests {
    private static final String ERROR = "urn:openid:authzen:access-request:error:";

    /**
     * Whose identity is to change.
     *
     * @param type worker, or account with its system among the properties
     */
    @Schema(name = "AccessSubject")
    public record Subject(
            @Nullable String type, @Nullable String id, @Nullable Map<String, String> properties) {}

    /**
     * The system to change.
     *
     * @param type system
     */
    public record Resource(@Nullable String type, @Nullable String id) {}

    /** The charter's action. */
    public record Action(@Nullable String name) {}

    /**
     * Why, and under which charter.
     *
     * @param charter needed only where several cover the action
     * @param agent what an AI must say of itself; not for people
     */
    public record Grounds(
            @JsonProperty("business_justification") @Nullable String businessJustification,
            @Nullable String charter,
            Proposers.@Nullable Given agent) {}

    /** One thing of several. */
    public record AskedItem(@Nullable Resource resource, @Nullable Action action) {}

    /** Which application asks; for the record only. */
    public record Client(@Nullable String id, @Nullable String name) {}

    /** An access request. */
    @Schema(name = "AccessRequest")
    public record Asked(
            @Nullable Subject subject,
            @Nullable Resource resource,
            @Nullable Action action,
            @Nullable List<@Nullable AskedItem> items,
            @Nullable Grounds context,
            @Nullable Client client,
            @Nullable Map<String, Object> denial,
            @JsonProperty("requested_access") @Nullable Map<String, Object> requestedAccess) {}

    /** Why it is cancelled. */
    public record Cancellation(@Nullable String reason) {}

    /** A task, and when it is approved its result. */
    @Schema(name = "AccessTask")
    public record Answer(Task task, @Nullable Result result) {}

    /** A task handle. */
    public record Task(
            String id,
            String status,
            @JsonProperty("status_endpoint") String statusEndpoint,
            Map<String, String> links,
            Map<String, String> display,
            @Nullable List<TaskItem> items) {}

    /** One thing of several. */
    public record TaskItem(
            Resource resource,
            Action action,
            String status,
            @Nullable String change,
            @Nullable Map<String, String> problem,
            @Nullable Result result) {}

    /** What an approval leads to. */
    public record Result(String mode, Approval approval) {}

    /** The approval: it was for one change, which is done, so it can be used for nothing more. */
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
            content = @Content(schema = @Schema(implementation = Answer.class)))
    public Uni<Response> request(
            @Nullable Asked body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @Context UriInfo uri) {
        Asked asked = Problem.body(body);
        if (asked.denial() != null) {
            throw Problem.of(
                            400,
                            "INVALID_DENIAL_BINDING",
                            "denial: no decision point is trusted here, so its denial cannot be verified",
                            "denial")
                    .typed(ERROR + "invalid_denial_binding");
        }
        if (asked.requestedAccess() != null) {
            throw Problem.inField(
                    "requested_access",
                    "FIELD_UNSUPPORTED",
                    "requested_access: the charter says what an action does and for how long");
        }
        boolean bulk = asked.items() != null;
        Grounds context = asked.context() == null ? new Grounds(null, null, null) : asked.context();
        Proposer by = proposers.proposer(context.agent());
        List<Wish> wishes = new ArrayList<>();
        if (!bulk) {
            wishes.add(wish(asked, "", asked.resource(), asked.action(), context, by));
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
                wishes.add(
                        wish(
                                asked,
                                "items." + n + ".",
                                item == null ? null : item.resource(),
                                item == null ? null : item.action(),
                                context,
                                by));
            }
        }
        return access.request(wishes, bulk, Asking.request(caller.id(), key, "access", asked))
                .onFailure(Problem.class)
                .transform(AccessRequests::typed)
                .map(state -> {
                    Answer answer = answer(state, uri);
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
            content = @Content(schema = @Schema(implementation = Answer.class)))
    public Uni<Response> status(
            @PathParam("id") String id, @Context Request request, @Context UriInfo uri) {
        return access.find(Wishes.uuid(id), proposers.caller(), seesAll())
                .onFailure(Problem.class)
                .transform(AccessRequests::typed)
                .map(state -> {
                    Answer answer = answer(state, uri);
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
            content = @Content(schema = @Schema(implementation = Answer.class)))
    public Uni<Response> cancel(
            @PathParam("id") String id, @Nullable Cancellation body, @Context UriInfo uri) {
        String reason =
                body == null || body.reason() == null || body.reason().isBlank()
                        ? "cancelled by who asked for it"
                        : Wishes.reason(body.reason());
        return access.cancel(
                        Wishes.uuid(id),
                        proposers.caller(),
                        caller.isPerson() && (caller.has("operator") || caller.has("admin")),
                        reason)
                .onFailure(Problem.class)
                .transform(AccessRequests::typed)
                .map(state -> Response.accepted(answer(state, uri)).build());
    }

    private boolean seesAll() {
        return caller.has("operator") || caller.has("auditor") || caller.has("admin");
    }

    private Wish wish(
            Asked asked,
            String at,
            @Nullable Resource resource,
            @Nullable Action action,
            Grounds context,
            Proposer by) {
        Subject subject = asked.subject() == null ? new Subject(null, null, null) : asked.subject();
        if (by.barred().isPresent()) {
            return new Wish(
                    Wishes.said(context.charter()),
                    Wishes.said(subject.type()),
                    Wishes.said(subject.id()),
                    Wishes.said(resource == null ? null : resource.id()),
                    Wishes.said(action == null ? null : action.name()),
                    Wishes.said(context.businessJustification()),
                    by);
        }
        String type = Wishes.word("subject.type", subject.type());
        Map<String, String> properties =
                subject.properties() == null ? Map.of() : subject.properties();
        String system =
                switch (type) {
                    case "worker" -> "hr";
                    case "account" ->
                            Wishes.word("subject.properties.system", properties.get("system"));
                    default ->
                            throw Problem.inField(
                                    "subject.type",
                                    "FIELD_MISFORMED",
                                    "subject.type: must be worker or account");
                };
        if (!Wishes.word(at + "resource.type", resource == null ? null : resource.type())
                .equals("system")) {
            throw Problem.inField(
                    at + "resource.type", "FIELD_MISFORMED", at + "resource.type: must be system");
        }
        String target = Wishes.word(at + "resource.id", resource == null ? null : resource.id());
        String name = Wishes.word(at + "action.name", action == null ? null : action.name());
        return new Wish(
                context.charter() == null ? "" : Wishes.word("context.charter", context.charter()),
                system,
                Wishes.word("subject.id", subject.id()),
                target,
                name,
                Wishes.text(
                        "context.business_justification", context.businessJustification(), 2000),
                by);
    }

    /** The problem types that the profile gives; others keep their code only. */
    private static Throwable typed(Throwable failure) {
        Problem problem = (Problem) failure;
        return switch (problem.code()) {
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

    private static Answer answer(State state, UriInfo uri) {
        String self =
                uri.getBaseUriBuilder()
                        .path("access/v1/requests/" + state.task().id())
                        .build()
                        .toString();
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
                        links,
                        Map.of("title", title(status)),
                        state.bulk() ? items : null),
                state.bulk() ? null : items.getFirst().result());
    }

    private static TaskItem item(Item item, State state) {
        Optional<Standing> standing = Optional.ofNullable(item.change()).map(state.changes()::get);
        String status =
                item.change() == null
                        ? "denied"
                        : standing.flatMap(Standing::end)
                                .map(end -> status(end.outcome()))
                                .orElse("pending");
        Result result =
                status.equals("approved")
                        ? standing.flatMap(Standing::end)
                                .map(end ->
                                        new Result(
                                                "reevaluate",
                                                new Approval(
                                                        String.valueOf(item.change()),
                                                        end.at(),
                                                        end.at())))
                                .orElse(null)
                        : null;
        return new TaskItem(
                new Resource("system", item.target()),
                new Action(item.action()),
                status,
                item.change() == null ? null : item.change().toString(),
                item.code() == null
                        ? null
                        : Map.of("code", item.code(), "detail", String.valueOf(item.detail())),
                result);
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
