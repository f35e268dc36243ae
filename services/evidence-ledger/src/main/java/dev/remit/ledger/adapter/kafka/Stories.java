package dev.remit.ledger.adapter.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.Service;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.passkey.Assertion;
import dev.remit.handoff.passkey.DecisionChallenge;
import dev.remit.handoff.passkey.Passkey;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.ApprovalReassigned;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.AuthorityHalted;
import dev.remit.wire.v1.AuthorityResumed;
import dev.remit.wire.v1.BrakeApplied;
import dev.remit.wire.v1.BrakeReleased;
import dev.remit.wire.v1.Candidate;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeClosed;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.CharterDecided;
import dev.remit.wire.v1.CharterDrafted;
import dev.remit.wire.v1.CharterPart;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.CheckpointPublished;
import dev.remit.wire.v1.ClosureRefused;
import dev.remit.wire.v1.ContentErased;
import dev.remit.wire.v1.DeadLettered;
import dev.remit.wire.v1.DecisionBinding;
import dev.remit.wire.v1.DelegationEnded;
import dev.remit.wire.v1.DelegationGiven;
import dev.remit.wire.v1.EmployeeDemoted;
import dev.remit.wire.v1.EmployeePromoted;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.FactJudgement;
import dev.remit.wire.v1.GrantEnded;
import dev.remit.wire.v1.HandoffRef;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.MissingProof;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.ModeCondition;
import dev.remit.wire.v1.ModeDecision;
import dev.remit.wire.v1.ObservationKind;
import dev.remit.wire.v1.Outcome;
import dev.remit.wire.v1.PasskeyAssertion;
import dev.remit.wire.v1.PasskeyRegistered;
import dev.remit.wire.v1.PasskeyRevoked;
import dev.remit.wire.v1.Proof;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.Scope;
import dev.remit.wire.v1.StepState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Between the wire and the story of a change. */
public final class Stories {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Story.Said NOTHING = new Story.Other();

    /** The name of the stage that looks at a change afterwards. */
    private static final String REVIEW = "review";

    private static final String AT_EXPIRY = "leave-group-at-expiry";

    private static final Reading UNREAD = new Reading.Other();

    private Stories() {}

    /**
     * What a verified message means to the ledger.
     *
     * @param hash see {@link dev.remit.handoff.seal.Seal#hash}
     */
    public static Reading read(Envelope envelope, Hash hash, SpecificRecord record) {
        UUID change = envelope.correlation();
        if (change != null && envelope.sequence() > 0) {
            return new Reading.Handoff(
                    change,
                    new Story.Step(
                            envelope.sequence(),
                            envelope.id(),
                            envelope.handoff().recordName(),
                            envelope.source().id(),
                            envelope.time(),
                            hash,
                            envelope.prev(),
                            said(envelope, record)));
        }
        return switch (record) {
            case IdentityObserved observed
                    when observed.getKind() == ObservationKind.ACTIVITY
                            && observed.getActivity() != null ->
                    new Reading.Seen(
                            new Story.Activity(
                                    envelope.id(),
                                    observed.getSubject().getSystem(),
                                    observed.getSubject().getId(),
                                    observed.getActivity().getOperation(),
                                    observed.getActivity().getResourcePath(),
                                    observed.getActivity().getActorId(),
                                    observed.getOccurredAt(),
                                    observed.getActivity().getChanged()));
            case CharterPublished published ->
                    published(
                            published,
                            envelope.dataschema().equals(envelope.handoff().dataschema()));
            case CharterDrafted drafted ->
                    new Reading.Drafted(
                            envelope.id(),
                            drafted.getCharter().getName(),
                            drafted.getCharter().getHash(),
                            Optional.ofNullable(drafted.getPrevious()),
                            drafted.getDraftedBy().getId(),
                            Optional.ofNullable(drafted.getWorker()),
                            drafted.getOwner(),
                            drafted.getNeeds().stream().map(CharterPart::name).toList(),
                            drafted.getExpiresAt());
            case CharterDecided decided -> assented(envelope.id(), decided);
            case PasskeyRegistered registered ->
                    new Reading.Registered(
                            envelope.id(),
                            new Passkey(
                                    registered.getCredentialId(),
                                    registered.getPerson().getId(),
                                    registered.getRelyingParty(),
                                    bytes(registered.getPublicKey()),
                                    registered.getAlgorithm()),
                            registered.getRegisteredAt());
            case PasskeyRevoked revoked ->
                    new Reading.Revoked(revoked.getPasskeyId(), revoked.getRevokedAt());
            case EmployeeDemoted demoted ->
                    new Reading.Demoted(
                            demoted.getDemotionId(),
                            demoted.getCharter().getName(),
                            demoted.getDemotedAt());
            case EmployeePromoted promoted ->
                    new Reading.Promoted(promoted.getDemotionId(), promoted.getPromotedAt());
            case DeadLettered letter ->
                    new Reading.SetAside(
                            letter.getCode(),
                            letter.getReason(),
                            letter.getOrigin(),
                            letter.getReportedBy(),
                            letter.getAt());
            default -> UNREAD;
        };
    }

