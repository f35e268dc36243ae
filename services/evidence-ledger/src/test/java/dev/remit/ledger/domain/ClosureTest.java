package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Said;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClosureTest {
    private static final Instant NOW = Told.NOW;
    private static final Charter.Rule RULE = Told.RULE;
    private static final Said PROPOSED = Told.proposed();
    private static final Said READY = Told.judged("READY");
    private static final Said ASKED = Told.asked("boss");
    private static final Said BY_BOSS = Told.approved();
    private static final Said BY_RULE = Told.approved(Told.BY_RULE);
    private static final Said AUTHORIZED = Told.authorized();
    private static final Said EXECUTED = Told.executed();

    @Test
    void aChangeIsHeldByWhomItWaitsFor() {
        assertThat(holder(PROPOSED)).isEqualTo("data-readiness");
        assertThat(holder(PROPOSED, Told.judged("HELD"))).isEqualTo("data-readiness");
        assertThat(holder(PROPOSED, READY)).isEqualTo("approval-routing");
        assertThat(holder(PROPOSED, READY, ASKED)).isEqualTo("approvers of stage manager");
        assertThat(holder(PROPOSED, READY, Told.held("manager", "NOBODY")))
                .isEqualTo("approval-routing");
        assertThat(holder(PROPOSED, READY, ASKED, BY_BOSS, AUTHORIZED)).isEqualTo("executor");
        assertThat(holder(PROPOSED, READY, ASKED, BY_BOSS, AUTHORIZED, EXECUTED))
                .isEqualTo("evidence-ledger");
    }

    @Test
    void aChangeEndsAsItsHandoffsSay() {
        assertThat(outcome(PROPOSED, Told.judged("HALTED"))).isEqualTo(Closure.Outcome.HALTED);
        assertThat(outcome(PROPOSED, Told.judged("HELD"), Told.judged("WITHDRAWN")))
                .isEqualTo(Closure.Outcome.WITHDRAWN);
        assertThat(
                        outcome(
                                PROPOSED,
                                READY,
                                ASKED,
                                Told.decided("WITHDRAWN", new Decider.Person("ann"))))
                .isEqualTo(Closure.Outcome.WITHDRAWN);
        assertThat(
                        outcome(
                                PROPOSED,
                                READY,
                                ASKED,
                                Told.decided("DENIED", new Decider.Person("boss"))))
                .isEqualTo(Closure.Outcome.REFUSED);
        assertThat(outcome(PROPOSED, READY, ASKED, Told.decided("EXPIRED", new Decider.Deadline())))
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
        assertThat(Told.closure(ruled(), PROPOSED, READY, ASKED, BY_RULE, AUTHORIZED, EXECUTED))
                .isInstanceOf(Closure.Ended.class);
        assertThat(Told.closure(ruled(), PROPOSED, READY, ASKED, BY_BOSS, AUTHORIZED, EXECUTED))
                .isInstanceOf(Closure.Ended.class);
    }

    /** A plan of two steps, of which the first is taken back by its opposite. */
    private static final Said CAREFUL = careful(Optional.empty());

    private static Said careful(Optional<Instant> ends) {
        return Told.authorized(it -> {
            it.ends = ends.orElse(null);
            it.undone = Map.of("disable-account", Map.of("enabled", "true"));
        });
    }

    private static Said compensated(String plan, Story.Result... results) {
        return compensated(plan, Optional.empty(), results);
    }

    private static Said compensated(
            String plan, Optional<Story.Remainder> left, Story.Result... results) {
        return Told.executed(it -> {
            it.outcome = "COMPENSATED";
            it.plan = plan;
            it.readBack = false;
            it.reason = "no right; taken back: disable-account";
            it.results = List.of(results);
            it.remainder = left.orElse(null);
        });
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
                Told.closure(
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
            assertThat(Told.closure(plain(), PROPOSED, READY, ASKED, BY_BOSS, CAREFUL, report))
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
                Told.authorized(
                        it -> it.undone = Map.of("create-account", Map.of("account", "gone")));
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
            assertThat(Told.closure(plain(), PROPOSED, READY, ASKED, BY_BOSS, authorized, report))
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
        Said over = Told.ended("plan", NOW, end);
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
                        Told.closure(
                                plain(),
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_BOSS,
                                careful(Optional.of(end)),
                                report))
                .as("not before")
                .isInstanceOf(Closure.Open.class);
        assertThat(Told.closure(plain(), PROPOSED, READY, ASKED, BY_BOSS, CAREFUL, report))
                .as("what does not end by itself stays")
                .isInstanceOf(Closure.Open.class);
    }

    @Test
    void whatIsLeftHalfDoneIsOwedBySomebodyByName() {
        Charter charter = Told.charter();
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
        assertThat(
                        Told.closure(
                                plain(),
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_BOSS,
                                AUTHORIZED,
                                failed(known)))
                .isInstanceOfSatisfying(
                        Closure.Ended.class,
                        ended ->
                                assertThat(ended.words())
                                        .endsWith(
                                                "; the rest, disable-account, is owed by p1, who took it on"));
    }

    private static Story.Executed failed(Story.Remainder left) {
        return Told.executed(it -> {
            it.outcome = "FAILED";
            it.readBack = false;
            it.reason = "halted";
            it.remainder = left;
        });
    }

    @Test
    void eachProofIsMissingForItsOwnReason() {
        assertMissing(
                "separation-of-duties",
                PROPOSED,
                READY,
                Told.requested("manager", List.of("clerk", "boss")),
                Told.approved(new Decider.Person("clerk")),
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
                        Told.missing(
                                Told.charter(it -> it.proofs = List.of("new.proof")),
                                PROPOSED,
                                READY,
                                ASKED,
                                BY_BOSS,
                                AUTHORIZED,
                                EXECUTED))
                .containsExactly("new.proof");
    }

    @Test
    void whatDisablesNothingIsCorroboratedStepByStep() {
        Said joinsAndOwns =
                Told.authorized(it ->
                        it.traces =
                                List.of(
                                        new Story.Trace(
                                                "join-groups", "CREATE", "/groups/g1", Map.of()),
                                        new Story.Trace(
                                                "set-owner", "UPDATE", "", Map.of("owner", "E9"))));
        Story.Activity joined =
                activity("account", "CREATE", "users/account/groups/g1", Map.of(), "executor");
        Story.Activity other =
                activity("account", "CREATE", "users/account/groups/g2", Map.of(), "executor");
        Story.Activity owned =
                activity(
                        "account",
                        "UPDATE",
                        "users/account",
                        Map.of("enabled", "true", "owner", "E9"),
                        "executor");
        Story.Activity byAnother =
                activity("account", "UPDATE", "users/account", Map.of("owner", "E9"), "admin");
        assertThat(uncorroborated(joinsAndOwns, did("DONE", "DONE"), joined, owned)).isEmpty();
        assertThat(uncorroborated(joinsAndOwns, did("DONE", "DONE"), other, owned))
                .containsExactly(
                        "the target's own feed shows no such action by the executor since the authorization: join-groups");
        assertThat(uncorroborated(joinsAndOwns, did("DONE", "DONE"), joined, byAnother))
                .singleElement()
                .asString()
                .endsWith(": set-owner");
        assertThat(uncorroborated(joinsAndOwns, did("DONE", "ALREADY_DONE"), joined))
                .as("nobody did it, and nothing shows that anybody did")
                .isEmpty();
        assertThat(uncorroborated(joinsAndOwns, did("ALREADY_DONE", "ALREADY_DONE"), joined, owned))
                .as("the executor did nothing")
                .hasSize(1);
    }

    @Test
    void whatAStepFindsAsItIsToBeNoFeedCanShow() {
        Said owns = Told.authorized(it -> it.traces = List.of(Story.Trace.none("set-owner")));
        assertThat(uncorroborated(owns, did("SKIPPED", "ALREADY_DONE"))).isEmpty();
        assertThat(uncorroborated(owns, did("DONE", "DONE"))).as("by a person").isEmpty();
    }

    @Test
    void anAccountThatWasMadeIsCorroboratedByTheIdThatItGot() {
        Said makes =
                Told.authorized(it ->
                        it.traces =
                                List.of(new Story.Trace("create-account", "CREATE", "", Map.of())));
        Said made =
                Told.executed(it ->
                        it.results =
                                List.of(
                                        new Story.Result(
                                                "create-account",
                                                "DONE",
                                                Map.of("account", "there", "id", "made"),
                                                Optional.empty())));
        assertThat(
                        uncorroborated(
                                makes,
                                made,
                                activity("made", "CREATE", "users/made", Map.of(), "executor")))
                .isEmpty();
        assertThat(
                        uncorroborated(
                                makes,
                                made,
                                activity(
                                        "another",
                                        "CREATE",
                                        "users/another",
                                        Map.of(),
                                        "executor")))
                .hasSize(1);
    }

    private static Said did(String joins, String owns) {
        return Told.executed(it ->
                it.results =
                        List.of(
                                new Story.Result("join-groups", joins, Map.of(), Optional.empty()),
                                new Story.Result("set-owner", owns, Map.of(), Optional.empty())));
    }

    private static Story.Activity activity(
            String account,
            String operation,
            String resource,
            Map<String, String> changed,
            String actor) {
        return new Story.Activity(
                new UUID(1, (operation + resource).hashCode()),
                Told.TARGET,
                account,
                operation,
                resource,
                actor,
                NOW,
                changed);
    }

    /** What is said of the proof that is missing. */
    private static List<String> uncorroborated(
            Said authorized, Said executed, Story.Activity... activities) {
        return Closure.of(
                                Told.story(PROPOSED, READY, ASKED, BY_BOSS, authorized, executed)
                                        .seen(List.of(activities)),
                                Optional.of(plain()))
                        instanceof Closure.Open open
                ? open.missing().stream().map(Closure.Missing::words).toList()
                : List.of();
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
                            Told.missing(
                                    ruled(),
                                    PROPOSED,
                                    READY,
                                    ASKED,
                                    Told.approved(by),
                                    AUTHORIZED,
                                    EXECUTED))
                    .as(by.toString())
                    .containsExactly("approvals.complete", "separation-of-duties");
        }
        assertThat(Told.missing(plain(), PROPOSED, READY, ASKED, BY_RULE, AUTHORIZED, EXECUTED))
                .containsExactly("approvals.complete", "separation-of-duties");
        assertThat(
                        Told.missing(
                                ruled(),
                                PROPOSED,
                                Told.judged("ENRICHED"),
                                ASKED,
                                BY_RULE,
                                AUTHORIZED,
                                EXECUTED))
                .containsExactly("approvals.complete", "separation-of-duties");
    }

    @Test
    void aRuleCountsOnce() {
        Charter two =
                Told.charter(
                        Told.stage(
                                "manager",
                                it -> {
                                    it.quorum = 2;
                                    it.rule = RULE;
                                }));
        assertThat(
                        Told.missing(
                                two,
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
        assertThat(Told.missing(two, PROPOSED, READY, over, ASKED, at(5), granted(5)))
                .doesNotContain("approvals.complete", "separation-of-duties");
        Said other = passedOver("legal", "risk > 9");
        assertThat(Told.missing(two, PROPOSED, READY, other, ASKED, at(5), granted(5)))
                .contains("approvals.complete");
        Charter one = charter(List.of(), stage("legal", Optional.of("risk > 5")));
        assertThat(Told.missing(one, PROPOSED, READY, over))
                .as("nobody approved")
                .contains("approvals.complete", "separation-of-duties");
    }

    @Test
    void aStageWhoseConditionHoldsIsNotPassedOverWhateverTheServiceSays() {
        Charter two = charter(List.of(), stage("legal", Optional.of("risk > 5")), stage("manager"));
        Story told =
                Told.story(
                                PROPOSED,
                                READY,
                                passedOver("legal", "risk > 5"),
                                ASKED,
                                at(5),
                                granted(5))
                        .seen(List.of(Told.ACTIVITY));
        assertThat(approvals(two, told, Conditions.Truth.FALSE)).isEmpty();
        assertThat(approvals(two, told, Conditions.Truth.UNKNOWN)).isEmpty();
        assertThat(approvals(two, told, Conditions.Truth.TRUE))
                .containsExactly(
                        "stage legal has 0 of 1 approvals of this plan; it was passed over though its condition holds");
    }

    private static List<String> approvals(Charter charter, Story told, Conditions.Truth truth) {
        return Closure.of(told, Optional.of(charter), Optional.empty(), (_, _) -> truth)
                        instanceof Closure.Open open
                ? open.missing().stream()
                        .filter(each -> each.name().equals("approvals.complete"))
                        .map(Closure.Missing::words)
                        .toList()
                : List.of();
    }

    @Test
    void aShareCountsThoseAskedLast() {
        Charter half = charter(List.of(), Told.stage("manager", it -> it.share = 0.5));
        Said three = Told.requested("manager", List.of("boss", "ann", "ben"));
        assertThat(Told.missing(half, PROPOSED, READY, three, BY_BOSS))
                .contains("approvals.complete");
        Said two = Told.requested("manager", List.of("boss", "ann"));
        assertThat(Told.missing(half, PROPOSED, READY, three, two, at(5)))
                .doesNotContain("approvals.complete");
    }

    @Test
    void asManyMustDenyAsTheCharterSays() {
        Charter two = charter(List.of(), Told.stage("manager", it -> it.denials = 2));
        Said once = Told.decided("DENIED", new Decider.Person("boss"));
        Said again = Told.decided("DENIED", new Decider.Person("ann"));
        assertThat(Told.closure(two, PROPOSED, READY, ASKED, once))
                .isInstanceOf(Closure.Open.class);
        assertThat(Told.closure(two, PROPOSED, READY, ASKED, once, once))
                .as("one person counts once")
                .isInstanceOf(Closure.Open.class);
        assertThat(
                        ((Closure.Ended) Told.closure(two, PROPOSED, READY, ASKED, once, again))
                                .outcome())
                .isEqualTo(Closure.Outcome.REFUSED);
        assertThat(outcome(PROPOSED, READY, ASKED, Told.decided("DENIED", new Decider.Deadline())))
                .isEqualTo(Closure.Outcome.REFUSED);
        assertThat(outcome(PROPOSED, READY, ASKED, Told.decided("HALTED", new Decider.Deadline())))
                .isEqualTo(Closure.Outcome.HALTED);
    }

    @Test
    void whoActsForAnotherMustHaveBeenAskedSoAndBothStandApart() {
        Said asked =
                Told.requested(
                        "manager",
                        List.of("boss", "clerk"),
                        new Story.Link("ann", "boss"),
                        new Story.Link("ann", "clerk"));
        assertThat(Told.missing(plain(), Told.whole(asked, acting("ann", "boss")))).isEmpty();
        assertThat(Told.missing(plain(), Told.whole(asked, acting("ben", "boss"))))
                .as("not asked so")
                .contains("approvals.complete", "separation-of-duties");
        assertThat(Told.missing(plain(), Told.whole(asked, acting("ann", "clerk"))))
                .as("for the proposer")
                .contains("separation-of-duties");
    }

    @Test
    void twoAccountsOfOnePersonAreNotTwoPeopleAndNotTheSubject() {
        assertThat(Told.missing(plain(), Told.whole(ASKED, bound("W-boss")))).isEmpty();
        assertThat(Told.missing(plain(), Told.whole(ASKED, bound("E1"))))
                .as("the subject's other account")
                .containsExactly("separation-of-duties");
    }

    @Test
    void aDecisionIsGoodForTheChangeCharterAndRouteItIsBoundToAndOnlyInItsTime() {
        List<Consumer<Told.Verdict>> wrong =
                List.of(
                        it -> it.changeHash = "x",
                        it -> it.charterHash = "x",
                        it -> it.routeHash = "x",
                        it -> it.notBefore = NOW.plusSeconds(1),
                        it -> it.expiresAt = NOW);
        assertThat(Told.missing(plain(), Told.whole())).isEmpty();
        for (Consumer<Told.Verdict> each : wrong) {
            assertThat(Told.missing(plain(), Told.with(4, Told.decided(each))))
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
                    Told.decided(it -> {
                        it.id = 5;
                        it.plan = "other";
                    }));
        }
        said.add(
                Told.authorized(it -> {
                    it.plan = "other";
                    it.approvals = List.of(new UUID(0, approvedAnew ? 5 : 4));
                }));
        said.add(
                Told.executed(it -> {
                    it.plan = "other";
                    it.reason = "done";
                }));
        return Told.missing(plain(), said.toArray(Said[]::new));
    }

    private static Said amendment(String by, String before, String actual) {
        return amendment(by, before, actual, Optional.of(Told.JUDGED));
    }

    private static Said amendment(
            String by, String before, String actual, Optional<Story.Terms> terms) {
        return Told.decided(it -> {
            it.id = 7;
            it.decision = "AMENDED";
            it.by = new Decider.Person(by);
            it.plan = "other";
            it.amendment = new Story.Amendment(before, actual, terms);
        });
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
                                    Told.decided(end, new Decider.Person("ann")),
                                    again,
                                    ASKED))
                    .as(end)
                    .isEqualTo(
                            end.equals("DENIED")
                                    ? Closure.Outcome.REFUSED
                                    : Closure.Outcome.valueOf(end));
        }
        Charter two = charter(List.of(), Told.stage("manager", it -> it.denials = 2));
        Said ann = Told.decided("DENIED", new Decider.Person("ann"));
        Said boss = Told.decided("DENIED", new Decider.Person("boss"));
        assertThat(Told.closure(two, PROPOSED, READY, ASKED, ann, again, ASKED, boss))
                .as("asked anew")
                .isInstanceOf(Closure.Open.class);
        assertThat(
                        Told.closure(
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
                        Told.stage(
                                "manager",
                                it -> {
                                    it.rule = RULE;
                                    it.signed = true;
                                }));
        Said byRule =
                Told.decided(it -> {
                    it.id = 6;
                    it.by = new Decider.Rule(RULE.actor(), "low", "1");
                    it.plan = "other";
                });
        for (String by : List.of("boss", "clerk")) {
            assertThat(
                            Told.missing(
                                    signing,
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
                        Told.missing(
                                charter(List.of(owner), stage("manager")),
                                Told.whole(ASKED, BY_BOSS)))
                .isEmpty();
        Said byOwner = Told.requested("manager", List.of("charter-owner"));
        assertThat(
                        Told.missing(
                                charter(List.of(owner), stage("manager")),
                                Told.whole(
                                        byOwner,
                                        Told.approved(new Decider.Person("charter-owner")))))
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
                        Told.missing(
                                charter(List.of(executor), stage("manager")),
                                Told.whole(ASKED, BY_BOSS)))
                .isEmpty();

        Charter.Duty toxic =
                new Charter.Duty(
                        "t@1", List.of(), Set.of("/a", "/b"), Set.of(), Set.of(), Map.of());
        Charter judging = charter(List.of(toxic), stage("manager"));
        assertThat(Told.missing(judging, Told.whole(ASKED, BY_BOSS)))
                .as("not said")
                .containsExactly("separation-of-duties");
        assertThat(Told.missing(judging, held(Set.of("/a")))).isEmpty();
        assertThat(Told.missing(judging, held(Set.of("/a", "/b"))))
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
                        Told.missing(
                                charter(List.of(spared), stage("manager")),
                                held(Set.of("/a", "/b"))))
                .isEmpty();
        Charter.Duty must =
                new Charter.Duty(
                        "m@1", List.of(), Set.of(), Set.of("/root"), Set.of("/t"), Map.of());
        assertThat(Told.missing(charter(List.of(must), stage("manager")), held(Set.of("/root"))))
                .containsExactly("separation-of-duties");
    }

    @Test
    void whatTheSubjectHoldsAfterwardsIsNoLessThanWhatThePlanGivesAndTheTargetShows() {
        Charter judging =
                charter(
                        List.of(
                                new Charter.Duty(
                                        "t@1",
                                        List.of(),
                                        Set.of("/a", "/b"),
                                        Set.of(),
                                        Set.of(),
                                        Map.of())),
                        stage("manager"));
        Said[] given = held(Set.of("/a"));
        given[4] =
                Told.authorized(it -> {
                    it.held = Set.of("/a");
                    it.given = Set.of("/b");
                });
        assertThat(Told.words(judging, given))
                .isEqualTo("the subject holds afterwards what the authorization leaves out: /b");
        assertThat(Told.missing(plain(), given)).as("no rule asks").isEmpty();

        Said[] kept = held(Set.of("/a"));
        kept[4] =
                Told.authorized(it -> {
                    it.held = Set.of("/a");
                    it.taken = Set.of("/a", "/b", "/c");
                });
        assertThat(Told.missing(judging, kept)).isEmpty();
        kept[5] =
                Told.executed(it ->
                        it.results =
                                List.of(
                                        new Story.Result(
                                                "leave-groups",
                                                "DONE",
                                                Map.of("groups", "/a,/b"),
                                                Optional.empty())));
        assertThat(Told.words(judging, kept))
                .as("read back, it has /b still")
                .isEqualTo("the subject holds afterwards what the authorization leaves out: /b");
    }

    @Test
    void aLinkedAccountOfTheProposerOrOfWhoAnswersForTheAiIsNotAnotherPerson() {
        assertThat(Told.missing(plain(), proposedBy("W-clerk", "W-owner"))).isEmpty();
        assertThat(Told.missing(plain(), proposedBy("W-boss", "W-owner")))
                .containsExactly("separation-of-duties");
        assertThat(Told.missing(plain(), proposedBy("W-clerk", "W-boss")))
                .containsExactly("separation-of-duties");
    }

    private static Said[] proposedBy(String proposer, String principal) {
        Said[] all = Told.whole(ASKED, bound("W-boss"));
        all[4] =
                Told.authorized(it ->
                        it.workers =
                                new Story.Workers(Optional.of(proposer), Optional.of(principal)));
        return all;
    }

    @Test
    void anAiOfWhoeverProposedApprovesNothing() {
        for (String principal : List.of("owner", "clerk", "someone-else")) {
            Charter lets = Told.charter(it -> it.agents = Map.of("boss", principal));
            assertThat(Told.missing(lets, Told.whole(ASKED, BY_BOSS)))
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
        return ((Closure.Ended) Told.closure(charter, said))
                .proofs().stream()
                        .filter(each -> each.name().equals("separation-of-duties"))
                        .findFirst()
                        .orElseThrow()
                        .words();
    }

    private static Charter charter(List<Charter.Duty> duties, Charter.Stage... stages) {
        return Told.charter(it -> {
            it.stages = List.of(stages);
            it.duties = duties;
        });
    }

    private static Charter.Stage stage(String name) {
        return Told.stage(name);
    }

    private static Charter.Stage stage(String name, Optional<String> when) {
        return Told.stage(name, it -> it.when = when.orElse(null));
    }

    private static Said passedOver(String stage, String condition) {
        return Told.decided(it -> {
            it.id = 3;
            it.stage = stage;
            it.decision = "PASSED_OVER";
            it.by = new Decider.Deadline();
            it.condition = condition;
        });
    }

    private static Said acting(String by, String from) {
        return Told.decided(it -> {
            it.by = new Decider.Person(by);
            it.onBehalfOf = from;
        });
    }

    private static Said[] held(Set<String> held) {
        Said[] all = Told.whole(ASKED, BY_BOSS);
        all[4] = Told.authorized(it -> it.held = held);
        return all;
    }

    private static Said at(int step) {
        return Told.decided(it -> it.id = step);
    }

    private static Said granted(int step) {
        return Told.authorized(it -> it.approvals = List.of(new UUID(0, step)));
    }

    @Test
    void aProposerWithTheIdOfARuleIsNotSeparate() {
        Said forged =
                Told.proposed(it -> {
                    it.proposer = "policy:any@1";
                    it.principal = null;
                });
        assertMissing("separation-of-duties", forged, READY, ASKED, BY_BOSS, AUTHORIZED, EXECUTED);
    }

    @Test
    void anAccountThatNobodyIsBehindIsItsOwnSubject() {
        Said robots = ofAccount("account");
        Said[] told = {robots, READY, ASKED, BY_BOSS, AUTHORIZED, EXECUTED};
        assertThat(((Story.Proposed) robots).worker()).isEmpty();
        assertThat(((Story.Proposed) robots).subjectId()).isEqualTo("account");
        assertThat(Told.missing(plain(), told)).isEmpty();
        Standing standing =
                Standing.of(
                        Told.story(told),
                        Told.closure(plain(), told),
                        Optional.empty(),
                        0,
                        new UUID(0, 7),
                        Optional.empty());
        assertThat(standing.subject()).isEqualTo("keycloak:acme:account");
        assertThat(standing.about()).isEqualTo("account account of keycloak:acme");
    }

    @Test
    void whatAnotherAuthorizationWasUsedForIsNotAsAuthorized() {
        assertMissing(
                "executed.as-authorized",
                PROPOSED,
                READY,
                ASKED,
                BY_BOSS,
                AUTHORIZED,
                Told.executed(it -> it.authorization = new UUID(0, 1)));
    }

    @Test
    void anApprovalThatComesAfterTheAuthorizationApprovesNothing() {
        for (Said[] late :
                List.of(
                        new Said[] {PROPOSED, READY, ASKED, AUTHORIZED, BY_BOSS, EXECUTED},
                        new Said[] {PROPOSED, READY, ASKED, AUTHORIZED, EXECUTED, BY_BOSS})) {
            assertThat(Told.missing(plain(), late))
                    .containsExactly("approvals.complete", "separation-of-duties");
        }
    }

    @Test
    void anotherAccountThanTheOneThatTheChangeNamesIsNotAsAuthorized() {
        assertMissing(
                "executed.as-authorized",
                ofAccount("another"),
                READY,
                ASKED,
                BY_BOSS,
                AUTHORIZED,
                EXECUTED);
    }

    @Test
    void anAccountThatApprovesItsOwnChangeIsNotSeparate() {
        assertMissing(
                "separation-of-duties",
                ofAccount("account"),
                READY,
                Told.asked("account"),
                Told.approved(new Decider.Person("account")),
                AUTHORIZED,
                EXECUTED);
    }

    private static Said ofAccount(String id) {
        return Told.proposed(it -> it.subject = "keycloak:acme:" + id);
    }

    @Test
    void aStoryIsCompleteOnlyFromItsProposalOnAndLinked() {
        Story story = Told.story(PROPOSED, READY, ASKED);
        assertThat(story.isComplete()).isTrue();
        assertThat(Story.untold(Told.CHANGE).isComplete()).isFalse();
        assertThat(Story.untold(Told.CHANGE).with(story.steps().subList(1, 3)).isComplete())
                .isFalse();
        assertThat(
                        Story.untold(Told.CHANGE)
                                .with(List.of(story.steps().get(0), story.steps().get(2)))
                                .isComplete())
                .isFalse();
        assertThat(Told.story(READY, ASKED).isComplete()).isFalse();
        Story other = Told.story(PROPOSED, Told.judged("HELD"), ASKED);
        assertThat(
                        Story.untold(Told.CHANGE)
                                .with(
                                        List.of(
                                                story.steps().get(0),
                                                other.steps().get(1),
                                                story.steps().get(2)))
                                .isComplete())
                .isFalse();
        assertThat(Story.untold(new UUID(0, 2)).with(story.steps()).isComplete()).isFalse();
    }

    private static void assertMissing(String proof, Said... said) {
        assertThat(Told.missing(plain(), said)).containsExactly(proof);
    }

    private static Charter plain() {
        return Told.charter();
    }

    @Test
    void whoExecutedByHandUnderAnotherAccountIsTheSamePersonByTheirWorker() {
        Said byHand =
                Told.executed(it -> {
                    it.executor = "second-account";
                    it.byPerson = true;
                    it.worker = "W-boss";
                });
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
        return Told.executed(it -> {
            it.executor = person;
            it.byPerson = true;
            it.worker = worker.orElse(null);
        });
    }

    private static Said bound(String worker) {
        return Told.decided(it -> {
            it.notBefore = NOW.minusSeconds(60);
            it.worker = worker;
        });
    }

    @Test
    void whatIsProtectedMustKeepAHolderByWhatTheAuthorizationSays() {
        assertThat(Told.closure(protecting(), keeping(true, Set.of("account"), "/admins")))
                .as("whom it is taken from keeps nothing")
                .isInstanceOf(Closure.Open.class);
        assertThat(Told.closure(protecting(), keeping(true, Set.of(), "/admins")))
                .isInstanceOfSatisfying(
                        Closure.Open.class,
                        open ->
                                assertThat(open.missing())
                                        .extracting(Closure.Missing::name)
                                        .containsExactly(Closure.HOLDERS));
        assertThat(Told.closure(protecting(), keeping(true, Set.of("eve"), "/admins")))
                .isInstanceOf(Closure.Ended.class);
        assertThat(Told.closure(protecting(), keeping(false, Set.of(), "/admins")))
                .as("no lasting holder is lost")
                .isInstanceOf(Closure.Ended.class);
        assertThat(Told.closure(protecting(), keeping(true, Set.of("eve"), "/staff")))
                .as("the plan takes what its charter protects, and nothing is said of it")
                .isInstanceOf(Closure.Open.class);
        assertThat(Told.closure(plain(), keeping(true, Set.of(), "/admins")))
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
            Told.authorized(it -> {
                it.taken = Set.of("/admins");
                it.keepings = List.of(new Story.Keeping("keycloak:acme", path, lost, keepers));
            }),
            EXECUTED
        };
    }

    private static Charter protecting() {
        return Told.charter(it -> it.protects = Set.of("/admins"));
    }

    private static Charter ruled() {
        return Told.charter(Told.stage("manager", it -> it.rule = RULE));
    }

    private static String holder(Said... said) {
        return ((Closure.Open) Closure.of(Told.story(said), Optional.of(plain()))).holder();
    }

    private static Closure.Outcome outcome(Said... said) {
        return ((Closure.Ended) Told.closure(plain(), said)).outcome();
    }

    private static List<String> missing(
            Charter charter, List<Story.Activity> activities, Said... said) {
        return Closure.of(Told.story(said).seen(activities), Optional.of(charter))
                        instanceof Closure.Open open
                ? open.missing().stream().map(Closure.Missing::name).toList()
                : List.of();
    }

    private static Said executed(String outcome, boolean readBack, Instant startedAt) {
        return Told.executed(it -> {
            it.outcome = outcome;
            it.readBack = readBack;
            it.startedAt = startedAt;
        });
    }
}
