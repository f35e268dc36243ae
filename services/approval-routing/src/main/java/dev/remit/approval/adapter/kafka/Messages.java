package dev.remit.approval.adapter.kafka;

import dev.remit.approval.application.AccessViolations;
import dev.remit.approval.application.Delegations;
import dev.remit.approval.application.Passkeys;
import dev.remit.approval.domain.About;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Basis;
import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Charter.Policy;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Delegation;
import dev.remit.approval.domain.Duty;
import dev.remit.approval.domain.Happened;
import dev.remit.approval.domain.Parties;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Signing;
import dev.remit.approval.domain.Snapshot;
import dev.remit.approval.domain.Violation;
import dev.remit.handoff.Ids;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.passkey.Assertion;
import dev.remit.wire.v1.AccessViolationEnded;
import dev.remit.wire.v1.AccessViolationFound;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.Amendment;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.ApprovalReassigned;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.AuthenticationContext;
import dev.remit.wire.v1.BarredExecutor;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.DecisionBinding;
import dev.remit.wire.v1.DelegationEnded;
import dev.remit.wire.v1.DelegationGiven;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.ModeCondition;
import dev.remit.wire.v1.ModeDecision;
import dev.remit.wire.v1.PasskeyAssertion;
import dev.remit.wire.v1.PasskeyRegistered;
import dev.remit.wire.v1.PasskeyRevoked;
import dev.remit.wire.v1.PolicyRef;
import dev.remit.wire.v1.ProtectedEntitlement;
import dev.remit.wire.v1.RuleExemption;
import dev.remit.wire.v1.RuleViolation;
import dev.remit.wire.v1.Subject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Between the wire and the domain. */
public final class Messages {
    private Messages() {}

    /**
     * Who has a part in a change before anybody approves.
     *
     * @param kept the change as it is kept
     */
    public static Parties parties(byte[] kept, String account) {
        return parties(KeptChange.read(kept), account);
    }

    static Parties parties(Change change, String account) {
        return new Parties(
                change.getProposer().getId(),
                Optional.ofNullable(change.getProposer().getPrincipal()),
                account,
                KeptChange.worker(change).orElse(""));
    }

    /**
     * What a change is about.
     *
     * @param kept the change as it is kept
     */
    public static About about(byte[] kept) {
        return about(KeptChange.read(kept));
    }

    static About about(Change change) {
        return new About(
                change.getCharter().getName(),
                change.getAction(),
                change.getTarget(),
                change.getReason(),
                change.getMode().name(),
                KeptChange.hash(change));
    }

    static ApprovalRequested requested(UUID change, Happened.Requested requested, Instant now) {
        return ApprovalRequested.newBuilder()
                .setChangeId(change)
                .setStage(requested.stage())
                .setQuorum(requested.quorum())
                .setCandidates(candidates(requested.candidates()))
                .setHeld(requested.held().orElse(null))
                .setPlanHash(requested.planHash())
                .setRequestedAt(now)
                .setExpiresAt(requested.until())
                .setDenials(requested.denials())
                .setDropped(requested.dropped())
                .setViolations(requested.violations().stream().map(Messages::violation).toList())
                .setExemptions(exemptions(requested.spared()))
                .build();
    }

    /** Somebody holds what a rule forbids. */
    static AccessViolationFound found(AccessViolations.Found found) {
        return AccessViolationFound.newBuilder()
                .setViolationId(found.id())
                .setWorker(found.worker())
                .setCharter(
                        new CharterRef(
                                found.charter().name(),
                                found.charter().version(),
                                found.charter().hash()))
                .setViolation(violation(found.violation()))
                .setAccounts(
                        found.accounts().stream()
                                .map(each -> each.split(" ", 2))
                                .map(parts -> new Subject(parts[0], parts[1]))
                                .toList())
                .setHeld(List.copyOf(found.held()))
                .setFoundAt(found.at())
                .build();
    }

    /** That is over. */
    static AccessViolationEnded ended(AccessViolations.Ended ended, Instant now) {
        return AccessViolationEnded.newBuilder()
                .setViolationId(ended.violation().id())
                .setWorker(ended.violation().key().worker())
                .setRule(ended.violation().key().rule())
                .setReason(ended.reason())
                .setEndedAt(now)
                .build();
    }

    static RuleViolation violation(Violation violation) {
        return new RuleViolation(
                violation.rule(),
                violation.version(),
                violation.owner(),
                violation.facts(),
                violation.remedy(),
                violation.source());
    }

    private static List<RuleExemption> exemptions(List<Duty.Spared> spared) {
        return spared.stream()
                .map(each ->
                        new RuleExemption(
                                each.rule().name(),
                                each.rule().version(),
                                each.exemption().subject(),
                                each.facts(),
                                each.exemption().control(),
                                each.exemption().owner(),
                                each.exemption().until()))
                .toList();
    }