    private static Story.Said said(Envelope envelope, SpecificRecord record) {
        UUID id = envelope.id();
        return switch (record) {
            case ChangeProposed proposed -> proposed(proposed.getChange());
            case ReadinessJudged judged ->
                    new Story.Readiness(
                            id,
                            judged.getVerdict().name(),
                            Optional.ofNullable(judged.getAccount()),
                            Optional.ofNullable(judged.getPlanHash()),
                            judged.getReason(),
                            judged.getFacts().stream().map(Stories::fact).toList(),
                            terms(judged),
                            judged.getJudgedAt());
            case ApprovalRequested requested ->
                    new Story.Requested(
                            requested.getStage(),
                            Optional.ofNullable(requested.getHeld()),
                            own(requested.getCandidates()),
                            links(requested.getCandidates()),
                            sources(requested.getCandidates()),
                            requested.getQuorum(),
                            requested.getDenials(),
                            Optional.of(requested.getExpiresAt()));
            case ApprovalReassigned reassigned ->
                    new Story.Requested(
                            reassigned.getStage(),
                            Optional.ofNullable(reassigned.getHeld()),
                            own(reassigned.getCandidates()),
                            links(reassigned.getCandidates()),
                            sources(reassigned.getCandidates()),
                            Optional.ofNullable(reassigned.getQuorum()).orElse(0),
                            1,
                            Optional.ofNullable(reassigned.getExpiresAt()));
            case ApprovalDecided decided ->
                    new Story.Decision(
                            id,
                            decided.getStage(),
                            decided.getDecision().name(),
                            decider(decided),
                            decided.getPlanHash(),
                            Optional.ofNullable(decided.getOnBehalfOf()),
                            Optional.ofNullable(decided.getCondition()),
                            Optional.ofNullable(decided.getBinding()).map(Stories::binding),
                            knew(envelope, "binding"),
                            Optional.ofNullable(decided.getAuthentication())
                                    .map(each ->
                                            new Story.SignIn(
                                                    Optional.ofNullable(each.getAcr()),
                                                    Optional.ofNullable(
                                                            each.getAuthenticatedAt()))),
                            decided.getDecidedAt(),
                            Optional.ofNullable(decided.getAssertion())
                                    .map(each -> signed(each, decided)),
                            Optional.ofNullable(decided.getAmendment())
                                    .map(each ->
                                            new Story.Amendment(
                                                    each.getPreviousPlanHash(),
                                                    Hash.sha256(bytes(each.getPlan())).hex(),
                                                    terms(bytes(each.getPlan())))));
            case ExecutionAuthorized granted ->
                    new Story.Authorized(
                            granted.getAuthorizationId(),
                            granted.getAccount(),
                            granted.getPlanHash(),
                            Hash.sha256(bytes(granted.getPlan())).hex(),
                            List.copyOf(granted.getApprovals()),
                            granted.getAuthorizedAt(),
                            granted.getExpiresAt(),
                            Optional.ofNullable(granted.getHeldAfterwards()).map(Set::copyOf),
                            ends(granted),
                            groups(granted, "join-group"),
                            groups(granted, "leave-group"),
                            Optional.ofNullable(granted.getProtectedEntitlements())
                                    .map(all ->
                                            all.stream()
                                                    .map(each ->
                                                            new Story.Keeping(
                                                                    each.getSystem(),
                                                                    each.getPath(),
                                                                    each.getLost(),
                                                                    Set.copyOf(each.getKeepers())))
                                                    .toList()),
                            undone(granted),
                            traces(bytes(granted.getPlan())),
                            new Story.Workers(
                                    Optional.ofNullable(granted.getProposerWorker()),
                                    Optional.ofNullable(granted.getPrincipalWorker())),
                            mandate(envelope, granted));
            case ChangeExecuted report ->
                    new Story.Executed(
                            id,
                            report.getAuthorizationId(),
                            report.getExecutor().getId(),
                            report.getOutcome().name(),
                            report.getPlanHash(),
                            report.getReadBackMatches(),
                            report.getReason(),
                            report.getStartedAt(),
                            report.getExecutor().getKind() == ActorKind.HUMAN,
                            Optional.ofNullable(report.getExecutorWorker()),
                            report.getSteps().stream()
                                    .map(each ->
                                            new Story.Result(
                                                    each.getStep(),
                                                    each.getState().name(),
                                                    each.getAfter(),
                                                    Optional.ofNullable(each.getUndoes())))
                                    .toList(),
                            Optional.ofNullable(report.getRemainder())
                                    .map(left ->
                                            new Story.Remainder(
                                                    left.getSteps(),
                                                    Optional.ofNullable(left.getOwedBy()),
                                                    left.getCapacity())));
            case GrantEnded ended ->
                    new Story.GrantEnded(
                            id,
                            ended.getAuthorizationId(),
                            ended.getExecutor().getId(),
                            ended.getPlanHash(),
                            ended.getSteps().stream()
                                    .noneMatch(each -> each.getState() == StepState.FAILED),
                            ended.getDueAt(),
                            ended.getCompletedAt());
            case ChangeClosed closed ->
                    new Story.Closed(
                            closed.getChangeId(),
                            closed.getOutcome().name(),
                            closed.getHandoffs().stream()
                                    .map(each ->
                                            each.getSequence()
                                                    + " "
                                                    + each.getId()
                                                    + " "
                                                    + each.getType()
                                                    + " "
                                                    + each.getHash())
                                    .toList(),
                            closed.getProofs().stream().map(Proof::getGivenBy).toList());
            default -> NOTHING;
        };
    }

