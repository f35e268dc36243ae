package dev.remit.ledger.adapter.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.ApprovalReassigned;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.Candidate;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeClosed;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.CheckpointPublished;
import dev.remit.wire.v1.ClosureRefused;
import dev.remit.wire.v1.DeadLettered;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.HandoffRef;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.MissingProof;
import dev.remit.wire.v1.ObservationKind;
import dev.remit.wire.v1.Proof;
import dev.remit.wire.v1.ReadinessJudged;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Between the wire and the story of a change. */
public final class Stories {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Stories() {}

    /**
     * A verified message.
     *
     * @param hash see {@link dev.remit.handoff.seal.Seal#hash}
     */
    public record Message(Envelope envelope, Hash hash, SpecificRecord record) {}

    /**
     * The story that these messages tell: the handoffs of one change, and activities on its
     * account.
     *
     * @return empty if the proposal is not among them
     */
    public static Optional<Story> of(List<Message> messages) {
        List<Message> chain =
                messages.stream()
                        .filter(each -> each.envelope().sequence() > 0)
                        .sorted(Comparator.comparingInt(each -> each.envelope().sequence()))
                        .toList();
        if (chain.isEmpty() || !(chain.getFirst().record() instanceof ChangeProposed proposed)) {
            return Optional.empty();
        }
        Change change = proposed.getChange();
        List<Story.Step> steps = new ArrayList<>();
        List<Story.Requested> requests = new ArrayList<>();
        List<Story.Decision> decisions = new ArrayList<>();
        Optional<Story.Readiness> readiness = Optional.empty();
        Optional<Story.Authorized> authorized = Optional.empty();
        Optional<Story.Executed> executed = Optional.empty();
        for (Message message : chain) {
            UUID id = message.envelope().id();
            switch (message.record()) {
                case ReadinessJudged judged ->
                        readiness =
                                Optional.of(
                                        new Story.Readiness(
                                                id,
                                                judged.getVerdict().name(),
                                                Optional.ofNullable(judged.getAccount()),
                                                Optional.ofNullable(judged.getPlanHash()),
                                                judged.getReason()));
                case ApprovalRequested requested ->
                        requests.add(
                                new Story.Requested(
                                        requested.getStage(),
                                        requested.getQuorum(),
                                        Optional.ofNullable(requested.getHeld()),
                                        eligible(requested.getCandidates()),
                                        requested.getPlanHash()));
                case ApprovalReassigned reassigned ->
                        requests.add(
                                new Story.Requested(
                                        reassigned.getStage(),
                                        0,
                                        Optional.ofNullable(reassigned.getHeld()),
                                        eligible(reassigned.getCandidates()),
                                        ""));
                case ApprovalDecided decided ->
                        decisions.add(
                                new Story.Decision(
                                        id,
                                        decided.getStage(),
                                        decided.getDecision().name(),
                                        Optional.ofNullable(decided.getDecidedBy())
                                                .map(each -> each.getId()),
                                        decided.getPlanHash(),
                                        Optional.ofNullable(decided.getRefusal())));
                case ExecutionAuthorized granted ->
                        authorized =
                                Optional.of(
                                        new Story.Authorized(
                                                granted.getAuthorizationId(),
                                                granted.getAccount(),
                                                granted.getPlanHash(),
                                                Hash.sha256(bytes(granted.getPlan())).hex(),
                                                List.copyOf(granted.getApprovals()),
                                                granted.getAuthorizedAt(),
                                                granted.getExpiresAt()));
                case ChangeExecuted report ->
                        executed =
                                Optional.of(
                                        new Story.Executed(
                                                id,
                                                report.getExecutor().getId(),
                                                report.getOutcome().name(),
                                                report.getPlanHash(),
                                                report.getReadBackMatches(),
                                                report.getReason(),
                                                report.getStartedAt(),
                                                report.getCompletedAt()));
                default -> {}
            }
            steps.add(
                    new Story.Step(
                            message.envelope().sequence(),
                            id,
                            message.envelope().handoff().recordName(),
                            message.envelope().source().id(),
                            message.envelope().time(),
                            message.hash().hex(),
                            words(message.record())));
        }
        List<Story.Activity> activities =
                messages.stream().flatMap(message -> activity(message).stream()).toList();
        return Optional.of(
                new Story(
                        change.getChangeId(),
                        change.getCharter().getName(),
                        change.getCharter().getHash(),
                        change.getSubject().getSystem() + ":" + change.getSubject().getId(),
                        change.getSubject().getId(),
                        new Story.Actor(
                                change.getProposer().getId(),
                                Optional.ofNullable(change.getProposer().getPrincipal())),
                        steps,
                        readiness,
                        requests,
                        decisions,
                        authorized,
                        executed,
                        activities));
    }

    /** The account that an activity was observed on. */
    public static Optional<Story.Activity> activity(Message message) {
        if (message.record() instanceof IdentityObserved observed
                && observed.getKind() == ObservationKind.ACTIVITY
                && observed.getActivity() != null) {
            return Optional.of(
                    new Story.Activity(
                            message.envelope().id(),
                            observed.getSubject().getId(),
                            observed.getActivity().getOperation(),
                            observed.getActivity().getActorId(),
                            observed.getOccurredAt(),
                            observed.getActivity().getChanged()));
        }
        return Optional.empty();
    }

