package dev.remit.readiness.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.directory.Account;
import dev.remit.readiness.domain.Judgement.State;
import dev.remit.readiness.domain.Judgement.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A change of an account that is correlated with nobody. */
class AccountWithoutWorkerTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String ACME = "keycloak:acme";
    private static final Request REQUEST =
            new Request(
                    UUID.fromString("018f0000-0000-7000-8000-000000000001"),
                    "orphans",
                    "h",
                    ACME,
                    "a-robot",
                    ACME,
                    "quarantine");

    @Test
    void anAccountThatWasReadIsReadyWhereTheCharterAsksThatItExists() {
        Judgement judgement =
                judge(charter(fact(Judgement.EXISTS), fresh()), robot(Optional.empty()));
        assertThat(judgement.verdict()).as(judgement.reason()).isEqualTo(Verdict.READY);
        assertThat(judgement.account()).map(Account::id).contains("a-robot");
        assertThat(judgement.facts().getFirst())
                .isEqualTo(
                        new Judgement.Fact(
                                "account.exists",
                                State.PRESENT,
                                Optional.of("a-robot"),
                                ACME,
                                Optional.of(NOW.minusSeconds(3600)),
                                false,
                                "account a-robot of keycloak:acme was read"));
        assertThat(judgement.plan().orElseThrow().json()).contains("\"account\":\"a-robot\"");
    }

    @Test
    void aCharterThatAsksForAWorkerHoldsItAndAsksNobodyWhoseItIs() {
        Charter charter = charter(fact(Judgement.ACCOUNT), fresh());
        Judgement judgement = judge(charter, robot(Optional.empty()));
        assertThat(judgement.verdict()).isEqualTo(Verdict.HELD);
        assertThat(judgement.reason())
                .isEqualTo(
                        "account.correlated: account a-robot of keycloak:acme carries no worker id");
        assertThat(judgement.correctable(REQUEST)).isEmpty();
        assertThat(judgement.waitsFor(REQUEST, known(charter, robot(Optional.empty()))))
                .containsExactly(new Concern.OfAccount(ACME, "a-robot"));

        Charter halting =
                charter(
                        new Charter.Required(
                                Judgement.ACCOUNT,
                                Optional.empty(),
                                java.util.OptionalDouble.empty(),
                                List.of(),
                                new Charter.Gap(List.of(), Set.of(), Optional.empty(), true)));
        assertThat(judge(halting, robot(Optional.empty())).verdict()).isEqualTo(Verdict.HALTED);
    }

    @Test
    void oneThatBelongsToAWorkerByNowIsHaltedWhateverTheCharterAsks() {
        for (Charter charter :
                List.of(
                        charter(fact(Judgement.EXISTS)),
                        charter(fact(Judgement.ACCOUNT)),
                        charter(fresh()))) {
            Judgement judgement = judge(charter, robot(Optional.of("E1")));
            assertThat(judgement.verdict()).isEqualTo(Verdict.HALTED);
            assertThat(judgement.reason())
                    .isEqualTo(
                            "account a-robot of keycloak:acme carries worker id E1: a change of it is proposed for that worker");
        }
    }

    @Test
    void anAccountThatWasNeverReadIsHeldUntilItIs() {
        Charter charter = charter(fact(Judgement.EXISTS), fresh());
        Judgement judgement = judge(charter);
        assertThat(judgement.verdict()).isEqualTo(Verdict.HELD);
        assertThat(judgement.held()).isEqualTo("account.exists=MISSING");
        assertThat(judgement.correctable(REQUEST)).isEmpty();
        assertThat(judge(charter(fresh())).verdict())
                .as("no fact asks for it")
                .isEqualTo(Verdict.HELD);
    }

    @Test
    void aReadingThatIsTooOldProvesNoAccount() {
        Charter own =
                charter(new Charter.Required(Judgement.EXISTS, Optional.of(Duration.ofSeconds(5))));
        assertThat(judge(own, robot(Optional.empty())).held()).isEqualTo("account.exists=STALE");

        Charter asTheTarget =
                charter(
                        fact(Judgement.EXISTS),
                        new Charter.Required(Judgement.FRESH, Optional.of(Duration.ofSeconds(5))));
        assertThat(judge(asTheTarget, robot(Optional.empty())).held())
                .isEqualTo("account.exists=STALE,source.fresh=STALE");
    }

    @Test
    void aManagerIsWhomTheAccountNamesAndMissingWhereItNamesNobody() {
        Charter charter =
                charter(
                        fact(Judgement.EXISTS),
                        new Charter.Required(
                                Judgement.MANAGER,
                                Optional.empty(),
                                java.util.OptionalDouble.empty(),
                                List.of(),
                                new Charter.Gap(
                                        List.of("scim:hr"), Set.of(), Optional.empty(), false)));
        Judgement judgement = judge(charter, robot(Optional.empty()));
        assertThat(judgement.verdict()).isEqualTo(Verdict.HELD);
        assertThat(judgement.reason())
                .isEqualTo(
                        "manager.active: the account names no manager; scim:hr: nobody is behind account a-robot of keycloak:acme");
        assertThat(judgement.correctable(REQUEST))
                .extracting(Judgement.Fact::name)
                .containsExactly(Judgement.MANAGER);
        assertThat(
                        Correction.of(REQUEST, judgement.facts().getLast(), Set.of(), NOW, NOW)
                                .question())
                .startsWith("Who is the manager of account a-robot of keycloak:acme? Give");
    }

    @Test
    void ofAWorkerTheAccountExistsThatCarriesTheirId() {
        Request ofWorker =
                new Request(REQUEST.change(), "orphans", "h", "hr", "E1", ACME, "quarantine");
        Charter charter = charter(fact(Judgement.EXISTS), fresh());
        Judgement judgement =
                Judgement.of(ofWorker, Optional.of(charter), observed(robot(Optional.of("E1"))));
        assertThat(judgement.verdict()).as(judgement.reason()).isEqualTo(Verdict.READY);
        assertThat(judgement.facts().getFirst().reason())
                .isEqualTo("1 account carries worker id E1");
        assertThat(
                        Judgement.of(
                                        ofWorker,
                                        Optional.of(charter),
                                        observed(
                                                robot(Optional.of("E1")), robot(Optional.of("E1"))))
                                .verdict())
                .isEqualTo(Verdict.HALTED);
    }

    private static Charter charter(Charter.Required... facts) {
        return new Charter(
                "orphans",
                "1",
                "h",
                Set.of(ACME),
                Map.of("quarantine", List.of("disable-account")),
                List.of(facts),
                Duration.ofHours(1));
    }

    private static Charter.Required fact(String name) {
        return new Charter.Required(name, Optional.empty());
    }

    private static Charter.Required fresh() {
        return new Charter.Required(Judgement.FRESH, Optional.of(Duration.ofMinutes(2)));
    }

    private static Judgement judge(Charter charter, Account... accounts) {
        return Judgement.of(REQUEST, Optional.of(charter), observed(accounts));
    }

    private static Known known(Charter charter, Account... accounts) {
        return new Known(Optional.of(charter), observed(accounts));
    }

    private static Observed observed(Account... accounts) {
        return new Observed(
                List.of(accounts),
                List.of(),
                Optional.of(NOW.minusSeconds(10)),
                Map.of(),
                ACME,
                NOW);
    }

    private static Account robot(Optional<String> worker) {
        return new Account(
                ACME,
                "a-robot",
                true,
                worker,
                Optional.empty(),
                List.of(),
                List.of(),
                "a-robot",
                NOW.minusSeconds(3600));
    }
}
