package dev.remit.connector.adapter.mcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.adapter.http.Changes;
import dev.remit.connector.adapter.http.OwnerResource;
import dev.remit.connector.adapter.http.Proposers;
import dev.remit.connector.adapter.http.Scopes;
import dev.remit.connector.adapter.http.Wishes;
import dev.remit.connector.application.Answers;
import dev.remit.connector.application.AskForChanges;
import dev.remit.connector.application.Explanations;
import dev.remit.connector.application.FindOwner;
import dev.remit.connector.application.Forecasts.Forecast;
import dev.remit.connector.application.PreviewChange;
import dev.remit.connector.application.ShowChanges;
import dev.remit.connector.application.WithdrawChange;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.merkle.Hash;
import io.quarkiverse.mcp.server.Tool;
import io.quarkiverse.mcp.server.ToolArg;
import io.quarkiverse.mcp.server.ToolCallException;
import io.quarkiverse.mcp.server.ToolGuardrails;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/**
 * The front door for copilots and digital employees: the same rules as by REST, said to a model.
 * Those that only read are open to all who may look; to propose and to take back needs the role
 * proposer and, for an AI, a registration that lets it propose; where scopes are configured, the
 * token needs the one for it too.
 */
@Singleton
public class FrontDoorTools {
    private final AskForChanges ask;
    private final PreviewChange preview;
    private final ShowChanges show;
    private final WithdrawChange withdraw;
    private final Explanations explanations;
    private final FindOwner owners;
    private final Scopes scopes;
    private final Proposers proposers;
    private final Caller caller;
    private final JsonWebToken token;
    private final ObjectMapper json;

    FrontDoorTools(
            AskForChanges ask,
            PreviewChange preview,
            ShowChanges show,
            WithdrawChange withdraw,
            Explanations explanations,
            FindOwner owners,
            Scopes scopes,
            Proposers proposers,
            Caller caller,
            JsonWebToken token,
            ObjectMapper json) {
        this.ask = ask;
        this.preview = preview;
        this.show = show;
        this.withdraw = withdraw;
        this.explanations = explanations;
        this.owners = owners;
        this.scopes = scopes;
        this.proposers = proposers;
        this.caller = caller;
        this.token = token;
        this.json = json;
    }

    @ToolGuardrails(input = Arguments.class)
    @Tool(
            name = "propose",
            description =
                    "Proposes an identity change under a charter. Opens it: it is then judged, approved by people and executed."
                            + " Look at preview_route first. A refusal names the rule and is recorded.",
            annotations =
                    @Tool.Annotations(
                            readOnlyHint = false,
                            destructiveHint = false,
                            idempotentHint = true,
                            openWorldHint = false))
    @Authenticated
    public Uni<String> propose(
            @ToolArg(description = "The charter's name; see the resource remit://charters")
                    String charter,
            @ToolArg(description = "The HR worker id of whose identity changes", required = false)
                    @Nullable String worker,
            @ToolArg(
                            description =
                                    "Instead of a worker: the immutable id of an account of the system, say one that nobody is behind",
                            required = false)
                    @Nullable String account,
            @ToolArg(description = "The system to change, for example keycloak:acme") String target,
            @ToolArg(description = "The charter's action, for example offboard") String action,
            @ToolArg(description = "Why, in plain words, for the people who approve") String reason,
            @ToolArg(
                            description =
                                    "SHA-256 of your trace of how you came to propose this, 64 lower-case hexadecimal digits",
                            required = false)
                    @Nullable String traceHash,
            @ToolArg(description = "The model you run on", required = false) @Nullable String model,
            @ToolArg(
                            description =
                                    "Your own key of this request: the same key with the same request opens one change only",
                            required = false)
                    @Nullable String idempotencyKey) {
        return said(() -> {
            Proposers.Given given =
                    traceHash == null && model == null
                            ? null
                            : new Proposers.Given(model, traceHash);
            Wish wish =
                    Wishes.of(
                            new Wishes.Asked(
                                    charter,
                                    subject(worker, account, target),
                                    target,
                                    action,
                                    reason,
                                    given),
                            scopes.proposing(proposers.proposer(given)));
            Optional<Answers.Request> request =
                    Optional.ofNullable(idempotencyKey)
                            .map(key ->
                                    new Answers.Request(
                                            caller.id(),
                                            Wishes.key(key),
                                            account == null
                                                    ? covering(
                                                            charter, worker, target, action, reason,
                                                            traceHash, model)
                                                    : covering(
                                                            charter, "account", account, target,
                                                            action, reason, traceHash, model)));
            return ask.ask(List.of(wish), request)
                    .map(results -> Map.of("changeId", Wishes.opened(results.getFirst())));
        });
    }

