package dev.remit.approval.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.ModeDecision.Condition;
import dev.remit.approval.scenarios.Town;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A digital employee owns a change only if every condition holds; each alone takes it away. */
class ModeDecisionTest {
    private static final String CHARTER =
            """
            {"metadata":{"owner":"owen"},"spec":{
             "domain":{"systems":["keycloak:acme","scim:hr"],"actions":[{"name":"offboard","mode":"OWN","steps":[]},
              {"name":"rehire","mode":"ASSIST","steps":[]}],
              "blastRadius":{"changesPerHour":20}},
             "trackRecord":{"within":"P30D","failures":3},
             "approval":{"role":"approver","stages":[
              {"name":"manager","resolver":"manager","quorum":1,"expiresAfter":"PT48H"},
              {"name":"security","resolver":"group","group":"/security","quorum":2,"expiresAfter":"PT48H"}]},
             "proof":["readiness.fit","read-back.matches","activity.corroborated"],
             "execution":{"authorizationExpiresAfter":"PT1H"}}}\
            """;

    private final Town town = new Town();

    @BeforeEach
    void amyAndBobAreOfSecurityAndMiaManagesSam() {
        town.charter = new Lookup.Found(JsonCharter.read(CHARTER));
        town.approver("mia");
        town.approver("amy", "/security");
        town.approver("bob", "/security");
        town.put("sam", Optional.of("W-sam"), Optional.of("W-mia"), true, List.of(), List.of());
    }

    @Test
    void ifAllHoldItIsOwnedAndEachSaysWhy() {
        ModeDecision decided =
                decided(CHARTER, Town.ready("READY"), approvals("mia", "amy", "bob"));
        assertThat(decided.isOwn()).as(decided.toString()).isTrue();
        assertThat(decided.conditions())
                .extracting(Condition::name)
                .containsExactly(
                        "charter.grants",
                        "domain.bounded",
                        "data.ready",
                        "approvers.resolved",
                        "proofs.producible",
                        "track-record.kept");
        assertThat(decided.conditions()).noneMatch(each -> each.reason().isBlank());
    }

    @Test
    void whatTheCharterDoesNotGrantIsNotOwned() {
        fails(
                decided(CHARTER.replace("OWN", "ASSIST"), Town.ready("READY"), all()),
                "charter.grants",
                "grants ASSIST");
    }

    @Test
    void whatIsOutsideTheDomainIsNotOwned() {
        fails(
                decided(CHARTER.replace("\"keycloak:acme\",", ""), Town.ready("READY"), all()),
                "domain.bounded",
                "keycloak:acme is outside");
        fails(
                decided(
                        CHARTER,
                        Town.ready(
                                "READY",
                                "pat",
                                Optional.empty(),
                                Optional.of("mia"),
                                Map.of("domain.inside", "MISSING"),
                                Map.of(),
                                Effect.NONE),
                        all()),
                "domain.bounded",
                "domain.inside is MISSING");
    }

    @Test
    void whatIsNotJudgedReadyIsNotOwned() {
        fails(decided(CHARTER, Town.ready(""), all()), "data.ready", "no verdict");
    }

    @Test
    void whatTooFewRealPeopleApprovedIsNotOwned() {
        fails(
                decided(CHARTER, Town.ready("READY"), approvals("mia", "amy")),
                "approvers.resolved",
                "security: 1 of 2");
        town.put("bob", Optional.of("W-bob"), Optional.empty(), false, List.of(), List.of());
        fails(
                decided(
                        CHARTER.replace("\"quorum\":2", "\"share\":0.6"),
                        Town.ready("READY"),
                        all()),
                "approvers.resolved",
                "security: 1 of 2");
        fails(
                decided(CHARTER, Town.ready("READY"), all()),
                "approvers.resolved",
                "security: 1 of 2");
    }

