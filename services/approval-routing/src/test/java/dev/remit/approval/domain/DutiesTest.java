package dev.remit.approval.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.scenarios.Town;
import dev.remit.handoff.directory.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the subject would hold, and what of it a rule forbids or an exception spares. */
class DutiesTest {
    private static final Instant NOW = Instant.parse("2026-01-05T10:00:00Z");
    private static final String TOXIC =
            """
            {"rule":"pay","version":"2","owner":"own","source":"SOX 404","toxic":["create","approve"]EXCEPTIONS}\
            """;

    private final Map<Concern, List<Account>> people = new HashMap<>();
    private final Map<String, Map<String, EntitlementFact>> told = new HashMap<>();

    @Test
    void whatThePersonHoldsInAThirdSystemCounts() {
        has(account("keycloak:acme", "sam", List.of(), List.of("create")));
        assertThat(violations(Effect.NONE)).isEmpty();
        has(
                account("keycloak:acme", "sam", List.of(), List.of("create")),
                account("scim:x", "s1", List.of(), List.of("approve")));
        assertThat(violations(Effect.NONE))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.source()).isEqualTo("SOX 404");
                    assertThat(each.facts())
                            .isEqualTo("the subject would hold all of approve, create");
                    assertThat(each.words()).startsWith("rule pay@2: the subject would hold");
                });
    }

    @Test
    void aGroupThatAPlanGivesBringsTheRolesOfTheGroupsAroundItAndWhatTheseAreMadeOf() {
        has(account("keycloak:acme", "sam", List.of(), List.of("create")));
        told.put(
                Town.SYSTEM,
                Map.of(
                        "/finance", new EntitlementFact(Set.of("clerk"), Optional.empty()),
                        "clerk",
                                new EntitlementFact(Set.of("approve", "clerk"), Optional.empty())));
        assertThat(violations(joins("/finance/payments"))).hasSize(1);
        assertThat(violations(joins("/sales"))).isEmpty();
        told.clear();
        assertThat(violations(joins("/finance/payments"))).isEmpty();
    }

    @Test
    void aRoleGoesWithTheGroupItCameByUnlessItComesByAnotherWay() {
        told.put(
                Town.SYSTEM,
                Map.of(
                        "/clerks", new EntitlementFact(Set.of("create"), Optional.empty()),
                        "/all", new EntitlementFact(Set.of("create"), Optional.empty())));
        Effect leaves =
                new Effect(
                        Set.of(), Set.of("/clerks"), Set.of(), Set.of(), true, false, false, true);
        has(holding(List.of("/clerks"), List.of("approve")));
        assertThat(violations(Effect.NONE)).hasSize(1);
        assertThat(violations(leaves)).isEmpty();
        has(holding(List.of("/clerks", "/all"), List.of("approve")));
        assertThat(violations(leaves)).as("by the other group").hasSize(1);
        has(holding(List.of("/clerks"), List.of("approve", "create")));
        assertThat(violations(leaves)).as("its own").hasSize(1);
        told.clear();
        has(holding(List.of("/clerks"), List.of("approve")));
        assertThat(violations(leaves)).as("nothing says where it comes from").hasSize(1);
    }

    /** Nobody's account is known yet: what is held afterwards is what the plan gives. */
    @Test
    void whoseAccountIsMadeHoldsWhatItIsGivenAndNothingElse() {
        told.put(
                Town.SYSTEM,
                Map.of(
                        "/clerks",
                        new EntitlementFact(Set.of("create", "approve"), Optional.empty())));
        people.clear();
        assertThat(violations(makes("/sales"))).isEmpty();
        assertThat(violations(makes("/clerks"))).hasSize(1);
        assertThat(violations(joins("/sales"))).as("an account that is not known").hasSize(1);
    }

    private static Effect makes(String group) {
        return new Effect(
                Set.of(group),
                Set.of(),
                Set.of(),
                Set.of(),
                true,
                false,
                /* makes= */ true,
                false,
                Optional.empty(),
                true);
    }

    private static Account holding(List<String> groups, List<String> direct) {
        return new Account(
                Town.SYSTEM,
                "sam",
                true,
                Optional.of("W-sam"),
                Optional.empty(),
                groups.stream().map(path -> new Account.Group(path, path)).toList(),
                List.of("approve", "create"),
                "sam",
                NOW,
                Optional.of(direct),
                Optional.empty());
    }

    @Test
    void anotherWorkersAccountThatTheChangeIsAboutCountsWithAllThatTheyHold() {
        people.put(
                Concern.target(Town.SYSTEM, "sam"),
                List.of(account(Town.SYSTEM, "sam", "W-tom", List.of(), List.of("create"))));
        people.put(
                Concern.person("W-tom"),
                List.of(account("scim:x", "t", "W-tom", List.of(), List.of("approve"))));
        assertThat(violations(Effect.NONE)).hasSize(1);
        assertThat(Duties.otherWorker(ready(Effect.NONE), people)).contains("W-tom");
    }

    @Test
    void anExceptionThatIsNeededIsNamedWithWhatItSparedAndOneThatIsNotIsNot() {
        String exception =
                ",\"exceptions\":[{\"subject\":\"W-sam\",\"control\":\"four eyes on each payment\",\"owner\":\"cfo\",\"until\":\"2026-02-01T00:00:00Z\"}]";
        has(account("keycloak:acme", "sam", List.of(), List.of("create", "approve")));
        Charter charter = charter(exception);
        assertThat(Duties.ofAccess(ready(Effect.NONE), charter, known())).isEmpty();
        assertThat(Duties.spared(ready(Effect.NONE), charter, List.of(), known()))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.rule().id()).isEqualTo("pay@2");
                    assertThat(each.exemption().control()).isEqualTo("four eyes on each payment");
                    assertThat(each.exemption().owner()).isEqualTo("cfo");
                    assertThat(each.facts())
                            .isEqualTo("the subject would hold all of approve, create");
                });
        has(account("keycloak:acme", "sam", List.of(), List.of("create")));
        assertThat(Duties.spared(ready(Effect.NONE), charter, List.of(), known())).isEmpty();
    }

    @Test
    void whoAnswersForAnEntitlementIsAskedWhereTheSystemSaysSo() {
        told.put(
                Town.SYSTEM,
                Map.of("/finance", new EntitlementFact(Set.of(), Optional.of("W-fay"))));
        Source owner = new Source.Owner("entitlement");
        assertThat(Resolution.owners(owner, ready(joins("/finance/payments")), people, told))
                .containsExactlyInAnyOrder(Concern.worker("W-fay"), Concern.account("W-fay"));
        assertThat(Resolution.owners(owner, ready(joins("/sales")), people, told)).isEmpty();
    }

    @Test
    void whoAnswersForAnApplicationIsAskedWhereItsRolesAreGivenHoweverTheyCome() {
        told.put(
                Town.SYSTEM,
                Map.of(
                        "/shop", new EntitlementFact(Set.of("seller"), Optional.empty()),
                        "seller", new EntitlementFact(Set.of("till/clerk"), Optional.empty()),
                        "till/", new EntitlementFact(Set.of(), Optional.of("W-fay")),
                        "tillage/", new EntitlementFact(Set.of(), Optional.of("W-gil")),
                        "till/clerk", new EntitlementFact(Set.of(), Optional.of("W-hal"))));
        Source owner = new Source.Owner("application");
        assertThat(Resolution.owners(owner, ready(joins("/shop/north")), people, told))
                .containsExactlyInAnyOrder(Concern.worker("W-fay"), Concern.account("W-fay"));
        assertThat(Resolution.owners(owner, ready(joins("/sales")), people, told)).isEmpty();
        assertThat(Resolution.owners(owner, ready(Effect.NONE), people, told)).isEmpty();
    }

    @Test
    void anApplicationThatNobodyAnswersForIsNobodysToGiveNorThatOfALikeName() {
        told.put(
                Town.SYSTEM,
                Map.of(
                        "/both", new EntitlementFact(Set.of("till/x", "vault/y"), Optional.empty()),
                        "/deep", new EntitlementFact(Set.of("till/in/z"), Optional.empty()),
                        "till/", new EntitlementFact(Set.of(), Optional.of("W-fay")),
                        "till/in/", new EntitlementFact(Set.of(), Optional.empty()),
                        "vault/", new EntitlementFact(Set.of(), Optional.empty())));
        Source owner = new Source.Owner("application");
        assertThat(Resolution.owners(owner, ready(joins("/both")), people, told)).isEmpty();
        assertThat(Resolution.owners(owner, ready(joins("/deep")), people, told)).isEmpty();
    }

    @Test
    void whoAnswersForAnEntitlementIsAskedOnTheStrengthOfWhatWasReadThen() {
        Instant read = NOW.minusSeconds(600);
        told.put(
                Town.SYSTEM,
                Map.of(
                        "/finance",
                        new EntitlementFact(Set.of(), Optional.of("W-fay"), Optional.of(read))));
        people.put(
                Concern.worker("W-fay"),
                List.of(account(Town.SYSTEM, "fay", "W-fay", List.of(), List.of("approver"))));
        Charter charter =
                JsonCharter.read(
                        """
                        {"metadata":{"owner":"own"},"spec":{"approval":{"role":"approver","stages":[
                         {"name":"s","resolvers":[{"owner":"entitlement"}],"quorum":1,"expiresAfter":"PT1H"}]},
                         "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                        """);
        Known known = known();
        Ready ready = ready(joins("/finance/payments"));
        assertThat(
                        Resolution.of(
                                        charter.stages().getFirst(),
                                        0,
                                        ready,
                                        known,
                                        new Eligibility.Measure(
                                                charter,
                                                Cast.of(ready, charter, List.of(), 0, known),
                                                Optional.empty(),
                                                Scope.of(ready, known),
                                                NOW),
                                        Asked.NOBODY)
                                .candidates())
                .singleElement()
                .satisfies(each ->
                        assertThat(each.basis())
                                .contains(
                                        new Basis(
                                                "entitlement.owner",
                                                Town.SYSTEM,
                                                Optional.of(read))));
    }

    @Test
    void whoAnswersForAnAccountIsAskedAndWhoeverReadinessNamedComesFirst() {
        people.put(
                Concern.target(Town.SYSTEM, "sam"),
                List.of(
                        new Account(
                                Town.SYSTEM,
                                "sam",
                                true,
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                List.of(),
                                "sam",
                                NOW,
                                Optional.empty(),
                                Optional.of("W-fay"))));
        for (String what : List.of("account", "nhi")) {
            assertThat(Resolution.owners(new Source.Owner(what), ready(Effect.NONE), people, told))
                    .contains(Concern.worker("W-fay"));
        }
        assertThat(
                        Resolution.owners(
                                new Source.Owner("application"), ready(Effect.NONE), people, told))
                .isEmpty();
    }

    private void has(Account... accounts) {
        people.put(Concern.person("W-sam"), List.of(accounts));
        people.put(Concern.target(Town.SYSTEM, "sam"), List.of(accounts).subList(0, 1));
    }

    private List<Violation> violations(Effect effect) {
        return Duties.ofAccess(ready(effect), charter(""), known());
    }

    private Known known() {
        return new Known(
                new Charter.Lookup.Missing("not asked"),
                people,
                Map.of(),
                Map.of(),
                Set.of(),
                NOW,
                NOW,
                Duration.ofDays(1),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Protections.NONE,
                told);
    }

    private static Ready ready(Effect effect) {
        return Town.ready(
                "READY", "pat", Optional.empty(), Optional.empty(), Map.of(), Map.of(), effect);
    }

    private static Effect joins(String group) {
        return new Effect(Set.of(group), Set.of(), Set.of(), Set.of(), true, false, false, true);
    }

    private static Charter charter(String exceptions) {
        return JsonCharter.read(
                """
                {"metadata":{"owner":"own"},"spec":{"approval":{"role":"approver","stages":[
                 {"name":"s","resolvers":[{"role":"approver"}],"quorum":1,"expiresAfter":"PT1H"}]},
                 "separationOfDuties":[%s],"execution":{"authorizationExpiresAfter":"PT1H"}}}\
                """
                        .formatted(TOXIC.replace("EXCEPTIONS", exceptions)));
    }

    private static Account account(
            String system, String id, List<String> groups, List<String> roles) {
        return account(system, id, "W-sam", groups, roles);
    }

    private static Account account(
            String system, String id, String worker, List<String> groups, List<String> roles) {
        return new Account(
                system,
                id,
                true,
                Optional.of(worker),
                Optional.empty(),
                groups.stream().map(path -> new Account.Group(path, path)).toList(),
                roles,
                id,
                NOW);
    }
}
