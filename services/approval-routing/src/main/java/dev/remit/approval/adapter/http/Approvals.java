package dev.remit.approval.adapter.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.remit.approval.application.AmendChange;
import dev.remit.approval.application.AnswerQuestion;
import dev.remit.approval.application.Answers.Request;
import dev.remit.approval.application.Answers.Result;
import dev.remit.approval.application.DecideStages;
import dev.remit.approval.application.DecideStages.Decider;
import dev.remit.approval.application.DecideStages.Item;
import dev.remit.approval.application.PreviewRoute;
import dev.remit.approval.application.RouteViews;
import dev.remit.approval.application.WithdrawChange;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Basis;
import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Fact;
import dev.remit.approval.domain.Forecast;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Snapshot;
import dev.remit.approval.domain.Terms;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.http.Tagged;
import dev.remit.handoff.passkey.Assertion;
import dev.remit.handoff.passkey.DecisionChallenge;
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
import jakarta.ws.rs.core.UriInfo;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** What waits for whom, and where approvers decide. */
@Path("/")
public class Approvals {
    /** How many decisions one request may hold. */
    static final int BATCH = 200;

    private static final int LONGEST_REASON = 2000;
    private static final int LONGEST_NAME = 200;
    private static final int MOST_SHOWN = 1000;

    /**
     * A change on its route.
     *
     * @param target the system that the account is in
     * @param account immutable id of the account that is to be changed
     * @param mode OWN or ASSIST, as proposed
     * @param principal immutable id of the person responsible for an AI that proposed it
     * @param facts the readiness facts and their states
     * @param evidence the same facts with what was found, where and when; empty for what came
     *     before that was kept
     * @param risk what the plan puts at stake as things are; null if it is not known
     * @param labels names of those that it speaks of, by immutable id; to show, never to identify
     * @param later of one change that waits, asked for by itself: the stages that it is still to
     *     come to after those that are open; null in lists
     */
    public record View(
            UUID changeId,
            String state,
            String stage,
            @Nullable String held,
            @Nullable Instant expiresAt,
            String charter,
            String action,
            String target,
            String account,
            String reason,
            String mode,
            String proposer,
            @Nullable String principal,
            Map<String, String> facts,
            List<Evidence> evidence,
            @Nullable AtStake risk,
            Map<String, String> labels,
            String planHash,
            @JsonRawValue String plan,
            List<Asked> candidates,
            List<Stage> stages,
            List<Decided> decisions,
            @Nullable List<Later> later) {
        View followedBy(List<Later> stillToCome) {
            return new View(
                    changeId,
                    state,
                    stage,
                    held,
                    expiresAt,
                    charter,
                    action,
                    target,
                    account,
                    reason,
                    mode,
                    proposer,
                    principal,
                    facts,
                    evidence,
                    risk,
                    labels,
                    planHash,
                    plan,
                    candidates,
                    stages,
                    decisions,
                    stillToCome);
        }
    }

    /**
     * A stage that a change is still to come to, as things are: nobody is asked yet.
     *
     * @param quorum how many must approve; 0 when nobody would be asked
     * @param held why it could not be decided
     * @param passedOver why nobody would be asked
     * @param dropped the sources that nobody can be asked from, and why
     */
    public record Later(
            String name,
            int quorum,
            @Nullable String held,
            @Nullable String passedOver,
            List<String> dropped,
            List<Asked> candidates) {}

    /**
     * What readiness found of one fact.
     *
     * @param observedAt when it was read at its source
     */
    public record Evidence(
            String name,
            String state,
            @Nullable String value,
            String source,
            @Nullable Instant observedAt) {}

    /**
     * What a plan puts at stake.
     *
     * @param score 0 (nothing) to 100
     * @param reach the share of what the account holds that comes or goes, in percent
     */
    public record AtStake(int score, int reach, String words) {}