    static ApprovalReassigned reassigned(UUID change, Happened.Reassigned reassigned, Instant now) {
        return ApprovalReassigned.newBuilder()
                .setChangeId(change)
                .setStage(reassigned.stage())
                .setFrom(
                        reassigned.before().stream()
                                .filter(Candidate::eligible)
                                .map(Candidate::id)
                                .distinct()
                                .toList())
                .setCandidates(candidates(reassigned.now()))
                .setHeld(reassigned.held().orElse(null))
                .setReason(reassigned.why())
                .setReassignedAt(now)
                .setQuorum(reassigned.quorum())
                .setDropped(reassigned.dropped())
                .setExpiresAt(reassigned.until())
                .build();
    }

    static ApprovalDecided decided(UUID change, Happened.Decided decided) {
        Decision decision = decided.decision();
        ActorKind kind = decided.policy().isPresent() ? ActorKind.POLICY : ActorKind.HUMAN;
        return ApprovalDecided.newBuilder()
                .setChangeId(change)
                .setStage(decision.stageName())
                .setDecision(wire(decision.kind()))
                .setDecidedBy(
                        decision.by()
                                .map(id -> Actor.newBuilder().setId(id).setKind(kind).build())
                                .orElse(null))
                .setOnBehalfOf(decision.onBehalfOf().orElse(null))
                .setReason(decision.reason())
                .setRefusal(decision.refusal().orElse(null))
                .setPlanHash(decided.planHash())
                .setAuthentication(decided.authentication().map(Messages::context).orElse(null))
                .setPolicy(decided.policy().map(Messages::policy).orElse(null))
                .setDecidedAt(decision.at())
                .setCondition(decided.condition().orElse(null))
                .setBinding(decided.standing().map(each -> binding(each, decision)).orElse(null))
                .setAssertion(decided.signature().map(Messages::assertion).orElse(null))
                .setAmendment(decided.amendment().map(Messages::amendment).orElse(null))
                .build();
    }

    static ExecutionAuthorized authorized(
            Happened.Authorized authorized, List<UUID> approvals, Instant now) {
        Ready ready = authorized.ready();
        return ExecutionAuthorized.newBuilder()
                .setChange(KeptChange.read(ready.kept()))
                .setAuthorizationId(Ids.derived(ready.change(), "authorization"))
                .setAccount(ready.parties().account())
                .setPlan(ByteBuffer.wrap(ready.plan()))
                .setPlanHash(ready.planHash())
                .setApprovals(List.copyOf(approvals))
                .setApprovers(authorized.approvers())
                .setMayNotExecute(
                        authorized.barred().stream()
                                .map(each ->
                                        new BarredExecutor(
                                                each.person(),
                                                each.rule(),
                                                each.reason(),
                                                each.worker().orElse(null)))
                                .toList())
                .setProofs(authorized.proofs())
                .setAuthorizedAt(now)
                .setExpiresAt(authorized.until())
                .setHeldAfterwards(authorized.held().orElse(null))
                .setModeDecision(mode(authorized.mode()))
                .setProtectedEntitlements(
                        authorized.keepings().stream()
                                .map(each ->
                                        new ProtectedEntitlement(
                                                each.entitlement().system(),
                                                each.entitlement().path(),
                                                each.lost(),
                                                each.keepers(),
                                                now))
                                .toList())
                .setExemptions(exemptions(authorized.spared()))
                .setProposerWorker(authorized.workers().proposer().orElse(null))
                .setPrincipalWorker(authorized.workers().principal().orElse(null))
                .setNotBefore(ready.effect().notBefore().orElse(null))
                .build();
    }

    private static Amendment amendment(Happened.Amendment amendment) {
        return Amendment.newBuilder()
                .setPreviousPlanHash(amendment.before())
                .setPlan(ByteBuffer.wrap(amendment.plan()))
                .setDuration(amendment.terms().duration().map(Duration::toString).orElse(null))
                .setNotBefore(amendment.terms().notBefore().orElse(null))
                .build();
    }

    private static PasskeyAssertion assertion(Signing.Signature signature) {
        Assertion assertion = signature.assertion();
        return new PasskeyAssertion(
                signature.passkey(),
                assertion.credentialId(),
                ByteBuffer.wrap(assertion.authenticatorData()),
                ByteBuffer.wrap(assertion.clientData()),
                ByteBuffer.wrap(assertion.signature()));
    }

    /** Somebody may decide in another's place. */
    static DelegationGiven delegated(Delegations.Kept kept, Authentication authentication) {
        Delegation delegation = kept.delegation();
        return DelegationGiven.newBuilder()
                .setDelegationId(delegation.id())
                .setDelegator(human(delegation.from()))
                .setDelegate(delegation.to())
                .setCharters(delegation.charters().stream().sorted().toList())
                .setSince(delegation.since())
                .setUntil(delegation.until())
                .setReason(kept.reason())
                .setAuthentication(context(authentication))
                .setGivenAt(kept.madeAt())
                .build();
    }

    /** They may not any more, before its time. */
    static DelegationEnded ended(
            Delegations.Kept kept, String by, Authentication authentication, Instant now) {
        return DelegationEnded.newBuilder()
                .setDelegationId(kept.delegation().id())
                .setDelegator(human(kept.delegation().from()))
                .setDelegate(kept.delegation().to())
                .setEndedBy(human(by))
                .setAuthentication(context(authentication))
                .setEndedAt(now)
                .build();
    }

