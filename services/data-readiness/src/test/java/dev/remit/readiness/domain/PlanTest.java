package dev.remit.readiness.domain;

import static org.assertj.core.api.Assertions.assertThat;

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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "leave-group | does not say what leave-group is of",
                "set-manager | does not say what set-manager is of",
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
