package dev.remit.approval.adapter.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.application.Answers.Request;
import dev.remit.approval.application.Answers.Result;
import dev.remit.approval.application.DecideStages;
import dev.remit.approval.application.DecideStages.Decider;
import dev.remit.approval.application.DecideStages.Item;
import dev.remit.approval.application.RouteViews;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Candidate;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.merkle.Hash;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What waits for whom, and where approvers decide. */
@Path("/")
public class Approvals {
    /** How many decisions one request may hold. */
    static final int BATCH = 200;

    private static final int LONGEST_REASON = 2000;
    private static final int LONGEST_KEY = 200;
    private static final int MOST_SHOWN = 1000;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A change on its route. */
    public record View(
            UUID changeId,
            String state,
            String stage,
            @Nullable String held,
            @Nullable Instant expiresAt,
            String planHash,
            @JsonRawValue String plan,
            List<Candidate> candidates,
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

    /** A decision among many. */
    public record AskedOf(
            @Nullable String changeId,
            @Nullable String decision,
            @Nullable String reason,
            @Nullable String planHash) {}

    /** Many decisions. */
    public record AskedMany(@Nullable List<@Nullable AskedOf> items) {}

    /**
     * What became of one decision.
     *
     * @param status 201, or the status that the decision alone would have been answered with
     */
    public record Answered(
            @Nullable String changeId,
            int status,
            @Nullable String code,
            @Nullable String detail) {}

    /** What became of many, in the order they were asked. */
    public record AnsweredMany(List<Answered> results) {}

    private final DecideStages decide;
    private final RouteViews views;
    private final Caller caller;

    Approvals(DecideStages decide, RouteViews views, Caller caller) {
        this.decide = decide;
        this.views = views;
        this.caller = caller;
    }

    /**
     * Open changes, the oldest first: all, or with {@code waitingFor=me} those that the caller may
     * decide now.
     *
     * @param limit how many at most, from 1 to 1000
     */
    @GET
    @Path("changes")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<List<View>> changes(
            @QueryParam("waitingFor") @Nullable String waitingFor,
            @QueryParam("limit") @DefaultValue("200") int limit) {
        if (waitingFor != null && !waitingFor.equals("me")) {
            throw Problem.inField("waitingFor", "FIELD_MISFORMED", "waitingFor: must be me");
        }
        if (limit < 1 || limit > MOST_SHOWN) {
            throw Problem.inField(
                    "limit", "FIELD_MISFORMED", "limit: must be from 1 to " + MOST_SHOWN);
        }
        return (waitingFor == null ? views.open(limit) : views.waitingFor(caller.id(), limit))
                .map(found -> found.stream().map(Approvals::view).toList());
    }

    /** One change: its plan, whom it asks, what was decided. */
    @GET
    @Path("changes/{id}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> change(@PathParam("id") String id) {
        return views.of(uuid(id))
                .map(found ->
                        found.map(Approvals::view)
                                .orElseThrow(() ->
                                        Problem.of(
                                                404,
                                                "CHANGE_UNKNOWN",
                                                "no change " + id + " was routed here")));
    }

    /** Decides the open stage; any caller may try, and a refused attempt is recorded. */
    @POST
    @Path("changes/{id}/decisions")
    @Authenticated
    public Uni<Response> decide(
            @PathParam("id") String id,
            @Nullable Asked body,
            @HeaderParam("Idempotency-Key") @Nullable String key) {
        Asked asked = Problem.body(body);
        Item item = item(id, asked.decision(), asked.reason(), asked.planHash());
        return decide.decide(List.of(item), decider(), request(key, "one " + id, asked))
                .map(results -> {
                    Result result = results.getFirst();
                    if (result.status() != 201) {
                        throw Problem.of(
                                result.status(),
                                String.valueOf(result.code()),
                                String.valueOf(result.detail()));
                    }
                    return Response.status(Response.Status.CREATED).build();
                });
    }

    /**
     * Decides the open stages of up to 200 changes in one transaction. Each is judged by the same
     * rules as alone, recorded on its own, and answered on its own; one that is refused stops no
     * other.
     */
    @POST
    @Path("decisions")
    @Authenticated
    public Uni<AnsweredMany> decideMany(
            @Nullable AskedMany body, @HeaderParam("Idempotency-Key") @Nullable String key) {
        List<@Nullable AskedOf> asked = Problem.body(body).items();
        if (asked == null || asked.isEmpty() || asked.size() > BATCH) {
            throw Problem.inField(
                    "items", "FIELD_MISFORMED", "items: must hold from 1 to " + BATCH + " items");
        }
        List<@Nullable Answered> misformed = new ArrayList<>();
        List<Item> items = new ArrayList<>();
        for (AskedOf each : asked) {
            try {
                items.add(item(each));
                misformed.add(null);
            } catch (Problem problem) {
                misformed.add(
                        new Answered(
                                each == null ? null : each.changeId(),
                                problem.status(),
                                problem.code(),
                                problem.getMessage()));
            }
        }
        Optional<Request> request = request(key, "many", asked);
        return (items.isEmpty()
                        ? Uni.createFrom().item(List.<Result>of())
                        : decide.decide(items, decider(), request))
                .map(results -> new AnsweredMany(merged(misformed, results)));
    }

    private static List<Answered> merged(List<@Nullable Answered> misformed, List<Result> results) {
        List<Answered> all = new ArrayList<>();
        int next = 0;
        for (Answered each : misformed) {
            if (each != null) {
                all.add(each);
            } else {
                Result result = results.get(next++);
                all.add(
                        new Answered(
                                result.change().toString(),
                                result.status(),
                                result.code(),
                                result.detail()));
            }
        }
        return List.copyOf(all);
    }

    private Decider decider() {
        if (!caller.isPerson()) {
            throw Problem.of(
                    403,
                    "NOT_A_PERSON",
                    "only a person approves, signed in as themselves and through no agent");
        }
        return new Decider(
                caller.id(),
                caller.roles(),
                new Authentication(
                        caller.issuer(), caller.tokenId(), caller.acr(), caller.authenticatedAt()));
    }

    private Optional<Request> request(@Nullable String key, String what, Object body) {
        if (key == null) {
            return Optional.empty();
        }
        if (key.isBlank() || key.length() > LONGEST_KEY) {
            throw Problem.inField(
                    "Idempotency-Key",
                    "FIELD_MISFORMED",
                    "Idempotency-Key: must have from 1 to " + LONGEST_KEY + " characters");
        }
        try {
            String text = what + "\n" + JSON.writeValueAsString(body);
            return Optional.of(
                    new Request(
                            caller.id(),
                            key,
                            Hash.sha256(text.getBytes(StandardCharsets.UTF_8)).hex()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was JSON is not any more", e);
        }
    }

    private static Item item(@Nullable AskedOf asked) {
        if (asked == null || asked.changeId() == null) {
            throw Problem.inField("changeId", "FIELD_MISSING", "changeId: is missing");
        }
        return item(asked.changeId(), asked.decision(), asked.reason(), asked.planHash());
    }

    private static Item item(
            String change,
            @Nullable String decision,
            @Nullable String given,
            @Nullable String planHash) {
        UUID id = uuid(change);
        Attempt.Kind kind = kind(decision);
        String reason = given == null ? "" : given.strip();
        if (kind == Attempt.Kind.DENIED && reason.isEmpty()) {
            throw Problem.inField(
                    "reason", "FIELD_MISSING", "reason: must not be empty when denying");
        }
        if (reason.length() > LONGEST_REASON || reason.indexOf('\0') >= 0) {
            throw Problem.inField(
                    "reason",
                    "FIELD_MISFORMED",
                    "reason: must have at most "
                            + LONGEST_REASON
                            + " characters, and none that is 0");
        }
        if (planHash == null || !planHash.matches("[0-9a-f]{64}")) {
            throw Problem.inField(
                    "planHash",
                    "FIELD_MISSING",
                    "planHash: must be the 64 hexadecimal digits of the plan seen");
        }
        return new Item(id, kind, reason, planHash);
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

    private static View view(RouteViews.View view) {
        return new View(
                view.change(),
                view.state(),
                view.stage(),
                view.held().orElse(null),
                view.expiresAt().orElse(null),
                view.planHash(),
                view.plan(),
                view.candidates(),
                view.decisions().stream()
                        .map(each ->
                                new Decided(
                                        each.stageName(),
                                        each.by().orElse(null),
                                        each.kind().name(),
                                        each.refusal().orElse(null),
                                        each.reason(),
                                        each.at()))
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