    /** A person's new passkey. */
    static PasskeyRegistered registered(Passkeys.Kept kept, Authentication authentication) {
        return PasskeyRegistered.newBuilder()
                .setPasskeyId(kept.id())
                .setPerson(human(kept.key().person()))
                .setCredentialId(kept.key().credentialId())
                .setRelyingParty(kept.key().rpId())
                .setPublicKey(ByteBuffer.wrap(kept.key().publicKey()))
                .setAlgorithm(kept.key().algorithm())
                .setAaguid(kept.aaguid())
                .setAuthentication(context(authentication))
                .setRegisteredAt(kept.since())
                .build();
    }

    /** A passkey that signs nothing any more. */
    static PasskeyRevoked revoked(Passkeys.Kept kept, String by, String reason, Instant now) {
        return PasskeyRevoked.newBuilder()
                .setPasskeyId(kept.id())
                .setPerson(human(kept.key().person()))
                .setRevokedBy(human(by))
                .setReason(reason)
                .setRevokedAt(now)
                .build();
    }

    private static Actor human(String id) {
        return Actor.newBuilder().setId(id).setKind(ActorKind.HUMAN).build();
    }

    private static ModeDecision mode(dev.remit.approval.domain.ModeDecision decided) {
        return new ModeDecision(
                decided.isOwn() ? Mode.OWN : Mode.ASSIST,
                decided.conditions().stream()
                        .map(each -> new ModeCondition(each.name(), each.holds(), each.reason()))
                        .toList());
    }

    private static DecisionBinding binding(Happened.Standing standing, Decision decision) {
        return DecisionBinding.newBuilder()
                .setChangeHash(standing.changeHash())
                .setCharterHash(standing.charterHash())
                .setRouteHash(standing.routeHash())
                .setNonce(standing.nonce())
                .setNotBefore(standing.notBefore())
                .setExpiresAt(standing.expiresAt())
                .setWorker(decision.worker().orElse(null))
                .setDelegatorWorker(decision.delegatorWorker().orElse(null))
                .setRisk(standing.risk().orElse(null))
                .setLabel(decision.decider().map(Snapshot::label).orElse(""))
                .setRoles(decision.decider().map(Snapshot::roles).orElse(List.of()))
                .setUnits(decision.decider().map(Snapshot::units).orElse(List.of()))
                .setDelegatorLabel(decision.delegator().map(Snapshot::label).orElse(null))
                .setDelegatorRoles(decision.delegator().map(Snapshot::roles).orElse(List.of()))
                .setDelegatorUnits(decision.delegator().map(Snapshot::units).orElse(List.of()))
                .build();
    }

    private static dev.remit.wire.v1.Decision wire(Decision.Kind kind) {
        return switch (kind) {
            case APPROVED -> dev.remit.wire.v1.Decision.APPROVED;
            case DENIED -> dev.remit.wire.v1.Decision.DENIED;
            case EXPIRED -> dev.remit.wire.v1.Decision.EXPIRED;
            case REFUSED -> dev.remit.wire.v1.Decision.REFUSED;
            case HALTED -> dev.remit.wire.v1.Decision.HALTED;
            case PASSED_OVER -> dev.remit.wire.v1.Decision.PASSED_OVER;
            case QUESTIONED -> dev.remit.wire.v1.Decision.QUESTIONED;
            case ANSWERED -> dev.remit.wire.v1.Decision.ANSWERED;
            case WITHDRAWN -> dev.remit.wire.v1.Decision.WITHDRAWN;
            case SENT_BACK -> dev.remit.wire.v1.Decision.SENT_BACK;
            case AMENDED -> dev.remit.wire.v1.Decision.AMENDED;
            case JUSTIFIED -> dev.remit.wire.v1.Decision.JUSTIFIED;
            case UNJUSTIFIED -> dev.remit.wire.v1.Decision.UNJUSTIFIED;
        };
    }

    private static PolicyRef policy(Policy policy) {
        return PolicyRef.newBuilder().setName(policy.name()).setVersion(policy.version()).build();
    }

    private static List<dev.remit.wire.v1.Candidate> candidates(List<Candidate> candidates) {
        return candidates.stream()
                .map(each ->
                        new dev.remit.wire.v1.Candidate(
                                each.id(),
                                each.eligible(),
                                each.reason(),
                                each.onBehalfOf().orElse(null),
                                each.observedAt().orElse(null),
                                each.basis().map(Basis::fact).orElse(null),
                                each.basis().map(Basis::source).orElse(null),
                                each.basis().flatMap(Basis::observedAt).orElse(null)))
                .toList();
    }

    private static AuthenticationContext context(Authentication authentication) {
        return AuthenticationContext.newBuilder()
                .setIssuer(authentication.issuer())
                .setTokenId(authentication.tokenId().orElse(null))
                .setAcr(authentication.acr().orElse(null))
                .setAuthenticatedAt(authentication.authenticatedAt().orElse(null))
                .setAmr(authentication.amr())
                .build();
    }
}