    @ToolGuardrails(input = Arguments.class)
    @Tool(
            name = "preview_route",
            description =
                    "Says what would come of a proposal, without opening it: whether a rule refuses it, how its data would be"
                            + " judged, the plan, and who could approve it or is barred by which rule.",
            annotations =
                    @Tool.Annotations(
                            readOnlyHint = true,
                            destructiveHint = false,
                            openWorldHint = false))
    @RolesAllowed({"proposer", "operator", "auditor", "admin"})
    public Uni<String> previewRoute(
            @ToolArg(description = "The charter's name") String charter,
            @ToolArg(
                            description = "The HR worker id of whose identity would change",
                            required = false)
                    @Nullable String worker,
            @ToolArg(
                            description =
                                    "Instead of a worker: the immutable id of an account of the system",
                            required = false)
                    @Nullable String account,
            @ToolArg(description = "The system to change") String target,
            @ToolArg(description = "The charter's action") String action) {
        return told(() ->
                preview.preview(look(charter, worker, account, target, action), authorization()));
    }

    @ToolGuardrails(input = Arguments.class)
    @Tool(
            name = "find_owner",
            description =
                    "Says who answers for something. Of a worker (charter, worker, target, action): which account they have in a system and who"
                            + " their manager is, with the source and age of each fact. Of an account, a service's too, or of a resource that"
                            + " an event feed tells of (target, id): whose it is and who answers for it.",
            annotations =
                    @Tool.Annotations(
                            readOnlyHint = true,
                            destructiveHint = false,
                            openWorldHint = false))
    @RolesAllowed({"proposer", "operator", "auditor", "admin"})
    public Uni<String> findOwner(
            @ToolArg(description = "The system, for example keycloak:acme, or an event feed")
                    String target,
            @ToolArg(
                            description =
                                    "The account's immutable id, or the resource as the feed names it",
                            required = false)
                    @Nullable String id,
            @ToolArg(
                            description = "Of a worker: a charter that covers the system",
                            required = false)
                    @Nullable String charter,
            @ToolArg(description = "Of a worker: the HR worker id", required = false)
                    @Nullable String worker,
            @ToolArg(description = "Of a worker: an action of the charter", required = false)
                    @Nullable String action) {
        if (id != null) {
            return told(() ->
                    owners.find(Wishes.name("target", target), Wishes.name("id", id))
                            .map(OwnerResource::view));
        }
        return told(() ->
                preview.preview(look(charter, worker, null, target, action), authorization())
                        .map(found -> {
                            Map<String, Object> answer = new LinkedHashMap<>();
                            Map<String, Object> readiness = found.readiness();
                            if (readiness != null) {
                                for (String known :
                                        List.of("subjectAccount", "managerAccount", "facts")) {
                                    answer.put(known, readiness.get(known));
                                }
                            }
                            answer.put("refusal", found.refusal());
                            answer.put("unanswered", found.unanswered());
                            return answer;
                        }));
    }

