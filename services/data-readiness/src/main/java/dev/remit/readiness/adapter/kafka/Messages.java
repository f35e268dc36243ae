package dev.remit.readiness.adapter.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Received;
import dev.remit.readiness.domain.Charter;
import dev.remit.readiness.domain.Judgement;
import dev.remit.readiness.domain.Plan;
import dev.remit.readiness.domain.Request;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.CorrectionProvided;
import dev.remit.wire.v1.CorrectionRequested;
import dev.remit.wire.v1.FactJudgement;
import dev.remit.wire.v1.FactState;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import dev.remit.wire.v1.Subject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Between the wire and the domain. */
public final class Messages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Messages() {}

    /** The proposed change in a message, as it is kept; empty if the message proposes none. */
    public static Optional<byte[]> proposed(Received received) {
        return received.message() instanceof ChangeProposed proposed
                ? Optional.of(KeptChange.bytes(proposed.getChange()))
                : Optional.empty();
    }

    /**
     * What readiness needs to know of a change.
     *
     * @param kept the change as it is kept
     */
    public static Request request(byte[] kept) {
        Change change = KeptChange.read(kept);
        return new Request(
                change.getChangeId(),
                change.getCharter().getName(),
                change.getCharter().getHash(),
                change.getSubject().getSystem(),
                change.getSubject().getId(),
                change.getTarget(),
                change.getAction());
    }

    /**
     * What readiness needs to know of a charter.
     *
     * @throws IllegalArgumentException naming the path that does not read
     */
    public static Charter charter(dev.remit.handoff.directory.Charter published) {
        JsonNode spec;
        try {
            spec = JSON.readTree(published.document()).path("spec");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("charter " + published.name() + " is not JSON", e);
        }
        Set<String> systems = new HashSet<>();
        spec.at("/domain/systems").forEach(system -> systems.add(system.asText()));
        Map<String, List<String>> steps = new HashMap<>();
        for (JsonNode action : spec.at("/domain/actions")) {
            List<String> names = new ArrayList<>();
            action.path("steps").forEach(step -> names.add(step.asText()));
            steps.put(action.path("name").asText(), names);
        }
        List<Charter.Required> facts = new ArrayList<>();
        for (JsonNode fact : spec.at("/readiness/facts")) {
            facts.add(
                    new Charter.Required(
                            fact.path("name").asText(),
                            fact.has("maxAge")
                                    ? Optional.of(duration(fact, "maxAge"))
                                    : Optional.empty()));
        }
        return new Charter(
                published.name(),
                published.version(),
                published.hash(),
                systems,
                steps,
                facts,
                duration(spec.at("/readiness/hold"), "for"));
    }

    /** The verdict, handed on. */
    public static ReadinessJudged judged(byte[] change, Judgement judgement, Instant now) {
        return ReadinessJudged.newBuilder()
                .setChange(KeptChange.read(change))
                .setVerdict(ReadinessVerdict.valueOf(judgement.verdict().name()))
                .setFacts(judgement.facts().stream().map(Messages::fact).toList())
                .setAccount(judgement.account().map(Account::id).orElse(null))
                .setManager(judgement.manager().map(Account::id).orElse(null))
                .setPlan(
                        judgement
                                .plan()
                                .map(plan ->
                                        ByteBuffer.wrap(
                                                plan.json().getBytes(StandardCharsets.UTF_8)))
                                .orElse(null))
                .setPlanHash(judgement.plan().map(Plan::hash).orElse(null))
                .setReason(judgement.reason())
                .setJudgedAt(now)
                .build();
    }

    /** A question to people. */
    public static CorrectionRequested requested(
            UUID correction,
            Request request,
            String fact,
            String question,
            Instant now,
            Instant due) {
        return CorrectionRequested.newBuilder()
                .setCorrectionId(correction)
                .setChangeId(request.change())
                .setSubject(new Subject(request.subjectSystem(), request.subjectId()))
                .setFact(fact)
                .setQuestion(question)
                .setRequestedAt(now)
                .setDueAt(due)
                .build();
    }

    /** The answer. */
    public static CorrectionProvided provided(
            UUID correction,
            UUID change,
            String system,
            String subject,
            String fact,
            String value,
            String by,
            Instant now) {
        return CorrectionProvided.newBuilder()
                .setCorrectionId(correction)
                .setChangeId(change)
                .setSubject(new Subject(system, subject))
                .setFact(fact)
                .setValue(value)
                .setProvidedBy(Actor.newBuilder().setId(by).setKind(ActorKind.HUMAN).build())
                .setProvidedAt(now)
                .build();
    }

    private static FactJudgement fact(Judgement.Fact fact) {
        return FactJudgement.newBuilder()
                .setName(fact.name())
                .setState(FactState.valueOf(fact.state().name()))
                .setValue(fact.value().orElse(null))
                .setSource(fact.source())
                .setObservedAt(fact.observedAt().orElse(null))
                .setReason(fact.reason())
                .build();
    }

    private static Duration duration(JsonNode node, String name) {
        try {
            return Duration.parse(node.path(name).asText());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "charter: " + name + " is not an ISO 8601 duration", e);
        }
    }
}
