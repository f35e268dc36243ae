package dev.remit.approval.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.application.Answers.Request;
import dev.remit.approval.application.Answers.Result;
import dev.remit.approval.application.DecideStages.Item;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Route;
import dev.remit.approval.domain.Terms;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.merkle.Hash;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.ApprovalReassigned;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.CharterDecided;
import dev.remit.wire.v1.CharterDecision;
import dev.remit.wire.v1.CharterDrafted;
import dev.remit.wire.v1.CharterPart;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.Decision;
import dev.remit.wire.v1.DelegationEnded;
import dev.remit.wire.v1.DelegationGiven;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** The use cases over ports in memory, with the messages that go out. */
class RoutesOfChangesTest {
    private static final UUID CHANGE = Scene.changes(1).getFirst();

    private final Scene scene = new Scene();
    private final InMemory world = scene.world;

    @Test
    void aReadyChangeIsApprovedStageByStageAndAuthorized() {
        scene.receive(List.of(CHANGE));
        assertThat(scene.decide(CHANGE, "manager").status()).isEqualTo(201);
        assertThat(scene.decide(CHANGE, "security-1").status()).isEqualTo(201);

        assertThat(types(CHANGE))
                .containsExactly(
                        "ApprovalRequested",
                        "ApprovalDecided",
                        "ApprovalRequested",
                        "ApprovalDecided",
                        "ExecutionAuthorized");
        ExecutionAuthorized granted = (ExecutionAuthorized) world.messages(CHANGE).getLast();
        assertThat(granted.getApprovals())
                .containsExactlyElementsOf(
                        world.sent.stream()
                                .filter(each -> each.message() instanceof ApprovalDecided)
                                .map(InMemory.Sent::id)
                                .toList());
        assertThat(granted.getModeDecision().getMode())
                .as("a charter that bounds nothing lets nobody own anything")
                .isEqualTo(dev.remit.wire.v1.Mode.ASSIST);
        assertThat(granted.getModeDecision().getConditions())
                .filteredOn(each -> each.getHolds())
                .extracting(each -> each.getName())
                .containsExactly("data.ready", "approvers.resolved");
        assertThat(granted.getAccount()).isEqualTo("leaver");
        assertThat(granted.getPlanHash()).isEqualTo(Scene.PLAN_HASH);
        assertThat(granted.getPlan().array()).isEqualTo(Scene.PLAN);
        assertThat(world.sent.getLast().cause())
                .as("the last approval leads to the authorization")
                .isEqualTo(granted.getApprovals().getLast());
    }

    @Test
    void whatIsHaltedIsPutToNobodyAndGoesOnWhenTheHaltIsLifted() {
        scene.halt("charter/leaver");
        scene.receive(List.of(CHANGE));
        ApprovalRequested held = (ApprovalRequested) world.messages(CHANGE).getLast();
        assertThat(held.getHeld()).contains("halted", "charter/leaver", "boss", "looks wrong");
        assertThat(held.getCandidates()).isEmpty();

        scene.resume();
        assertThat(scene.decide(CHANGE, "manager").status()).isEqualTo(201);
        assertThat(scene.decide(CHANGE, "security-1").status()).isEqualTo(201);
        assertThat(types(CHANGE)).endsWith("ExecutionAuthorized");
    }

