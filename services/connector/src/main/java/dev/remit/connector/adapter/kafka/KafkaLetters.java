package dev.remit.connector.adapter.kafka;

import dev.remit.connector.application.Brakes;
import dev.remit.connector.application.Letters;
import dev.remit.connector.application.Proposals;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Activity;
import dev.remit.connector.domain.Brake;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Draft;
import dev.remit.connector.domain.Entitlement;
import dev.remit.connector.domain.Occurrence;
import dev.remit.connector.domain.Proposal;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.SignIn;
import dev.remit.connector.domain.TrackRecord;
import dev.remit.connector.domain.Wish;
import dev.remit.connector.domain.WorkerEvent;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.Scopes;
import dev.remit.wire.v1.AccountFacts;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.Agent;
import dev.remit.wire.v1.AuthenticationContext;
import dev.remit.wire.v1.AuthorityHalted;
import dev.remit.wire.v1.AuthorityResumed;
import dev.remit.wire.v1.BrakeApplied;
import dev.remit.wire.v1.BrakeOutcome;
import dev.remit.wire.v1.BrakeReleased;
import dev.remit.wire.v1.BrakeRule;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.ChangeWithdrawn;
import dev.remit.wire.v1.CharterDecided;
import dev.remit.wire.v1.CharterDecision;
import dev.remit.wire.v1.CharterDrafted;
import dev.remit.wire.v1.CharterPart;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.EmployeeDemoted;
import dev.remit.wire.v1.EmployeePromoted;
import dev.remit.wire.v1.EntitlementFact;
import dev.remit.wire.v1.GroupFact;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.ObservationKind;
import dev.remit.wire.v1.ProposalRefused;
import dev.remit.wire.v1.Subject;
import dev.remit.wire.v1.TrackRecordLimit;
import dev.remit.wire.v1.WorkerEventType;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The connector's messages in Avro. */
@Singleton
public class KafkaLetters implements Letters {
    /** As whom the installation's configuration approves. */
    private static final String BOOTSTRAP = "policy:remit.charters.bootstrap";

    @Override
    public IdentityObserved of(WorkerEvent event, Instant now) {
        return observation(
                        "hr",
                        ObservationKind.WORKER_EVENT,
                        event.workerId(),
                        event.eventId(),
                        event.effectiveDate().atStartOfDay(ZoneOffset.UTC).toInstant(),
                        now)
                .setWorker(
                        dev.remit.wire.v1.WorkerEvent.newBuilder()
                                .setType(WorkerEventType.valueOf(event.type().name()))
                                .setEffectiveDate(event.effectiveDate())
                                .setReason(event.reason())
                                .build())
                .build();
    }

    @Override
    public IdentityObserved of(Account account, String system, Instant now) {
        return observation(system, ObservationKind.SNAPSHOT, account.id(), "snapshot", now, now)
                .setAccount(
                        AccountFacts.newBuilder()
                                .setEnabled(account.enabled())
                                .setWorkerId(account.workerId())
                                .setManagerWorkerId(account.managerWorkerId())
                                .setGroups(
                                        account.groups().stream()
                                                .map(group ->
                                                        GroupFact.newBuilder()
                                                                .setId(group.id())
                                                                .setPath(group.path())
                                                                .build())
                                                .toList())
                                .setRoles(account.roles())
                                .setLabel(account.label())
                                .setDirect(account.direct())
                                .setOwner(account.owner())
                                .build())
                .build();
    }

    @Override
    public IdentityObserved removed(String id, String system, Instant now) {
        return observation(system, ObservationKind.REMOVED, id, "removed", now, now).build();
    }

    @Override
    public IdentityObserved synced(
            String system, Optional<List<Entitlement>> entitlements, Instant now) {
        return observation(system, ObservationKind.SOURCE_SYNCED, system, "synced", now, now)
                .setEntitlements(
                        entitlements
                                .map(all ->
                                        all.stream()
                                                .map(each ->
                                                        new EntitlementFact(
                                                                each.name(),
                                                                each.gives(),
                                                                each.owner()))
                                                .toList())
                                .orElse(null))
                .build();
    }

