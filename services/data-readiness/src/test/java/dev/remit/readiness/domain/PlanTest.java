package dev.remit.readiness.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.remit.handoff.directory.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What takes a step back stands in the plan; what a step lacks, or has not to do, stops it. */
class PlanTest {
    private static final Instant NOW = Instant.parse("2026-01-31T08:00:00Z");
    private static final Account.Group SALES = new Account.Group("g1", "/sales");
    private static final Account.Group STAFF = new Account.Group("g2", "/staff");
    private static final Map<String, String> ALL =
            Map.of("disable-account", "enable-account", "leave-groups", "join-groups");

    @Test
    void aStepIsTakenBackToWhatTheAccountWas() {
        assertThat(plan(ALL, true, List.of(STAFF, SALES)))
                .contains(
                        "\"compensation\":{\"after\":{\"enabled\":\"true\"},\"before\":{\"enabled\":\"false\"},\"name\":\"enable-account\"}",
                        "\"compensation\":{\"after\":{\"groups\":\"/sales,/staff\"},\"before\":{\"groups\":\"\"},\"groups\":[{\"id\":\"g1\",\"path\":\"/sales\"},{\"id\":\"g2\",\"path\":\"/staff\"}],\"name\":\"join-groups\"}");
    }

    @Test
    void whatWasSoAlreadyIsNotTakenBack() {
        assertThat(plan(ALL, false, List.of())).doesNotContain("compensation");
        assertThat(plan(Map.of(), true, List.of(SALES))).doesNotContain("compensation");
    }

    @Test
    void thePlansHashCoversIt() {
        Account account = account(true, List.of(SALES));
        assertThat(Plan.of(request(), charter(details(ALL), "disable-account"), account).hash())
                .isNotEqualTo(
                        Plan.of(request(), charter(details(Map.of()), "disable-account"), account)
                                .hash());
    }

    private static final Map<String, String> REMOVED = Map.of("create-account", "delete-account");
    private static final Account MANAGER =
            new Account(
                    "keycloak:acme",
                    "m9",
                    true,
                    Optional.of("E9"),
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    "boss",
                    NOW);

    private static Charter making(Map<String, String> compensation, String... steps) {
        Charter charter =
                charter(
                        new Charter.Details(
                                compensation,
                                Optional.empty(),
                                List.of(SALES),
                                Optional.empty(),
                                Optional.of(new Charter.NewAccount("{worker}@acme", true, true))),
                        steps);
        return new Charter(
                charter.name(),
                charter.version(),
                charter.hash(),
                charter.systems(),
                charter.steps(),
                List.of(new Charter.Required(Judgement.MANAGER, Optional.empty())),
                charter.ask(),
                charter.hold(),
                charter.bounds(),
                charter.protectedEntitlements(),
                charter.grants(),
                charter.details());
    }

    private static Judgement judgeJoiner(
            Charter charter,
            List<Account> accounts,
            List<Account> namesakes,
            Optional<Instant> readAt) {
        return Judgement.of(
                request(),
                Optional.of(charter),
                new Observed(
                        accounts,
                        List.of(MANAGER),
                        readAt,
                        Map.of(Judgement.MANAGER, "E9"),
                        Map.of(),
                        Map.of(),
                        Optional.empty(),
                        "keycloak:acme",
                        NOW,
                        namesakes));
    }

    @Test
    void anAccountThatIsNotThereIsPlannedWithAllThatIsOnIt() {
        Judgement judgement =
                judgeJoiner(
                        making(REMOVED, "create-account", "join-groups"),
                        List.of(),
                        List.of(),
                        Optional.of(NOW));
        assertThat(judgement.verdict()).isEqualTo(Judgement.Verdict.ENRICHED);
        assertThat(judgement.facts())
                .extracting(Judgement.Fact::name, Judgement.Fact::state)
                .contains(tuple(Judgement.ABSENT, Judgement.State.PRESENT));
        assertThat(judgement.account()).map(Account::id).contains("worker:E1");
        assertThat(judgement.plan())
                .map(Plan::json)
                .contains(
                        """
                        {"account":"worker:E1","action":"offboard","change":"00000000-0000-0001-0000-000000000001",\
                        "charter":{"hash":"h","name":"leavers","version":"1"},"steps":[\
                        {"after":{"account":"there","enabled":"true","manager":"E9","username":"e1@acme","workerId":"E1"},\
                        "before":{"account":"gone"},\
                        "compensation":{"after":{"account":"gone"},"before":{"account":"there"},"name":"delete-account"},"name":"create-account"},\
                        {"after":{"groups":"/sales"},"before":{"groups":""},"groups":[{"id":"g1","path":"/sales"}],"name":"join-groups"}],\
                        "target":"keycloak:acme"}\
                        """);
    }