    @ToolGuardrails(input = Arguments.class)
    @Tool(
            name = "explain_readiness",
            description =
                    "Says how the data behind a change was judged, fact by fact, and what it waits for.",
            annotations =
                    @Tool.Annotations(
                            readOnlyHint = true,
                            destructiveHint = false,
                            openWorldHint = false))
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<String> explainReadiness(@ToolArg(description = "The change's id") String changeId) {
        return told(() ->
                mine(changeId)
                        .chain(change -> explanations.readiness(change, authorization()))
                        .map(FrontDoorTools::answer));
    }

    @ToolGuardrails(input = Arguments.class)
    @Tool(
            name = "draft_correction",
            description =
                    "Lists what people are asked to supply for a held change, and drafts the answer for one of them to send."
                            + " Those that your roles are asked, or all where you look after the mesh. Supplies nothing itself: a person does.",
            annotations =
                    @Tool.Annotations(
                            readOnlyHint = true,
                            destructiveHint = false,
                            openWorldHint = false))
    @Authenticated
    public Uni<String> draftCorrection(
            @ToolArg(description = "The change's id") String changeId,
            @ToolArg(description = "The value you suggest, for a manager the worker id")
                    String value) {
        // who is asked may be whom the change is not shown to: data-readiness says what they see
        return told(() -> {
            UUID change = Wishes.uuid(changeId);
            return explanations
                    .corrections(authorization())
                    .map(FrontDoorTools::answer)
                    .map(open -> drafts(change, open, value));
        });
    }

    @ToolGuardrails(input = Arguments.class)
    @Tool(
            name = "status",
            description = "Says how a change stands: who holds it since when, and its handoffs.",
            annotations =
                    @Tool.Annotations(
                            readOnlyHint = true,
                            destructiveHint = false,
                            openWorldHint = false))
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<String> status(@ToolArg(description = "The change's id") String changeId) {
        return told(() -> {
            UUID change = Wishes.uuid(changeId);
            return show.one(change, proposers.caller(), seesAll())
                    .chain(standing ->
                            explanations
                                    .story(change, authorization())
                                    .map(story -> {
                                        Map<String, Object> answer = new LinkedHashMap<>();
                                        answer.put("proposed", Changes.view(standing));
                                        switch (story) {
                                            case Forecast.Answered(Map<String, Object> told) ->
                                                    answer.put("ledger", told);
                                            case Forecast.Unanswered(String reason) ->
                                                    answer.put("unanswered", "ledger: " + reason);
                                        }
                                        return answer;
                                    }));
        });
    }

    @ToolGuardrails(input = Arguments.class)
    @Tool(
            name = "fetch_certificate",
            description =
                    "Gives the closure certificate of a change that ended: it proves offline what was decided and done.",
            annotations =
                    @Tool.Annotations(
                            readOnlyHint = true,
                            destructiveHint = false,
                            openWorldHint = false))
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<String> fetchCertificate(@ToolArg(description = "The change's id") String changeId) {
        return told(() ->
                mine(changeId)
                        .chain(change -> explanations.certificate(change, authorization()))
                        .map(FrontDoorTools::answer));
    }

    @ToolGuardrails(input = Arguments.class)
    @Tool(
            name = "withdraw",
            description =
                    "Takes a change back that you, or the person you act for, proposed. Once it is authorized, it runs its course.",
            annotations =
                    @Tool.Annotations(
                            readOnlyHint = false,
                            destructiveHint = true,
                            idempotentHint = true,
                            openWorldHint = false))
    @RolesAllowed("proposer")
    public Uni<String> withdraw(
            @ToolArg(description = "The change's id") String changeId,
            @ToolArg(description = "Why") String reason) {
        return said(() -> {
            proposers.mayPropose();
            scopes.mayPropose();
            UUID change = Wishes.uuid(changeId);
            return withdraw.withdraw(change, proposers.caller(), false, Wishes.reason(reason))
                    .map(done -> Map.of("changeId", change));
        });
    }

    /** What a key stands for: all that was given. */
    static String covering(@Nullable String... given) {
        try {
            return Hash.sha256(
                            ("mcp\n" + new ObjectMapper().writeValueAsString(given))
                                    .getBytes(StandardCharsets.UTF_8))
                    .hex();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts are always JSON", e);
        }
    }