    /** Whether the schema that a message was written with has this field. */
    private static boolean knew(Envelope envelope, String field) {
        return envelope.handoff()
                .written(envelope.dataschema())
                .map(schema -> schema.getField(field) != null)
                // closed: what is not known here left out what it could have said
                .orElse(true);
    }

    private static Story.Fact fact(FactJudgement fact) {
        return new Story.Fact(
                fact.getName(),
                fact.getState().name(),
                fact.getSource(),
                Optional.ofNullable(fact.getObservedAt()));
    }

    /**
     * From before it was decided, the change's own mode counts; what gives OWN by no condition says
     * nothing.
     */
    private static Optional<Story.Mandate> mandate(Envelope envelope, ExecutionAuthorized granted) {
        ModeDecision decided = granted.getModeDecision();
        if (decided == null) {
            return knew(envelope, "modeDecision")
                    ? Optional.empty()
                    : Optional.of(
                            new Story.Mandate(
                                    Story.Mode.of(granted.getChange().getMode().name()),
                                    List.of()));
        }
        Story.Mode mode = Story.Mode.of(decided.getMode().name());
        if (mode == Story.Mode.OWN && decided.getConditions().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Story.Mandate(
                        mode,
                        decided.getConditions().stream()
                                .filter(each -> !each.getHolds())
                                .map(ModeCondition::getName)
                                .toList()));
    }

    private static Optional<Story.Terms> terms(ReadinessJudged judged) {
        return Optional.ofNullable(judged.getPlan())
                .map(Stories::bytes)
                .filter(plan -> Hash.sha256(plan).hex().equals(judged.getPlanHash()))
                .flatMap(Stories::terms);
    }

    /**
     * Of a canonical plan: its root's {@code notBefore}, and when the step leave-group-at-expiry
     * takes away what was granted; all else is the core.
     */
    private static Optional<Story.Terms> terms(byte[] plan) {
        try {
            String text = new String(plan, StandardCharsets.UTF_8);
            // what has more than one form could be read in another one by who executes it
            if (!Arrays.equals(CanonicalJson.of(text), plan)
                    || !(JSON.readTree(text) instanceof ObjectNode root)) {
                return Optional.empty();
            }
            Optional<JsonNode> start = Optional.ofNullable(root.remove("notBefore"));
            Optional<JsonNode> lasts = Optional.empty();
            for (JsonNode step : root.path("steps")) {
                if (step.path("name").asText().equals(AT_EXPIRY)
                        && step.path("after") instanceof ObjectNode after
                        && after.has("expires")) {
                    lasts = Optional.of(after.remove("expires"));
                    break;
                }
            }
            return Optional.of(
                    new Story.Terms(
                            Hash.sha256(CanonicalJson.of(root.toString())).hex(),
                            lasts.map(each -> Duration.parse(each.asText())),
                            start.map(each -> Instant.parse(each.asText()))));
        } catch (IOException | DateTimeException | IllegalArgumentException e) {
            // no executor performs a plan that does not read
            return Optional.empty();
        }
    }

    /** When what the plan gives for a time is to be taken away; at once if it does not say. */
    private static Optional<Instant> ends(ExecutionAuthorized granted) {
        try {
            for (JsonNode step : JSON.readTree(bytes(granted.getPlan())).path("steps")) {
                if (step.path("name").asText().equals(AT_EXPIRY)) {
                    return Optional.of(
                            granted.getAuthorizedAt()
                                    .plus(
                                            Duration.parse(
                                                    step.at("/after/expires").asText("PT0S"))));
                }
            }
            return Optional.empty();
        } catch (IOException | DateTimeException e) {
            // no executor performs a plan that does not read
            return Optional.empty();
        }
    }

