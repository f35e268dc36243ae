package dev.remit.approval.adapter.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Parties;
import dev.remit.approval.domain.Ready;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.loop.Received;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.ApprovalReassigned;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.AuthenticationContext;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.Decision;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.ReadinessJudged;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Between the wire and the domain. */
public final class Messages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Messages() {}

    /**
     * The change that a message calls ready; empty if it says something else.
     *
     * @throws IllegalArgumentException naming what a ready change must have and this one lacks
     */
    public static Optional<Ready> ready(Received received) {
        if (!(received.message() instanceof ReadinessJudged judged)) {
            return Optional.empty();
        }
        return switch (judged.getVerdict()) {
            case HELD, HALTED, UNKNOWN -> Optional.empty();
            case READY, ENRICHED -> {
                ByteBuffer plan = judged.getPlan();
                String planHash = judged.getPlanHash();
                String account = judged.getAccount();
                if (plan == null || planHash == null || account == null) {
                    throw new IllegalArgumentException(
                            "change "
                                    + judged.getChange().getChangeId()
                                    + " is called ready without a plan");
                }
                byte[] bytes = new byte[plan.remaining()];
                plan.duplicate().get(bytes);
                yield Optional.of(
                        new Ready(
                                judged.getChange().getChangeId(),
                                KeptChange.bytes(judged.getChange()),
                                judged.getChange().getCharter().getHash(),
                                account,
                                Optional.ofNullable(judged.getManager()),
                                bytes,
                                planHash));
            }
        };
    }

    /**
     * Who has a part in a change.
     *
     * @param kept the change as it is kept
     * @param approvers who approved earlier stages
     */
    public static Parties parties(byte[] kept, String account, Set<String> approvers) {
        Change change = KeptChange.read(kept);
        return new Parties(
                change.getProposer().getId(),
                Optional.ofNullable(change.getProposer().getPrincipal()),
                account,
                change.getSubject().getId(),
                approvers);
    }

    /**
     * What approval-routing needs to know of a charter.
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
        List<Charter.Stage> stages = new ArrayList<>();
        for (JsonNode stage : spec.at("/approval/stages")) {
            int quorum = stage.path("quorum").asInt(0);
            if (quorum < 1) {
                throw new IllegalArgumentException(
                        "/spec/approval/stages/quorum: is not a number from 1");
            }
            stages.add(
                    new Charter.Stage(
                            stage.path("name").asText(),
                            Charter.Resolver.valueOf(
                                    stage.path("resolver").asText().toUpperCase(Locale.ROOT)),
                            Optional.ofNullable(stage.path("group").textValue()),
                            quorum,
                            duration(stage, "expiresAfter")));
        }
        String role = spec.at("/approval/role").asText("");
        if (stages.isEmpty() || role.isEmpty()) {
            throw new IllegalArgumentException("/spec/approval: names no stage or no role");
        }
        return new Charter(
                role,
                List.copyOf(stages),
                duration(spec.path("execution"), "authorizationExpiresAfter"));
    }

    /** A stage opens. */
    public static ApprovalRequested requested(
            UUID change,
            Charter.Stage stage,
            List<Candidate> candidates,
            Optional<String> held,
            String planHash,
            Instant now,
            Instant expiresAt) {
        return ApprovalRequested.newBuilder()
                .setChangeId(change)
                .setStage(stage.name())
                .setQuorum(stage.quorum())
                .setCandidates(candidates(candidates))
                .setHeld(held.orElse(null))
                .setPlanHash(planHash)
                .setRequestedAt(now)
                .setExpiresAt(expiresAt)
                .build();
    }

    /** An open stage moves to other people. */
    public static ApprovalReassigned reassigned(
            UUID change,
            String stage,
            List<Candidate> before,
            List<Candidate> now,
            Optional<String> held,
            Instant at) {
        return ApprovalReassigned.newBuilder()
                .setChangeId(change)
                .setStage(stage)
                .setFrom(before.stream().filter(Candidate::eligible).map(Candidate::id).toList())
                .setCandidates(candidates(now))
                .setHeld(held.orElse(null))
                .setReason("the directory changed")
                .setReassignedAt(at)
                .build();
    }

    /** Someone decided, tried to, or a deadline passed. */
    public static ApprovalDecided decided(
            UUID change,
            String stage,
            String decision,
            @Nullable String by,
            String reason,
            @Nullable String refusal,
            String planHash,
            Optional<Authentication> authentication,
            Instant now) {
        return ApprovalDecided.newBuilder()
                .setChangeId(change)
                .setStage(stage)
                .setDecision(Decision.valueOf(decision))
                .setDecidedBy(
                        by == null
                                ? null
                                : Actor.newBuilder().setId(by).setKind(ActorKind.HUMAN).build())
                .setReason(reason)
                .setRefusal(refusal)
                .setPlanHash(planHash)
                .setAuthentication(authentication.map(Messages::context).orElse(null))
                .setDecidedAt(now)
                .build();
    }

    /** The plan may be executed. */
    public static ExecutionAuthorized authorized(
            byte[] kept,
            UUID authorization,
            String account,
            byte[] plan,
            String planHash,
            List<UUID> approvals,
            Instant now,
            Instant expiresAt) {
        return ExecutionAuthorized.newBuilder()
                .setChange(KeptChange.read(kept))
                .setAuthorizationId(authorization)
                .setAccount(account)
                .setPlan(ByteBuffer.wrap(plan))
                .setPlanHash(planHash)
                .setApprovals(approvals)
                .setAuthorizedAt(now)
                .setExpiresAt(expiresAt)
                .build();
    }

    private static List<dev.remit.wire.v1.Candidate> candidates(List<Candidate> candidates) {
        return candidates.stream()
                .map(each ->
                        new dev.remit.wire.v1.Candidate(each.id(), each.eligible(), each.reason()))
                .toList();
    }

    private static AuthenticationContext context(Authentication authentication) {
        return AuthenticationContext.newBuilder()
                .setIssuer(authentication.issuer())
                .setTokenId(authentication.tokenId().orElse(null))
                .setAcr(authentication.acr().orElse(null))
                .setAuthenticatedAt(authentication.authenticatedAt().orElse(null))
                .build();
    }

    private static Duration duration(JsonNode node, String name) {
        try {
            return Duration.parse(node.path(name).asText());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(name + ": is not an ISO 8601 duration", e);
        }
    }
}
