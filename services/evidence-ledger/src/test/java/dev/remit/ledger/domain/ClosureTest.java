package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Said;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
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
    private static final Optional<Story.Mandate> OWNED =
            Optional.of(new Story.Mandate(Story.Mode.OWN, List.of()));
    private static final Said PROPOSED =
            new Story.Proposed(
                    CHANGE,
                    "leavers",
                    "hash",
                    "hr:E1",
                    "keycloak:acme",
                    new Story.Actor("clerk", Optional.of("owner")));
    private static final Story.Terms JUDGED =
            new Story.Terms("core", Optional.of(Duration.ofHours(8)), Optional.empty());
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

    /** A plan of two steps, of which the first is taken back by its opposite. */
    private static final Said CAREFUL = careful(Optional.empty());

    private static Said careful(Optional<Instant> ends) {
        return new Story.Authorized(
                new UUID(0, 8),
                "account",
                "plan",
                "plan",
                List.of(new UUID(0, 4)),
                NOW,
                NOW.plusSeconds(60),
                Optional.empty(),
                ends,
                Set.of(),
                Optional.empty(),
                Map.of("disable-account", Map.of("enabled", "true")),
                Story.Workers.UNKNOWN,
                OWNED);
    }

    private static Said compensated(String plan, Story.Result... results) {
        return compensated(plan, Optional.empty(), results);
    }

    private static Said compensated(
            String plan, Optional<Story.Remainder> left, Story.Result... results) {
        return new Story.Executed(
                new UUID(0, 5),
                "executor",
                "COMPENSATED",
                plan,
                false,
                "no right; taken back: disable-account",
                NOW,
                false,
                Optional.empty(),
                List.of(results),
                left);
    }

    private static Story.Result result(String step, String state, String enabled) {
        return new Story.Result(
                step,
                state,
                Map.of("enabled", enabled),
                step.equals("enable-account") ? Optional.of("disable-account") : Optional.empty());
    }

    @Test
    void whatIsTakenBackClosesAsCompensatedOnceItIsReadBackAsItWas() {
        Story.Result done = result("disable-account", "DONE", "false");
        Closure closed =
                closure(
                        plain(),
                        PROPOSED,
                        READY,
                        ASKED,
                        BY_BOSS,
                        CAREFUL,
                        compensated("plan", done, result("enable-account", "DONE", "true")));
        assertThat(closed)
                .isInstanceOfSatisfying(
                        Closure.Ended.class,
                        ended -> {
                            assertThat(ended.outcome()).isEqualTo(Closure.Outcome.COMPENSATED);
                            assertThat(ended.proofs())
                                    .extracting(Closure.Proof::name)
                                    .containsExactly("execution.reported", Closure.TAKEN_BACK);
                        });
        assertThat(
                        outcome(
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_BOSS,
                                CAREFUL,
                                compensated(
                                        "plan",
                                        result("end-sessions", "DONE", ""),
                                        done,
                                        result("enable-account", "DONE", "true"))))
                .as("what leaves nothing needs no taking back")
                .isEqualTo(Closure.Outcome.COMPENSATED);
        for (Said report :
                List.of(
                        compensated(
                                "plan",
                                Optional.of(
                                        new Story.Remainder(
                                                List.of("leave-groups"), Optional.empty(), "")),
                                done,
                                result("enable-account", "DONE", "true")),
                        compensated(
                                "plan",
                                result("rotate-secret", "DONE", ""),
                                done,
                                result("enable-account", "DONE", "true")),
                        compensated("plan", done, result("enable-account", "DONE", "false")),
                        compensated("plan", done, result("enable-account", "FAILED", "true")),
                        compensated("plan", done),
                        compensated("plan"),
                        compensated("other", done, result("enable-account", "DONE", "true")))) {
            assertThat(closure(plain(), PROPOSED, READY, ASKED, BY_BOSS, CAREFUL, report))
                    .as(report.toString())
                    .isInstanceOfSatisfying(
                            Closure.Open.class,
                            open ->
                                    assertThat(open.missing())
                                            .extracting(Closure.Missing::name)
                                            .containsExactly(Closure.TAKEN_BACK));
        }
    }

    @Test
    void anAccountThatWasMadeAndIsGoneAgainIsTakenBack() {
        Said authorized =
                new Story.Authorized(
                        new UUID(0, 8),
                        "account",
                        "plan",
                        "plan",
                        List.of(new UUID(0, 4)),
                        NOW,
                        NOW.plusSeconds(60),
                        Optional.empty(),
                        Optional.empty(),
                        Set.of(),
                        Optional.empty(),
                        Map.of("create-account", Map.of("account", "gone")),
                        Story.Workers.UNKNOWN);
        Story.Result made =
                new Story.Result(
                        "create-account",
                        "DONE",
                        Map.of("account", "there", "id", "a9", "username", "e1"),
                        Optional.empty());
        assertThat(
                        outcome(
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_BOSS,
                                authorized,
                                compensated("plan", made, removed("gone"))))
                .isEqualTo(Closure.Outcome.COMPENSATED);
        for (Said report :
                List.of(compensated("plan", made, removed("there")), compensated("plan", made))) {
            assertThat(
                            closure(
                                    plain(), PROPOSED, READY, ASKED, BY_BOSS, authorized, report))
                    .isInstanceOf(Closure.Open.class);
        }
    }

    private static Story.Result removed(String account) {
        return new Story.Result(
                "delete-account",
                "DONE",
                Map.of("account", account),
                Optional.of("create-account"));
    }

    @Test
    void whatWasGrantedForATimeIsTakenBackByItsEnd() {
        Instant end = NOW.plusSeconds(30);
        Said report =
                compensated(
                        "plan",
                        result("disable-account", "DONE", "false"),
                        result("join-group", "DONE", ""),
                        result("enable-account", "DONE", "true"));
        Said over = new Story.GrantEnded(new UUID(0, 7), "executor", "plan", NOW, end);
        assertThat(
                        outcome(
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_BOSS,
                                careful(Optional.of(end)),
                                report,
                                over))
                .isEqualTo(Closure.Outcome.COMPENSATED);
        assertThat(
                        closure(
                                plain(),
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_BOSS,
                                careful(Optional.of(end)),
                                report))
                .as("not before")
                .isInstanceOf(Closure.Open.class);
        assertThat(closure(plain(), PROPOSED, READY, ASKED, BY_BOSS, CAREFUL, report))
                .as("what does not end by itself stays")
                .isInstanceOf(Closure.Open.class);
    }

    @Test
    void whatIsLeftHalfDoneIsOwedBySomebodyByName() {
        Charter charter =
                new Charter(
                        "leavers",
                        "1",
                        "hash",
                        List.of(),
                        List.of(),
                        List.of(),
                        "charter-owner",
                        "");
        Story.Remainder known =
                new Story.Remainder(
                        List.of("disable-account"), Optional.of("p1"), "who took it on");
        Story.Remainder nobody =
                new Story.Remainder(List.of("disable-account"), Optional.empty(), "");
        assertThat(known.orOwedBy(charter.owner())).isEqualTo(known);
        assertThat(nobody.orOwedBy(charter.owner()))
                .isEqualTo(
                        new Story.Remainder(
                                List.of("disable-account"),
                                Optional.of("charter-owner"),
                                "the owner of the charter"));
        assertThat(nobody.orOwedBy("")).isEqualTo(nobody);
        assertThat(closure(plain(), PROPOSED, READY, ASKED, BY_BOSS, AUTHORIZED, failed(known)))
                .isInstanceOfSatisfying(
                        Closure.Ended.class,
                        ended ->
                                assertThat(ended.words())
                                        .endsWith(
                                                "; the rest, disable-account, is owed by p1, who took it on"));
    }

    private static Story.Executed failed(Story.Remainder left) {
        return new Story.Executed(
                new UUID(0, 5),
                "executor",
                "FAILED",
                "plan",
                false,
                "halted",
                NOW,
                false,
                Optional.empty(),
                List.of(),
                Optional.of(left));
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
    void aStageIsPassedOverOnlyByTheConditionThatTheCharterNames() {
        Charter two = charter(List.of(), stage("legal", Optional.of("risk > 5")), stage("manager"));
        Said over = passedOver("legal", "risk > 5");
        assertThat(missing(two, List.of(ACTIVITY), PROPOSED, READY, over, ASKED, at(5), granted(5)))
                .doesNotContain("approvals.complete", "separation-of-duties");
        Said other = passedOver("legal", "risk > 9");
        assertThat(
                        missing(
                                two,
                                List.of(ACTIVITY),
                                PROPOSED,
                                READY,
                                other,
                                ASKED,
                                at(5),
                                granted(5)))
                .contains("approvals.complete");
        Charter one = charter(List.of(), stage("legal", Optional.of("risk > 5")));
        assertThat(missing(one, List.of(ACTIVITY), PROPOSED, READY, over))
                .as("nobody approved")
                .contains("approvals.complete", "separation-of-duties");
    }

    @Test
    void aStageWhoseConditionHoldsIsNotPassedOverWhateverTheServiceSays() {
        Charter two = charter(List.of(), stage("legal", Optional.of("risk > 5")), stage("manager"));
        Story told =
                story(PROPOSED, READY, passedOver("legal", "risk > 5"), ASKED, at(5), granted(5))
                        .seen(List.of(ACTIVITY));
        assertThat(approvals(two, told, Conditions.Truth.FALSE)).isEmpty();
        assertThat(approvals(two, told, Conditions.Truth.UNKNOWN)).isEmpty();
        assertThat(approvals(two, told, Conditions.Truth.TRUE))
                .containsExactly(
                        "stage legal has 0 of 1 approvals of this plan; it was passed over though its condition holds");
    }

    private static List<String> approvals(Charter charter, Story told, Conditions.Truth truth) {
        return Closure.of(told, Optional.of(charter), (_, _) -> truth) instanceof Closure.Open open
                ? open.missing().stream()
                        .filter(each -> each.name().equals("approvals.complete"))
                        .map(Closure.Missing::words)
                        .toList()
                : List.of();
    }

    @Test
    void aShareCountsThoseAskedLast() {
        Charter half =
                charter(
                        List.of(),
                        new Charter.Stage(
                                "manager", 1, 0.5, 1, 0, Optional.empty(), Optional.empty()));
        Said three =
                new Story.Requested("manager", Optional.empty(), List.of("boss", "ann", "ben"));
        assertThat(missing(half, List.of(ACTIVITY), PROPOSED, READY, three, BY_BOSS))
                .contains("approvals.complete");
        Said two = new Story.Requested("manager", Optional.empty(), List.of("boss", "ann"));
        assertThat(missing(half, List.of(ACTIVITY), PROPOSED, READY, three, two, at(5)))
                .doesNotContain("approvals.complete");
    }

    @Test
    void asManyMustDenyAsTheCharterSays() {
        Charter two =
                charter(
                        List.of(),
                        new Charter.Stage(
                                "manager", 1, 0, 2, 0, Optional.empty(), Optional.empty()));
        Said once = decided("DENIED", new Decider.Person("boss"));
        Said again = decided("DENIED", new Decider.Person("ann"));
        assertThat(closure(two, PROPOSED, READY, ASKED, once)).isInstanceOf(Closure.Open.class);
        assertThat(closure(two, PROPOSED, READY, ASKED, once, once))
                .as("one person counts once")
                .isInstanceOf(Closure.Open.class);
        assertThat(((Closure.Ended) closure(two, PROPOSED, READY, ASKED, once, again)).outcome())
                .isEqualTo(Closure.Outcome.REFUSED);
        assertThat(outcome(PROPOSED, READY, ASKED, decided("DENIED", new Decider.Deadline())))
                .isEqualTo(Closure.Outcome.REFUSED);
        assertThat(outcome(PROPOSED, READY, ASKED, decided("HALTED", new Decider.Deadline())))
                .isEqualTo(Closure.Outcome.HALTED);
    }

    @Test
    void whoActsForAnotherMustHaveBeenAskedSoAndBothStandApart() {
        Said asked =
                new Story.Requested(
                        "manager",
                        Optional.empty(),
                        List.of("boss", "clerk"),
                        List.of(new Story.Link("ann", "boss"), new Story.Link("ann", "clerk")));
        assertThat(missing(plain(), List.of(ACTIVITY), told(asked, acting("ann", "boss"))))
                .isEmpty();
        assertThat(missing(plain(), List.of(ACTIVITY), told(asked, acting("ben", "boss"))))
                .as("not asked so")
                .contains("approvals.complete", "separation-of-duties");
        assertThat(missing(plain(), List.of(ACTIVITY), told(asked, acting("ann", "clerk"))))
                .as("for the proposer")
                .contains("separation-of-duties");
    }

    @Test
    void twoAccountsOfOnePersonAreNotTwoPeopleAndNotTheSubject() {
        assertThat(missing(plain(), List.of(ACTIVITY), told(ASKED, bound("W-boss", b -> b))))
                .isEmpty();
        assertThat(missing(plain(), List.of(ACTIVITY), told(ASKED, bound("E1", b -> b))))
                .as("the subject's other account")
                .containsExactly("separation-of-duties");
    }

    @Test
    void aDecisionIsGoodForTheChangeCharterAndRouteItIsBoundToAndOnlyInItsTime() {
        Charter routed = charter(List.of(), stage("manager"));
        List<java.util.function.UnaryOperator<Story.Binding>> wrong =
                List.of(
                        b ->
                                new Story.Binding(
                                        "x",
                                        b.charterHash(),
                                        b.routeHash(),
                                        b.nonce(),
                                        b.notBefore(),
                                        b.expiresAt(),
                                        b.worker(),
                                        Optional.empty()),
                        b ->
                                new Story.Binding(
                                        b.changeHash(),
                                        "x",
                                        b.routeHash(),
                                        b.nonce(),
                                        b.notBefore(),
                                        b.expiresAt(),
                                        b.worker(),
                                        Optional.empty()),
                        b ->
                                new Story.Binding(
                                        b.changeHash(),
                                        b.charterHash(),
                                        "x",
                                        b.nonce(),
                                        b.notBefore(),
                                        b.expiresAt(),
                                        b.worker(),
                                        Optional.empty()),
                        b ->
                                new Story.Binding(
                                        b.changeHash(),
                                        b.charterHash(),
                                        b.routeHash(),
                                        b.nonce(),
                                        NOW.plusSeconds(1),
                                        b.expiresAt(),
                                        b.worker(),
                                        Optional.empty()),
                        b ->
                                new Story.Binding(
                                        b.changeHash(),
                                        b.charterHash(),
                                        b.routeHash(),
                                        b.nonce(),
                                        b.notBefore(),
                                        NOW,
                                        b.worker(),
                                        Optional.empty()));
        assertThat(missing(routed, List.of(ACTIVITY), told(ASKED, bound("W-boss", b -> b))))
                .isEmpty();
        for (var each : wrong) {
            assertThat(missing(routed, List.of(ACTIVITY), told(ASKED, bound("W-boss", each))))
                    .containsExactly("approvals.complete");
        }
    }

    @Test
    void onlyWhatWasWrittenBeforeDecisionsWereBoundIsBoundToNothing() {
        for (Decider by : List.of(Told.BY_BOSS, Told.BY_RULE)) {
            Charter ruled = Told.charter(Told.stage("manager", it -> it.rule = RULE));
            for (boolean bindable : List.of(true, false)) {
                Said unbound =
                        Told.decided(it -> {
                            it.by = by;
                            it.binds = false;
                            it.bindable = bindable;
                        });
                assertThat(Told.missing(ruled, Told.with(4, unbound)))
                        .as(by + " " + bindable)
                        .isEqualTo(bindable ? List.of("approvals.complete") : List.of());
            }
        }
    }

    @Test
    void theRightToDecideIsUsedOnceByEachPerson() {
        Charter two = Told.charter(Told.stage("legal"), Told.stage("manager"));
        for (String by : List.of("boss", "ann")) {
            for (int nonce : List.of(5, 6)) {
                Said legal =
                        Told.decided(it -> {
                            it.id = 5;
                            it.stage = "legal";
                            it.by = new Decider.Person(by);
                        });
                Said manager =
                        Told.decided(it -> {
                            it.id = 6;
                            it.nonce = new UUID(1, nonce);
                        });
                assertThat(
                                Told.missing(
                                        two,
                                        Told.proposed(),
                                        Told.judged("READY"),
                                        Told.requested("legal", List.of("boss", "ann")),
                                        Told.asked("boss"),
                                        legal,
                                        manager,
                                        Told.authorized(it ->
                                                it.approvals =
                                                        List.of(new UUID(0, 5), new UUID(0, 6))),
                                        Told.executed()))
                        .as(by + " " + nonce)
                        .isEqualTo(
                                by.equals("ann")
                                        ? List.of()
                                        : nonce == 5
                                                ? List.of(
                                                        "approvals.complete",
                                                        "separation-of-duties")
                                                : List.of("separation-of-duties"));
            }
        }
    }

    @Test
    void anApprovalCountsOnlyByASignInAsTheCharterAsks() {
        Duration most = Duration.ofMinutes(5);
        Charter.StepUp both = new Charter.StepUp(Optional.of("2"), Optional.of(most));
        Charter.StepUp level = new Charter.StepUp(Optional.of("2"), Optional.empty());
        Charter.StepUp age = new Charter.StepUp(Optional.empty(), Optional.of(most));
        assertThat(signedIn(both, "2", NOW.minus(most))).isTrue();
        assertThat(signedIn(both, "3", NOW)).isTrue();
        assertThat(signedIn(both, "1", NOW)).isFalse();
        assertThat(signedIn(both, null, NOW)).isFalse();
        assertThat(signedIn(both, "gold", NOW)).isFalse();
        assertThat(signedIn(both, "2", NOW.minus(most).minusSeconds(1))).isFalse();
        assertThat(signedIn(both, "2", NOW.plusSeconds(30))).isTrue();
        assertThat(signedIn(both, "2", NOW.plusSeconds(31))).as("from the future").isFalse();
        assertThat(signedIn(both, "2", null)).as("nobody knows when").isFalse();
        assertThat(signedIn(level, "2", null)).isTrue();
        assertThat(signedIn(level, "1", NOW)).isFalse();
        assertThat(signedIn(age, null, NOW)).isTrue();
        assertThat(signedIn(age, "9", null)).isFalse();
        for (Charter.StepUp asked : List.of(both, level, age)) {
            assertThat(Told.missing(stepping(asked), Told.whole()))
                    .as("nothing is said of the sign-in")
                    .containsExactly("approvals.complete");
            assertThat(Told.missing(stepping(asked), Told.with(4, Told.approved(Told.BY_RULE))))
                    .as("a rule signs in nowhere")
                    .isEmpty();
        }
    }

    @Test
    void whoSignsWithAPasskeyNeedsNoOtherSignInUpToItsLevel() {
        Optional<Story.SignIn> none = Optional.empty();
        for (String level : List.of("1", "2")) {
            assertThat(
                            new Charter.StepUp(Optional.of(level), Optional.empty())
                                    .isMetBy(none, NOW, true))
                    .isTrue();
        }
        for (String level : List.of("3", "gold")) {
            assertThat(
                            new Charter.StepUp(Optional.of(level), Optional.empty())
                                    .isMetBy(none, NOW, true))
                    .isFalse();
        }
        assertThat(
                        new Charter.StepUp(Optional.empty(), Optional.of(Duration.ofMinutes(5)))
                                .isMetBy(none, NOW, true))
                .isTrue();
    }

    private static boolean signedIn(
            Charter.StepUp asked, @Nullable String acr, @Nullable Instant at) {
        Said decided =
                Told.decided(it ->
                        it.signIn =
                                new Story.SignIn(
                                        Optional.ofNullable(acr), Optional.ofNullable(at)));
        return Told.missing(stepping(asked), Told.with(4, decided)).isEmpty();
    }

    private static Charter stepping(Charter.StepUp asked) {
        return Told.charter(
                Told.stage(
                        "manager",
                        it -> {
                            it.stepUp = asked;
                            it.rule = RULE;
                        }));
    }

    @Test
    void whoAnswersForTheChartersOwnAiIsResponsibleWhoeverTheProposalNames() {
        Charter own = Told.charter(it -> it.agents = Map.of("clerk", "boss"));
        assertThat(Told.missing(own, Told.whole())).containsExactly("separation-of-duties");
        assertThat(Told.missing(own, Told.with(1, Told.proposed(it -> it.principal = null))))
                .containsExactly("separation-of-duties");
        assertThat(Told.missing(own, Told.with(1, Told.proposed(it -> it.proposer = "another"))))
                .as("another's AI")
                .isEmpty();
        Charter others = Told.charter(it -> it.agents = Map.of("clerk", "owner"));
        assertThat(Told.missing(others, Told.whole())).isEmpty();
    }

    @Test
    void anAmendedPlanIsTheOneThatCountsAndNoApprovalFromBeforeIs() {
        assertThat(amended(amendment("boss", "plan", "other"), true)).isEmpty();
        assertThat(amended(amendment("clerk", "plan", "other"), true))
                .as("the proposer amends too")
                .isEmpty();
        assertThat(amended(amendment("boss", "plan", "other"), false))
                .as("only approved before it was amended")
                .contains("approvals.complete");
        assertThat(amended(amendment("eve", "plan", "other"), true))
                .as("by somebody who was not asked")
                .contains("approvals.complete", "executed.as-authorized");
        assertThat(amended(amendment("boss", "else", "other"), true))
                .as("of another plan")
                .contains("approvals.complete", "executed.as-authorized");
        assertThat(amended(amendment("boss", "plan", "x"), true))
                .as("its bytes are not what it says")
                .contains("approvals.complete", "executed.as-authorized");
    }

    private static List<String> amended(Said amendment, boolean approvedAnew) {
        List<Said> said =
                new ArrayList<>(List.of(PROPOSED, READY, ASKED, BY_BOSS, amendment, ASKED));
        if (approvedAnew) {
            said.add(
                    new Story.Decision(
                            new UUID(0, 5),
                            "manager",
                            "APPROVED",
                            new Decider.Person("boss"),
                            "other"));
        }
        said.add(
                new Story.Authorized(
                        new UUID(0, 8),
                        "account",
                        "other",
                        "other",
                        List.of(new UUID(0, approvedAnew ? 5 : 4)),
                        NOW,
                        NOW.plusSeconds(60)));
        said.add(
                new Story.Executed(
                        new UUID(0, 6),
                        "executor",
                        "SUCCEEDED",
                        "other",
                        true,
                        "done",
                        NOW,
                        false));
        return missing(plain(), List.of(ACTIVITY), said.toArray(Said[]::new));
    }

    private static Said amendment(String by, String before, String actual) {
        return amendment(by, before, actual, Optional.of(JUDGED));
    }

    private static Said amendment(
            String by, String before, String actual, Optional<Story.Terms> terms) {
        return new Story.Decision(
                new UUID(0, 7),
                "manager",
                "AMENDED",
                new Decider.Person(by),
                "other",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                NOW,
                Optional.empty(),
                Optional.of(new Story.Amendment(before, actual, terms)));
    }

    private static Optional<Story.Terms> terms(
            String core, @Nullable Duration duration, @Nullable Instant notBefore) {
        return Optional.of(
                new Story.Terms(
                        core, Optional.ofNullable(duration), Optional.ofNullable(notBefore)));
    }

    @Test
    void aPlanIsAmendedToDoLessAndToNothingElse() {
        Duration hours = Duration.ofHours(8);
        assertThat(amended(amendment("boss", "plan", "other", terms("core", hours, NOW)), true))
                .as("later")
                .isEmpty();
        assertThat(
                        amended(
                                amendment(
                                        "boss",
                                        "plan",
                                        "other",
                                        terms("core", Duration.ofHours(1), null)),
                                true))
                .as("shorter")
                .isEmpty();
        for (Optional<Story.Terms> more :
                List.of(
                        terms("another core", hours, null),
                        terms("core", hours.plusSeconds(1), null),
                        terms("core", null, null),
                        Optional.<Story.Terms>empty())) {
            assertThat(amended(amendment("boss", "plan", "other", more), true))
                    .as(more.toString())
                    .contains("approvals.complete", "executed.as-authorized");
        }
        Story.Terms later = terms("core", null, NOW).orElseThrow();
        assertThat(later.isWithin(later)).isTrue();
        assertThat(terms("core", null, NOW.minusSeconds(1)).orElseThrow().isWithin(later))
                .as("sooner")
                .isFalse();
        assertThat(terms("core", null, null).orElseThrow().isWithin(later)).as("at once").isFalse();
        assertThat(terms("core", hours, NOW).orElseThrow().isWithin(later)).isFalse();
    }

    @Test
    void anAmendmentTakesBackNoEnd() {
        Said again = amendment("boss", "plan", "other");
        for (String end : List.of("DENIED", "EXPIRED", "HALTED", "WITHDRAWN")) {
            assertThat(
                            outcome(
                                    PROPOSED,
                                    READY,
                                    ASKED,
                                    decided(end, new Decider.Person("ann")),
                                    again,
                                    ASKED))
                    .as(end)
                    .isEqualTo(
                            end.equals("DENIED")
                                    ? Closure.Outcome.REFUSED
                                    : Closure.Outcome.valueOf(end));
        }
        Charter two =
                charter(
                        List.of(),
                        new Charter.Stage(
                                "manager", 1, 0, 2, 0, Optional.empty(), Optional.empty()));
        Said ann = decided("DENIED", new Decider.Person("ann"));
        Said boss = decided("DENIED", new Decider.Person("boss"));
        assertThat(closure(two, PROPOSED, READY, ASKED, ann, again, ASKED, boss))
                .as("asked anew")
                .isInstanceOf(Closure.Open.class);
        assertThat(
                        closure(
                                two,
                                PROPOSED,
                                READY,
                                ASKED,
                                ann,
                                amendment("boss", "plan", "other", Optional.empty()),
                                ASKED,
                                boss))
                .as("by what is no amendment nobody is")
                .isInstanceOf(Closure.Ended.class);
    }

    @Test
    void whereApproversSignAnAmendmentOfTheirsIsSignedToo() {
        Charter signing =
                charter(
                        List.of(),
                        new Charter.Stage(
                                "manager",
                                1,
                                0,
                                1,
                                0,
                                Optional.empty(),
                                Optional.of(RULE),
                                true,
                                Optional.empty()));
        Said byRule =
                new Story.Decision(
                        new UUID(0, 6),
                        "manager",
                        "APPROVED",
                        new Decider.Rule(RULE.actor(), "low", "1"),
                        "other");
        for (String by : List.of("boss", "clerk")) {
            assertThat(
                            missing(
                                    signing,
                                    List.of(ACTIVITY),
                                    PROPOSED,
                                    READY,
                                    ASKED,
                                    amendment(by, "plan", "other"),
                                    ASKED,
                                    byRule))
                    .as(by)
                    .filteredOn("approvals.complete"::equals)
                    .hasSize(by.equals("boss") ? 1 : 0);
        }
    }

    @Test
    void theChartersRulesAreTestedOnceMore() {
        Charter.Duty owner =
                new Charter.Duty(
                        "o@1",
                        List.of("approver", "owner"),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Map.of());
        assertThat(
                        missing(
                                charter(List.of(owner), stage("manager")),
                                List.of(ACTIVITY),
                                told(ASKED, BY_BOSS)))
                .isEmpty();
        Said byOwner = new Story.Requested("manager", Optional.empty(), List.of("charter-owner"));
        assertThat(
                        missing(
                                charter(List.of(owner), stage("manager")),
                                List.of(ACTIVITY),
                                told(byOwner, approved(new Decider.Person("charter-owner")))))
                .containsExactly("separation-of-duties");
        Charter.Duty executor =
                new Charter.Duty(
                        "e@1",
                        List.of("owner", "executor"),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Map.of());
        assertThat(
                        missing(
                                charter(List.of(executor), stage("manager")),
                                List.of(ACTIVITY),
                                told(ASKED, BY_BOSS)))
                .isEmpty();

        Charter.Duty toxic =
                new Charter.Duty(
                        "t@1", List.of(), Set.of("/a", "/b"), Set.of(), Set.of(), Map.of());
        Charter judging = charter(List.of(toxic), stage("manager"));
        assertThat(missing(judging, List.of(ACTIVITY), told(ASKED, BY_BOSS)))
                .as("not said")
                .containsExactly("separation-of-duties");
        assertThat(missing(judging, List.of(ACTIVITY), held(Set.of("/a")))).isEmpty();
        assertThat(missing(judging, List.of(ACTIVITY), held(Set.of("/a", "/b"))))
                .containsExactly("separation-of-duties");
        Charter.Duty spared =
                new Charter.Duty(
                        "t@1",
                        List.of(),
                        Set.of("/a", "/b"),
                        Set.of(),
                        Set.of(),
                        Map.of("E1", NOW.plusSeconds(1)));
        assertThat(
                        missing(
                                charter(List.of(spared), stage("manager")),
                                List.of(ACTIVITY),
                                held(Set.of("/a", "/b"))))
                .isEmpty();
        Charter.Duty must =
                new Charter.Duty(
                        "m@1", List.of(), Set.of(), Set.of("/root"), Set.of("/t"), Map.of());
        assertThat(
                        missing(
                                charter(List.of(must), stage("manager")),
                                List.of(ACTIVITY),
                                held(Set.of("/root"))))
                .containsExactly("separation-of-duties");
    }

    @Test
    void aLinkedAccountOfTheProposerOrOfWhoAnswersForTheAiIsNotAnotherPerson() {
        assertThat(missing(plain(), List.of(ACTIVITY), proposedBy("W-clerk", "W-owner"))).isEmpty();
        assertThat(missing(plain(), List.of(ACTIVITY), proposedBy("W-boss", "W-owner")))
                .containsExactly("separation-of-duties");
        assertThat(missing(plain(), List.of(ACTIVITY), proposedBy("W-clerk", "W-boss")))
                .containsExactly("separation-of-duties");
    }

    private static Said[] proposedBy(String proposer, String principal) {
        Said[] all = told(ASKED, bound("W-boss", b -> b));
        all[4] =
                new Story.Authorized(
                        new UUID(0, 8),
                        "account",
                        "plan",
                        "plan",
                        List.of(new UUID(0, 4)),
                        NOW,
                        NOW.plusSeconds(60),
                        Optional.empty(),
                        Optional.empty(),
                        Set.of(),
                        Optional.empty(),
                        Map.of(),
                        new Story.Workers(Optional.of(proposer), Optional.of(principal)),
                        OWNED);
        return all;
    }

    @Test
    void anAiOfWhoeverProposedApprovesNothing() {
        for (String principal : List.of("owner", "clerk", "someone-else")) {
            Charter lets =
                    new Charter(
                            "leavers",
                            "1",
                            "hash",
                            List.of(stage("manager")),
                            PROOFS,
                            List.of(),
                            "charter-owner",
                            "route",
                            Optional.empty(),
                            Optional.empty(),
                            Set.of(),
                            Map.of("boss", principal),
                            List.of());
            assertThat(missing(lets, List.of(ACTIVITY), told(ASKED, BY_BOSS)))
                    .as(principal)
                    .hasSize(principal.equals("someone-else") ? 0 : 1);
        }
    }

    @Test
    void theProofNamesTheExceptionWithoutWhichThereWouldBeNone() {
        Charter.Duty spared =
                new Charter.Duty(
                        "t@1",
                        List.of(),
                        Set.of("/a", "/b"),
                        Set.of(),
                        Set.of(),
                        Map.of("E1", NOW.plusSeconds(1)));
        Charter judging = charter(List.of(spared), stage("manager"));
        assertThat(separation(judging, held(Set.of("/a", "/b"))))
                .endsWith("; by exception: rule t@1 spares E1 until " + NOW.plusSeconds(1));
        assertThat(separation(judging, held(Set.of("/a"))))
                .as("it was not needed")
                .isEqualTo("proposer, approvers, subject and executor are different");
    }

    private static String separation(Charter charter, Said... said) {
        return ((Closure.Ended) closure(charter, said))
                .proofs().stream()
                        .filter(each -> each.name().equals("separation-of-duties"))
                        .findFirst()
                        .orElseThrow()
                        .words();
    }

    private static Charter charter(List<Charter.Duty> duties, Charter.Stage... stages) {
        return new Charter(
                "leavers", "1", "hash", List.of(stages), PROOFS, duties, "charter-owner", "route");
    }

    private static Charter.Stage stage(String name) {
        return new Charter.Stage(name, 1, Optional.empty());
    }

    private static Charter.Stage stage(String name, Optional<String> when) {
        return new Charter.Stage(name, 1, 0, 1, 0, when, Optional.empty());
    }

    private static Said passedOver(String stage, String condition) {
        return new Story.Decision(
                new UUID(0, 3),
                stage,
                "PASSED_OVER",
                new Decider.Deadline(),
                "plan",
                Optional.empty(),
                Optional.of(condition),
                Optional.empty(),
                NOW);
    }

    private static Said acting(String by, String from) {
        return new Story.Decision(
                new UUID(0, 4),
                "manager",
                "APPROVED",
                new Decider.Person(by),
                "plan",
                Optional.of(from),
                Optional.empty(),
                Optional.empty(),
                NOW);
    }

    private static Said bound(String worker, java.util.function.UnaryOperator<Story.Binding> how) {
        return new Story.Decision(
                new UUID(0, 4),
                "manager",
                "APPROVED",
                new Decider.Person("boss"),
                "plan",
                Optional.empty(),
                Optional.empty(),
                Optional.of(
                        how.apply(
                                new Story.Binding(
                                        "change",
                                        "hash",
                                        "route",
                                        new UUID(0, 7),
                                        NOW,
                                        NOW.plusSeconds(60),
                                        Optional.of(worker),
                                        Optional.empty()))),
                NOW);
    }

    private static Said[] told(Said asked, Said decided) {
        return new Said[] {
            new Story.Proposed(
                    CHANGE,
                    "leavers",
                    "hash",
                    "hr:E1",
                    "keycloak:acme",
                    new Story.Actor("clerk", Optional.of("owner")),
                    "change"),
            READY,
            asked,
            decided,
            AUTHORIZED,
            EXECUTED
        };
    }

    private static Said[] held(Set<String> held) {
        Said[] all = told(ASKED, BY_BOSS);
        all[4] =
                new Story.Authorized(
                        new UUID(0, 8),
                        "account",
                        "plan",
                        "plan",
                        List.of(new UUID(0, 4)),
                        NOW,
                        NOW.plusSeconds(60),
                        Optional.of(held));
        return all;
    }

    private static Said at(int step) {
        return new Story.Decision(
                new UUID(0, step), "manager", "APPROVED", new Decider.Person("boss"), "plan");
    }

    private static Said granted(int step) {
        return new Story.Authorized(
                new UUID(0, 8),
                "account",
                "plan",
                "plan",
                List.of(new UUID(0, step)),
                NOW,
                NOW.plusSeconds(60));
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

    @Test
    void whoExecutedByHandUnderAnotherAccountIsTheSamePersonByTheirWorker() {
        Said byHand =
                new Story.Executed(
                        new UUID(0, 6),
                        "second-account",
                        "SUCCEEDED",
                        "plan",
                        true,
                        "reason",
                        NOW,
                        true,
                        Optional.of("W-boss"),
                        List.of(),
                        Optional.empty());
        assertThat(
                        missing(
                                plain(),
                                List.of(),
                                PROPOSED,
                                READY,
                                ASKED,
                                bound("W-boss"),
                                AUTHORIZED,
                                byHand))
                .contains("separation-of-duties");
        assertThat(
                        missing(
                                plain(),
                                List.of(),
                                PROPOSED,
                                READY,
                                ASKED,
                                bound("W-other"),
                                AUTHORIZED,
                                byHand))
                .doesNotContain("separation-of-duties");
    }

    @Test
    void whoAnswersForTheAiOrIsTheSubjectDoesNotExecuteByHand() {
        for (String person : List.of("clerk", "owner", "account")) {
            assertThat(separated(byHand(person, Optional.empty()))).as(person).isFalse();
        }
        for (String worker : List.of("W-clerk", "W-owner", "E1")) {
            assertThat(separated(byHand("second-account", Optional.of(worker))))
                    .as(worker)
                    .isFalse();
        }
        assertThat(separated(byHand("operator", Optional.of("W-operator")))).isTrue();
    }

    private static boolean separated(Said byHand) {
        Said[] all = proposedBy("W-clerk", "W-owner");
        all[5] = byHand;
        return !missing(plain(), List.of(), all).contains("separation-of-duties");
    }

    private static Said byHand(String person, Optional<String> worker) {
        return new Story.Executed(
                new UUID(0, 6),
                person,
                "SUCCEEDED",
                "plan",
                true,
                "reason",
                NOW,
                true,
                worker,
                List.of(),
                Optional.empty());
    }

    private static Said bound(String worker) {
        return new Story.Decision(
                new UUID(0, 4),
                "manager",
                "APPROVED",
                new Decider.Person("boss"),
                "plan",
                Optional.empty(),
                Optional.empty(),
                Optional.of(
                        new Story.Binding(
                                "",
                                "hash",
                                "",
                                new UUID(0, 44),
                                NOW.minusSeconds(60),
                                NOW.plusSeconds(60),
                                Optional.of(worker),
                                Optional.empty())),
                NOW);
    }

    @Test
    void whatIsProtectedMustKeepAHolderByWhatTheAuthorizationSays() {
        assertThat(closure(protecting(), keeping(true, Set.of("account"), "/admins")))
                .as("whom it is taken from keeps nothing")
                .isInstanceOf(Closure.Open.class);
        assertThat(closure(protecting(), keeping(true, Set.of(), "/admins")))
                .isInstanceOfSatisfying(
                        Closure.Open.class,
                        open ->
                                assertThat(open.missing())
                                        .extracting(Closure.Missing::name)
                                        .containsExactly(Closure.HOLDERS));
        assertThat(closure(protecting(), keeping(true, Set.of("eve"), "/admins")))
                .isInstanceOf(Closure.Ended.class);
        assertThat(closure(protecting(), keeping(false, Set.of(), "/admins")))
                .as("no lasting holder is lost")
                .isInstanceOf(Closure.Ended.class);
        assertThat(closure(protecting(), keeping(true, Set.of("eve"), "/staff")))
                .as("the plan takes what its charter protects, and nothing is said of it")
                .isInstanceOf(Closure.Open.class);
        assertThat(closure(plain(), keeping(true, Set.of(), "/admins")))
                .as("whichever charter protects it")
                .isInstanceOf(Closure.Open.class);
    }

    /** A story whose authorization takes /admins and says this. */
    private static Said[] keeping(boolean lost, Set<String> keepers, String path) {
        return new Said[] {
            PROPOSED,
            READY,
            ASKED,
            BY_BOSS,
            new Story.Authorized(
                    new UUID(0, 8),
                    "account",
                    "plan",
                    "plan",
                    List.of(new UUID(0, 4)),
                    NOW,
                    NOW.plusSeconds(60),
                    Optional.empty(),
                    Optional.empty(),
                    Set.of("/admins"),
                    Optional.of(List.of(new Story.Keeping("keycloak:acme", path, lost, keepers))),
                    Map.of(),
                    Story.Workers.UNKNOWN,
                    OWNED),
            EXECUTED
        };
    }

    private static Charter protecting() {
        Charter plain = plain();
        return new Charter(
                plain.name(),
                plain.version(),
                plain.hash(),
                plain.stages(),
                plain.proofs(),
                plain.duties(),
                plain.owner(),
                plain.routeHash(),
                plain.review(),
                plain.retention(),
                Set.of("/admins"),
                plain.agents(),
                plain.needs());
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
        return Closure.of(story(said).seen(activities), Optional.of(charter))
                        instanceof Closure.Open open
                ? open.missing().stream().map(Closure.Missing::name).toList()
                : List.of();
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
                new UUID(0, 2),
                verdict,
                Optional.of("account"),
                Optional.of("plan"),
                "reason",
                List.of(),
                Optional.of(JUDGED),
                NOW);
    }

    private static Said approved(Decider by) {
        return decided("APPROVED", by);
    }

    private static Said decided(String decision, Decider by) {
        return new Story.Decision(new UUID(0, 4), "manager", decision, by, "plan");
    }

    private static Said executed(String outcome, boolean readBack, Instant startedAt) {
        return new Story.Executed(
                new UUID(0, 6), "executor", outcome, "plan", readBack, "reason", startedAt, false);
    }
}