    @Override
    public IdentityObserved of(Activity activity, String system, Instant now) {
        return observation(
                        system,
                        ObservationKind.ACTIVITY,
                        activity.account(),
                        activity.id(),
                        activity.at().truncatedTo(ChronoUnit.MICROS),
                        now)
                .setActivity(
                        dev.remit.wire.v1.Activity.newBuilder()
                                .setOperation(activity.operation())
                                .setResourceType(activity.resourceType())
                                .setResourcePath(activity.resourcePath())
                                .setActorId(activity.actorId())
                                .setClientId(activity.clientId())
                                .setChanged(activity.changed())
                                .build())
                .build();
    }

    @Override
    public IdentityObserved of(Occurrence occurrence, Instant now) {
        Map<String, String> said = new TreeMap<>();
        said.put("words", occurrence.words());
        occurrence.charter().ifPresent(charter -> said.put("charter", charter));
        return IdentityObserved.newBuilder()
                .setSource(occurrence.source())
                .setKind(ObservationKind.ACTIVITY)
                .setSubject(new Subject(occurrence.subjectSystem(), occurrence.subjectId()))
                .setSourceEventId(occurrence.id())
                .setOccurredAt(occurrence.at().truncatedTo(ChronoUnit.MICROS))
                .setObservedAt(now)
                .setActivity(
                        dev.remit.wire.v1.Activity.newBuilder()
                                .setOperation(occurrence.event().name())
                                .setResourceType("OCCURRENCE")
                                .setResourcePath(occurrence.resource().orElse(""))
                                .setActorId(occurrence.source())
                                .setClientId("")
                                .setChanged(said)
                                .build())
                .build();
    }

    @Override
    public CharterPublished charter(
            Draft draft, Collection<Draft.Approval> approvals, Instant now) {
        return CharterPublished.newBuilder()
                .setCharter(ref(draft))
                .setDocument(document(draft))
                .setPublishedBy(
                        Actor.newBuilder().setId("connector").setKind(ActorKind.SERVICE).build())
                .setPublishedAt(now)
                .setDraftId(draft.id())
                .setApprovals(approvals.stream().map(Draft.Approval::id).toList())
                .build();
    }

    @Override
    public CharterDrafted drafted(Draft draft) {
        return CharterDrafted.newBuilder()
                .setDraftId(draft.id())
                .setCharter(ref(draft))
                .setDocument(document(draft))
                .setPrevious(draft.previous().orElse(null))
                .setDraftedBy(
                        draft.drafter()
                                .map(each -> person(each.id()))
                                .orElseGet(() ->
                                        Actor.newBuilder()
                                                .setId("connector")
                                                .setKind(ActorKind.SERVICE)
                                                .build()))
                .setWorker(draft.drafter().map(Draft.Person::worker).orElse(null))
                .setOwner(draft.owner())
                .setNeeds(
                        draft.needs().stream()
                                .map(each -> CharterPart.valueOf(each.name()))
                                .toList())
                .setBecause(draft.because())
                .setReason(draft.reason())
                .setDraftedAt(draft.at())
                .setExpiresAt(draft.until())
                .build();
    }

    @Override
    public CharterDecided decided(
            Draft draft, Draft.Approval approval, Optional<SignIn> signIn, String reason) {
        return CharterDecided.newBuilder()
                .setDecisionId(approval.id())
                .setDraftId(draft.id())
                .setCharter(ref(draft))
                .setDecision(CharterDecision.APPROVED)
                .setPart(CharterPart.valueOf(approval.part().name()))
                .setDecidedBy(
                        approval.by()
                                .map(each -> person(each.id()))
                                .orElseGet(() ->
                                        Actor.newBuilder()
                                                .setId(BOOTSTRAP)
                                                .setKind(ActorKind.POLICY)
                                                .build()))
                .setWorker(approval.by().map(Draft.Person::worker).orElse(null))
                .setAuthentication(signIn.map(KafkaLetters::context).orElse(null))
                .setReason(reason)
                .setDecidedAt(approval.at())
                .build();
    }

    @Override
    public CharterDecided ended(
            Draft draft,
            UUID decision,
            Draft.End end,
            Optional<Draft.Person> by,
            Optional<SignIn> signIn) {
        return CharterDecided.newBuilder()
                .setDecisionId(decision)
                .setDraftId(draft.id())
                .setCharter(ref(draft))
                .setDecision(CharterDecision.valueOf(end.outcome().name()))
                .setDecidedBy(by.map(each -> person(each.id())).orElse(null))
                .setWorker(by.map(Draft.Person::worker).orElse(null))
                .setAuthentication(signIn.map(KafkaLetters::context).orElse(null))
                .setReason(end.reason())
                .setDecidedAt(end.at())
                .build();
    }

