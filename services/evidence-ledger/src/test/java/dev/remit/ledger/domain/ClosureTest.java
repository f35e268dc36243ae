package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Said;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ClosureTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final UUID CHANGE = new UUID(0, 1);
    private static final Charter.Rule RULE = new Charter.Rule("low", "1", Set.of("READY"));
    private static final List<String> PROOFS =
            List.of(
                    "readiness.fit",
                    "approvals.complete",
                    "separation-of-duties",
                    "executed.as-authorized",
                    "read-back.matches",
                    "activity.corroborated");
    private static final Said PROPOSED =
            new Story.Proposed(
                    CHANGE,
                    "leavers",
                    "hash",
                    "hr:E1",
                    "keycloak:acme",
                    new Story.Actor("clerk", Optional.of("owner")));
    private static final Said READY = judged("READY");
    private static final Said ASKED =
            new Story.Requested("manager", Optional.empty(), List.of("boss", RULE.actor()));
    private static final Said BY_BOSS = approved(new Decider.Person("boss"));
    private static final Said BY_RULE = approved(new Decider.Rule(RULE.actor(), "low", "1"));
    private static final Said AUTHORIZED =
            new Story.Authorized(
                    new UUID(0, 8),
                    "account",
                    "plan",
                    "plan",
                    List.of(new UUID(0, 4)),
                    NOW,
                    NOW.plusSeconds(60));
    private static final Said EXECUTED = executed("SUCCEEDED", true, NOW);
    private static final Story.Activity ACTIVITY =
            new Story.Activity(
                    new UUID(0, 9),
                    "keycloak:acme",
                    "account",
                    "UPDATE",
                    "executor",
                    NOW,
                    Map.of("enabled", "false"));

    @Test
    void aChangeIsHeldByWhomItWaitsFor() {
        assertThat(holder(PROPOSED)).isEqualTo("data-readiness");
        assertThat(holder(PROPOSED, judged("HELD"))).isEqualTo("data-readiness");
        assertThat(holder(PROPOSED, READY)).isEqualTo("approval-routing");
        assertThat(holder(PROPOSED, READY, ASKED)).isEqualTo("approvers of stage manager");
        assertThat(
                        holder(
                                PROPOSED,
                                READY,
                                new Story.Requested("manager", Optional.of("NOBODY"), List.of())))
                .isEqualTo("approval-routing");
        assertThat(holder(PROPOSED, READY, ASKED, BY_BOSS, AUTHORIZED)).isEqualTo("executor");
        assertThat(holder(PROPOSED, READY, ASKED, BY_BOSS, AUTHORIZED, EXECUTED))
                .isEqualTo("evidence-ledger");
    }

    @Test
    void aChangeEndsAsItsHandoffsSay() {
        assertThat(outcome(PROPOSED, judged("HALTED"))).isEqualTo(Closure.Outcome.HALTED);
        assertThat(outcome(PROPOSED, judged("HELD"), judged("WITHDRAWN")))
                .isEqualTo(Closure.Outcome.WITHDRAWN);
        assertThat(outcome(PROPOSED, READY, ASKED, decided("WITHDRAWN", new Decider.Person("ann"))))
                .isEqualTo(Closure.Outcome.WITHDRAWN);
        assertThat(outcome(PROPOSED, READY, ASKED, decided("DENIED", new Decider.Person("boss"))))
                .isEqualTo(Closure.Outcome.REFUSED);
        assertThat(outcome(PROPOSED, READY, ASKED, decided("EXPIRED", new Decider.Deadline())))
                .isEqualTo(Closure.Outcome.EXPIRED);
        assertThat(
                        outcome(
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_BOSS,
                                AUTHORIZED,
                                executed("FAILED", false, NOW)))
                .isEqualTo(Closure.Outcome.FAILED);
        assertThat(
                        outcome(
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_BOSS,
                                AUTHORIZED,
                                executed("REFUSED", false, NOW)))
                .isEqualTo(Closure.Outcome.REFUSED);
        assertThat(closure(ruled(), PROPOSED, READY, ASKED, BY_RULE, AUTHORIZED, EXECUTED))
                .isInstanceOf(Closure.Ended.class);
        assertThat(closure(ruled(), PROPOSED, READY, ASKED, BY_BOSS, AUTHORIZED, EXECUTED))
                .isInstanceOf(Closure.Ended.class);
    }

    @Test
    void eachProofIsMissingForItsOwnReason() {
        assertMissing(
                "separation-of-duties",
                PROPOSED,
                READY,
                new Story.Requested("manager", Optional.empty(), List.of("clerk", "boss")),
                approved(new Decider.Person("clerk")),
                AUTHORIZED,
                EXECUTED);
        assertMissing(
                "executed.as-authorized",
                PROPOSED,
                READY,
                ASKED,
                BY_BOSS,
                AUTHORIZED,
                executed("SUCCEEDED", true, NOW.plusSeconds(60)));
        assertMissing(
                "read-back.matches",
                PROPOSED,
                READY,
                ASKED,
                BY_BOSS,
                AUTHORIZED,
                executed("SUCCEEDED", false, NOW));
        assertThat(
                        missing(
                                plain(),
                                List.of(),
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_BOSS,
                                AUTHORIZED,
                                EXECUTED))
                .containsExactly("activity.corroborated");
        assertThat(
                        missing(
                                new Charter(
                                        "leavers",
                                        "1",
                                        "hash",
                                        plain().stages(),
                                        List.of("new.proof")),
                                List.of(ACTIVITY),
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_BOSS,
                                AUTHORIZED,
                                EXECUTED))
                .containsExactly("new.proof");
    }

    @Test
    void anApprovalThatDoesNotCountIsNeitherCompleteNorSeparate() {
        for (Decider by :
                List.of(
                        new Decider.Rule(RULE.actor(), "low", "2"),
                        new Decider.Rule(RULE.actor(), "other", "1"),
                        new Decider.Rule("policy:low@2", "low", "1"),
                        new Decider.Person(RULE.actor()),
                        new Decider.Unclear(RULE.actor()),
                        new Decider.Deadline(),
                        new Decider.Person("stranger"))) {
            assertThat(
                            missing(
                                    ruled(),
                                    List.of(ACTIVITY),
                                    PROPOSED,
                                    READY,
                                    ASKED,
                                    approved(by),
                                    AUTHORIZED,
                                    EXECUTED))
                    .as(by.toString())
                    .containsExactly("approvals.complete", "separation-of-duties");
        }
        assertThat(
                        missing(
                                plain(),
                                List.of(ACTIVITY),
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_RULE,
                                AUTHORIZED,
                                EXECUTED))
                .containsExactly("approvals.complete", "separation-of-duties");
        assertThat(
                        missing(
                                ruled(),
                                List.of(ACTIVITY),
                                PROPOSED,
                                judged("ENRICHED"),
                                ASKED,
                                BY_RULE,
                                AUTHORIZED,
                                EXECUTED))
                .containsExactly("approvals.complete", "separation-of-duties");
    }

    @Test
    void aRuleCountsOnce() {
        Charter two =
                new Charter(
                        "leavers",
                        "1",
                        "hash",
                        List.of(new Charter.Stage("manager", 2, Optional.of(RULE))),
                        PROOFS);
        assertThat(
                        missing(
                                two,
                                List.of(ACTIVITY),
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_RULE,
                                BY_RULE,
                                AUTHORIZED,
                                EXECUTED))
                .contains("approvals.complete");
    }

    @Test
    void aProposerWithTheIdOfARuleIsNotSeparate() {
        Said forged =
                new Story.Proposed(
                        CHANGE,
                        "leavers",
                        "hash",
                        "hr:E1",
                        "keycloak:acme",
                        new Story.Actor("policy:any@1", Optional.empty()));
        assertMissing("separation-of-duties", forged, READY, ASKED, BY_BOSS, AUTHORIZED, EXECUTED);
    }

    @Test
    void aStoryIsCompleteOnlyFromItsProposalOnAndLinked() {
        Story story = story(PROPOSED, READY, ASKED);
        assertThat(story.isComplete()).isTrue();
        assertThat(Story.untold(CHANGE).isComplete()).isFalse();
        assertThat(Story.untold(CHANGE).with(story.steps().subList(1, 3)).isComplete()).isFalse();
        assertThat(
                        Story.untold(CHANGE)
                                .with(List.of(story.steps().get(0), story.steps().get(2)))
                                .isComplete())
                .isFalse();
        assertThat(story(READY, ASKED).isComplete()).isFalse();
        Story other = story(PROPOSED, judged("HELD"), ASKED);
        assertThat(
                        Story.untold(CHANGE)
                                .with(
                                        List.of(
                                                story.steps().get(0),
                                                other.steps().get(1),
                                                story.steps().get(2)))
                                .isComplete())
                .isFalse();
        assertThat(new Story(new UUID(0, 2), story.steps(), List.of()).isComplete()).isFalse();
    }

    private static void assertMissing(String proof, Said... said) {
        assertThat(missing(plain(), List.of(ACTIVITY), said)).containsExactly(proof);
    }

    private static Charter plain() {
        return new Charter(
                "leavers",
                "1",
                "hash",
                List.of(new Charter.Stage("manager", 1, Optional.empty())),
                PROOFS);
    }

    private static Charter ruled() {
        return new Charter(
                "leavers",
                "1",
                "hash",
                List.of(new Charter.Stage("manager", 1, Optional.of(RULE))),
                PROOFS);
    }

    private static String holder(Said... said) {
        return ((Closure.Open) Closure.of(story(said), Optional.of(plain()))).holder();
    }

    private static Closure.Outcome outcome(Said... said) {
        return ((Closure.Ended) closure(plain(), said)).outcome();
    }

    private static List<String> missing(
            Charter charter, List<Story.Activity> activities, Said... said) {
        return ((Closure.Open) Closure.of(story(said).seen(activities), Optional.of(charter)))
                .missing().stream().map(Closure.Missing::name).toList();
    }

    private static Closure closure(Charter charter, Said... said) {
        return Closure.of(story(said).seen(List.of(ACTIVITY)), Optional.of(charter));
    }

    /** Steps in order; step n has the id n. */
    private static Story story(Said... said) {
        List<Story.Step> steps = new ArrayList<>();
        Hash last = null;
        for (int n = 1; n <= said.length; n++) {
            Hash hash =
                    Hash.sha256((last + said[n - 1].toString()).getBytes(StandardCharsets.UTF_8));
            steps.add(
                    new Story.Step(
                            n, new UUID(0, n), "T", "service", NOW, hash, last, said[n - 1]));
            last = hash;
        }
        return Story.untold(CHANGE).with(steps);
    }

    private static Said judged(String verdict) {
        return new Story.Readiness(
                new UUID(0, 2), verdict, Optional.of("account"), Optional.of("plan"), "reason");
    }

    private static Said approved(Decider by) {
        return decided("APPROVED", by);
    }

    private static Said decided(String decision, Decider by) {
        return new Story.Decision(new UUID(0, 4), "manager", decision, by, "plan");
    }

    private static Said executed(String outcome, boolean readBack, Instant startedAt) {
        return new Story.Executed(
                new UUID(0, 6), "executor", outcome, "plan", readBack, "reason", startedAt);
    }
}