    @Test
    void anAccountThatIsThereAlreadyOrANameThatIsSomebodysHaltsIt() {
        Charter charter = making(REMOVED, "create-account", "join-groups");
        Account own = account(true, List.of());
        Judgement there = judgeJoiner(charter, List.of(own), List.of(), Optional.of(NOW));
        assertThat(there.verdict()).isEqualTo(Judgement.Verdict.HALTED);
        assertThat(there.reason()).contains("account a1 carries worker id E1 already");
        Judgement taken = judgeJoiner(charter, List.of(), List.of(MANAGER), Optional.of(NOW));
        assertThat(taken.verdict()).isEqualTo(Judgement.Verdict.HALTED);
        assertThat(taken.reason()).contains("the name e1@acme is taken by account m9");
        assertThat(taken.plan()).isEmpty();
    }

    @Test
    void aTargetThatWasNeverReadDoesNotSayThatThereIsNoAccount() {
        Judgement judgement =
                judgeJoiner(
                        making(REMOVED, "create-account", "join-groups"),
                        List.of(),
                        List.of(),
                        Optional.empty());
        assertThat(judgement.verdict()).isEqualTo(Judgement.Verdict.HELD);
        assertThat(judgement.reason()).contains("never read completely");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "join-groups create-account",
                "create-account end-sessions",
                "create-account create-account",
            })
    void anAccountThatIsNotMadeFirstAndOnceHaltsIt(String steps) {
        Judgement judgement =
                judgeJoiner(
                        making(REMOVED, steps.split(" ", -1)),
                        List.of(),
                        List.of(),
                        Optional.of(NOW));
        assertThat(judgement.verdict()).isEqualTo(Judgement.Verdict.HALTED);
        assertThat(judgement.reason()).contains("does not make the account first and once");
    }

    @Test
    void aManagerThatNoFactAsksForIsNotWritten() {
        Charter charter =
                charter(
                        new Charter.Details(
                                Map.of(),
                                Optional.empty(),
                                List.of(),
                                Optional.empty(),
                                Optional.of(new Charter.NewAccount("{worker}", true, true))),
                        "create-account");
        assertThat(judgeJoiner(charter, List.of(), List.of(), Optional.of(NOW)).verdict())
                .isEqualTo(Judgement.Verdict.HALTED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create-account | does not say what create-account is of",
                "leave-group | does not say what leave-group is of",
                "set-manager | does not say what set-manager is of",
                "set-owner | does not say what set-owner is of",
                "join-groups | does not say what join-groups is of",
                "disable-account | join-groups does not take disable-account back",
            })
    void whatIsNotSaidHaltsIt(String step, String words) {
        Judgement judgement =
                judge(
                        charter(
                                step.equals("disable-account")
                                        ? details(Map.of("disable-account", "join-groups"))
                                        : details(Map.of()),
                                step));
        assertThat(judgement.verdict()).isEqualTo(Judgement.Verdict.HALTED);
        assertThat(judgement.reason()).contains(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "leave-group | the account is not in /staff",
                "join-groups | the account is in all of the groups already",
                "enable-account | the account is enabled already",
            })
    void whatHasNothingToDoHaltsIt(String step, String words) {
        Judgement judgement =
                judge(
                        charter(
                                new Charter.Details(
                                        Map.of(),
                                        Optional.of(STAFF),
                                        List.of(SALES),
                                        Optional.empty()),
                                step));
        assertThat(judgement.verdict()).isEqualTo(Judgement.Verdict.HALTED);
        assertThat(judgement.reason()).contains(Judgement.NEEDED, words);
    }

    @Test
    void whoCannotSignInIsGivenNoAccount() {
        Charter charter = giving("E9", "E9");
        Account subject = account("a1", "E1", "E8", true);
        Judgement held = given(charter, subject);
        assertThat(held.verdict()).isEqualTo(Judgement.Verdict.HELD);
        assertThat(held.reason())
                .isEqualTo(
                        "recipient.active: the account is given to E9, who has no enabled account in keycloak:acme");
        assertThat(held.waitsFor(request(), new Known(Optional.of(charter), observed(subject))))
                .contains(
                        new Concern.OfWorker("keycloak:acme", "E9"),
                        new Concern.OfAccount("keycloak:acme", "E9"));

        assertThat(given(charter, subject, account("p9", "E9", "", false)).verdict())
                .as("a disabled account")
                .isEqualTo(Judgement.Verdict.HELD);
        assertThat(given(charter, subject, account("p9", "E9", "", true)).verdict())
                .isEqualTo(Judgement.Verdict.READY);
        assertThat(given(giving("p9", "E9"), subject, account("p9", "E9", "", true)).verdict())
                .as("the owner by the id of their account")
                .isEqualTo(Judgement.Verdict.READY);
        assertThat(given(giving("E7", "E9"), subject, account("p9", "E9", "", true)).reason())
                .as("one of two")
                .contains("is given to E7, who");
    }

    @Test
    void anAccountIsNotGivenToWhoeverHasItAlready() {
        Account person = account("p9", "E9", "", true);
        Judgement halted = given(giving("E9", "E9"), account("a1", "E1", "E9", true), person);
        assertThat(halted.verdict()).isEqualTo(Judgement.Verdict.HALTED);
        assertThat(halted.reason())
                .isEqualTo("step.needed: the account is E9's already: there is nothing to do");
        assertThat(given(giving("p9", "E9"), account("a1", "E1", "E9", true), person).verdict())
                .as("the manager is so already, the owner is not")
                .isEqualTo(Judgement.Verdict.READY);
    }

    private static Charter giving(String owner, String manager) {
        return charter(
                new Charter.Details(
                        Map.of(),
                        Optional.empty(),
                        List.of(),
                        Optional.of(manager),
                        Optional.of(owner),
                        Optional.empty()),
                "set-owner",
                "set-manager");
    }

    private static Judgement given(Charter charter, Account subject, Account... people) {
        return Judgement.of(request(), Optional.of(charter), observed(subject, people));
    }

    private static Observed observed(Account subject, Account... people) {
        return new Observed(
                List.of(subject),
                List.of(people),
                Optional.of(NOW),
                Map.of(),
                "keycloak:acme",
                NOW);
    }

    /** Who owns it manages it too. */
    private static Account account(String id, String worker, String owner, boolean enabled) {
        Optional<String> of = Optional.of(owner).filter(each -> !each.isEmpty());
        return new Account(
                "keycloak:acme",
                id,
                enabled,
                Optional.of(worker),
                of,
                List.of(),
                List.of(),
                "",
                NOW,
                Optional.empty(),
                of);
    }

    private static Judgement judge(Charter charter) {
        return Judgement.of(
                request(),
                Optional.of(charter),
                new Observed(
                        List.of(account(true, List.of(SALES))),
                        List.of(),
                        Optional.of(NOW),
                        Map.of(),
                        "keycloak:acme",
                        NOW));
    }

    private static String plan(
            Map<String, String> compensation, boolean enabled, List<Account.Group> groups) {
        return Plan.of(
                        request(),
                        charter(
                                details(compensation),
                                "disable-account",
                                "end-sessions",
                                "leave-groups"),
                        account(enabled, groups))
                .json();
    }

    private static Charter.Details details(Map<String, String> compensation) {
        return new Charter.Details(compensation, Optional.empty(), List.of(), Optional.empty());
    }

    private static Charter charter(Charter.Details details, String... steps) {
        return new Charter(
                "leavers",
                "1",
                "h",
                Set.of("keycloak:acme"),
                Map.of("offboard", List.of(steps)),
                List.of(new Charter.Required(Judgement.ACCOUNT, Optional.empty())),
                Set.of("operator"),
                Duration.ofHours(1),
                List.of(),
                Set.of(),
                Map.of(),
                Map.of("offboard", details));
    }

    private static Request request() {
        return new Request(new UUID(1, 1), "leavers", "h", "hr", "E1", "keycloak:acme", "offboard");
    }

    private static Account account(boolean enabled, List<Account.Group> groups) {
        return new Account(
                "keycloak:acme",
                "a1",
                enabled,
                Optional.of("E1"),
                Optional.empty(),
                groups,
                List.of(),
                "",
                NOW);
    }
}