    private static CharterRef ref(Draft draft) {
        return new CharterRef(draft.name(), draft.version(), draft.hash());
    }

    private static ByteBuffer document(Draft draft) {
        return ByteBuffer.wrap(draft.document().getBytes(StandardCharsets.UTF_8));
    }

    private static AuthenticationContext context(SignIn signIn) {
        return AuthenticationContext.newBuilder()
                .setIssuer(signIn.issuer())
                .setTokenId(signIn.tokenId().orElse(null))
                .setAcr(signIn.acr().orElse(null))
                .setAuthenticatedAt(signIn.authenticatedAt().orElse(null))
                .setAmr(signIn.amr())
                .build();
    }

    @Override
    public ChangeProposed proposed(
            UUID change, Proposal proposal, @Nullable UUID triggeredBy, Instant now) {
        return ChangeProposed.newBuilder()
                .setChange(
                        Change.newBuilder()
                                .setChangeId(change)
                                .setCharter(
                                        new CharterRef(
                                                proposal.charter(),
                                                proposal.charterVersion(),
                                                proposal.charterHash()))
                                .setMode(Mode.valueOf(proposal.mode()))
                                .setSubject(
                                        new Subject(proposal.subjectSystem(), proposal.subjectId()))
                                .setTarget(proposal.target())
                                .setAction(proposal.action())
                                .setReason(proposal.reason())
                                .setProposer(actor(proposal.by()))
                                .setAgent(agent(proposal.by()))
                                .setProposedAt(now)
                                .build())
                .setTriggeredBy(triggeredBy)
                .build();
    }

    @Override
    public ProposalRefused refused(
            Wish wish, Charter.Refusal refusal, Optional<String> charterHash, Instant now) {
        return ProposalRefused.newBuilder()
                .setProposer(actor(wish.proposer()))
                .setAgent(agent(wish.proposer()))
                .setCharter(wish.charter())
                .setCharterHash(charterHash.orElse(null))
                .setSubject(new Subject(wish.subjectSystem(), wish.subjectId()))
                .setTarget(wish.target())
                .setAction(wish.action())
                .setCode(refusal.code())
                .setField(refusal.field())
                .setDetail(refusal.detail())
                .setRefusedAt(now)
                .build();
    }

    @Override
    public ProposalRefused refused(
            Draft draft, Proposer by, String what, String code, String detail, Instant now) {
        return ProposalRefused.newBuilder()
                .setProposer(actor(by))
                .setAgent(agent(by))
                .setCharter(draft.name())
                .setCharterHash(draft.hash())
                .setSubject(new Subject("charter-draft", draft.id().toString()))
                .setTarget("charter/" + draft.name())
                .setAction(what)
                .setCode(code)
                .setField(null)
                .setDetail(detail)
                .setRefusedAt(now)
                .build();
    }

    @Override
    public ChangeWithdrawn withdrawn(UUID change, Proposer by, String reason, Instant now) {
        return ChangeWithdrawn.newBuilder()
                .setChangeId(change)
                .setWithdrawnBy(actor(by))
                .setReason(reason)
                .setWithdrawnAt(now)
                .build();
    }

    @Override
    public AuthorityHalted halted(Halt halt) {
        return AuthorityHalted.newBuilder()
                .setHaltId(halt.id())
                .setScope(Scopes.wire(halt.scope()))
                .setHaltedBy(person(halt.by()))
                .setReason(halt.reason())
                .setHaltedAt(halt.since())
                .build();
    }

    @Override
    public AuthorityResumed resumed(Halt halt, String by, String reason, Instant at) {
        return AuthorityResumed.newBuilder()
                .setHaltId(halt.id())
                .setScope(Scopes.wire(halt.scope()))
                .setResumedBy(person(by))
                .setReason(reason)
                .setResumedAt(at)
                .build();
    }