    /** The change, if the caller may see it. */
    private Uni<UUID> mine(String changeId) {
        UUID change = Wishes.uuid(changeId);
        return show.one(change, proposers.caller(), seesAll()).replaceWith(change);
    }

    private boolean seesAll() {
        return caller.has("operator")
                || caller.has("auditor")
                || caller.has("admin")
                || caller.has("approver");
    }

    /** What is asked for a look only: nobody need say how they came to it. */
    private Wish look(
            @Nullable String charter,
            @Nullable String worker,
            @Nullable String account,
            @Nullable String target,
            @Nullable String action) {
        return Wishes.of(
                new Wishes.Asked(
                        charter, subject(worker, account, target), target, action, "a look", null),
                proposers.caller());
    }

    /**
     * Whose identity it is about.
     *
     * @throws Problem 422 unless it is one of the two
     */
    static Wishes.Subject subject(
            @Nullable String worker, @Nullable String account, @Nullable String target) {
        if ((worker == null) == (account == null)) {
            throw Problem.inField(
                    "worker",
                    worker == null ? "FIELD_MISSING" : "FIELD_MISFORMED",
                    "worker: must be given, or account instead of it");
        }
        return worker == null
                ? new Wishes.Subject(target, account)
                : new Wishes.Subject("hr", worker);
    }

    private String authorization() {
        return "Bearer " + token.getRawToken();
    }

    private static Map<String, Object> answer(Forecast forecast) {
        return switch (forecast) {
            case Forecast.Answered(Map<String, Object> answer) -> answer;
            case Forecast.Unanswered(String reason) ->
                    throw Problem.of(502, "PART_UNANSWERED", "the service asked " + reason);
        };
    }

    static Map<String, Object> drafts(UUID change, Map<String, Object> open, String value) {
        List<Map<String, Object>> drafts =
                open.get("open") instanceof List<?> all
                        ? all.stream()
                                .filter(Map.class::isInstance)
                                .map(each -> (Map<?, ?>) each)
                                .filter(each -> change.toString().equals(each.get("changeId")))
                                .map(each -> draft(each, value))
                                .toList()
                        : List.of();
        return Map.of("drafts", drafts);
    }

    private static Map<String, Object> draft(Map<?, ?> question, String value) {
        Map<String, Object> draft = new LinkedHashMap<>();
        draft.put("question", question.get("question"));
        draft.put(
                "send", "POST /corrections/" + question.get("correctionId") + " of data-readiness");
        draft.put("body", Map.of("value", value));
        draft.put(
                "by",
                "a person with the role "
                        + asked(question)
                        + " who is not the subject and did not propose the change");
        return draft;
    }

    private static String asked(Map<?, ?> question) {
        return question.get("ask") instanceof List<?> roles && !roles.isEmpty()
                ? roles.stream().map(String::valueOf).collect(Collectors.joining(" or "))
                : "that the charter asks";
    }

    /** The same for what only reads. */
    private Uni<String> told(Supplier<Uni<? extends Object>> work) {
        return said(() -> {
            scopes.mayRead();
            return work.get();
        });
    }

    /** The answer as JSON; a refusal by its rule, so that the model can tell. */
    private Uni<String> said(Supplier<Uni<? extends Object>> work) {
        return Uni.createFrom()
                .deferred(() -> work.get().map(answer -> (Object) answer))
                .map(answer -> {
                    try {
                        return json.writeValueAsString(answer);
                    } catch (JsonProcessingException e) {
                        throw new IllegalStateException("an answer is always JSON", e);
                    }
                })
                .onFailure(Problem.class)
                .transform(failure -> {
                    Problem problem = (Problem) failure;
                    return new ToolCallException(
                            problem.code()
                                    + (problem.field() == null ? "" : " (" + problem.field() + ")")
                                    + ": "
                                    + problem.getMessage());
                });
    }
}
