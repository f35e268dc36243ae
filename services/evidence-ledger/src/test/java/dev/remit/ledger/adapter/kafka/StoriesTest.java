package dev.remit.ledger.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.Service;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Story;
import dev.remit.wire.v1.Amendment;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.Decision;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StoriesTest {
    private static final String PLAN =
            "{%s\"account\":\"a\",\"steps\":[{\"name\":\"join-group\",\"after\":{\"expires\":\"PT9H\"}},"
                    + "{\"name\":\"leave-group-at-expiry\",\"after\":{\"expires\":\"%s\"}}]}";

    @Test
    void onlyTheTermsOfAPlanAreNotItsCore() {
        Story.Terms judged = terms(PLAN.formatted("", "PT8H")).orElseThrow();
        assertThat(judged.duration()).contains(Duration.ofHours(8));
        assertThat(judged.notBefore()).isEmpty();
        Story.Terms less =
                terms(PLAN.formatted("\"notBefore\":\"2026-01-02T03:04:05Z\",", "PT1H"))
                        .orElseThrow();
        assertThat(less)
                .isEqualTo(
                        new Story.Terms(
                                judged.planCore(),
                                Optional.of(Duration.ofHours(1)),
                                Optional.of(Instant.parse("2026-01-02T03:04:05Z"))));
        for (String other :
                new String[] {
                    PLAN.replace("PT9H", "PT8H").formatted("", "PT8H"),
                    PLAN.replace("\"a\"", "\"b\"").formatted("", "PT8H"),
                    PLAN.formatted("\"start\":\"2026-01-02T03:04:05Z\",", "PT8H")
                }) {
            assertThat(terms(other).orElseThrow().planCore())
                    .as(other)
                    .isNotEqualTo(judged.planCore());
        }
    }

    @Test
    void aPlanThatDoesNotReadInOneWayHasNoTerms() {
        assertThat(terms(PLAN.formatted("", "soon"))).isEmpty();
        assertThat(terms(PLAN.formatted("\"notBefore\":1,", "PT8H"))).isEmpty();
        String canonical =
                new String(CanonicalJson.of(PLAN.formatted("", "PT8H")), StandardCharsets.UTF_8);
        assertThat(read((canonical + " ").getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertThat(read("[]".getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertThat(read("plan".getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void whatAStepLeavesInTheTargetsOwnFeedIsReadFromThePlan() {
        String plan =
                """
                {"steps":[{"name":"end-sessions","after":{"sessions":"0"}},
                 {"name":"enable-account","after":{"enabled":"true"}},
                 {"name":"join-groups","groups":[{"id":"g1","path":"/a"},{"id":"g2","path":"/b"}]},
                 {"name":"leave-group","group":{"id":"g3","path":"/c"}},
                 {"name":"set-owner","before":{"owner":"E8"},"after":{"owner":"E9"}},
                 {"name":"set-manager","before":{"manager":"E8"},"after":{"manager":""}},
                 {"name":"set-owner","before":{"owner":"E9"},"after":{"owner":"E9"}},
                 {"name":"delete-account"},{"name":"disable-account"}]}\
                """;
        assertThat(Stories.traces(plan.getBytes(StandardCharsets.UTF_8)))
                .containsExactly(
                        trace("enable-account", "UPDATE", "", "enabled", "true"),
                        new Story.Trace("join-groups", "CREATE", "/groups/g1", Map.of()),
                        new Story.Trace("join-groups", "CREATE", "/groups/g2", Map.of()),
                        new Story.Trace("leave-group", "DELETE", "/groups/g3", Map.of()),
                        trace("set-owner", "UPDATE", "", "owner", "E9"),
                        trace("set-manager", "UPDATE", "", "manager", ""),
                        Story.Trace.none("set-owner"),
                        new Story.Trace("delete-account", "DELETE", "", Map.of()),
                        Story.Trace.DISABLED);
        assertThat(Stories.traces("plan".getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    private static Story.Trace trace(
            String step, String operation, String below, String attribute, String value) {
        return new Story.Trace(step, operation, below, Map.of(attribute, value));
    }

    @Test
    void aDecisionIsToldWithItsReasonAndARefusedAttemptWithItsRule() {
        assertThat(told("manager", Decision.WITHDRAWN, "HR says that they left", null))
                .isEqualTo("stage manager: WITHDRAWN: HR says that they left");
        assertThat(told("manager", Decision.APPROVED, " ", null))
                .isEqualTo("stage manager: APPROVED");
        assertThat(told("", Decision.HALTED, "payments: holds both", null))
                .isEqualTo("HALTED: payments: holds both");
        assertThat(told("manager", Decision.REFUSED, "tried", "SOD_PROPOSER"))
                .isEqualTo("stage manager: REFUSED (SOD_PROPOSER)");
    }

    private static String told(
            String stage, Decision decision, String reason, @Nullable String refusal) {
        return Stories.words(
                ApprovalDecided.newBuilder()
                        .setChangeId(new UUID(0, 1))
                        .setStage(stage)
                        .setDecision(decision)
                        .setReason(reason)
                        .setRefusal(refusal)
                        .setPlanHash("0".repeat(64))
                        .setDecidedAt(Leaver.NOW)
                        .build());
    }

    private static Optional<Story.Terms> terms(String plan) {
        return read(CanonicalJson.of(plan));
    }

    private static Optional<Story.Terms> read(byte[] plan) {
        Leaver leaver = new Leaver(1);
        Received received =
                leaver.next(
                        Service.APPROVAL_ROUTING,
                        ApprovalDecided.newBuilder()
                                .setChangeId(leaver.change)
                                .setStage("manager")
                                .setDecision(Decision.AMENDED)
                                .setDecidedBy(Leaver.BY_MANAGER)
                                .setReason("")
                                .setPlanHash(Hash.sha256(plan).hex())
                                .setDecidedAt(Leaver.NOW)
                                .setAmendment(
                                        Amendment.newBuilder()
                                                .setPreviousPlanHash("0".repeat(64))
                                                .setPlan(ByteBuffer.wrap(plan))
                                                .build())
                                .build());
        return Stories.read(received.envelope(), received.hash(), received.message())
                                instanceof Reading.Handoff(_, Story.Step step)
                        && step.said() instanceof Story.Decision decided
                ? decided.amendment().flatMap(Story.Amendment::terms)
                : Optional.empty();
    }
}