    @Override
    public EmployeeDemoted demoted(Charter charter, Halt demotion, TrackRecord.Exceeded exceeded) {
        return EmployeeDemoted.newBuilder()
                .setDemotionId(demotion.id())
                .setCharter(new CharterRef(charter.name(), charter.version(), charter.hash()))
                .setEmployee(employee(charter))
                .setLimit(TrackRecordLimit.valueOf(exceeded.kind().name()))
                .setAllowed(exceeded.allowed())
                .setChanges(exceeded.changes())
                .setCountedFrom(exceeded.from())
                .setDemotedAt(demotion.since())
                .build();
    }

    @Override
    public EmployeePromoted promoted(
            Charter charter, Halt demotion, String by, String reason, Instant at) {
        return EmployeePromoted.newBuilder()
                .setDemotionId(demotion.id())
                .setCharter(charter.name())
                .setEmployee(employee(charter))
                .setPromotedBy(person(by))
                .setReason(reason)
                .setPromotedAt(at)
                .build();
    }

    private static Actor employee(Charter charter) {
        return Actor.newBuilder()
                .setId(charter.employee())
                .setKind(ActorKind.DIGITAL_EMPLOYEE)
                .setPrincipal(charter.principal())
                .build();
    }

    @Override
    public BrakeApplied braked(Brake brake) {
        return BrakeApplied.newBuilder()
                .setBrakeId(brake.id())
                .setRule(BrakeRule.valueOf(brake.trip().rule().name()))
                .setSource(brake.source())
                .setCharter(
                        brake.origin()
                                .map(origin ->
                                        new CharterRef(
                                                origin.charter(), origin.version(), origin.hash()))
                                .orElse(null))
                .setTrigger(brake.origin().map(Brake.Origin::event).orElse(null))
                .setAffected(brake.trip().affected())
                .setAllowed(brake.trip().allowed())
                .setPopulation(brake.trip().population().orElse(null))
                .setHeld(brake.held())
                .setRoles(Brake.ROLES)
                .setAppliedAt(brake.since())
                .build();
    }

    @Override
    public BrakeReleased released(Brake brake, Brakes.Ended end, long changes) {
        return BrakeReleased.newBuilder()
                .setBrakeId(brake.id())
                .setOutcome(BrakeOutcome.valueOf(end.outcome().name()))
                .setReleasedBy(
                        end.outcome() == Brake.Outcome.RECOVERED
                                ? Actor.newBuilder()
                                        .setId(end.by())
                                        .setKind(ActorKind.SERVICE)
                                        .build()
                                : person(end.by()))
                .setReason(end.reason())
                .setChanges(changes)
                .setReleasedAt(end.at())
                .build();
    }

    @Override
    public ProposalRefused discarded(Proposals.Standing held, Instant now) {
        Proposal proposal = held.proposal();
        return refused(
                new Wish(
                        proposal.charter(),
                        proposal.subjectSystem(),
                        proposal.subjectId(),
                        proposal.target(),
                        proposal.action(),
                        proposal.reason(),
                        proposal.by()),
                new Charter.Refusal(
                        409,
                        "subject",
                        "BRAKE_DISCARDED",
                        "change "
                                + held.change()
                                + " was held by brake "
                                + held.brake().map(UUID::toString).orElse("")
                                + " and discarded with it"),
                Optional.of(proposal.charterHash()),
                now);
    }

    private static Actor person(String id) {
        return Actor.newBuilder().setId(id).setKind(ActorKind.HUMAN).build();
    }

    private static Actor actor(Proposer proposer) {
        return Actor.newBuilder()
                .setId(proposer.id())
                .setKind(ActorKind.valueOf(proposer.kind().name()))
                .setPrincipal(proposer.principal().orElse(null))
                .build();
    }

    private static @Nullable Agent agent(Proposer proposer) {
        return proposer.agent()
                .map(agent ->
                        Agent.newBuilder()
                                .setClient(agent.client())
                                .setModel(agent.model().orElse(null))
                                .setTraceHash(agent.traceHash().orElse(null))
                                .build())
                .orElse(null);
    }

    private static IdentityObserved.Builder observation(
            String system,
            ObservationKind kind,
            String id,
            String eventId,
            Instant occurredAt,
            Instant now) {
        return IdentityObserved.newBuilder()
                .setSource(system)
                .setKind(kind)
                .setSubject(new Subject(system, id))
                .setSourceEventId(eventId)
                .setOccurredAt(occurredAt)
                .setObservedAt(now);
    }
}
