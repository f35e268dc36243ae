package dev.remit.readiness.adapter.kafka;

import dev.remit.handoff.Ids;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.readiness.application.Letters;
import dev.remit.readiness.domain.Correction;
import dev.remit.readiness.domain.Judgement;
import dev.remit.readiness.domain.Outcome.Happening;
import dev.remit.readiness.domain.Outcome.Refused;
import dev.remit.readiness.domain.Plan;
import dev.remit.readiness.domain.Proposal;
import dev.remit.readiness.domain.Request;
import dev.remit.readiness.domain.Withdrawal;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.ChangeWithdrawn;
import dev.remit.wire.v1.CorrectionProvided;
import dev.remit.wire.v1.CorrectionRequested;
import dev.remit.wire.v1.FactJudgement;
import dev.remit.wire.v1.FactState;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import dev.remit.wire.v1.Subject;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Between the wire and the domain. */
@Singleton
public class AvroLetters implements Letters {
    /**
     * What readiness needs to know of a change.
     *
     * @param kept the change as it is kept
     */
    public static Request request(byte[] kept) {
        return request(KeptChange.read(kept));
    }

    @Override
    public List<Proposal> proposals(List<Received> batch) {
        return batch.stream()
                .flatMap(received ->
                        received.message() instanceof ChangeProposed proposed
                                ? Stream.of(
                                        new Proposal(
                                                request(proposed.getChange()),
                                                received.envelope().id(),
                                                KeptChange.bytes(proposed.getChange())))
                                : Stream.empty())
                .toList();
    }

    @Override
    public List<Withdrawal> withdrawals(List<Received> batch) {
        return batch.stream()
                .flatMap(received ->
                        received.message() instanceof ChangeWithdrawn withdrawn
                                ? Stream.of(
                                        new Withdrawal(
                                                withdrawn.getChangeId(),
                                                received.envelope().id(),
                                                withdrawn.getWithdrawnBy().getId(),
                                                withdrawn.getWithdrawnBy().getKind().name(),
                                                Optional.ofNullable(
                                                        withdrawn.getWithdrawnBy().getPrincipal()),
                                                withdrawn.getReason()))
                                : Stream.empty())
                .toList();
    }

    @Override
    public void tell(Proposal proposal, List<Happening> happenings, Outbox outbox) {
        for (Happening happening : happenings) {
            switch (happening) {
                case Happening.Judged judged ->
                        outbox.handOn(
                                proposal.change(),
                                judged(proposal.kept(), judged.judgement(), outbox.now()),
                                judged.cause());
                case Happening.Ended(Withdrawal withdrawal, List<Judgement.Fact> facts) ->
                        outbox.handOn(
                                proposal.change(),
                                withdrawn(proposal.kept(), withdrawal, facts, outbox.now()),
                                withdrawal.message());
                case Happening.Relayed(Withdrawal withdrawal) ->
                        outbox.publish(
                                Ids.derived(withdrawal.message(), "relayed"),
                                proposal.change().toString(),
                                withdrawn(proposal.kept(), withdrawal, List.of(), outbox.now()),
                                proposal.change(),
                                withdrawal.message());
                case Happening.Asked(Correction asked) ->
                        outbox.publish(
                                Correction.requested(asked.id()),
                                asked.subjectId(),
                                requested(asked),
                                proposal.change(),
                                proposal.message());
                case Happening.Answered answered ->
                        outbox.publish(
                                Correction.provided(answered.correction()),
                                proposal.request().subjectId(),
                                provided(answered, proposal.request(), outbox.now()),
                                proposal.change(),
                                Correction.requested(answered.correction()));
            }
        }
    }

    @Override
    public void setAside(Received received, Refused refused, Outbox outbox) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        received.envelope()
                .headers()
                .forEach(
                        (name, value) -> headers.put(name, value.getBytes(StandardCharsets.UTF_8)));
        outbox.deadLetter(
                refused.refusal().name(),
                refused.reason(),
                received.topic() + "[" + received.partition() + "]@" + received.offset(),
                received.envelope().subject(),
                headers,
                received.payload());
    }

    private static Request request(Change change) {
        return new Request(
                change.getChangeId(),
                change.getCharter().getName(),
                change.getCharter().getHash(),
                change.getSubject().getSystem(),
                change.getSubject().getId(),
                change.getTarget(),
                change.getAction(),
                Scopes.of(change),
                proposers(change.getProposer()));
    }

    private static Set<String> proposers(Actor proposer) {
        return Stream.of(proposer.getId(), proposer.getPrincipal())
                .filter(Objects::nonNull)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static ReadinessJudged judged(byte[] change, Judgement judgement, Instant now) {
        return ReadinessJudged.newBuilder()
                .setChange(KeptChange.read(change))
                .setVerdict(ReadinessVerdict.valueOf(judgement.verdict().name()))
                .setFacts(judgement.facts().stream().map(AvroLetters::fact).toList())
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

    private static ReadinessJudged withdrawn(
            byte[] change, Withdrawal withdrawal, List<Judgement.Fact> facts, Instant now) {
        return ReadinessJudged.newBuilder()
                .setChange(KeptChange.read(change))
                .setVerdict(ReadinessVerdict.WITHDRAWN)
                .setFacts(facts.stream().map(AvroLetters::fact).toList())
                .setWithdrawal(
                        new dev.remit.wire.v1.Withdrawal(
                                Actor.newBuilder()
                                        .setId(withdrawal.by())
                                        .setKind(ActorKind.valueOf(withdrawal.kind()))
                                        .setPrincipal(withdrawal.principal().orElse(null))
                                        .build(),
                                withdrawal.reason()))
                .setReason(withdrawal.words())
                .setJudgedAt(now)
                .build();
    }

    private static CorrectionRequested requested(Correction asked) {
        return CorrectionRequested.newBuilder()
                .setCorrectionId(asked.id())
                .setChangeId(asked.change())
                .setSubject(new Subject(asked.subjectSystem(), asked.subjectId()))
                .setFact(asked.fact())
                .setQuestion(asked.question())
                .setRequestedAt(asked.requestedAt())
                .setDueAt(asked.dueAt())
                .build();
    }

    private static CorrectionProvided provided(
            Happening.Answered answered, Request request, Instant now) {
        return CorrectionProvided.newBuilder()
                .setCorrectionId(answered.correction())
                .setChangeId(request.change())
                .setSubject(new Subject(request.subjectSystem(), request.subjectId()))
                .setFact(answered.fact())
                .setValue(answered.value())
                .setProvidedBy(
                        Actor.newBuilder().setId(answered.by()).setKind(ActorKind.HUMAN).build())
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
}