    /** The groups that steps of this kind name: whether the account is in them, nothing says. */
    private static Set<String> groups(ExecutionAuthorized granted, String steps) {
        Set<String> paths = new TreeSet<>();
        try {
            for (JsonNode step : JSON.readTree(bytes(granted.getPlan())).path("steps")) {
                if (step.path("name").asText().startsWith(steps)) {
                    step.path("groups").forEach(each -> paths.add(each.path("path").asText()));
                    paths.add(step.at("/group/path").asText(""));
                }
            }
        } catch (IOException e) {
            // no executor performs a plan that does not read
            return Set.of();
        }
        paths.remove("");
        return paths;
    }

    /**
     * What each step that can be taken back, or changes nothing, leaves then: what the approvers
     * saw before it.
     */
    private static Map<String, Map<String, String>> undone(ExecutionAuthorized granted) {
        Map<String, Map<String, String>> undone = new HashMap<>();
        try {
            for (JsonNode step : JSON.readTree(bytes(granted.getPlan())).path("steps")) {
                if (step.has("compensation") || step.path("before").equals(step.path("after"))) {
                    Map<String, String> before = new HashMap<>();
                    step.path("before")
                            .properties()
                            .forEach(each -> before.put(each.getKey(), each.getValue().asText()));
                    undone.put(step.path("name").asText(), Map.copyOf(before));
                }
            }
            return Map.copyOf(undone);
        } catch (IOException e) {
            // no executor performs a plan that does not read
            return Map.of();
        }
    }

    /** By the names of Keycloak's admin events: no other target reports any. */
    static List<Story.Trace> traces(byte[] plan) {
        try {
            List<Story.Trace> traces = new ArrayList<>();
            for (JsonNode step : JSON.readTree(plan).path("steps")) {
                String name = step.path("name").asText();
                switch (name) {
                    case "disable-account" -> traces.add(Story.Trace.DISABLED);
                    case "enable-account" ->
                            traces.add(
                                    new Story.Trace(name, "UPDATE", "", Map.of("enabled", "true")));
                    case "set-manager", "set-owner" -> {
                        String attribute = name.substring("set-".length());
                        String after = step.path("after").path(attribute).asText("");
                        traces.add(
                                after.equals(step.path("before").path(attribute).asText(""))
                                        ? Story.Trace.none(name)
                                        : new Story.Trace(
                                                name, "UPDATE", "", Map.of(attribute, after)));
                    }
                    case "leave-groups", "leave-group", "join-groups", "join-group" -> {
                        List<JsonNode> groups = new ArrayList<>();
                        step.path("groups").forEach(groups::add);
                        if (step.has("group")) {
                            groups.add(step.path("group"));
                        }
                        for (JsonNode group : groups) {
                            traces.add(
                                    new Story.Trace(
                                            name,
                                            name.startsWith("join") ? "CREATE" : "DELETE",
                                            "/groups/" + group.path("id").asText(),
                                            Map.of()));
                        }
                    }
                    case "create-account" ->
                            traces.add(new Story.Trace(name, "CREATE", "", Map.of()));
                    case "delete-account" ->
                            traces.add(new Story.Trace(name, "DELETE", "", Map.of()));
                    default -> {}
                }
            }
            return List.copyOf(traces);
        } catch (IOException e) {
            // no executor performs a plan that does not read
            return List.of();
        }
    }

    private static Story.Proposed proposed(Change change) {
        return new Story.Proposed(
                change.getChangeId(),
                change.getCharter().getName(),
                change.getCharter().getHash(),
                change.getSubject().getSystem() + ":" + change.getSubject().getId(),
                change.getTarget(),
                new Story.Actor(
                        change.getProposer().getId(),
                        Optional.ofNullable(change.getProposer().getPrincipal())),
                KeptChange.hash(change),
                Optional.of(
                        new Story.About(
                                change.getAction(), change.getMode().name(), change.getReason())));
    }

    private static Story.Binding binding(DecisionBinding binding) {
        return new Story.Binding(
                binding.getChangeHash(),
                binding.getCharterHash(),
                binding.getRouteHash(),
                binding.getNonce(),
                binding.getNotBefore(),
                binding.getExpiresAt(),
                Optional.ofNullable(binding.getWorker()),
                Optional.ofNullable(binding.getDelegatorWorker()));
    }