    @Test
    void nobodyDecidesWhatIsHalted() {
        scene.receive(List.of(CHANGE));
        scene.decide(CHANGE, "manager");
        for (String scope : List.of("mesh", "version/" + Scene.CHARTER, "agent/clerk")) {
            scene.halt(scope);
            Result refused = scene.decide(CHANGE, "security-1");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.code()).isEqualTo("HALTED");
        }
        assertThat(types(CHANGE)).doesNotContain("ExecutionAuthorized");
        scene.halt("agent/another");
        assertThat(scene.decide(CHANGE, "security-1").status()).isEqualTo(201);
        assertThat(types(CHANGE)).endsWith("ExecutionAuthorized");
    }

    @Test
    void aRuleDecidesNothingThatIsHalted() {
        scene.charter(Scene.rule("auto", "low-risk", Optional.empty()));
        scene.halt("mesh");
        scene.receive(List.of(CHANGE));
        assertThat(types(CHANGE)).containsExactly("ApprovalRequested");
        scene.resume();
        assertThat(types(CHANGE)).endsWith("ApprovalDecided", "ExecutionAuthorized");
    }

    @Test
    void aBatchOfFiveHundredCostsAsManyPortCallsAsABatchOfOne() {
        scene.receive(List.of(CHANGE));
        Map<String, Integer> one = new TreeMap<>(world.calls);

        Scene large = new Scene();
        large.receive(Scene.changes(500));

        assertThat(large.world.calls).isEqualTo(one);
        assertThat(large.world.sent).hasSize(500);
        assertThat(one.values()).allMatch(count -> count <= 1);
    }

    @Test
    void twoHundredDecisionsCostAsManyPortCallsAsOne() {
        scene.receive(List.of(CHANGE));
        world.calls.clear();
        scene.decide(CHANGE, "manager");
        Map<String, Integer> one = new TreeMap<>(world.calls);

        Scene large = new Scene();
        large.receive(Scene.changes(200));
        large.world.calls.clear();
        List<Result> results =
                large.decide(
                        Scene.changes(200).stream().map(Scene::item).toList(),
                        "manager",
                        Optional.empty());

        assertThat(large.world.calls).isEqualTo(one);
        assertThat(results).hasSize(200).allMatch(result -> result.status() == 201);
    }

    @Test
    void whoApprovedTheLastChangeOfTheAccountIsAskedWhereTheCharterSaysSo() {
        scene.charter(
                "{\"name\":\"manager\",\"resolvers\":[{\"manager\":\"subject\"},{\"previousApprovers\":\"manager\"}],"
                        + "\"quorum\":1,\"expiresAfter\":\"PT48H\"}");
        world.earlier.put(
                new Routes.Earlier("leaver", "leaver"), Map.of("manager", List.of("security-1")));
        world.earlier.put(
                new Routes.Earlier("leaver", "another-charter"),
                Map.of("manager", List.of("security-2")));

        scene.receive(Scene.changes(2));

        ApprovalRequested requested =
                (ApprovalRequested) world.messages(Scene.changes(1).getFirst()).getFirst();
        assertThat(requested.getCandidates())
                .extracting(each -> each.getId() + ": " + each.getReason())
                .containsExactly(
                        "manager: manager of the subject",
                        "security-1: approved stage manager of the last change");
        assertThat(world.calls).containsEntry("approvers", 1);
    }

    @Test
    void whoseAccountAnswersForTheOneOfWhoIsResponsibleIsLookedUpAndDoesNotApprove() {
        Account owned = Scene.account("owner");
        world.people.put(
                Concern.account("owner"),
                List.of(
                        new Account(
                                owned.system(),
                                owned.id(),
                                true,
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                List.of(),
                                "owner",
                                Instant.EPOCH,
                                Optional.empty(),
                                Optional.of("boss"))));
        Account boss = Scene.account("boss");
        world.people.put(
                Concern.account("boss"),
                List.of(
                        new Account(
                                boss.system(),
                                boss.id(),
                                true,
                                Optional.of("W-security-1"),
                                Optional.empty(),
                                List.of(),
                                List.of(),
                                "boss",
                                Instant.EPOCH)));
        scene.receive(List.of(CHANGE));
        assertThat(scene.decide(CHANGE, "manager").status()).isEqualTo(201);
        assertThat(scene.decide(CHANGE, "security-1").code()).isEqualTo("SOD_PROPOSER_PRINCIPAL");
        assertThat(scene.decide(CHANGE, "security-2").status()).isEqualTo(201);
    }

    @Test
    void rulesDecideAndAuthorizeInTheHopThatBroughtTheVerdict() {
        scene.charter(
                Scene.rule("first", "low-risk", Optional.empty()),
                Scene.rule("second", "other", Optional.empty()));

        scene.receive(List.of(CHANGE));

        assertThat(types(CHANGE))
                .containsExactly(
                        "ApprovalRequested",
                        "ApprovalDecided",
                        "ApprovalRequested",
                        "ApprovalDecided",
                        "ExecutionAuthorized");
        ApprovalRequested requested = (ApprovalRequested) world.messages(CHANGE).getFirst();
        assertThat(requested.getCandidates()).hasSize(1);
        assertThat(requested.getCandidates().getFirst().getId()).isEqualTo("policy:low-risk@1");
        assertThat(requested.getCandidates().getFirst().getReason())
                .isEqualTo("rule of the charter");
        ApprovalDecided decided = (ApprovalDecided) world.messages(CHANGE).get(1);
        assertThat(decided.getDecision()).isEqualTo(Decision.APPROVED);
        assertThat(decided.getDecidedBy().getId()).isEqualTo("policy:low-risk@1");
        assertThat(decided.getDecidedBy().getKind()).isEqualTo(ActorKind.POLICY);
        assertThat(decided.getPolicy().getName()).isEqualTo("low-risk");
        assertThat(decided.getPolicy().getVersion()).isEqualTo("1");
        assertThat(decided.getAuthentication()).isNull();
        assertThat(decided.getReason()).contains("READY");
        assertThat(((ExecutionAuthorized) world.messages(CHANGE).getLast()).getApprovals())
                .hasSize(2);
        assertThat(world.routes.get(CHANGE).state()).isEqualTo("APPROVED");
        assertThat(
                        scene.meters
                                .get("remit.approval.decisions")
                                .tag("by", "POLICY")
                                .counter()
                                .count())
                .isEqualTo(2);
    }

    @Test
    void aRuleThatDoesNotApplyAsksItsGroup() {
        scene.charter(Scene.rule("policy", "low-risk", Optional.of("/security")));
        scene.receive(Scene.judged(CHANGE, ReadinessVerdict.ENRICHED));
        assertThat(scene.decide(CHANGE, "security-2").status()).isEqualTo(201);
        ApprovalDecided decided = (ApprovalDecided) world.messages(CHANGE).get(1);
        assertThat(decided.getDecidedBy().getKind()).isEqualTo(ActorKind.HUMAN);
        assertThat(decided.getPolicy()).isNull();
        assertThat(types(CHANGE)).last().isEqualTo("ExecutionAuthorized");
    }

    @Test
    void whatIsCalledReadyWithoutAPlanIsHeldVisiblyAndRoutedWhenThePlanComes() {
        scene.receive(ready().setPlan(null).build());

        ApprovalRequested held = (ApprovalRequested) world.messages(CHANGE).getFirst();
        assertThat(held.getHeld()).isEqualTo("it is called ready without a plan");
        assertThat(held.getCandidates()).isEmpty();
        assertThat(world.routes.get(CHANGE)).isInstanceOf(Route.Unplanned.class);
        assertThat(scene.decide(CHANGE, "manager").code()).isEqualTo("NOT_WAITING");

        scene.receive(List.of(CHANGE));
        assertThat(world.routes.get(CHANGE)).isInstanceOf(Route.Waiting.class);
    }

    @Test
    void aPlanThatItsHashDoesNotNameIsHeld() {
        scene.receive(ready().setPlanHash("0".repeat(64)).build());
        assertThat(world.routes.get(CHANGE)).isInstanceOf(Route.Unplanned.class);
    }

    @Test
    void aHeldChangeExpires() {
        scene.receive(ready().setAccount(null).build());
        world.passes(Duration.ofDays(1));
        scene.expire();
        assertThat(((ApprovalDecided) world.messages(CHANGE).getLast()).getDecision())
                .isEqualTo(Decision.EXPIRED);
    }

    @Test
    void aVerdictThatThisBuildDoesNotKnowIsSetAside() {
        scene.receive(
                Scene.judged(CHANGE, ReadinessVerdict.UNKNOWN),
                Scene.judged(Scene.changes(2).getLast(), ReadinessVerdict.HELD));
        assertThat(world.setAside)
                .containsExactly(
                        new InMemory.SetAside("VERDICT_UNKNOWN", "remit.change.readiness.v1[0]@1"));
        assertThat(world.routes).isEmpty();
    }

    @Test
    void aChangeWaitsForItsCharterAndIsRoutedWhenItComes() {
        Lookup charter = world.charters.remove(Scene.CHARTER);
        scene.receive(List.of(CHANGE));
        assertThat(world.routes.get(CHANGE)).isInstanceOf(Route.CharterUnknown.class);
        assertThat(((ApprovalRequested) world.messages(CHANGE).getFirst()).getHeld())
                .isEqualTo("not known");

        world.charters.put(Scene.CHARTER, charter);
        scene.receive(Scene.published());
        scene.lookAgain();

        assertThat(world.routes.get(CHANGE)).isInstanceOf(Route.Waiting.class);
        assertThat(types(CHANGE)).containsExactly("ApprovalRequested", "ApprovalRequested");
        assertThat(world.sent).extracting(InMemory.Sent::id).doesNotHaveDuplicates();
    }

    @Test
    void aRepeatedReadinessVerdictOpensNothingTwice() {
        scene.receive(
                Scene.judged(CHANGE, ReadinessVerdict.READY),
                Scene.judged(CHANGE, ReadinessVerdict.ENRICHED));
        scene.receive(List.of(CHANGE));
        assertThat(types(CHANGE)).containsExactly("ApprovalRequested");
    }

    @Test
    void newsAboutAMemberMovesTheStagesThatAskTheGroupAndNoOthers() {
        List<UUID> changes = Scene.changes(3);
        scene.receive(changes);
        scene.decide(changes.getFirst(), "manager");
        world.sent.clear();
        world.calls.clear();
        world.arriving.put(Concern.group("/security"), List.of());
        world.arriving.put(Concern.account("security-1"), List.of(Scene.account("security-1")));

        scene.receive(Scene.observed(Scene.PEOPLE, "security-1"));
        assertThat(world.news.firstEntry().getValue())
                .as("the group that was left is concerned too")
                .contains(Concern.account("security-1"), Concern.group("/security"));
        scene.lookAgain();

        assertThat(world.sent).hasSize(1);
        assertThat(world.sent.getFirst().change()).isEqualTo(changes.getFirst());
        ApprovalReassigned moved = (ApprovalReassigned) world.sent.getFirst().message();
        assertThat(moved.getFrom()).containsExactly("security-1", "security-2");
        assertThat(moved.getHeld()).isNotNull();
        assertThat(world.news).isEmpty();
    }

    @Test
    void newsAboutOtherSystemsOrMereActivityConcernsNobody() {
        scene.receive(List.of(CHANGE));
        world.sent.clear();
        scene.receive(Scene.observed("scim:payroll", "manager"));
        scene.lookAgain();
        assertThat(world.sent).isEmpty();
    }

    @Test
    void newsThatConcernsManyIsWorkedOffInPages() {
        scene.receive(Scene.changes(1200));
        world.sent.clear();
        world.calls.clear();
        world.arriving.put(Concern.account("manager"), List.of());

        scene.receive(Scene.observed(Scene.PEOPLE, "manager"));
        scene.lookAgain();

        assertThat(world.sent).hasSize(1200);
        assertThat(world.calls).containsEntry("done news", 1200 / Routes.PAGE + 1);
        assertThat(world.routes.values()).allMatch(Route.Held.class::isInstance);
        assertThat(world.sent).extracting(InMemory.Sent::id).doesNotHaveDuplicates();
    }

    @Test
    void aDeadlineFiresOnceAcrossReplicas() {
        scene.receive(List.of(CHANGE));
        world.passes(Scene.EXPIRES);
        world.beforeLock = scene::expire;

        scene.expire();

        assertThat(types(CHANGE)).containsExactly("ApprovalRequested", "ApprovalDecided");
    }

    @Test
    void aDecisionBetweenSelectionAndLockKeepsTheDeadlineFromFiring() {
        scene.receive(List.of(CHANGE));
        world.passes(Scene.EXPIRES);
        world.beforeLock =
                () -> {
                    world.now = world.now.minusSeconds(1);
                    scene.decide(CHANGE, "manager");
                    world.now = world.now.plusSeconds(1);
                };
        scene.expire();
        assertThat(world.messages(CHANGE))
                .filteredOn(ApprovalDecided.class::isInstance)
                .extracting(each -> ((ApprovalDecided) each).getDecision())
                .containsExactly(Decision.APPROVED);
    }

    @Test
    void moreDeadlinesThanAPageAllFire() {
        scene.receive(Scene.changes(1001));
        world.passes(Scene.EXPIRES);
        scene.expire();
        assertThat(world.routes.values()).allMatch(route -> route.state().equals("EXPIRED"));
        assertThat(world.calls).containsEntry("due", 1001 / Routes.PAGE + 1);
    }

    @Test
    void eachOfManyDecisionsIsJudgedOnItsOwn() {
        List<UUID> changes = Scene.changes(3);
        scene.receive(changes);
        scene.decide(changes.get(1), "manager");
        UUID stranger = new UUID(1, 1);
        List<Item> items =
                new ArrayList<>(
                        List.of(
                                Scene.item(changes.get(0)),
                                Scene.item(changes.get(1)),
                                Scene.item(stranger),
                                Scene.item(changes.get(0)),
                                Scene.item(changes.get(2), Attempt.Kind.DENIED, "0".repeat(64))));

        List<Result> results = scene.decide(items, "manager", Optional.empty());

        assertThat(results)
                .extracting(each -> each.status() + " " + each.code())
                .containsExactly(
                        "201 null",
                        "403 SOD_SAME_PERSON",
                        "404 CHANGE_UNKNOWN",
                        "409 CHANGE_REPEATED",
                        "422 PLAN_MISMATCH");
        assertThat(results)
                .extracting(Result::change)
                .containsExactlyElementsOf(items.stream().map(Item::change).toList());
        assertThat(world.routes).doesNotContainKey(stranger);
    }

    @Test
    void aRepeatedRequestIsAnsweredAsBeforeAndDoesNothing() {
        scene.receive(List.of(CHANGE));
        Request request = new Request("manager", "key", "body");
        List<Item> items = List.of(Scene.item(CHANGE));
        List<Result> first = scene.decide(items, "manager", Optional.of(request));
        int sent = world.sent.size();

        assertThat(scene.decide(items, "manager", Optional.of(request))).isEqualTo(first);
        assertThat(first.getFirst().status()).isEqualTo(201);
        assertThat(world.sent).hasSize(sent);
        assertThatThrownBy(() ->
                        scene.decide(
                                items,
                                "manager",
                                Optional.of(new Request("manager", "key", "other"))))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.status()).isEqualTo(409);
                            assertThat(problem.code()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
                        });
    }

    @Test
    void aDelegateDecidesWhatIsOpenAlreadyAndBothAreOnTheRecord() {
        scene.receive(List.of(CHANGE));
        Delegations.Kept kept = delegate("manager", "security-1");
        scene.lookAgain();
        ApprovalReassigned moved = (ApprovalReassigned) world.messages(CHANGE).getLast();
        assertThat(moved.getCandidates().getLast().getOnBehalfOf()).isEqualTo("manager");

        assertThat(scene.decide(CHANGE, "security-1").status()).isEqualTo(201);
        ApprovalDecided decided = (ApprovalDecided) world.messages(CHANGE).get(2);
        assertThat(decided.getDecidedBy().getId()).isEqualTo("security-1");
        assertThat(decided.getOnBehalfOf()).isEqualTo("manager");
        assertThat(decided.getBinding().getWorker()).isEqualTo("W-security-1");
        assertThat(scene.decide(CHANGE, "manager").code()).isEqualTo("SOD_SAME_PERSON");
        assertThat(scene.delegate.of("security-1", Optional.empty(), 9).await().indefinitely())
                .containsExactly(kept);
    }

    @Test
    void whoIsAskedByAGroupIsActedForAtOnceToo() {
        world.people.put(Concern.account("deputy"), List.of(Scene.account("deputy")));
        scene.receive(List.of(CHANGE));
        assertThat(scene.decide(CHANGE, "manager").status()).isEqualTo(201);
        Delegations.Kept kept = delegate("security-1", "deputy");
        scene.lookAgain();
        ApprovalReassigned moved = (ApprovalReassigned) world.messages(CHANGE).getLast();
        assertThat(moved.getCandidates())
                .filteredOn(each -> each.getId().equals("deputy"))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.getOnBehalfOf()).isEqualTo("security-1");
                    assertThat(each.getEligible()).isTrue();
                });
        scene.delegate
                .end(kept.delegation().id(), "security-1", scene.lately())
                .await()
                .indefinitely();
        scene.lookAgain();
        assertThat(((ApprovalReassigned) world.messages(CHANGE).getLast()).getCandidates())
                .noneMatch(each -> each.getId().equals("deputy"));
    }

    @Test
    void whomAChangeWouldBePutToIsToldWhileSomethingElseIsHalted() {
        for (String scope : List.of(Scopes.own("another"), Scopes.charter("another"))) {
            scene.halt(scope);
            assertThat(scene.preview().stages()).as(scope).isNotEmpty();
        }
        scene.halt(Scopes.charter("leaver"));
        assertThat(scene.preview().stages()).isEmpty();
    }

    @Test
    void aDelegationThatEndsIsNewsOnceAndMovesTheStageBack() {
        scene.receive(List.of(CHANGE));
        Delegations.Kept kept = delegate("manager", "security-1");
        scene.lookAgain();
        scene.delegate
                .end(kept.delegation().id(), "manager", Scene.decider("manager").authentication())
                .await()
                .indefinitely();
        assertThat(scene.decide(CHANGE, "security-1").code()).isEqualTo("NOT_A_CANDIDATE");
        scene.lookAgain();
        assertThat(((ApprovalReassigned) world.messages(CHANGE).getLast()).getCandidates())
                .hasSize(1);

        delegate("manager", "security-2");
        scene.lookAgain();
        world.passes(Duration.ofHours(2));
        scene.delegate.turn().await().indefinitely();
        scene.delegate.turn().await().indefinitely();
        assertThat(world.news).hasSize(1);
        scene.lookAgain();
        assertThat(((ApprovalReassigned) world.messages(CHANGE).getLast()).getCandidates())
                .hasSize(1);
    }

    @Test
    void nobodyDelegatesToThemselvesOrForLongerThanAQuarter() {
        assertThatThrownBy(() -> delegate("manager", "manager"))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("DELEGATE_SELF"));
        assertThatThrownBy(() ->
                        scene.delegate
                                .delegate(
                                        new Delegate.Wish(
                                                "manager",
                                                "security-1",
                                                Set.of(),
                                                Optional.empty(),
                                                world.now.plus(Duration.ofDays(91)),
                                                "away"),
                                        scene.lately(),
                                        Optional.empty())
                                .await()
                                .indefinitely())
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("DELEGATION_TOO_LONG"));
        assertThatThrownBy(() ->
                        scene.delegate
                                .end(new UUID(0, 0), "x", Scene.decider("x").authentication())
                                .await()
                                .indefinitely())
                .isInstanceOf(Problem.class);
    }

    @Test
    void onlySomebodyElseWhoIsKnownAndActiveDecidesInOnesPlace() {
        delegateRefused("nobody", "DELEGATE_UNKNOWN");
        world.people.put(
                Concern.account("off"),
                List.of(
                        new Account(
                                Scene.PEOPLE,
                                "off",
                                false,
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                List.of("approver"),
                                "off",
                                Instant.EPOCH)));
        delegateRefused("off", "DELEGATE_DISABLED");
        world.people.put(
                Concern.account("manager-too"),
                List.of(
                        new Account(
                                Scene.PEOPLE,
                                "manager-too",
                                true,
                                Optional.of("W-manager"),
                                Optional.empty(),
                                List.of(),
                                List.of("approver"),
                                "manager too",
                                Instant.EPOCH)));
        delegateRefused("manager-too", "DELEGATE_SELF");
        assertThat(world.sent).isEmpty();
    }

    @Test
    void aTokenWithoutARecentSignInHandsNoVoteOn() {
        Authentication unknown = Scene.decider("manager").authentication();
        Authentication old =
                new Authentication(
                        "issuer",
                        Optional.of("token"),
                        Optional.empty(),
                        List.of(),
                        Optional.of(world.now.minus(Duration.ofSeconds(301))));
        for (Authentication each : List.of(unknown, old)) {
            assertThatThrownBy(() ->
                            scene.delegate
                                    .delegate(wish("manager", "security-1"), each, Optional.empty())
                                    .await()
                                    .indefinitely())
                    .isInstanceOfSatisfying(
                            Problem.class,
                            problem -> {
                                assertThat(problem.status()).isEqualTo(401);
                                assertThat(problem.code()).isEqualTo("SIGN_IN_NOT_RECENT");
                            });
        }
        assertThat(world.delegations).isEmpty();
        assertThat(world.sent).isEmpty();
        assertThat(
                        scene.delegating(true)
                                .delegate(wish("manager", "security-1"), unknown, Optional.empty())
                                .await()
                                .indefinitely())
                .as("in a demonstration")
                .isNotNull();
    }

    private void delegateRefused(String to, String code) {
        assertThatThrownBy(() -> delegate("manager", to))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code));
    }

    @Test
    void givingAndEndingADelegationAreSignedOnceAndARepetitionIsAnsweredAlike() {
        Request request = new Request("manager", "key", "a".repeat(64));
        Delegations.Kept kept = delegate("manager", "security-1", request);
        assertThat(delegate("manager", "security-1", request)).isEqualTo(kept);
        assertThatThrownBy(() ->
                        delegate(
                                "manager",
                                "security-2",
                                new Request("manager", "key", "b".repeat(64))))
                .isInstanceOf(Problem.class);
        for (int n = 0; n < 2; n++) {
            scene.delegate
                    .end(
                            kept.delegation().id(),
                            "security-1",
                            Scene.decider("security-1").authentication())
                    .await()
                    .indefinitely();
        }
        assertThat(world.sent).hasSize(2);
        DelegationGiven given = (DelegationGiven) world.sent.getFirst().message();
        assertThat(given.getDelegationId()).isEqualTo(world.sent.getFirst().id());
        assertThat(given.getDelegator().getId()).isEqualTo("manager");
        assertThat(given.getDelegate()).isEqualTo("security-1");
        assertThat(given.getCharters()).containsExactly("leaver");
        DelegationEnded ended = (DelegationEnded) world.sent.getLast().message();
        assertThat(ended.getDelegationId()).isEqualTo(given.getDelegationId());
        assertThat(ended.getEndedBy().getId()).isEqualTo("security-1");
    }

    private Delegations.Kept delegate(String from, String to, Request request) {
        return scene.delegate
                .delegate(wish(from, to), scene.lately(), Optional.of(request))
                .await()
                .indefinitely();
    }

    @Test
    void aQuestionIsHandedOnAndSoIsItsAnswer() {
        scene.receive(List.of(CHANGE));
        Item asks = Scene.item(CHANGE, Attempt.Kind.QUESTIONED, Scene.PLAN_HASH);
        assertThat(scene.decide(List.of(asks), "manager", Optional.empty()).getFirst().status())
                .isEqualTo(201);
        assertThat(scene.decide(CHANGE, "manager").code()).isEqualTo("QUESTION_OPEN");
        assertThat(answer("security-1")).contains("NOT_THE_PROPOSER");
        assertThat(answer("owner")).isEmpty();
        assertThat(scene.decide(CHANGE, "manager").status()).isEqualTo(201);
        assertThat(world.messages(CHANGE))
                .filteredOn(ApprovalDecided.class::isInstance)
                .extracting(each -> ((ApprovalDecided) each).getDecision())
                .containsExactly(Decision.QUESTIONED, Decision.ANSWERED, Decision.APPROVED);
    }

    @Test
    void theProposerIsToldWhatIsAskedAndThatItEndedAndBothQuestionsStay() {
        scene.charter(
                """
                {"name":"security","resolver":"group","group":"/security","quorum":2,"expiresAfter":"PT48H"}\
                """);
        scene.receive(List.of(CHANGE));
        world.notices.clear();
        question("security-1", "why now");
        question("security-2", "why at all");
        assertThat(world.notices)
                .extracting(each -> each.kind() + " " + each.person())
                .containsExactly("QUESTIONED owner", "QUESTIONED owner");
        Route.Waiting waiting = (Route.Waiting) world.routes.get(CHANGE);
        assertThat(waiting.course().open().getFirst().question()).contains("why now\nwhy at all");
        assertThat(answer("owner")).isEmpty();
        world.notices.clear();
        scene.decide(
                List.of(Scene.item(CHANGE, Attempt.Kind.SENT_BACK, Scene.PLAN_HASH)),
                "security-1",
                Optional.empty());
        scene.decide(
                List.of(Scene.item(CHANGE, Attempt.Kind.DENIED, Scene.PLAN_HASH)),
                "security-1",
                Optional.empty());
        assertThat(world.notices)
                .extracting(each -> each.kind() + " " + each.person())
                .containsExactly("SENT_BACK owner", "ENDED owner");
    }

    private void question(String by, String text) {
        Item item =
                new Item(
                        CHANGE,
                        Attempt.Kind.QUESTIONED,
                        text,
                        Scene.PLAN_HASH,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
        assertThat(scene.decide(List.of(item), by, Optional.empty()).getFirst().status())
                .isEqualTo(201);
    }

    @Test
    void whatNobodyMayDecideIsToldToTheCharterOwnerAndOperatorsOnce() {
        world.people.put(Concern.role("operator"), List.of(Scene.account("op")));
        world.people.remove(Concern.account("manager"));
        scene.receive(List.of(CHANGE));
        assertThat(world.notices)
                .extracting(each -> each.kind() + " " + each.person())
                .containsExactlyInAnyOrder("HELD charter-owner", "HELD op");
        world.news.put(99L, Set.of(Concern.account("manager")));
        scene.lookAgain();
        assertThat(world.notices).hasSize(2);
    }

    @Test
    void whatIsHeldAsAWholeIsToldToTheProposerToOperatorsAndToWhoAnswersForTheRule() {
        world.people.put(Concern.role("operator"), List.of(Scene.account("op")));
        world.charters.put(
                Scene.CHARTER,
                new Lookup.Found(
                        JsonCharter.read(
                                """
                                {"metadata":{"owner":"charter-owner"},"spec":{"approval":{"role":"approver","stages":[%s]},
                                 "separationOfDuties":[{"rule":"apart","version":"1","owner":"cfo","source":"SOX","apart":["principal","owner"]},
                                  {"rule":"ab","version":"1","owner":"cfo","source":"SOX","toxic":["/a","/b"]}],
                                 "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                                """
                                        .formatted(Scene.MANAGER))));
        scene.receive(List.of(CHANGE));
        assertThat(world.routes.get(CHANGE)).isInstanceOf(Route.Barred.class);
        assertThat(told())
                .containsExactly("HELD cfo", "HELD charter-owner", "HELD op", "HELD owner");
        world.news.put(99L, Set.of(Concern.halts()));
        scene.lookAgain();
        assertThat(told()).as("for the same reason once").hasSize(4);
    }

    @Test
    void whatHasNoCharterOrNoPlanIsToldToTheProposerAndToOperators() {
        world.people.put(Concern.role("operator"), List.of(Scene.account("op")));
        world.charters.clear();
        scene.receive(List.of(CHANGE));
        assertThat(told()).containsExactly("HELD op", "HELD owner");

        world.notices.clear();
        UUID other = Scene.changes(2).getLast();
        scene.receive(
                ReadinessJudged.newBuilder(Scene.judged(other, ReadinessVerdict.READY))
                        .setPlan(null)
                        .build());
        assertThat(world.routes.get(other)).isInstanceOf(Route.Unplanned.class);
        assertThat(told()).containsExactly("HELD op", "HELD owner");
    }

    private List<String> told() {
        return world.notices.stream()
                .map(each -> each.kind() + " " + each.person())
                .sorted()
                .toList();
    }

    @Test
    void anAmendedPlanIsAnotherOneAndNoApprovalIsStretchedToIt() {
        scene.receive(List.of(CHANGE));
        assertThat(scene.decide(CHANGE, "manager").status()).isEqualTo(201);
        Instant start = world.now.plus(Duration.ofHours(3));
        Item amends =
                new Item(
                        CHANGE,
                        Attempt.Kind.AMENDED,
                        "not today",
                        Scene.PLAN_HASH,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        new Terms(Optional.empty(), Optional.of(start)));
        assertThat(
                        scene.decide(List.of(amends), "security-1", Optional.empty())
                                .getFirst()
                                .status())
                .isEqualTo(201);
        ApprovalDecided amended =
                world.messages(CHANGE).stream()
                        .filter(ApprovalDecided.class::isInstance)
                        .map(ApprovalDecided.class::cast)
                        .filter(each -> each.getDecision() == Decision.AMENDED)
                        .findFirst()
                        .orElseThrow();
        byte[] plan = new byte[amended.getAmendment().getPlan().remaining()];
        amended.getAmendment().getPlan().duplicate().get(plan);
        assertThat(Hash.sha256(plan).hex()).isEqualTo(amended.getPlanHash());
        assertThat(amended.getAmendment().getPreviousPlanHash()).isEqualTo(Scene.PLAN_HASH);
        assertThat(amended.getAmendment().getNotBefore()).isEqualTo(start);

        assertThat(scene.decide(CHANGE, "manager").code()).isEqualTo("PLAN_MISMATCH");
        for (String by : List.of("manager", "security-2")) {
            Item item = Scene.item(CHANGE, Attempt.Kind.APPROVED, amended.getPlanHash());
            assertThat(scene.decide(List.of(item), by, Optional.empty()).getFirst().status())
                    .isEqualTo(201);
        }
        assertThat(world.routes.get(CHANGE).state()).isEqualTo("SCHEDULED");
        world.passes(Duration.ofHours(4));
        scene.expire();
        ExecutionAuthorized authorized = (ExecutionAuthorized) world.messages(CHANGE).getLast();
        assertThat(authorized.getPlanHash()).isEqualTo(amended.getPlanHash());
        assertThat(authorized.getNotBefore()).isEqualTo(start);
        assertThat(authorized.getApprovals()).as("of this plan only").hasSize(2);
    }

    @Test
    void aNewerVersionVoidsNothingAndNoOtherCharterThanTheOneProposedUnderIsGoneBy() {
        scene.receive(List.of(CHANGE));
        world.charters.put("d".repeat(64), world.charters.get(Scene.CHARTER));
        assertThat(scene.decide(CHANGE, "manager").status()).isEqualTo(201);
        assertThat(((ApprovalDecided) world.messages(CHANGE).get(1)).getBinding().getCharterHash())
                .isEqualTo(Scene.CHARTER);
        world.charters.remove(Scene.CHARTER);
        assertThat(scene.decide(CHANGE, "security-1").code()).isEqualTo("CHARTER_NOT_IN_FORCE");
    }

    @Test
    void aProposerAmendsOnceAlsoWhenTheyAskTwice() {
        scene.receive(List.of(CHANGE));
        scene.decide(
                List.of(Scene.item(CHANGE, Attempt.Kind.SENT_BACK, Scene.PLAN_HASH)),
                "manager",
                Optional.empty());
        Request request = new Request("owner", "key", "a".repeat(64));
        for (int n = 0; n < 2; n++) {
            assertThat(
                            scene.amend
                                    .amend(
                                            CHANGE,
                                            Scene.decider("owner"),
                                            "in other words",
                                            Terms.NONE,
                                            Optional.of(request))
                                    .await()
                                    .indefinitely())
                    .isEmpty();
        }
        assertThat(world.messages(CHANGE))
                .filteredOn(ApprovalDecided.class::isInstance)
                .extracting(each -> ((ApprovalDecided) each).getDecision())
                .containsExactly(Decision.SENT_BACK, Decision.AMENDED);
    }

    @Test
    void aChangeIsTakenBackByItsProposerOrAsReadinessSays() {
        List<UUID> changes = Scene.changes(3);
        scene.receive(changes);
        assertThat(
                        scene.withdraw
                                .withdraw(
                                        changes.get(0),
                                        Scene.decider("owner"),
                                        "no need",
                                        Optional.empty())
                                .await()
                                .indefinitely())
                .isEmpty();
        scene.receive(withdrawn(changes.get(1)));
        assertThat(world.routes.get(changes.get(0)).state()).isEqualTo("WITHDRAWN");
        assertThat(world.routes.get(changes.get(1)).state()).isEqualTo("WITHDRAWN");
        assertThat(world.routes.get(changes.get(2)).state()).isEqualTo("OPEN");
        assertThat(((ApprovalDecided) world.messages(changes.get(1)).getLast()).getDecision())
                .isEqualTo(Decision.WITHDRAWN);
    }

    @Test
    void whatWasTakenBackBeforeItWasReadyIsNeverApproved() {
        scene.charter(Scene.rule("rule", "fit", Optional.empty()));
        scene.receive(withdrawn(CHANGE));
        scene.receive(withdrawn(CHANGE));
        assertThat(world.messages(CHANGE)).isEmpty();

        scene.receive(List.of(CHANGE));
        assertThat(world.routes.get(CHANGE).state()).isEqualTo("WITHDRAWN");
        assertThat(world.messages(CHANGE)).noneMatch(ExecutionAuthorized.class::isInstance);
        assertThat(world.messages(CHANGE).getLast())
                .isInstanceOfSatisfying(
                        ApprovalDecided.class,
                        decided -> {
                            assertThat(decided.getDecision()).isEqualTo(Decision.WITHDRAWN);
                            assertThat(decided.getReason()).isEqualTo("asked by phone");
                        });
    }

    @Test
    void whatIsTakenBackInTheBatchThatCallsItReadyIsNotApproved() {
        scene.charter(Scene.rule("rule", "fit", Optional.empty()));
        scene.receive(Scene.judged(CHANGE, ReadinessVerdict.READY), withdrawn(CHANGE));
        assertThat(world.routes.get(CHANGE).state()).isEqualTo("WITHDRAWN");
        assertThat(world.messages(CHANGE)).noneMatch(ExecutionAuthorized.class::isInstance);
        assertThat(scene.takenBack.early).isEmpty();
    }

    private static ReadinessJudged withdrawn(UUID change) {
        return ReadinessJudged.newBuilder(Scene.judged(change, ReadinessVerdict.WITHDRAWN))
                .setWithdrawal(
                        new dev.remit.wire.v1.Withdrawal(
                                new dev.remit.wire.v1.Actor("operator", ActorKind.HUMAN, null),
                                "asked by phone"))
                .build();
    }

    @Test
    void whoIsAskedIsToldOnceAndWhoIsRemindedAgain() {
        scene.charter(Scene.MANAGER.replace("\"quorum\"", "\"reminders\":[\"PT4H\"],\"quorum\""));
        scene.receive(List.of(CHANGE));
        scene.receive(Scene.observed(Scene.PEOPLE, "manager"));
        scene.lookAgain();
        world.passes(Duration.ofHours(4));
        scene.expire();
        scene.expire();
        assertThat(world.notices)
                .extracting(each -> each.person() + " " + each.kind())
                .containsExactly("manager ASKED", "manager REMINDED");
    }

    @Test
    void whoMayApproveADraftOfACharterIsToldOnce() {
        world.people.put(Concern.account("owner"), List.of(Scene.account("owner")));
        world.people.put(Concern.role("admin"), List.of(Scene.account("boss")));
        world.people.put(
                Concern.role("approver"),
                List.of(Scene.account("boss"), Scene.account("careful"), Scene.account("drafter")));
        scene.receive(drafted(CharterPart.OWNER));
        assertThat(world.notices).extracting(Notices.Notice::person).containsExactly("owner");
        world.notices.clear();
        scene.receive(drafted(CharterPart.OWNER, CharterPart.SECOND));
        assertThat(world.notices)
                .extracting(each -> each.person() + " " + each.kind())
                .containsExactly(
                        "boss CHARTER_DRAFTED", "careful CHARTER_DRAFTED", "owner CHARTER_DRAFTED");
        world.notices.clear();
        scene.receive(drafted(CharterPart.BOOTSTRAP));
        world.passes(Duration.ofDays(8));
        scene.receive(drafted(CharterPart.OWNER));
        assertThat(world.notices).as("nobody is needed, or it is over").isEmpty();
    }

    @Test
    void whoBecomesKnownAfterTheDraftIsToldThenAndOnce() {
        CharterDrafted draft = drafted(CharterPart.OWNER, CharterPart.SECOND);
        scene.receive(draft);
        assertThat(world.notices).as("nobody is known yet").isEmpty();
        world.people.put(Concern.account("owner"), List.of(Scene.account("owner")));
        scene.tellOfDrafts.lookAgain().await().indefinitely();
        scene.tellOfDrafts.lookAgain().await().indefinitely();
        assertThat(world.notices).extracting(Notices.Notice::person).containsExactly("owner");
        world.people.put(Concern.role("approver"), List.of(Scene.account("careful")));
        scene.tellOfDrafts.lookAgain().await().indefinitely();
        assertThat(world.notices)
                .extracting(Notices.Notice::person)
                .containsExactly("owner", "careful");
        scene.receive(
                CharterDecided.newBuilder()
                        .setDecisionId(UUID.randomUUID())
                        .setDraftId(draft.getDraftId())
                        .setCharter(draft.getCharter())
                        .setDecision(CharterDecision.DENIED)
                        .setPart(null)
                        .setDecidedBy(
                                Actor.newBuilder().setId("owner").setKind(ActorKind.HUMAN).build())
                        .setWorker("W")
                        .setReason("no")
                        .setDecidedAt(Instant.parse("2026-01-02T03:04:05Z"))
                        .build());
        world.people.put(Concern.role("admin"), List.of(Scene.account("boss")));
        scene.tellOfDrafts.lookAgain().await().indefinitely();
        assertThat(world.notices).as("it ended").hasSize(2);
    }

    @Test
    void aRouteThatDoesNotReadIsSetAsideVisiblyAndStopsNoOther() {
        List<UUID> changes = Scene.changes(3);
        scene.receive(changes);
        UUID bad = changes.get(1);
        world.broken.add(bad);
        world.passes(Duration.ofDays(3));
        scene.expire();
        assertThat(world.routes.get(changes.getFirst())).isInstanceOf(Route.Ended.class);
        assertThat(world.routes.get(changes.getLast())).isInstanceOf(Route.Ended.class);
        assertThat(world.aside).containsOnlyKeys(bad);
        assertThat(world.setAside)
                .extracting(InMemory.SetAside::code)
                .containsExactly("ROUTE_UNREADABLE");
        scene.expire();
        scene.lookAgain();
        assertThat(world.setAside).as("it is not due again at once").hasSize(1);

        world.passes(Duration.ofHours(2));
        scene.expire.retry().await().indefinitely();
        assertThat(world.aside).containsKey(bad);
        world.broken.clear();
        world.passes(Duration.ofHours(2));
        scene.expire.retry().await().indefinitely();
        scene.expire();
        assertThat(world.aside).isEmpty();
        assertThat(world.routes.get(bad)).isInstanceOf(Route.Ended.class);
    }

    @Test
    void whereNobodyKnowsTheOwnerWhoMayStandInIsTold() {
        world.people.put(Concern.role("admin"), List.of(Scene.account("boss")));
        world.people.put(
                Concern.role("approver"),
                List.of(Scene.account("careful"), Scene.account("drafter")));
        scene.receive(drafted(CharterPart.OWNER));
        assertThat(world.notices)
                .extracting(Notices.Notice::person)
                .containsExactly("boss", "careful");
    }

    @Test
    void theOwnerIsToldAtTheAccountThatTheCharterNamesAlone() {
        Account owner = Scene.account("owner");
        Account other =
                new Account(
                        owner.system(),
                        "owner-2",
                        true,
                        owner.workerId(),
                        Optional.empty(),
                        List.of(),
                        List.of("approver"),
                        "owner-2",
                        Instant.EPOCH);
        world.people.put(Concern.account("owner"), List.of(owner));
        world.people.put(Concern.role("approver"), List.of(owner, other, Scene.account("careful")));
        scene.receive(drafted(CharterPart.OWNER, CharterPart.SECOND));
        assertThat(world.notices)
                .extracting(Notices.Notice::person)
                .containsExactly("careful", "owner");
    }

    private CharterDrafted drafted(CharterPart... needs) {
        return CharterDrafted.newBuilder()
                .setDraftId(UUID.randomUUID())
                .setCharter(new CharterRef("leaver", "2", "h"))
                .setDocument(java.nio.ByteBuffer.allocate(0))
                .setPrevious(null)
                .setDraftedBy(Actor.newBuilder().setId("drafter").setKind(ActorKind.HUMAN).build())
                .setWorker(null)
                .setOwner("owner")
                .setNeeds(List.of(needs))
                .setBecause(List.of())
                .setReason("better")
                .setDraftedAt(Instant.parse("2026-01-02T03:04:05Z"))
                .setExpiresAt(Instant.parse("2026-01-02T03:04:05Z").plus(Duration.ofDays(7)))
                .build();
    }

    @Test
    void whatCouldNotBeSentIsKept() {
        scene.receive(Scene.changes(3));
        List<Long> sent = new ArrayList<>();
        TellPeople tell =
                new TellPeople(
                        world,
                        List.of(
                                new Messenger() {
                                    @Override
                                    public boolean isThere() {
                                        return true;
                                    }

                                    @Override
                                    public Notices.Channel channel() {
                                        return Notices.Channel.MAIL;
                                    }

                                    @Override
                                    public io.smallrye.mutiny.Uni<List<Long>> send(
                                            List<Notices.Due> due) {
                                        sent.addAll(
                                                due.stream().map(Notices.Due::position).toList());
                                        return io.smallrye.mutiny.Uni.createFrom()
                                                .item(List.of(0L, 2L));
                                    }
                                }),
                        world,
                        scene.meters);
        tell.tell().await().indefinitely();
        assertThat(sent).hasSize(3);
        assertThat(world.notices).hasSize(1);
        assertThat(
                        scene.meters
                                .get("remit.approval.notices")
                                .tag("outcome", "FAILED")
                                .counter()
                                .count())
                .isEqualTo(1);
    }

    private Delegations.Kept delegate(String from, String to) {
        return scene.delegate
                .delegate(wish(from, to), scene.lately(), Optional.empty())
                .await()
                .indefinitely();
    }

    private Delegate.Wish wish(String from, String to) {
        return new Delegate.Wish(
                from,
                to,
                Set.of("leaver"),
                Optional.empty(),
                world.now.plus(Duration.ofHours(1)),
                "away");
    }

    private Optional<String> answer(String by) {
        return scene.answer
                .answer(CHANGE, Scene.decider(by), Optional.empty(), "because", Optional.empty())
                .await()
                .indefinitely()
                .map(Attempt.Result.Refused::code);
    }

    @Test
    void refusalsAreCountedByCode() {
        scene.receive(List.of(CHANGE));
        scene.decide(CHANGE, "security-1");
        assertThat(
                        scene.meters
                                .get("remit.approval.refused")
                                .tag("code", "NOT_A_CANDIDATE")
                                .counter()
                                .count())
                .isEqualTo(1);
    }

    private static ReadinessJudged.Builder ready() {
        return ReadinessJudged.newBuilder(Scene.judged(CHANGE, ReadinessVerdict.READY));
    }

    private List<String> types(UUID change) {
        return world.messages(change).stream()
                .map(SpecificRecord::getSchema)
                .map(schema -> schema.getName())
                .toList();
    }
}
