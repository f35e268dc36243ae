package dev.remit.readiness.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Coverage;
import dev.remit.handoff.merkle.Hash;
import dev.remit.readiness.domain.Judgement.State;
import dev.remit.readiness.domain.Judgement.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgementTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Request REQUEST =
            new Request(
                    UUID.fromString("018f0000-0000-7000-8000-000000000001"),
                    "leavers",
                    "h",
                    "hr",
                    "E1002",
                    "keycloak:acme",
                    "offboard");
    private static final Account LEAVER = account("leaver", true, "E1002", Optional.of("E1001"));
    private static final Account MANAGER = account("manager", true, "E1001", Optional.empty());

    @Test
    void everyFactHoldsAndThePlanIsBound() {
        Judgement judgement = judge(List.of(LEAVER), List.of(MANAGER), 10, Map.of());
        assertThat(judgement.verdict()).isEqualTo(Verdict.READY);
        assertThat(judgement.plan().orElseThrow().json())
                .isEqualTo(
                        "{\"account\":\"leaver\",\"action\":\"offboard\",\"change\":\"018f0000-0000-7000-8000-000000000001\","
                                + "\"charter\":{\"hash\":\"h\",\"name\":\"leavers\",\"version\":\"1\"},\"steps\":["
                                + "{\"after\":{\"enabled\":\"false\"},\"before\":{\"enabled\":\"true\"},\"name\":\"disable-account\"},"
                                + "{\"after\":{\"groups\":\"\"},\"before\":{\"groups\":\"/crm,/sales\"},\"groups\":[{\"id\":\"g2\",\"path\":\"/crm\"},"
                                + "{\"id\":\"g1\",\"path\":\"/sales\"}],\"name\":\"leave-groups\"}],\"target\":\"keycloak:acme\"}");
        assertThat(judgement.plan().get().hash())
                .isEqualTo(
                        Hash.sha256(judgement.plan().get().json().getBytes(StandardCharsets.UTF_8))
                                .hex());
    }

    @Test
    void aMissingManagerHoldsTheChangeAndASuppliedOneEnrichesIt() {
        Account orphan = account("leaver", true, "E1002", Optional.empty());
        Judgement held = judge(List.of(orphan), List.of(), 10, Map.of());
        assertThat(held.verdict()).isEqualTo(Verdict.HELD);
        assertThat(held.correctable(REQUEST))
                .extracting(Judgement.Fact::name)
                .containsExactly(Judgement.MANAGER);
        assertThat(held.plan()).isEmpty();
        Judgement enriched =
                judge(List.of(orphan), List.of(MANAGER), 10, Map.of(Judgement.MANAGER, "E1001"));
        assertThat(enriched.verdict()).isEqualTo(Verdict.ENRICHED);
        assertThat(enriched.manager()).contains(MANAGER);
    }

    @Test
    void aSuppliedManagerDoesNotReplaceTheOneWhomTheAccountNames() {
        Account other = account("other", true, "E7", Optional.empty());
        Map<String, String> supplied = Map.of(Judgement.MANAGER, "E7");
        assertThat(judge(List.of(LEAVER), List.of(MANAGER, other), 10, supplied).verdict())
                .isEqualTo(Verdict.HALTED);
        assertThat(judge(List.of(LEAVER), List.of(other), 10, supplied).manager())
                .as("whom it names is not there any more")
                .contains(other);
    }

    @Test
    void aSuppliedAccountDoesNotHideTheOneThatCarriesTheWorkerId() {
        Account free =
                new Account(
                        "keycloak:acme",
                        "free",
                        true,
                        Optional.empty(),
                        Optional.of("E1001"),
                        List.of(),
                        List.of(),
                        "free",
                        NOW);
        assertThat(
                        judge(
                                        List.of(free),
                                        List.of(MANAGER),
                                        10,
                                        Map.of(Judgement.ACCOUNT, "free"))
                                .verdict())
                .isEqualTo(Verdict.ENRICHED);
        Map<String, String> supplied = Map.of(Judgement.ACCOUNT, "free");
        assertThat(judge(List.of(free, LEAVER), List.of(MANAGER), 10, supplied).verdict())
                .isEqualTo(Verdict.HALTED);
        Judgement gone = judge(List.of(LEAVER), List.of(MANAGER), 10, supplied);
        assertThat(gone.verdict())
                .as("the one that was supplied is not there")
                .isEqualTo(Verdict.HALTED);
        assertThat(gone.plan()).isEmpty();
    }

    @Test
    void aDisabledManagerHoldsTheChange() {
        assertHeld(
                judge(
                        List.of(LEAVER),
                        List.of(account("manager", false, "E1001", Optional.empty())),
                        10,
                        Map.of()),
                Judgement.MANAGER,
                State.MISSING);
    }

    @Test
    void twoManagersHoldTheChange() {
        assertHeld(
                judge(
                        List.of(LEAVER),
                        List.of(MANAGER, account("other", true, "E1001", Optional.empty())),
                        10,
                        Map.of()),
                Judgement.MANAGER,
                State.MISSING);
    }

    @Test
    void nobodyManagesThemselves() {
        Account own = account("leaver", true, "E1002", Optional.of("E1002"));
        assertHeld(
                judge(List.of(own), List.of(own), 10, Map.of()), Judgement.MANAGER, State.MISSING);
    }

    @Test
    void anUnknownAccountHoldsTheChange() {
        assertHeld(judge(List.of(), List.of(), 10, Map.of()), Judgement.ACCOUNT, State.MISSING);
    }

    @Test
    void twoAccountsOfOneWorkerHaltTheChange() {
        Judgement judgement =
                judge(
                        List.of(LEAVER, account("twin", true, "E1002", Optional.empty())),
                        List.of(MANAGER),
                        10,
                        Map.of());
        assertThat(judgement.verdict()).isEqualTo(Verdict.HALTED);
    }

    @Test
    void aStaleSourceHoldsTheChangeAndSoDoesOneReadInTheFuture() {
        assertHeld(
                judge(List.of(LEAVER), List.of(MANAGER), 121, Map.of()),
                Judgement.FRESH,
                State.STALE);
        assertHeld(
                judge(List.of(LEAVER), List.of(MANAGER), -6, Map.of()),
                Judgement.FRESH,
                State.STALE);
        assertThat(judge(List.of(LEAVER), List.of(MANAGER), -5, Map.of()).verdict())
                .as("clocks may differ a little")
                .isEqualTo(Verdict.READY);
        Observed never =
                new Observed(
                        List.of(LEAVER),
                        List.of(MANAGER),
                        Optional.empty(),
                        Map.of(),
                        "keycloak:acme",
                        NOW);
        assertHeld(
                Judgement.of(
                        REQUEST, Optional.of(charter("source.fresh", "disable-account")), never),
                Judgement.FRESH,
                State.STALE);
    }

    @Test
    void aFactThatNobodyCanJudgeHoldsTheChange() {
        Judgement judgement =
                Judgement.of(
                        REQUEST,
                        Optional.of(charter("moon.full", "disable-account")),
                        observed(10));
        assertHeld(judgement, "moon.full", State.MISSING);
    }

    @Test
    void anUnknownCharterHoldsTheChange() {
        assertThat(Judgement.of(REQUEST, Optional.empty(), observed(10)).verdict())
                .isEqualTo(Verdict.HELD);
    }

    @Test
    void whatTheCharterDoesNotCoverIsHalted() {
        Request other =
                new Request(
                        REQUEST.change(),
                        "leavers",
                        "h",
                        "hr",
                        "E1002",
                        "keycloak:other",
                        "offboard");
        assertThat(
                        Judgement.of(
                                        other,
                                        Optional.of(charter("source.fresh", "disable-account")),
                                        observed(10))
                                .verdict())
                .isEqualTo(Verdict.HALTED);
        assertThat(
                        Judgement.of(
                                        REQUEST,
                                        Optional.of(charter("source.fresh", "launch-rocket")),
                                        observed(10))
                                .verdict())
                .isEqualTo(Verdict.HALTED);
    }

    /**
     * What the target and another system say of the manager of E1002 (- is nothing), the thresholds
     * and what the charter does on a gap; and what comes of it.
     *
     * <p>now: 10 s after the target was read and 20 s after the other system was; 3 of 4 correlated
     * accounts name a manager.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // target | other | minShare | agrees | maxAge | gap | verdict | source | reason
                "E1001 | -     | -    | no  | -    | -           | READY    | keycloak:acme | every fact holds",
                "-     | -     | -    | no  | -    | -           | HELD     | keycloak:acme | the account names no manager",
                "-     | -     | -    | no  | -    | halt        | HALTED   | keycloak:acme | the account names no manager",
                "-     | E1001 | -    | no  | -    | -           | HELD     | keycloak:acme | the account names no manager",
                "-     | E1001 | -    | no  | -    | enrich      | ENRICHED | scim:hr       | manager.active from scim:hr",
                "-     | E1001 | -    | no  | -    | enrich-halt | ENRICHED | scim:hr       | manager.active from scim:hr",
                "E9    | E1001 | -    | no  | -    | enrich      | ENRICHED | scim:hr       | manager.active from scim:hr",
                "E1002 | E1001 | -    | no  | -    | enrich      | ENRICHED | scim:hr       | manager.active from scim:hr",
                "-     | E9    | -    | no  | -    | enrich      | HELD     | keycloak:acme | scim:hr: manager E9 has 0 enabled accounts",
                "-     | E1002 | -    | no  | -    | enrich      | HELD     | keycloak:acme | scim:hr: the manager is the subject",
                "-     | none  | -    | no  | -    | enrich      | HELD     | keycloak:acme | scim:hr: 0 accounts carry worker id E1002",
                "-     | none  | -    | no  | -    | enrich-halt | HALTED   | keycloak:acme | scim:hr: 0 accounts carry worker id E1002",
                "-     | E1001 | -    | no  | PT15S | enrich     | HELD     | keycloak:acme | seen 20 s ago, allowed 15 s",
                "-     | E1001 | -    | no  | PT20S | enrich     | ENRICHED | scim:hr       | manager.active from scim:hr",
                "E1001 | -     | -    | no  | PT9S | -           | HELD     | keycloak:acme | seen 10 s ago, allowed 9 s",
                "E1001 | -     | -    | no  | PT10S | -          | READY    | keycloak:acme | every fact holds",
                "E1001 | -     | 0.75 | no  | -    | -           | READY    | keycloak:acme | every fact holds",
                "E1001 | -     | 0.76 | no  | -    | -           | HELD     | keycloak:acme | only a share of 0.750 has this, asked is 0.760",
                "E1001 | -     | 0.76 | no  | -    | halt        | HALTED   | keycloak:acme | only a share of 0.750 has this",
                "E1001 | E1001 | 0.76 | no  | -    | enrich      | ENRICHED | scim:hr       | manager.active from scim:hr",
                "E1001 | E1001 | -    | yes | -    | -           | READY    | keycloak:acme | every fact holds",
                "E1001 | E7    | -    | yes | -    | -           | HALTED   | keycloak:acme | keycloak:acme names manager E1001, scim:hr names E7",
                "E1001 | -     | -    | yes | -    | -           | HELD     | keycloak:acme | scim:hr did not say so lately",
                "E1001 | -     | -    | yes | -    | halt        | HALTED   | keycloak:acme | scim:hr did not say so lately",
                "E1001 | E1001 | -    | yes | PT15S | -          | HELD     | keycloak:acme | scim:hr did not say so lately"
            })
    void aGapIsFilledHeldOrHaltedAsTheFactSays(
            String target,
            String other,
            String minShare,
            String agrees,
            String maxAge,
            String gap,
            Verdict verdict,
            String source,
            String reason) {
        Charter charter =
                new Charter(
                        "leavers",
                        "1",
                        "h",
                        Set.of("keycloak:acme"),
                        Map.of("offboard", List.of("disable-account")),
                        List.of(
                                new Charter.Required(
                                        Judgement.MANAGER,
                                        said(maxAge).map(Duration::parse),
                                        said(minShare).isEmpty()
                                                ? OptionalDouble.empty()
                                                : OptionalDouble.of(Double.parseDouble(minShare)),
                                        agrees.equals("yes") ? List.of("scim:hr") : List.of(),
                                        new Charter.Gap(
                                                gap.contains("enrich")
                                                        ? List.of("keycloak:acme", "scim:hr")
                                                        : List.of(),
                                                Set.of(),
                                                Optional.empty(),
                                                gap.contains("halt")))),
                        Duration.ofHours(1));
        Account there =
                new Account(
                        "scim:hr",
                        "u-1",
                        true,
                        Optional.of("E1002"),
                        said(other),
                        List.of(),
                        List.of(),
                        "u-1",
                        NOW.minusSeconds(500));
        Account here =
                new Account(
                        "keycloak:acme",
                        "leaver",
                        true,
                        Optional.of("E1002"),
                        said(target),
                        List.of(),
                        List.of(),
                        "leaver",
                        NOW.minusSeconds(500));
        Judgement judgement =
                Judgement.of(
                        REQUEST,
                        Optional.of(charter),
                        new Observed(
                                List.of(here),
                                List.of(MANAGER),
                                Optional.of(NOW.minusSeconds(10)),
                                Map.of(),
                                Map.of(),
                                Map.of(
                                        "scim:hr",
                                        new Observed.Elsewhere(
                                                other.equals("none") ? List.of() : List.of(there),
                                                Optional.of(NOW.minusSeconds(20)))),
                                Optional.of(new Coverage(5, 4, 3)),
                                "keycloak:acme",
                                NOW));
        assertThat(judgement.verdict()).as(judgement.reason()).isEqualTo(verdict);
        assertThat(judgement.reason()).contains(reason);
        Judgement.Fact fact = judgement.facts().getFirst();
        assertThat(fact.source()).isEqualTo(source);
        assertThat(fact.enriched()).isEqualTo(verdict == Verdict.ENRICHED);
        if (verdict == Verdict.ENRICHED) {
            assertThat(fact.observedAt()).contains(NOW.minusSeconds(20));
            assertThat(judgement.manager()).contains(MANAGER);
        }
        assertThat(judgement.correctable(REQUEST).isEmpty())
                .as("whoever can help is asked, unless the sources contradict each other")
                .isEqualTo(judgement.open().isEmpty() || reason.contains("names E7"));
    }

    private static Optional<String> said(String text) {
        return text.equals("-") || text.equals("none") ? Optional.empty() : Optional.of(text);
    }

    @Test
    void tooFewCorrelatedAccountsAreAGapOfTheAccountToo() {
        for (double least : new double[] {0.8, 0.81}) {
            Charter charter =
                    new Charter(
                            "leavers",
                            "1",
                            "h",
                            Set.of("keycloak:acme"),
                            Map.of("offboard", List.of("disable-account")),
                            List.of(
                                    new Charter.Required(
                                            Judgement.ACCOUNT,
                                            Optional.empty(),
                                            OptionalDouble.of(least),
                                            List.of(),
                                            Charter.Gap.PLAIN)),
                            Duration.ofHours(1));
            Observed observed =
                    new Observed(
                            List.of(LEAVER),
                            List.of(MANAGER),
                            Optional.of(NOW),
                            Map.of(),
                            Map.of(),
                            Map.of(),
                            Optional.of(new Coverage(5, 4, 3)),
                            "keycloak:acme",
                            NOW);
            assertThat(Judgement.of(REQUEST, Optional.of(charter), observed).verdict())
                    .isEqualTo(least > 0.8 ? Verdict.HELD : Verdict.READY);
        }
    }

    private record Bound(String text, Charter.Side side) implements Charter.Bound {
        @Override
        public Charter.Side of(Request request, Account account) {
            return side;
        }
    }

    private static Judgement bounded(
            Set<String> protectedEntitlements,
            Map<String, List<Account>> holders,
            long age,
            Charter.Side... sides) {
        Charter plain = charter("source.fresh", "leave-groups");
        Charter charter =
                new Charter(
                        plain.name(),
                        plain.version(),
                        plain.hash(),
                        plain.systems(),
                        plain.steps(),
                        plain.facts(),
                        plain.hold(),
                        java.util.Arrays.stream(sides)
                                .<Charter.Bound>map(side -> new Bound("is " + side, side))
                                .toList(),
                        protectedEntitlements);
        return Judgement.of(
                REQUEST,
                Optional.of(charter),
                new Observed(
                        List.of(LEAVER),
                        List.of(),
                        Optional.of(NOW.minusSeconds(age)),
                        Map.of(),
                        holders,
                        "keycloak:acme",
                        NOW));
    }

    @Test
    void whatIsOutsideTheCharterIsHaltedAndWhatMayBeIsHeld() {
        var inside = Charter.Side.INSIDE;
        assertThat(bounded(Set.of(), Map.of(), 10, inside, inside).verdict())
                .isEqualTo(Verdict.READY);
        Judgement outside = bounded(Set.of(), Map.of(), 10, inside, Charter.Side.OUTSIDE);
        assertThat(outside.verdict()).isEqualTo(Verdict.HALTED);
        assertThat(outside.reason()).contains("outside the charter: not is OUTSIDE");
        assertHeld(
                bounded(Set.of(), Map.of(), 10, Charter.Side.UNKNOWN),
                Judgement.INSIDE,
                State.MISSING);
        assertThat(
                        bounded(Set.of(), Map.of(), 10, Charter.Side.UNKNOWN, Charter.Side.OUTSIDE)
                                .verdict())
                .isEqualTo(Verdict.HALTED);
        assertThat(bounded(Set.of(), Map.of(), 999, Charter.Side.OUTSIDE).verdict())
                .as("nothing is decided on stale data")
                .isEqualTo(Verdict.HELD);
    }

    @Test
    void theLastHolderOfAProtectedEntitlementIsNotRemoved() {
        Account other = account("other", true, "E1", Optional.empty());
        Account disabled = account("disabled", false, "E2", Optional.empty());
        assertThat(
                        bounded(Set.of("/sales"), Map.of("/sales", List.of(LEAVER, other)), 10)
                                .verdict())
                .isEqualTo(Verdict.READY);
        assertThat(bounded(Set.of("/admins"), Map.of(), 10).verdict())
                .as("the account does not hold it")
                .isEqualTo(Verdict.READY);
        Judgement last = bounded(Set.of("/sales"), Map.of("/sales", List.of(LEAVER, disabled)), 10);
        assertThat(last.verdict()).isEqualTo(Verdict.HALTED);
        assertThat(last.reason()).contains("last enabled holder of /sales");
        assertThat(bounded(Set.of("/sales"), Map.of(), 10).verdict())
                .as("who else holds it is not known")
                .isEqualTo(Verdict.HALTED);
    }

    @Test
    void whatIsGrantedForATimeStandsInThePlanWithItsEnd() {
        Judgement judgement = granting(new Account.Group("g9", "/emergency"), Plan.GRANTING);
        assertThat(judgement.verdict()).isEqualTo(Verdict.READY);
        assertThat(judgement.plan().orElseThrow().json())
                .contains(
                        "\"steps\":[{\"after\":{\"groups\":\"/emergency\"},\"before\":{},\"group\":{\"id\":\"g9\",\"path\":\"/emergency\"},\"name\":\"join-group\"},"
                                + "{\"after\":{\"expires\":\"PT4H\"},\"before\":{},\"group\":{\"id\":\"g9\",\"path\":\"/emergency\"},\"name\":\"leave-group-at-expiry\"}]");
    }

    @Test
    void whatIsHeldAlreadyIsNotGrantedForATime() {
        Judgement byPath = granting(new Account.Group("g9", "/sales"), Plan.GRANTING);
        assertThat(byPath.verdict()).isEqualTo(Verdict.HALTED);
        assertThat(byPath.reason()).contains("is in /sales already");
        assertThat(granting(new Account.Group("g1", "/renamed"), Plan.GRANTING).verdict())
                .isEqualTo(Verdict.HALTED);
    }

    @Test
    void aGrantThatIsNotTakenAwayOnceIsNotPlanned() {
        var group = new Account.Group("g9", "/emergency");
        for (List<String> steps :
                List.of(
                        List.of("join-group"),
                        List.of("leave-group-at-expiry", "join-group"),
                        List.of("join-group", "leave-group-at-expiry", "end-sessions"),
                        List.of("join-group", "join-group", "leave-group-at-expiry"),
                        List.of("disable-account"))) {
            assertThat(granting(group, steps).verdict()).as("%s", steps).isEqualTo(Verdict.HALTED);
        }
        assertThat(
                        Judgement.of(
                                        REQUEST,
                                        Optional.of(charter("account.correlated", "join-group")),
                                        observed(10))
                                .verdict())
                .as("nothing is said about what is granted")
                .isEqualTo(Verdict.HALTED);
    }

    private static Judgement granting(Account.Group group, List<String> steps) {
        return Judgement.of(
                REQUEST,
                Optional.of(
                        new Charter(
                                "leavers",
                                "1",
                                "h",
                                Set.of("keycloak:acme"),
                                Map.of("offboard", steps),
                                List.of(new Charter.Required(Judgement.ACCOUNT, Optional.empty())),
                                Set.of("operator"),
                                Duration.ofHours(1),
                                List.of(),
                                Set.of(),
                                Map.of("offboard", new Charter.Grant(group, Duration.ofHours(4))),
                                Map.of())),
                observed(10));
    }

    private static void assertHeld(Judgement judgement, String fact, State state) {
        assertThat(judgement.verdict()).isEqualTo(Verdict.HELD);
        assertThat(judgement.plan()).isEmpty();
        assertThat(judgement.held()).contains(fact + "=" + state);
    }

    private static Judgement judge(
            List<Account> accounts,
            List<Account> managers,
            long age,
            Map<String, String> corrections) {
        Charter charter =
                new Charter(
                        "leavers",
                        "1",
                        "h",
                        Set.of("keycloak:acme"),
                        Map.of("offboard", List.of("disable-account", "leave-groups")),
                        List.of(
                                new Charter.Required(Judgement.ACCOUNT, Optional.empty()),
                                new Charter.Required(Judgement.MANAGER, Optional.empty()),
                                new Charter.Required(
                                        Judgement.FRESH, Optional.of(Duration.ofMinutes(2)))),
                        Duration.ofHours(1));
        return Judgement.of(
                REQUEST,
                Optional.of(charter),
                new Observed(
                        accounts,
                        managers,
                        Optional.of(NOW.minusSeconds(age)),
                        corrections,
                        "keycloak:acme",
                        NOW));
    }

    private static Charter charter(String fact, String step) {
        return new Charter(
                "leavers",
                "1",
                "h",
                Set.of("keycloak:acme"),
                Map.of("offboard", List.of(step)),
                List.of(new Charter.Required(fact, Optional.of(Duration.ofMinutes(2)))),
                Duration.ofHours(1));
    }

    private static Observed observed(long age) {
        return new Observed(
                List.of(LEAVER),
                List.of(MANAGER),
                Optional.of(NOW.minusSeconds(age)),
                Map.of(),
                "keycloak:acme",
                NOW);
    }

    private static Account account(
            String id, boolean enabled, String worker, Optional<String> manager) {
        return new Account(
                "keycloak:acme",
                id,
                enabled,
                Optional.of(worker),
                manager,
                List.of(new Account.Group("g1", "/sales"), new Account.Group("g2", "/crm")),
                List.of(),
                id,
                NOW);
    }
}