    /** One without a binding signs nothing that there is. */
    private static Story.Signed signed(PasskeyAssertion assertion, ApprovalDecided decided) {
        DecisionBinding binding = decided.getBinding();
        return new Story.Signed(
                assertion.getPasskeyId(),
                new Assertion(
                        assertion.getCredentialId(),
                        bytes(assertion.getAuthenticatorData()),
                        bytes(assertion.getClientData()),
                        bytes(assertion.getSignature())),
                new DecisionChallenge(
                        decided.getChangeId(),
                        decided.getStage(),
                        decided.getDecision().name(),
                        Optional.ofNullable(decided.getOnBehalfOf()),
                        decided.getReason(),
                        decided.getPlanHash(),
                        binding == null ? "" : binding.getChangeHash(),
                        binding == null ? "" : binding.getCharterHash(),
                        binding == null ? "" : binding.getRouteHash(),
                        binding == null ? new UUID(0, 0) : binding.getNonce()));
    }

    /** A rule decides as POLICY, names itself, and does not sign in; a person is HUMAN. */
    private static Story.Decider decider(ApprovalDecided decided) {
        Actor by = decided.getDecidedBy();
        var policy = decided.getPolicy();
        if (by == null) {
            return policy == null
                    ? new Story.Decider.Deadline()
                    : new Story.Decider.Unclear(policy.getName());
        }
        boolean rule = by.getKind() == ActorKind.POLICY;
        if (rule && policy != null && decided.getAuthentication() == null) {
            return new Story.Decider.Rule(by.getId(), policy.getName(), policy.getVersion());
        }
        return by.getKind() != ActorKind.HUMAN || policy != null
                ? new Story.Decider.Unclear(by.getId())
                : new Story.Decider.Person(by.getId());
    }

    private static Reading.Assented assented(UUID id, CharterDecided decided) {
        Actor by = decided.getDecidedBy();
        CharterPart part = decided.getPart();
        return new Reading.Assented(
                id,
                decided.getDraftId(),
                decided.getCharter().getHash(),
                decided.getDecision().name(),
                part == null ? "" : part.name(),
                by == null ? "" : by.getId(),
                by != null && by.getKind() == ActorKind.HUMAN,
                Optional.ofNullable(decided.getWorker()),
                decided.getDecidedAt());
    }

    private static Reading.Published published(CharterPublished published, boolean knewOfDrafts) {
        CharterRef named = published.getCharter();
        try {
            return published(published, named, Optional.of(charter(published)), "", knewOfDrafts);
        } catch (IllegalArgumentException e) {
            return published(
                    published,
                    named,
                    Optional.empty(),
                    String.valueOf(e.getMessage()),
                    knewOfDrafts);
        }
    }

    private static Reading.Published published(
            CharterPublished published,
            CharterRef named,
            Optional<Charter> charter,
            String problem,
            boolean knewOfDrafts) {
        return new Reading.Published(
                named.getName(),
                named.getHash(),
                charter,
                problem,
                owner(published),
                Optional.ofNullable(published.getDraftId()),
                List.copyOf(published.getApprovals()),
                knewOfDrafts,
                new String(bytes(published.getDocument()), StandardCharsets.UTF_8));
    }

    /** Of a document that its hash fits, whether or not the rest of it reads. */
    private static String owner(CharterPublished published) {
        byte[] document = bytes(published.getDocument());
        if (!Hash.sha256(document).hex().equals(published.getCharter().getHash())) {
            return "";
        }
        try {
            return JSON.readTree(new String(document, StandardCharsets.UTF_8))
                    .at("/metadata/owner")
                    .asText("");
        } catch (JsonProcessingException _) {
            return "";
        }
    }

