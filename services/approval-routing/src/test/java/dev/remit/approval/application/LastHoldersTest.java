package dev.remit.approval.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Entitlement;
import dev.remit.approval.domain.Route;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.merkle.Hash;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.ExecutionOutcome;
import dev.remit.wire.v1.GrantEnded;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two changes that would take a protected entitlement from its last two holders. */
class LastHoldersTest {
    private static final UUID ONE = Scene.changes(2).getFirst();
    private static final UUID OTHER = Scene.changes(2).getLast();
    private static final Entitlement ADMINS = new Entitlement(Scene.PEOPLE, "/admins");
    private static final String DISABLES =
            "{\"steps\":[{\"name\":\"disable-account\",\"before\":{\"enabled\":\"true\"},\"after\":{\"enabled\":\"false\"}}]}";
    private static final String LEAVES =
            "{\"steps\":[{\"name\":\"leave-groups\",\"before\":{\"groups\":\"/admins\"},\"after\":{\"groups\":\"\"}}]}";

    /** As data-readiness plans it. */
    private static final String GRANTS =
            "{\"steps\":[{\"after\":{\"groups\":\"/admins\"},\"before\":{},\"group\":{\"id\":\"g1\",\"path\":\"/admins\"},\"name\":\"join-group\"},"
                    + "{\"after\":{\"expires\":\"PT4H\"},\"before\":{},\"group\":{\"id\":\"g1\",\"path\":\"/admins\"},\"name\":\"leave-group-at-expiry\"}]}";

    private static final String REVIEWED =
            """
            {"metadata":{"owner":"charter-owner"},"spec":{"approval":{"role":"approver","stages":[%s],
             "review":{"resolvers":[{"group":"/security"}],"expiresAfter":"PT24H",
              "escalation":[{"after":"PT20H","to":[{"named":["boss"]}]}]}},
             "domain":{"protectedEntitlements":["/admins"]},
             "execution":{"authorizationExpiresAfter":"PT1H"}}}\
            """
                    .formatted(Scene.MANAGER);

    private final Scene scene = new Scene();
    private final InMemory world = scene.world;

    @BeforeEach
    void protect() {
        charter("OWN");
        holds("ann", "/admins");
        holds("bob", "/admins");
    }

    private void charter(String mode) {
        world.charters.put(Scene.CHARTER, charter("charter-owner", mode, "\"/admins\"", ""));
    }

    private static Lookup charter(String owner, String mode, String protects, String limits) {
        return new Lookup.Found(
                JsonCharter.read(
                        """
                        {"metadata":{"owner":"%s"%s},"spec":{"approval":{"role":"approver","stages":[%s]},
                         "domain":{"protectedEntitlements":[%s],"systems":["%s"],
                          "actions":[{"name":"offboard","mode":"%s"}]},
                         "proof":["readiness.fit"],
                         "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                        """
                                .formatted(
                                        owner,
                                        limits,
                                        Scene.MANAGER,
                                        protects,
                                        Scene.PEOPLE,
                                        mode)));
    }