    @Test
    void aRuleAndAConditionThatIsFalseNeedNobody() {
        List<Decision> decisions = new ArrayList<>();
        decisions.add(decision(0, "manager", Decision.Kind.PASSED_OVER, Optional.empty()));
        decisions.add(decision(1, "security", Decision.Kind.APPROVED, Optional.of("policy:low@1")));
        assertThat(decided(CHARTER, Town.ready("READY"), decisions).isOwn()).isTrue();
    }

    @Test
    void whatCannotBeProvedIsNotOwned() {
        fails(
                decided(
                        CHARTER.replace("read-back.matches", "read-back.hoped"),
                        Town.ready("READY"),
                        all()),
                "proofs.producible",
                "nothing produces 'read-back.hoped'");
        assertThat(JsonCharter.read(CHARTER).domain().unprovable().get("scim:hr"))
                .singleElement()
                .asString()
                .contains("scim:hr reports no events");
    }

    @Test
    void whatIsUnderACharterWithoutLimitsIsNotOwned() {
        for (String none :
                List.of("{}", "{\"shareOfPopulation\":1}", "{\"changesPerHour\":\"all\"}")) {
            fails(
                    decided(
                            CHARTER.replace("{\"changesPerHour\":20}", none),
                            Town.ready("READY"),
                            all()),
                    "domain.bounded",
                    "neither changes an hour");
        }
        assertThat(
                        decided(
                                        CHARTER.replace(
                                                "changesPerHour\":20", "shareOfPopulation\":0.2"),
                                        Town.ready("READY"),
                                        all())
                                .isOwn())
                .isTrue();
        fails(
                decided(CHARTER.replace(",\"failures\":3", ""), Town.ready("READY"), all()),
                "track-record.kept",
                "does not limit how much may go wrong");
    }

    @Test
    void aDemotedDigitalEmployeeOwnsNothing() {
        Known known = town.known();
        Known demoted =
                new Known(
                        known.charter(),
                        known.people(),
                        known.delegations(),
                        known.earlier(),
                        known.executors(),
                        known.now(),
                        known.proposedAt(),
                        known.patience(),
                        Optional.empty(),
                        Optional.of("3 FAILURES"),
                        Map.of(),
                        Protections.NONE);
        fails(
                ModeDecision.of(Town.ready("READY"), JsonCharter.read(CHARTER), all(), demoted),
                "track-record.kept",
                "3 FAILURES");
    }

    @Test
    void aDryRunSaysItBeforehand() {
        assertThat(Routing.forecast(Town.ready("READY"), town.known()).mode())
                .hasValueSatisfying(mode -> assertThat(mode.isOwn()).as(mode.toString()).isTrue());
        town.put(
                "bob",
                Optional.of("W-bob"),
                Optional.empty(),
                false,
                List.of("/security"),
                List.of("approver"));
        assertThat(Routing.forecast(Town.ready("READY"), town.known()).mode())
                .hasValueSatisfying(mode ->
                        fails(mode, "approvers.resolved", "security: 1 may decide, 2 must"));
    }

    private static void fails(ModeDecision decided, String name, String why) {
        assertThat(decided.isOwn()).isFalse();
        assertThat(decided.conditions())
                .filteredOn(each -> !each.holds())
                .as(decided.toString())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.name()).isEqualTo(name);
                    assertThat(each.reason()).contains(why);
                });
    }

    private ModeDecision decided(String charter, Ready ready, List<Decision> decisions) {
        return ModeDecision.of(ready, JsonCharter.read(charter), decisions, town.known());
    }

    private List<Decision> all() {
        return approvals("mia", "amy", "bob");
    }

    private List<Decision> approvals(String... people) {
        List<Decision> all = new ArrayList<>();
        for (String each : people) {
            boolean manager = each.equals("mia");
            all.add(
                    decision(
                            manager ? 0 : 1,
                            manager ? "manager" : "security",
                            Decision.Kind.APPROVED,
                            Optional.of(each)));
        }
        return List.copyOf(all);
    }

    private Decision decision(int stage, String name, Decision.Kind kind, Optional<String> by) {
        return new Decision(
                stage,
                name,
                kind,
                by,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "checked",
                town.now);
    }
}