    /**
     * What the ledger needs of a published charter.
     *
     * @throws IllegalArgumentException if its hash does not fit its document, or it does not read
     */
    private static Charter charter(CharterPublished published) {
        byte[] document = bytes(published.getDocument());
        if (!Hash.sha256(document).hex().equals(published.getCharter().getHash())) {
            throw new IllegalArgumentException("charter: its hash does not fit its document");
        }
        JsonNode spec;
        try {
            spec = JSON.readTree(new String(document, StandardCharsets.UTF_8)).path("spec");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("charter: is not JSON", e);
        }
        List<Charter.Stage> stages = new ArrayList<>();
        spec.at("/approval/stages")
                .forEach(stage ->
                        stages.add(
                                new Charter.Stage(
                                        stage.path("name").asText(),
                                        stage.path("quorum").asInt(1))));
        List<String> proofs = new ArrayList<>();
        spec.path("proof").forEach(proof -> proofs.add(proof.asText()));
        if (stages.isEmpty() || proofs.isEmpty()) {
            throw new IllegalArgumentException("charter: asks for no approval or no proof");
        }
        return new Charter(
                published.getCharter().getName(),
                published.getCharter().getVersion(),
                published.getCharter().getHash(),
                List.copyOf(stages),
                List.copyOf(proofs));
    }

    /** The charter that a message publishes, as {@link #charter(CharterPublished)} reads it. */
    public static Optional<Charter> charter(Message message) {
        return message.record() instanceof CharterPublished published
                ? Optional.of(charter(published))
                : Optional.empty();
    }

    /** Hash of the charter that a message publishes. */
    public static Optional<String> charterHash(Message message) {
        return message.record() instanceof CharterPublished published
                ? Optional.of(published.getCharter().getHash())
                : Optional.empty();
    }

    /**
     * What a closure says.
     *
     * @param handoffs the handoffs it lists: sequence, id, type and hash, separated by spaces
     * @param proofs the messages that gave its proofs
     */
    public record Claimed(UUID change, String outcome, List<String> handoffs, List<UUID> proofs) {}

    /** What a message says of its change's end; empty if it does not close one. */
    public static Optional<Claimed> claimed(Message message) {
        return message.record() instanceof ChangeClosed closed
                ? Optional.of(
                        new Claimed(
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
                                closed.getProofs().stream().map(Proof::getGivenBy).toList()))
                : Optional.empty();
    }

    /** Input that could not be processed. */
    public record SetAside(
            String code, String reason, String origin, String reportedBy, Instant at) {}

    /** What a message says was set aside; empty if it says something else. */
    public static Optional<SetAside> setAside(Message message) {
        return message.record() instanceof DeadLettered letter
                ? Optional.of(
                        new SetAside(
                                letter.getCode(),
                                letter.getReason(),
                                letter.getOrigin(),
                                letter.getReportedBy(),
                                letter.getAt()))
                : Optional.empty();
    }

    /** A signed state of the log, for witnesses and auditors. */
    public static CheckpointPublished published(Checkpoint checkpoint, String note, Instant now) {
        return CheckpointPublished.newBuilder()
                .setOrigin(checkpoint.origin())
                .setSize(checkpoint.size())
                .setRootHash(ByteBuffer.wrap(checkpoint.root().bytes()))
                .setNote(note)
                .setPublishedAt(now)
                .build();
    }

    /** The decision that a change has ended. */
    public static ChangeClosed closed(
            Story story,
            Charter charter,
            dev.remit.ledger.domain.Closure.Ended ended,
            Instant now) {
        return ChangeClosed.newBuilder()
                .setChangeId(story.change())
                .setCharter(
                        new dev.remit.wire.v1.CharterRef(
                                charter.name(), charter.version(), charter.hash()))
                .setOutcome(dev.remit.wire.v1.Outcome.valueOf(ended.outcome().name()))
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
                                                step.hash()))
                                .toList())
                .setSummary(ended.words())
                .setClosedAt(now)
                .build();
    }

    /** The change has run its course and is not proved. */
    public static ClosureRefused refused(
            UUID change, List<dev.remit.ledger.domain.Closure.Missing> missing, Instant now) {
        return ClosureRefused.newBuilder()
                .setChangeId(change)
                .setMissing(
                        missing.stream()
                                .map(each ->
                                        new MissingProof(each.name(), each.owedBy(), each.words()))
                                .toList())
                .setDecidedAt(now)
                .build();
    }

    private static List<String> eligible(List<Candidate> candidates) {
        return candidates.stream().filter(Candidate::getEligible).map(Candidate::getId).toList();
    }

    private static String words(SpecificRecord record) {
        return switch (record) {
            case ChangeProposed proposed ->
                    proposed.getChange().getAction()
                            + " for "
                            + proposed.getChange().getSubject().getId()
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
                    "stage "
                            + decided.getStage()
                            + ": "
                            + decided.getDecision()
                            + (decided.getRefusal() == null
                                    ? ""
                                    : " (" + decided.getRefusal() + ")");
            case ExecutionAuthorized authorized ->
                    "plan "
                            + authorized.getPlanHash().substring(0, 12)
                            + " authorized until "
                            + authorized.getExpiresAt();
            case ChangeExecuted executed -> executed.getOutcome() + ": " + executed.getReason();
            case ChangeClosed closed -> closed.getOutcome() + ": " + closed.getSummary();
            case ClosureRefused refused ->
                    "missing "
                            + String.join(
                                    ", ",
                                    refused.getMissing().stream()
                                            .map(MissingProof::getName)
                                            .toList());
            default -> "";
        };
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