    private static Charter charter(CharterPublished published) {
        byte[] document = bytes(published.getDocument());
        if (!Hash.sha256(document).hex().equals(published.getCharter().getHash())) {
            throw new IllegalArgumentException("charter: its hash does not fit its document");
        }
        JsonNode root;
        try {
            root = JSON.readTree(new String(document, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("charter: is not JSON", e);
        }
        JsonNode spec = root.path("spec");
        List<Charter.Stage> stages = new ArrayList<>();
        spec.at("/approval/stages").forEach(stage -> stages.add(stage(stage)));
        List<String> proofs = new ArrayList<>();
        spec.path("proof").forEach(proof -> proofs.add(proof.asText()));
        if (stages.isEmpty() || proofs.isEmpty()) {
            throw new IllegalArgumentException("charter: asks for no approval or no proof");
        }
        if (stages.stream().map(Charter.Stage::name).distinct().count() < stages.size()) {
            throw new IllegalArgumentException("charter: two stages have the same name");
        }
        return new Charter(
                published.getCharter().getName(),
                published.getCharter().getVersion(),
                published.getCharter().getHash(),
                List.copyOf(stages),
                List.copyOf(proofs),
                duties(spec.path("separationOfDuties")),
                root.path("metadata").path("owner").asText(""),
                routeHash(spec),
                spec.at("/approval/review").isObject()
                        ? Optional.of(
                                stage(spec.at("/approval/review"), REVIEW, 1, Optional.empty()))
                        : Optional.empty(),
                spec.path("retention").isTextual()
                        ? Optional.of(retention(spec.path("retention").asText()))
                        : Optional.empty(),
                protectedEntitlements(spec),
                agents(spec.at("/proposers/digitalEmployee")),
                needs(spec.at("/readiness/facts")),
                hold(spec.path("readiness")));
    }

    private static Optional<Duration> hold(JsonNode readiness) {
        List<Duration> waits = new ArrayList<>();
        duration(readiness.path("hold"), "for").ifPresent(waits::add);
        for (JsonNode fact : readiness.path("facts")) {
            duration(fact.path("onGap"), "hold").ifPresent(waits::add);
        }
        return waits.stream().max(Comparator.naturalOrder());
    }

    private static List<Charter.Required> needs(JsonNode facts) {
        List<Charter.Required> needs = new ArrayList<>();
        for (JsonNode fact : facts) {
            needs.add(
                    new Charter.Required(
                            fact.path("name").asText(),
                            duration(fact, "maxAge"),
                            names(fact.at("/onGap/enrichFrom")),
                            fact.at("/onGap/halt").asBoolean()));
        }
        return List.copyOf(needs);
    }

    private static Optional<Duration> duration(JsonNode node, String name) {
        try {
            return node.has(name)
                    ? Optional.of(Duration.parse(node.path(name).asText()))
                    : Optional.empty();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("charter: " + name + " is not like PT5M", e);
        }
    }

    private static Set<String> protectedEntitlements(JsonNode spec) {
        Set<String> paths = new TreeSet<>();
        spec.at("/domain/protectedEntitlements").forEach(each -> paths.add(each.asText()));
        return paths;
    }

    private static Map<String, String> agents(JsonNode employee) {
        String id = employee.path("id").asText("");
        return id.isEmpty() ? Map.of() : Map.of(id, employee.path("principal").asText(""));
    }

    private static Duration retention(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("charter: retention is not like P400D", e);
        }
    }

    /** SHA-256 of the route and the rules, canonical, in lower-case hex. */
    private static String routeHash(JsonNode spec) {
        var route = JSON.createObjectNode();
        route.set("approval", spec.path("approval"));
        if (spec.has("separationOfDuties")) {
            route.set("separationOfDuties", spec.path("separationOfDuties"));
        }
        return Hash.sha256(CanonicalJson.of(route.toString())).hex();
    }

    private static List<Charter.Duty> duties(JsonNode rules) {
        List<Charter.Duty> duties = new ArrayList<>();
        for (JsonNode rule : rules) {
            List<String> apart = new ArrayList<>();
            rule.path("apart").forEach(part -> apart.add(part.asText().toLowerCase(Locale.ROOT)));
            Map<String, Instant> spared = new HashMap<>();
            for (JsonNode each : rule.path("exceptions")) {
                spared.put(each.path("subject").asText(), end(each.path("until").asText()));
            }
            Charter.Duty duty =
                    new Charter.Duty(
                            rule.path("rule").asText() + "@" + rule.path("version").asText(),
                            List.copyOf(apart),
                            names(rule.path("toxic")),
                            names(rule.path("when")),
                            names(rule.path("mustHold")),
                            Map.copyOf(spared));
            if (apart.size() != 2
                    && duty.toxic().isEmpty()
                    && (duty.when().isEmpty() || duty.must().isEmpty())) {
                throw new IllegalArgumentException(
                        "charter: rule " + duty.id() + " says nothing that is known here");
            }
            duties.add(duty);
        }
        return List.copyOf(duties);
    }

    /** A time, or the end of a day in UTC. */
    private static Instant end(String text) {
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("charter: '" + text + "' is not a time", e);
        }
    }

    private static Set<String> names(JsonNode list) {
        Set<String> names = new LinkedHashSet<>();
        list.forEach(each -> names.add(each.asText()));
        return Set.copyOf(names);
    }

    private static Charter.Stage stage(JsonNode stage) {
        String name = stage.path("name").asText();
        int quorum = stage.path("quorum").asInt(1);
        if (quorum < 1) {
            throw new IllegalArgumentException(
                    "charter: the quorum of stage " + name + " is below 1");
        }
        if (!stage.path("resolver").asText().equals("policy")) {
            return stage(stage, name, quorum, Optional.empty());
        }
        JsonNode policy = stage.path("policy");
        Set<String> verdicts = new LinkedHashSet<>();
        policy.path("verdicts").forEach(verdict -> verdicts.add(verdict.asText()));
        if (policy.path("name").asText().isEmpty()
                || policy.path("version").asText().isEmpty()
                || verdicts.isEmpty()) {
            throw new IllegalArgumentException(
                    "charter: the rule of stage "
                            + name
                            + " has no name, no version or no verdicts");
        }
        return stage(
                stage,
                name,
                quorum,
                Optional.of(
                        new Charter.Rule(
                                policy.path("name").asText(),
                                policy.path("version").asText(),
                                Set.copyOf(verdicts))));
    }