    /**
     * An open stage, or one at which the route ended.
     *
     * @param quorum how many must approve, of whom {@code approvals} have
     * @param denials how many must deny
     * @param nonce names the right to decide this stage; each uses it once
     * @param question what the proposer is asked; several one a line
     * @param sentBack whether it waits until the proposer amends the change
     * @param authentication what sign-in it asks for; null if any will do
     * @param dropped what the charter names and nobody is behind
     * @param review null for a stage of the route; for one that looks at a change afterwards, OPEN,
     *     or OVERDUE once others were asked too
     */
    public record Stage(
            String name,
            @Nullable String held,
            int quorum,
            long approvals,
            int denials,
            UUID nonce,
            Instant openedAt,
            Instant expiresAt,
            @Nullable String question,
            boolean sentBack,
            @Nullable SignIn authentication,
            List<String> dropped,
            List<Asked> candidates,
            @Nullable String review) {}

    /**
     * What sign-in a stage asks for.
     *
     * @param acr authentication context class reference
     * @param maxAge seconds since the sign-in, at most
     * @param passkey whether the decision must be signed
     */
    public record SignIn(@Nullable String acr, @Nullable Long maxAge, boolean passkey) {}

    /**
     * Someone considered, and why they may decide or what bars them.
     *
     * @param fact what made them be asked; null where the charter names them
     * @param factSource the system that says so
     * @param factObservedAt when it was read there
     */
    public record Asked(
            String id,
            String label,
            boolean eligible,
            String reason,
            @Nullable String onBehalfOf,
            @Nullable Instant observedAt,
            @Nullable String fact,
            @Nullable String factSource,
            @Nullable Instant factObservedAt) {}

    /** Someone as they were when they decided. */
    public record Who(String label, List<String> roles, List<String> units) {}

    /**
     * A decision or a refused attempt.
     *
     * @param decider null for rules and deadlines, and for what came before that was kept
     * @param delegator the one in whose place
     */
    public record Decided(
            String stage,
            @Nullable String decidedBy,
            @Nullable String onBehalfOf,
            String decision,
            @Nullable String refusal,
            String reason,
            Instant decidedAt,
            @Nullable Who decider,
            @Nullable Who delegator) {}

    /**
     * A decision as it is sent.
     *
     * @param decision APPROVED, DENIED, QUESTIONED with the question as the reason, SENT_BACK, or
     *     AMENDED with what the plan is amended to; of a review JUSTIFIED, UNJUSTIFIED or
     *     QUESTIONED, with a reason
     * @param stage the stage's name, where several are open
     * @param onBehalfOf immutable id of the one who delegated
     * @param nonce of the stage as it was seen
     * @param passkey the decider's signature, where one is given
     * @param duration for AMENDED: how long what is granted lasts, ISO 8601, shorter than before
     * @param notBefore for AMENDED: when it starts, like 2026-01-02T03:04:05Z
     */
    public record Sent(
            @Nullable String decision,
            @Nullable String reason,
            @Nullable String planHash,
            @Nullable String stage,
            @Nullable String onBehalfOf,
            @Nullable String nonce,
            @Nullable Signed passkey,
            @Nullable String duration,
            @Nullable String notBefore) {}

    /** An AuthenticatorAssertionResponse: base64url without padding. */
    public record Signed(
            @Nullable String credentialId,
            @Nullable String authenticatorData,
            @Nullable String clientDataJSON,
            @Nullable String signature) {}

    /**
     * What is to be signed.
     *
     * @param text the canonical JSON of which the challenge is the SHA-256
     * @param publicKey PublicKeyCredentialRequestOptionsJSON (Web Authentication Level 3, 5.1.10)
     */
    public record Challenge(String text, RequestOptions publicKey) {}

    /** What an authenticator is asked. */
    public record RequestOptions(
            String challenge,
            String rpId,
            int timeout,
            String userVerification,
            List<PasskeyResource.Named> allowCredentials) {}

    /** A decision among many. */
    public record SentOf(
            @Nullable String changeId,
            @Nullable String decision,
            @Nullable String reason,
            @Nullable String planHash,
            @Nullable String stage,
            @Nullable String onBehalfOf,
            @Nullable String nonce) {}

    /** Many decisions. */
    public record SentMany(@Nullable List<@Nullable SentOf> items) {}

    /** What a proposer amends; without duration and notBefore only the words are new. */
    public record SentAmendment(
            @Nullable String text, @Nullable String duration, @Nullable String notBefore) {}

