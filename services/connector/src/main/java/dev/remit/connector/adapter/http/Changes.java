package dev.remit.connector.adapter.http;

import dev.remit.connector.adapter.http.Wishes.Asked;
import dev.remit.connector.application.Answers.Result;
import dev.remit.connector.application.AskForChanges;
import dev.remit.connector.application.Charters;
import dev.remit.connector.application.Preview;
import dev.remit.connector.application.PreviewChange;
import dev.remit.connector.application.Proposals.Place;
import dev.remit.connector.application.Proposals.Standing;
import dev.remit.connector.application.ShowChanges;
import dev.remit.connector.application.WithdrawChange;
import dev.remit.connector.domain.Proposal;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.http.Tagged;
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
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Where people and AIs propose changes, see what became of them, and take them back. */
@Path("/")
public class Changes {
    private static final int MOST_SHOWN = 200;

    /** A change that was opened. */
    public record Opened(UUID changeId) {}

    /** Many proposals. */
    @Schema(name = "Proposals")
    public record AskedMany(@Nullable List<@Nullable Asked> items) {}

    /**
     * What became of one proposal.
     *
     * @param status 202, or the status that the proposal alone would have been answered with
     */
    public record Answered(
            @Nullable UUID changeId,
            int status,
            @Nullable String code,
            @Nullable String field,
            @Nullable String detail) {}

    /** What became of many, in the order they were asked. */
    public record AnsweredMany(List<Answered> results) {}

    /** Why a change is taken back. */
    public record Withdrawal(@Nullable String reason) {}

    /**
     * A change as it was proposed and as it stands.
     *
     * @param state WAITING for its day, HELD by a brake, OPEN, WITHDRAWING, or how it ended
     */
    @Schema(name = "Change")
    public record View(
            UUID changeId,
            String state,
            String charter,
            String charterVersion,
            String mode,
            Wishes.Subject subject,
            String target,
            String action,
            String reason,
            By proposer,
            Instant since,
            @Nullable Instant endedAt) {}

    /** Who proposed; the AI and the person who answers for it. */
    public record By(
            String id,
            String kind,
            @Nullable String principal,
            @Nullable String client,
            @Nullable String model,
            @Nullable String traceHash) {}

    /**
     * A page of changes, the newest first.
     *
     * @param next where the next page begins; null on the last
     */
    @Schema(name = "Changes")
    public record Page(List<View> items, @Nullable String next) {}

    private final AskForChanges ask;
    private final PreviewChange preview;
    private final WithdrawChange withdraw;
    private final ShowChanges show;
    private final Charters charters;
    private final Proposers proposers;
    private final Tagged tagged;
    private final Caller caller;

    Changes(
            AskForChanges ask,
            PreviewChange preview,
            WithdrawChange withdraw,
            ShowChanges show,
            Charters charters,
            Proposers proposers,
            Tagged tagged,
            Caller caller) {
        this.ask = ask;
        this.preview = preview;
        this.withdraw = withdraw;
        this.show = show;
        this.charters = charters;
        this.proposers = proposers;
        this.tagged = tagged;
        this.caller = caller;
    }