    private static Charter.Stage stage(
            JsonNode stage, String name, int quorum, Optional<Charter.Rule> rule) {
        return new Charter.Stage(
                name,
                quorum,
                stage.path("share").asDouble(0),
                Math.max(1, stage.path("denyQuorum").asInt(1)),
                stage.path("denyShare").asDouble(0),
                Optional.ofNullable(stage.path("when").textValue()),
                rule,
                stage.path("authentication").has("passkey"),
                stepUp(stage.path("authentication")));
    }

    private static Optional<Charter.StepUp> stepUp(JsonNode authentication) {
        Optional<String> acr =
                Optional.of(authentication.path("acr").asText("")).filter(each -> !each.isEmpty());
        Optional<Duration> maxAge = duration(authentication, "maxAge");
        return acr.isEmpty() && maxAge.isEmpty()
                ? Optional.empty()
                : Optional.of(new Charter.StepUp(acr, maxAge));
    }

    /** A signed state of the log, for witnesses and auditors. */
    public static SpecificRecord published(Checkpoint checkpoint, String note, Instant now) {
        return CheckpointPublished.newBuilder()
                .setOrigin(checkpoint.origin())
                .setSize(checkpoint.size())
                .setRootHash(ByteBuffer.wrap(checkpoint.root().bytes()))
                .setNote(note)
                .setPublishedAt(now)
                .build();
    }

    /** The decision that a change has ended. */
    public static SpecificRecord closed(
            Story story, Charter charter, Closure.Ended ended, Instant now) {
        return ChangeClosed.newBuilder()
                .setChangeId(story.change())
                .setCharter(new CharterRef(charter.name(), charter.version(), charter.hash()))
                .setOutcome(Outcome.valueOf(ended.outcome().name()))
                .setProofs(
                        ended.proofs().stream()
                                .map(proof ->
                                        new Proof(proof.name(), proof.givenBy(), proof.words()))
                                .toList())
                .setHandoffs(
                        story.steps().stream()
                                .map(step ->
                                        new HandoffRef(
                                                step.sequence(),
                                                step.id(),
                                                step.type(),
                                                step.hash().hex()))
                                .toList())
                .setSummary(ended.words())
                .setClosedAt(now)
                .setMode(mode(story))
                .build();
    }

    /** The change has run its course and is not proved. */
    public static SpecificRecord refused(Story story, List<Closure.Missing> missing, Instant now) {
        return ClosureRefused.newBuilder()
                .setChangeId(story.change())
                .setMode(mode(story))
                .setMissing(
                        missing.stream()
                                .map(each ->
                                        new MissingProof(each.name(), each.owedBy(), each.words()))
                                .toList())
                .setDecidedAt(now)
                .build();
    }

    /** By who executed it; null where nothing was executed. */
    private static @Nullable Mode mode(Story story) {
        return story.executed()
                .filter(each -> !each.outcome().equals("REFUSED"))
                .map(each -> each.byPerson() ? Mode.ASSIST : Mode.OWN)
                .orElse(null);
    }

    /** The content of a change was erased, by a person or by the ledger itself. */
    public static SpecificRecord erased(UUID change, String by, String reason, Instant now) {
        boolean itself = by.equals(Service.EVIDENCE_LEDGER.id());
        return ContentErased.newBuilder()
                .setChangeId(change)
                .setErasedBy(new Actor(by, itself ? ActorKind.SERVICE : ActorKind.HUMAN, null))
                .setReason(reason)
                .setErasedAt(now)
                .build();
    }

    private static List<String> own(List<Candidate> candidates) {
        return candidates.stream()
                .filter(Candidate::getEligible)
                .filter(each -> each.getOnBehalfOf() == null)
                .map(Candidate::getId)
                .toList();
    }

    private static List<Story.Link> links(List<Candidate> candidates) {
        List<Story.Link> links = new ArrayList<>();
        for (Candidate each : candidates) {
            String from = each.getOnBehalfOf();
            if (each.getEligible() && from != null) {
                links.add(new Story.Link(each.getId(), from));
            }
        }
        return List.copyOf(links);
    }

    /** Each reason lists its sources, separated by commas. */
    private static List<String> sources(List<Candidate> candidates) {
        return candidates.stream()
                .filter(Candidate::getEligible)
                .filter(each -> each.getOnBehalfOf() == null)
                .flatMap(each -> Stream.of(each.getReason().split(", ", -1)))
                .distinct()
                .sorted()
                .toList();
    }

    private static List<String> eligible(List<Candidate> candidates) {
        return candidates.stream().filter(Candidate::getEligible).map(Candidate::getId).toList();
    }