    /** What someone says about a change that waits. */
    public record Said(@Nullable String text, @Nullable String stage) {}

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
    private final AnswerQuestion answer;
    private final WithdrawChange withdraw;
    private final AmendChange amend;
    private final PreviewRoute preview;
    private final RouteViews views;
    private final Tagged tagged;
    private final Caller caller;

    Approvals(
            DecideStages decide,
            AnswerQuestion answer,
            WithdrawChange withdraw,
            AmendChange amend,
            PreviewRoute preview,
            RouteViews views,
            Tagged tagged,
            Caller caller) {
        this.decide = decide;
        this.answer = answer;
        this.withdraw = withdraw;
        this.amend = amend;
        this.preview = preview;
        this.views = views;
        this.tagged = tagged;
        this.caller = caller;
    }

    /**
     * Open changes, the oldest first: all, or with {@code waitingFor=me} those that the caller may
     * decide now, with an entity tag. The {@code Link} header names the next page.
     *
     * @param after where the page before ended
     * @param limit how many at most, from 1 to 1000
     */
    @GET
    @Path("changes")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @APIResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(type = SchemaType.ARRAY, implementation = View.class)))
    public Uni<Response> changes(
            @QueryParam("waitingFor") @Nullable String waitingFor,
            @QueryParam("after") @Nullable String after,
            @QueryParam("limit") @DefaultValue("200") int limit,
            @Context jakarta.ws.rs.core.Request request,
            @Context UriInfo asked) {
        if (waitingFor != null && !waitingFor.equals("me")) {
            throw Problem.inField("waitingFor", "FIELD_MISFORMED", "waitingFor: must be me");
        }
        if (limit < 1 || limit > MOST_SHOWN) {
            throw Problem.inField(
                    "limit", "FIELD_MISFORMED", "limit: must be from 1 to " + MOST_SHOWN);
        }
        RouteViews.Place place = Places.of(after);
        return (waitingFor == null
                        ? views.open(place, limit)
                        : views.waitingFor(caller.id(), place, limit))
                .map(found -> {
                    Response.ResponseBuilder page =
                            tagged.answer(request, found.stream().map(Approvals::view).toList());
                    return found.size() < limit
                            ? page.build()
                            : page.link(
                                            Places.next(
                                                    asked, Places.text(found.getLast().place())),
                                            "next")
                                    .build();
                });
    }

    /**
     * One change: its plan, whom it asks and is still to ask, what was decided; with an entity tag.
     */
    @GET
    @Path("changes/{id}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @APIResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = View.class)))
    public Uni<Response> change(
            @PathParam("id") String id, @Context jakarta.ws.rs.core.Request request) {
        return views.of(uuid(id))
                .map(found ->
                        found.orElseThrow(() ->
                                Problem.of(
                                        404,
                                        "CHANGE_UNKNOWN",
                                        "no change " + id + " was routed here")))
                .chain(found ->
                        preview.later(found)
                                .map(later ->
                                        tagged.answer(
                                                        request,
                                                        view(found)
                                                                .followedBy(
                                                                        later.stream()
                                                                                .map(
                                                                                        Approvals
                                                                                                ::later)
                                                                                .toList()))
                                                .build()));
    }

    /** Decides the open stage; any caller may try, and a refused attempt is recorded. */
    @POST
    @Path("changes/{id}/decisions")
    @Authenticated
    public Uni<Response> decide(
            @PathParam("id") String id,
            @Nullable Sent body,
            @HeaderParam("Idempotency-Key") @Nullable String key) {
        Sent sent = Problem.body(body);
        Item item = item(of(id, sent), signed(sent.passkey()), terms(sent));
        return decide.decide(
                        List.of(item),
                        decider(),
                        false,
                        Keys.request(caller, key, "one " + id, sent))
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
     * What the caller must sign with a passkey to decide like this. Asking is an attempt: what
     * would refuse the decision refuses this.
     */
    @POST
    @Path("changes/{id}/challenges")
    @Authenticated
    public Uni<Challenge> challenge(@PathParam("id") String id, @Nullable Sent body) {
        Sent sent = Problem.body(body);
        return decide.challenge(item(of(id, sent), Optional.empty(), terms(sent)), decider())
                .map(asked ->
                        switch (asked) {
                            case DecideStages.Asked.Challenge(
                                            DecisionChallenge challenge,
                                            String site,
                                            List<String> credentials) ->
                                    new Challenge(
                                            challenge.text(),
                                            new RequestOptions(
                                                    PasskeyResource.text(challenge.bytes()),
                                                    site,
                                                    300_000,
                                                    "required",
                                                    credentials.stream()
                                                            .map(each ->
                                                                    new PasskeyResource.Named(
                                                                            "public-key", each))
                                                            .toList()));
                            case DecideStages.Asked.Refused(Result result) ->
                                    throw Problem.of(
                                            result.status(),
                                            String.valueOf(result.code()),
                                            String.valueOf(result.detail()));
                        });
    }

    private static Optional<Assertion> signed(@Nullable Signed passkey) {
        return Optional.ofNullable(passkey)
                .map(each ->
                        new Assertion(
                                PasskeyResource.text(
                                        PasskeyResource.bytes(
                                                "passkey.credentialId", each.credentialId())),
                                PasskeyResource.bytes(
                                        "passkey.authenticatorData", each.authenticatorData()),
                                PasskeyResource.bytes(
                                        "passkey.clientDataJSON", each.clientDataJSON()),
                                PasskeyResource.bytes("passkey.signature", each.signature())));
    }

    /** Answers what an approver asked; only who proposed the change, or is responsible for it. */
    @POST
    @Path("changes/{id}/answers")
    @Authenticated
    public Uni<Response> answer(
            @PathParam("id") String id,
            @Nullable Said body,
            @HeaderParam("Idempotency-Key") @Nullable String key) {
        Said said = Problem.body(body);
        return answer.answer(
                        uuid(id),
                        decider(),
                        name("stage", said.stage()),
                        words("text", said.text(), true),
                        Keys.request(caller, key, "answer " + id, said))
                .map(Approvals::answered);
    }

    /**
     * Amends what was sent back, or asked about; only who proposed the change, or is responsible
     * for it. Every stage is asked anew.
     */
    @POST
    @Path("changes/{id}/amendments")
    @Authenticated
    public Uni<Response> amend(
            @PathParam("id") String id,
            @Nullable SentAmendment body,
            @HeaderParam("Idempotency-Key") @Nullable String key) {
        SentAmendment sent = Problem.body(body);
        return amend.amend(
                        uuid(id),
                        decider(),
                        words("text", sent.text(), true),
                        terms(sent.duration(), sent.notBefore()),
                        Keys.request(caller, key, "amendment " + id, sent))
                .map(Approvals::answered);
    }

    /** Takes a change back that waits for approval; only who proposed it, or is responsible. */
    @POST
    @Path("changes/{id}/withdrawal")
    @Authenticated
    public Uni<Response> withdraw(
            @PathParam("id") String id,
            @Nullable Said body,
            @HeaderParam("Idempotency-Key") @Nullable String key) {
        Said said = Problem.body(body);
        return withdraw.withdraw(
                        uuid(id),
                        decider(),
                        words("text", said.text(), true),
                        Keys.request(caller, key, "withdrawal " + id, said))
                .map(Approvals::answered);
    }

    private static Response answered(Optional<Attempt.Result.Refused> refused) {
        if (refused.isPresent()) {
            throw Problem.of(refused.get().status(), refused.get().code(), refused.get().words());
        }
        return Response.status(Response.Status.CREATED).build();
    }

    /**
     * Decides the open stages of up to 200 changes in one transaction. Each is judged by the same
     * rules as alone, recorded on its own, and answered on its own; one that is refused stops no
     * other. What is of high risk is decided alone, not here, however many are sent.
     */
    @POST
    @Path("decisions")
    @Authenticated
    public Uni<AnsweredMany> decideMany(
            @Nullable SentMany body, @HeaderParam("Idempotency-Key") @Nullable String key) {
        List<@Nullable SentOf> sent = Problem.body(body).items();
        if (sent == null || sent.isEmpty() || sent.size() > BATCH) {
            throw Problem.inField(
                    "items", "FIELD_MISFORMED", "items: must hold from 1 to " + BATCH + " items");
        }
        List<@Nullable Answered> misformed = new ArrayList<>();
        List<Item> items = new ArrayList<>();
        for (SentOf each : sent) {
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
        Optional<Request> request = Keys.request(caller, key, "many", sent);
        return (items.isEmpty()
                        ? Uni.createFrom().item(List.<Result>of())
                        : decide.decide(items, decider(), true, request))
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
        return new Decider(caller.id(), caller.roles(), PasskeyResource.authentication(caller));
    }

    private static SentOf of(String id, Sent sent) {
        return new SentOf(
                id,
                sent.decision(),
                sent.reason(),
                sent.planHash(),
                sent.stage(),
                sent.onBehalfOf(),
                sent.nonce());
    }

    private static Item item(@Nullable SentOf sent) {
        return item(sent, Optional.empty(), Terms.NONE);
    }

    private static Terms terms(Sent sent) {
        return terms(sent.duration(), sent.notBefore());
    }

    private static Terms terms(@Nullable String duration, @Nullable String notBefore) {
        return new Terms(
                read("duration", duration, Duration::parse, "is not a duration like PT2H"),
                read(
                        "notBefore",
                        notBefore,
                        Instant::parse,
                        "is not a time like 2026-01-02T03:04:05Z"));
    }

    private static <T> Optional<T> read(
            String field, @Nullable String text, Function<String, T> reader, String rule) {
        try {
            return Optional.ofNullable(text).map(reader);
        } catch (DateTimeException e) {
            throw Problem.inField(field, "FIELD_MISFORMED", field + ": " + rule);
        }
    }

    private static Item item(@Nullable SentOf sent, Optional<Assertion> assertion, Terms terms) {
        if (sent == null || sent.changeId() == null) {
            throw Problem.inField("changeId", "FIELD_MISSING", "changeId: is missing");
        }
        UUID id = uuid(sent.changeId());
        Attempt.Kind kind = kind(sent.decision());
        String reason = words("reason", sent.reason(), kind != Attempt.Kind.APPROVED);
        String planHash = sent.planHash();
        if (planHash == null || !planHash.matches("[0-9a-f]{64}")) {
            throw Problem.inField(
                    "planHash",
                    "FIELD_MISSING",
                    "planHash: must be the 64 hexadecimal digits of the plan seen");
        }
        return new Item(
                id,
                kind,
                reason,
                planHash,
                name("stage", sent.stage()),
                name("onBehalfOf", sent.onBehalfOf()),
                Optional.ofNullable(sent.nonce()).map(Approvals::nonce),
                assertion,
                terms);
    }

    private static String words(String field, @Nullable String given, boolean needed) {
        String text = given == null ? "" : given.strip();
        if (needed && text.isEmpty()) {
            throw Problem.inField(field, "FIELD_MISSING", field + ": must not be empty here");
        }
        if (text.length() > LONGEST_REASON || text.indexOf('\0') >= 0) {
            throw Problem.inField(
                    field,
                    "FIELD_MISFORMED",
                    field
                            + ": must have at most "
                            + LONGEST_REASON
                            + " characters, and none that is 0");
        }
        return text;
    }

    /** What names something: it may come to stand in a record that is kept for ever. */
    private static Optional<String> name(String field, @Nullable String given) {
        if (given != null
                && (given.length() > LONGEST_NAME || given.chars().anyMatch(c -> c < ' '))) {
            throw Problem.inField(
                    field,
                    "FIELD_MISFORMED",
                    field + ": must have at most " + LONGEST_NAME + " characters, on one line");
        }
        return Optional.ofNullable(given);
    }

    private static UUID nonce(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.inField("nonce", "FIELD_MISFORMED", "nonce: is not a UUID");
        }
    }

    private static Attempt.Kind kind(@Nullable String text) {
        return switch (text) {
            case "APPROVED" -> Attempt.Kind.APPROVED;
            case "DENIED" -> Attempt.Kind.DENIED;
            case "QUESTIONED" -> Attempt.Kind.QUESTIONED;
            case "SENT_BACK" -> Attempt.Kind.SENT_BACK;
            case "AMENDED" -> Attempt.Kind.AMENDED;
            case "JUSTIFIED" -> Attempt.Kind.JUSTIFIED;
            case "UNJUSTIFIED" -> Attempt.Kind.UNJUSTIFIED;
            case null, default ->
                    throw Problem.inField(
                            "decision",
                            "DECISION_UNKNOWN",
                            "decision: must be APPROVED, DENIED, QUESTIONED, SENT_BACK or AMENDED, of a review JUSTIFIED or UNJUSTIFIED");
        };
    }

    /** A change as it is shown. */
    static View view(RouteViews.View view) {
        List<Stage> stages = view.stages().stream().map(each -> stage(each, view)).toList();
        return new View(
                view.change(),
                view.state(),
                view.stage(),
                view.held().orElse(null),
                view.expiresAt().orElse(null),
                view.ready().about().charter(),
                view.ready().about().action(),
                view.ready().about().target(),
                view.ready().parties().account(),
                view.ready().about().reason(),
                view.ready().about().mode(),
                view.ready().parties().proposer(),
                view.ready().parties().principal().orElse(null),
                view.ready().facts(),
                view.ready().facts().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(each -> evidence(each.getKey(), each.getValue(), view.ready()))
                        .toList(),
                view.risk()
                        .map(each -> new AtStake(each.score(), each.reach(), each.words()))
                        .orElse(null),
                view.labels(),
                view.planHash(),
                view.plan(),
                stages.isEmpty() ? List.of() : stages.getFirst().candidates(),
                stages,
                view.decisions().stream()
                        .map(each ->
                                new Decided(
                                        each.stageName(),
                                        each.by().orElse(null),
                                        each.onBehalfOf().orElse(null),
                                        each.kind().name(),
                                        each.refusal().orElse(null),
                                        each.reason(),
                                        each.at(),
                                        each.decider().map(Approvals::who).orElse(null),
                                        each.delegator().map(Approvals::who).orElse(null)))
                        .toList(),
                null);
    }

    private static Later later(Forecast.Stage stage) {
        return new Later(
                stage.name(),
                stage.quorum(),
                stage.held().orElse(null),
                stage.passed().orElse(null),
                stage.dropped(),
                stage.candidates().stream().map(Approvals::asked).toList());
    }

    private static Who who(Snapshot snapshot) {
        return new Who(snapshot.label(), snapshot.roles(), snapshot.units());
    }

    private static Evidence evidence(String name, String state, Ready ready) {
        Fact found =
                ready.found().getOrDefault(name, new Fact(Optional.empty(), "", Optional.empty()));
        return new Evidence(
                name,
                state,
                found.value().orElse(null),
                found.source(),
                found.observedAt().orElse(null));
    }

    /** A candidate as it is shown. */
    static Asked asked(Candidate candidate) {
        return new Asked(
                candidate.id(),
                candidate.label(),
                candidate.eligible(),
                candidate.reason(),
                candidate.onBehalfOf().orElse(null),
                candidate.observedAt().orElse(null),
                candidate.basis().map(Basis::fact).orElse(null),
                candidate.basis().map(Basis::source).orElse(null),
                candidate.basis().flatMap(Basis::observedAt).orElse(null));
    }

    private static Stage stage(OpenStage stage, RouteViews.View view) {
        return new Stage(
                stage.name(),
                stage.held().orElse(null),
                stage.needed(),
                Decision.standing(view.decisions()).stream()
                        .filter(each ->
                                each.kind() == Decision.Kind.APPROVED
                                        && each.stage() == stage.index())
                        .count(),
                stage.denies(),
                stage.nonce(view.change()),
                stage.since(),
                stage.until(),
                stage.question().orElse(null),
                stage.back(),
                Optional.ofNullable(view.stepUps().get(stage.index()))
                        .map(asked ->
                                new SignIn(
                                        asked.acr().orElse(null),
                                        asked.maxAge().map(Duration::toSeconds).orElse(null),
                                        asked.passkey()))
                        .orElse(null),
                stage.dropped(),
                stage.candidates().stream().map(Approvals::asked).toList(),
                !stage.afterwards() ? null : stage.overdue() ? "OVERDUE" : "OPEN");
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "CHANGE_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }
}