    /**
     * Proposes a change; 202 with its id. With dryRun it opens nothing and says what would happen.
     */
    @POST
    @Path("changes")
    @Authenticated
    @Operation(summary = "Proposes a change, or with dryRun says what would come of it")
    @APIResponse(
            responseCode = "202",
            description = "The change is open",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = Opened.class)))
    @APIResponse(
            responseCode = "200",
            description = "With dryRun: what would come of it; nothing was opened",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = Preview.class)))
    @APIResponse(responseCode = "400", description = Refusals.MISFORMED)
    @APIResponse(responseCode = "403", description = Refusals.FORBIDDEN)
    @APIResponse(responseCode = "409", description = Refusals.CONFLICT)
    @APIResponse(responseCode = "422", description = Refusals.UNPROCESSABLE)
    @APIResponse(responseCode = "503", description = Refusals.UNAVAILABLE)
    public Uni<Response> propose(
            @Nullable Asked body,
            @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @HeaderParam("Authorization") @Nullable String authorization) {
        Asked asked = Problem.body(body);
        Proposer by = proposers.proposer(asked.agent());
        if (dryRun && by.barred().isPresent()) {
            throw Proposers.problem(by.barred().get());
        }
        Wish wish = Wishes.of(asked, by);
        if (dryRun) {
            return preview.preview(wish, String.valueOf(authorization))
                    .map(found -> Response.ok(found).build());
        }
        return ask.ask(List.of(wish), Asking.request(caller.id(), key, "one", asked))
                .map(results ->
                        Response.accepted(new Opened(Wishes.opened(results.getFirst()))).build());
    }

    /**
     * Proposes up to 200 changes in one transaction. Each is judged by the same rules as alone and
     * answered on its own; one that is refused stops no other.
     */
    @POST
    @Path("proposals")
    @Authenticated
    @Operation(summary = "Proposes 1 to 200 changes, each answered on its own")
    @APIResponse(
            responseCode = "200",
            description =
                    "What became of each; the codes are those of a single proposal, with its status",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = AnsweredMany.class)))
    @APIResponse(responseCode = "409", description = "IDEMPOTENCY_KEY_REUSED")
    public Uni<AnsweredMany> proposeMany(
            @Nullable AskedMany body, @HeaderParam("Idempotency-Key") @Nullable String key) {
        List<@Nullable Asked> asked = Problem.body(body).items();
        if (asked == null || asked.isEmpty() || asked.size() > Asking.BATCH) {
            throw Problem.inField(
                    "items",
                    "FIELD_MISFORMED",
                    "items: must hold from 1 to " + Asking.BATCH + " items");
        }
        List<@Nullable Answered> misformed = new ArrayList<>();
        List<Wish> wishes = new ArrayList<>();
        for (Asked each : asked) {
            try {
                Asked one = Problem.body(each);
                wishes.add(Wishes.of(one, proposers.proposer(one.agent())));
                misformed.add(null);
            } catch (Problem problem) {
                misformed.add(
                        new Answered(
                                null,
                                problem.status(),
                                problem.code(),
                                problem.field(),
                                problem.getMessage()));
            }
        }
        return (wishes.isEmpty()
                        ? Uni.createFrom().item(List.<Result>of())
                        : ask.ask(wishes, Asking.request(caller.id(), key, "many", asked)))
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
                                result.change(),
                                result.status(),
                                result.code(),
                                result.field(),
                                result.detail()));
            }
        }
        return List.copyOf(all);
    }

    /** The caller's changes, the newest first; all, for those who look on. */
    @GET
    @Path("changes")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @Operation(summary = "Changes as proposed, a page at a time; who only proposes sees their own")
    @APIResponse(
            responseCode = "200",
            description = "A page; Link: rel=next where there is another",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = Page.class)))
    public Uni<Response> list(
            @QueryParam("state") @Nullable String state,
            @QueryParam("limit") @DefaultValue("50") int limit,
            @QueryParam("after") @Nullable String after,
            @Context jakarta.ws.rs.core.Request request) {
        if (state != null && !state.equals("open") && !state.equals("ended")) {
            throw Problem.inField("state", "FIELD_MISFORMED", "state: must be open or ended");
        }
        if (limit < 1 || limit > MOST_SHOWN) {
            throw Problem.inField(
                    "limit", "FIELD_MISFORMED", "limit: must be from 1 to " + MOST_SHOWN);
        }
        return show.list(
                        proposers.caller(),
                        seesAll(),
                        Optional.ofNullable(state).map("open"::equals),
                        Optional.ofNullable(after).map(Changes::place),
                        limit)
                .map(found -> {
                    String next = found.next().map(Changes::cursor).orElse(null);
                    Response.ResponseBuilder answer =
                            tagged.answer(
                                    request,
                                    new Page(
                                            found.items().stream().map(Changes::view).toList(),
                                            next));
                    return next == null
                            ? answer.build()
                            : answer.header(
                                            "Link",
                                            "</changes?limit="
                                                    + limit
                                                    + (state == null ? "" : "&state=" + state)
                                                    + "&after="
                                                    + next
                                                    + ">; rel=\"next\"")
                                    .build();
                });
    }

    /** One change as proposed and as it stands. */
    @GET
    @Path("changes/{id}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @APIResponse(
            responseCode = "200",
            description = "The change",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = View.class)))
    @APIResponse(responseCode = "404", description = "None, or none of the caller's")
    public Uni<Response> one(
            @PathParam("id") String id, @Context jakarta.ws.rs.core.Request request) {
        return show.one(Wishes.uuid(id), proposers.caller(), seesAll())
                .map(found -> tagged.answer(request, view(found)).build());
    }

    /** Takes a change back; 202, for whoever holds it ends it. */
    @POST
    @Path("changes/{id}/withdraw")
    @RolesAllowed({"proposer", "operator", "admin"})
    @APIResponse(
            responseCode = "202",
            description = "Whoever holds it is told",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = Opened.class)))
    @APIResponse(responseCode = "409", description = "ALREADY_ENDED")
    public Uni<Response> withdraw(@PathParam("id") String id, @Nullable Withdrawal body) {
        proposers.mayPropose();
        String reason = Wishes.reason(Problem.body(body).reason());
        UUID change = Wishes.uuid(id);
        return withdraw.withdraw(change, proposers.caller(), mayTakeBackAll(), reason)
                .map(done -> Response.accepted(new Opened(change)).build());
    }

    /** The charters in force. */
    @GET
    @Path("charters")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public List<Map<String, String>> charters() {
        return charters.all().stream()
                .map(charter ->
                        Map.of(
                                "name",
                                charter.name(),
                                "version",
                                charter.version(),
                                "hash",
                                charter.hash()))
                .toList();
    }

    private boolean seesAll() {
        return caller.has("operator")
                || caller.has("auditor")
                || caller.has("admin")
                || caller.has("approver");
    }

    private boolean mayTakeBackAll() {
        return caller.isPerson() && (caller.has("operator") || caller.has("admin"));
    }

    /** A change as it is shown. */
    public static View view(Standing standing) {
        Proposal proposal = standing.proposal();
        Proposer by = proposal.by();
        return new View(
                standing.change(),
                state(standing),
                proposal.charter(),
                proposal.charterVersion(),
                proposal.mode(),
                new Wishes.Subject(proposal.subjectSystem(), proposal.subjectId()),
                proposal.target(),
                proposal.action(),
                proposal.reason(),
                new By(
                        by.id(),
                        by.kind().name(),
                        by.principal().orElse(null),
                        by.agent().map(agent -> agent.client()).orElse(null),
                        by.agent().flatMap(agent -> agent.model()).orElse(null),
                        by.agent().flatMap(agent -> agent.traceHash()).orElse(null)),
                standing.since(),
                standing.end().map(end -> end.at()).orElse(null));
    }

    private static String state(Standing standing) {
        return standing.end()
                .map(end -> end.outcome())
                .orElse(
                        standing.withdrawnAt().isPresent()
                                ? "WITHDRAWING"
                                : standing.proposed()
                                        ? "OPEN"
                                        : standing.brake().isPresent() ? "HELD" : "WAITING");
    }

    private static String cursor(Place place) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(
                        (place.since() + "|" + place.change()).getBytes(StandardCharsets.UTF_8));
    }

    private static Place place(String cursor) {
        try {
            String[] parts =
                    new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8)
                            .split("[|]", 2);
            return new Place(Instant.parse(parts[0]), UUID.fromString(parts[parts.length - 1]));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw Problem.inField(
                    "after", "FIELD_MISFORMED", "after: must be the next of the page before");
        }
    }
}