    @Test
    void whatAnotherCharterInForceProtectsIsProtectedFromEveryChange() {
        world.charters.put(Scene.CHARTER, charter("charter-owner", "OWN", "", ""));
        world.charters.put("other", charter("other-owner", "OWN", "\"/admins\"", ""));
        annGoesAndBobIsHeld();
        assertThat(last(OTHER).getViolations())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.getRule()).isEqualTo("last-holder");
                    assertThat(each.getOwner()).isEqualTo("other-owner");
                });
        assertThat(scene.removals.kept).singleElement().extracting("entitlement").isEqualTo(ADMINS);
    }

    @Test
    void whatACharterWillProtectIsProtectedAlready() {
        world.charters.put(Scene.CHARTER, charter("charter-owner", "OWN", "", ""));
        world.charters.put(
                "other",
                charter(
                        "other-owner",
                        "OWN",
                        "\"/admins\"",
                        ",\"effective\":{\"from\":\"2999-01-01\"}"));
        annGoesAndBobIsHeld();
    }

    @Test
    void whatNoCharterInForceProtectsIsNot() {
        world.charters.put(Scene.CHARTER, charter("charter-owner", "OWN", "", ""));
        world.charters.put(
                "other",
                charter(
                        "other-owner",
                        "OWN",
                        "\"/admins\"",
                        ",\"effective\":{\"until\":\"2000-01-01\"}"));
        scene.receive(judged(ONE, "ann", DISABLES), judged(OTHER, "bob", LEAVES));
        approve(ONE, DISABLES);
        approve(OTHER, LEAVES);
        assertThat(List.of(state(ONE), state(OTHER))).containsExactly("APPROVED", "APPROVED");
    }

    @Test
    void whileItIsNotKnownWhatACharterProtectsNothingIsTaken() {
        world.charters.put("other", new Lookup.Missing("it does not read"));
        scene.receive(judged(ONE, "ann", DISABLES));
        approve(ONE, DISABLES);
        assertThat(state(ONE)).isEqualTo("BARRED");
        assertThat(last(ONE).getHeld()).contains("it does not read");

        world.replaced = List.of(world.charters.remove("other"));
        scene.receive(Scene.published());
        scene.lookAgain();
        assertThat(state(ONE)).as("its successor reads").isEqualTo("APPROVED");
    }

    @Test
    void theAuthorizationSaysWhoKeepsWhatItTakes() {
        holds("eve", "/admins");
        scene.receive(judged(ONE, "ann", DISABLES));
        approve(ONE, DISABLES);
        assertThat(authorized(ONE).getProtectedEntitlements())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.getSystem()).isEqualTo(Scene.PEOPLE);
                    assertThat(each.getPath()).isEqualTo("/admins");
                    assertThat(each.getLost()).isTrue();
                    assertThat(each.getKeepers()).containsExactly("bob", "eve");
                });
        scene.receive(judged(OTHER, "bob", LEAVES));
        approve(OTHER, LEAVES);
        assertThat(authorized(OTHER).getProtectedEntitlements().getFirst().getKeepers())
                .as("ann is about to lose it")
                .containsExactly("eve");
    }

    private ExecutionAuthorized authorized(UUID change) {
        return (ExecutionAuthorized) world.messages(change).getLast();
    }

    @Test
    void theSecondIsHeldAndSaysWhichRuleWhichOtherAndWhatResolvesIt() {
        annGoesAndBobIsHeld();
        assertThat(types(ONE)).endsWith("ExecutionAuthorized");
        assertThat(types(OTHER))
                .doesNotContain("ExecutionAuthorized")
                .endsWith("ApprovalRequested");
        assertThat(last(OTHER).getViolations())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.getRule()).isEqualTo("last-holder");
                    assertThat(each.getOwner()).isEqualTo("charter-owner");
                    assertThat(each.getFacts())
                            .contains(
                                    "bob would be the last enabled holder of /admins",
                                    "ann loses it by change " + ONE);
                    assertThat(each.getRemedy()).contains("must hold it first", "must end");
                });
        assertThat(state(OTHER)).isEqualTo("BARRED");
    }

    @Test
    void ofTwoThatAreAuthorizedTogetherOneIs() {
        scene.receive(judged(ONE, "ann", DISABLES), judged(OTHER, "bob", DISABLES));
        scene.decide(
                List.of(
                        Scene.item(ONE, Attempt.Kind.APPROVED, hash(DISABLES)),
                        Scene.item(OTHER, Attempt.Kind.APPROVED, hash(DISABLES))),
                "manager",
                Optional.empty());
        assertThat(List.of(state(ONE), state(OTHER))).containsExactly("APPROVED", "BARRED");
    }

    /** A digital employee may have been demoted before its first call: then a person may have. */
    @ParameterizedTest
    @ValueSource(strings = {"OWN", "ASSIST"})
    void itStaysHeldWhenAPersonMayHaveDoneTheOtherByHand(String mode) {
        charter(mode);
        annGoesAndBobIsHeld();
        scene.receive(executed(ONE, ExecutionOutcome.REFUSED));
        scene.lookAgain();
        assertThat(state(OTHER)).isEqualTo("BARRED");
    }

    @Test
    void itStaysHeldWhenTheOtherWasExecutedUntilSomebodyElseHoldsIt() {
        annGoesAndBobIsHeld();
        scene.receive(executed(ONE, ExecutionOutcome.SUCCEEDED));
        assertThat(scene.removals.kept).as("it is not observed yet").isNotEmpty();
        loses("ann");
        scene.receive(Scene.observed(Scene.PEOPLE, "ann"));
        scene.lookAgain();
        assertThat(scene.removals.kept).isEmpty();
        assertThat(state(OTHER)).isEqualTo("BARRED");
        assertThat(last(OTHER).getHeld()).contains("bob is the last enabled holder of /admins");

        holds("eve", "/admins");
        scene.receive(Scene.observed(Scene.PEOPLE, "eve", "/admins"));
        scene.lookAgain();
        assertThat(types(OTHER)).endsWith("ExecutionAuthorized");
    }

    @Test
    void whatStaysHeldIsHaltedInTheEnd() {
        annGoesAndBobIsHeld();
        world.passes(Duration.ofDays(1));
        scene.expire();
        assertThat(state(OTHER)).isEqualTo("HALTED");
    }

    @Test
    void whoHoldsItForATimeDoesNotCount() {
        loses("ann");
        scene.receive(judged(ONE, "ann", GRANTS));
        approve(ONE, GRANTS);
        assertThat(types(ONE)).endsWith("ExecutionAuthorized");
        scene.receive(executed(ONE, ExecutionOutcome.SUCCEEDED));
        holds("ann", "/admins");

        scene.receive(judged(OTHER, "bob", DISABLES));
        approve(OTHER, DISABLES);
        assertThat(last(OTHER).getHeld()).contains("ann loses it by change " + ONE);

        loses("ann");
        scene.receive(
                GrantEnded.newBuilder()
                        .setChangeId(ONE)
                        .setAuthorizationId(new UUID(0, 0))
                        .setPlanHash(hash(GRANTS))
                        .setExecutor(
                                Actor.newBuilder()
                                        .setId("executor")
                                        .setKind(ActorKind.SERVICE)
                                        .build())
                        .setSteps(List.of())
                        .setReason("its time was over")
                        .setDueAt(Instant.EPOCH)
                        .setStartedAt(Instant.EPOCH)
                        .setCompletedAt(Instant.EPOCH)
                        .build());
        assertThat(scene.removals.kept).isEmpty();
    }

    @Test
    void whoHoldsItForATimeAloneIsGivenItAgainAndTheLastLastingHolderIsNot() {
        loses("ann");
        loses("bob");
        scene.receive(judged(ONE, "ann", GRANTS));
        approve(ONE, GRANTS);
        scene.receive(executed(ONE, ExecutionOutcome.SUCCEEDED));
        holds("ann", "/admins");
        scene.receive(judged(OTHER, "ann", GRANTS));
        approve(OTHER, GRANTS);
        assertThat(types(OTHER)).endsWith("ExecutionAuthorized");

        scene.removals.kept.clear();
        UUID third = Scene.changes(3).getLast();
        scene.receive(judged(third, "ann", GRANTS));
        approve(third, GRANTS);
        assertThat(last(third).getHeld()).contains("ann is the last enabled holder of /admins");
    }

    @Test
    void anAccountThatIsNotKnownMayHoldAllOfIt() {
        scene.receive(judged(ONE, "stranger", DISABLES));
        approve(ONE, DISABLES);
        assertThat(types(ONE)).as("two others hold it").endsWith("ExecutionAuthorized");
        scene.removals.enabled.clear();
        scene.receive(judged(OTHER, "stranger", DISABLES));
        approve(OTHER, DISABLES);
        assertThat(state(OTHER)).isEqualTo("BARRED");
    }

    @Test
    void whatTakesNothingProtectedLocksNothing() {
        holds("dan", "/staff");
        scene.receive(judged(ONE, "dan", DISABLES));
        approve(ONE, DISABLES);
        assertThat(types(ONE)).endsWith("ExecutionAuthorized");
        assertThat(scene.removals.locked).isZero();
        assertThat(scene.removals.kept)
                .as("dan may be given it before the account is disabled")
                .singleElement()
                .extracting("account")
                .isEqualTo("dan");
        holds("dan", "/admins");
        loses("ann");
        scene.receive(judged(OTHER, "bob", DISABLES));
        approve(OTHER, DISABLES);
        assertThat(last(OTHER).getHeld()).contains("dan loses it by change " + ONE);
    }

    @Test
    void whatIsAuthorizedLocksNothingMore() {
        world.charters.put(Scene.CHARTER, new Lookup.Found(JsonCharter.read(REVIEWED)));
        scene.receive(judged(ONE, "ann", DISABLES));
        approve(ONE, DISABLES);
        int locked = scene.removals.locked;
        scene.receive(executed(ONE, ExecutionOutcome.SUCCEEDED));
        assertThat(state(ONE)).isEqualTo("OPEN");
        world.passes(Duration.ofDays(3));
        scene.expire();
        assertThat(scene.removals.locked).isEqualTo(locked);
    }

    @Test
    void aPlanThatIsNotUnderstoodMayTakeAllOfIt() {
        String odd =
                "{\"steps\":[{\"name\":\"odd\",\"before\":{},\"after\":{\"scopes\":\"none\"}}]}";
        scene.receive(judged(ONE, "ann", odd), judged(OTHER, "bob", LEAVES));
        approve(ONE, odd);
        approve(OTHER, LEAVES);
        assertThat(List.of(state(ONE), state(OTHER))).containsExactly("APPROVED", "BARRED");
    }

    private void annGoesAndBobIsHeld() {
        scene.receive(judged(ONE, "ann", DISABLES), judged(OTHER, "bob", LEAVES));
        approve(ONE, DISABLES);
        approve(OTHER, LEAVES);
        assertThat(List.of(state(ONE), state(OTHER))).containsExactly("APPROVED", "BARRED");
    }

    private void holds(String account, String path) {
        Account kept = Scene.account(account, path);
        world.people.put(Concern.target(Scene.PEOPLE, account), List.of(kept));
        if (path.equals(ADMINS.path())) {
            scene.removals.enabled.computeIfAbsent(ADMINS, _ -> new HashSet<>()).add(account);
        }
    }

    private void loses(String account) {
        world.people.put(Concern.target(Scene.PEOPLE, account), List.of(Scene.account(account)));
        scene.removals.enabled.getOrDefault(ADMINS, Set.of()).remove(account);
    }

    private void approve(UUID change, String plan) {
        assertThat(
                        scene.decide(
                                        List.of(
                                                Scene.item(
                                                        change, Attempt.Kind.APPROVED, hash(plan))),
                                        "manager",
                                        Optional.empty())
                                .getFirst()
                                .status())
                .isEqualTo(201);
    }

    private static ReadinessJudged judged(UUID change, String account, String plan) {
        return ReadinessJudged.newBuilder(Scene.judged(change, ReadinessVerdict.READY))
                .setAccount(account)
                .setPlan(ByteBuffer.wrap(plan.getBytes(StandardCharsets.UTF_8)))
                .setPlanHash(hash(plan))
                .build();
    }

    private static ChangeExecuted executed(UUID change, ExecutionOutcome outcome) {
        return ChangeExecuted.newBuilder(Scene.executed(change, "executor"))
                .setOutcome(outcome)
                .build();
    }

    private static String hash(String plan) {
        return Hash.sha256(plan.getBytes(StandardCharsets.UTF_8)).hex();
    }

    private List<String> types(UUID change) {
        return world.messages(change).stream()
                .map(SpecificRecord::getSchema)
                .map(Schema::getName)
                .toList();
    }

    private ApprovalRequested last(UUID change) {
        return (ApprovalRequested) world.messages(change).getLast();
    }

    private String state(UUID change) {
        return world.routes.getOrDefault(change, new Route.Unrouted()).state();
    }
}