    /** What a message says, in plain words; empty for what needs none. */
    public static String words(SpecificRecord record) {
        return switch (record) {
            case ChangeProposed proposed ->
                    proposed.getChange().getAction()
                            + " for "
                            + KeptChange.worker(proposed.getChange())
                                    .orElseGet(() ->
                                            "account "
                                                    + proposed.getChange().getSubject().getId()
                                                    + " of "
                                                    + proposed.getChange().getTarget())
                            + ", "
                            + proposed.getChange().getReason();
            case ReadinessJudged judged -> judged.getVerdict() + ": " + judged.getReason();
            case ApprovalRequested requested ->
                    "stage "
                            + requested.getStage()
                            + " asks "
                            + eligible(requested.getCandidates()).size()
                            + held(requested.getHeld());
            case ApprovalReassigned reassigned ->
                    "stage " + reassigned.getStage() + " moves" + held(reassigned.getHeld());
            case ApprovalDecided decided ->
                    // no stage was open where a rule or its proposer ended it before
                    (decided.getStage().isEmpty() ? "" : "stage " + decided.getStage() + ": ")
                            + decided.getDecision()
                            + (decided.getRefusal() == null
                                    ? why(decided.getReason())
                                    : " (" + decided.getRefusal() + ")");
            case ExecutionAuthorized authorized ->
                    "plan "
                            + authorized.getPlanHash().substring(0, 12)
                            + " authorized until "
                            + authorized.getExpiresAt()
                            + mode(authorized.getModeDecision());
            case ChangeExecuted executed -> executed.getOutcome() + ": " + executed.getReason();
            case GrantEnded ended -> "the grant has ended: " + ended.getReason();
            case ChangeClosed closed -> closed.getOutcome() + ": " + closed.getSummary();
            case ClosureRefused refused ->
                    "missing "
                            + String.join(
                                    ", ",
                                    refused.getMissing().stream()
                                            .map(MissingProof::getName)
                                            .toList());
            case ContentErased erased -> "content erased: " + erased.getReason();
            case AuthorityHalted halted ->
                    "halts " + words(halted.getScope()) + ": " + halted.getReason();
            case AuthorityResumed resumed ->
                    "resumes " + words(resumed.getScope()) + ": " + resumed.getReason();
            case PasskeyRegistered registered ->
                    registered.getPerson().getId() + " registered a passkey";
            case PasskeyRevoked revoked ->
                    "a passkey of " + revoked.getPerson().getId() + " is revoked";
            case DelegationGiven given ->
                    given.getDelegator().getId()
                            + " lets "
                            + given.getDelegate()
                            + " decide until "
                            + given.getUntil();
            case DelegationEnded ended ->
                    ended.getDelegate()
                            + " decides for "
                            + ended.getDelegator().getId()
                            + " no more";
            case BrakeApplied brake ->
                    "brake on "
                            + brake.getSource()
                            + ": "
                            + brake.getRule()
                            + ", "
                            + brake.getAffected()
                            + " of "
                            + brake.getAllowed()
                            + " allowed";
            case EmployeeDemoted demoted ->
                    "demoted under "
                            + demoted.getCharter().getName()
                            + ": "
                            + demoted.getChanges().size()
                            + " "
                            + demoted.getLimit()
                            + ", "
                            + demoted.getAllowed()
                            + " allowed";
            case EmployeePromoted promoted ->
                    "promoted under " + promoted.getCharter() + ": " + promoted.getReason();
            case BrakeReleased brake -> "brake " + brake.getOutcome() + ": " + brake.getReason();
            case CharterDrafted drafted ->
                    "charter "
                            + drafted.getCharter().getName()
                            + " "
                            + drafted.getCharter().getVersion()
                            + " drafted, needs "
                            + drafted.getNeeds();
            case CharterDecided decided ->
                    "charter "
                            + decided.getCharter().getName()
                            + " "
                            + decided.getCharter().getVersion()
                            + ": "
                            + decided.getDecision()
                            + (decided.getPart() == null ? "" : " as " + decided.getPart());
            default -> "";
        };
    }

    /** The mode, and what keeps it from being OWN. */
    private static String mode(@Nullable ModeDecision decided) {
        if (decided == null) {
            return "";
        }
        String fails =
                decided.getConditions().stream()
                        .filter(each -> !each.getHolds())
                        .map(each -> each.getName() + " (" + each.getReason() + ")")
                        .collect(Collectors.joining(", "));
        return ", in mode " + decided.getMode() + (fails.isEmpty() ? "" : ", for " + fails);
    }

    private static String words(Scope scope) {
        return (scope.getKind() + " " + scope.getOf()).strip();
    }

    private static String why(String reason) {
        return reason.isBlank() ? "" : ": " + reason.replaceAll("\\p{Cntrl}", " ").strip();
    }

    private static String held(@Nullable String held) {
        return held == null ? "" : ", held: " + held;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
