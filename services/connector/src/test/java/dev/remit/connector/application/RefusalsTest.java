package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.connector.application.Answers.Result;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Presence;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Rule;
import dev.remit.connector.domain.Wish;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.ProposalRefused;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each rule that refuses a proposal, and the record that it leaves. */
class RefusalsTest {
    private static final Proposer ANN = Proposer.person("ann");

    private final Memory memory = new Memory();
    private final Charters charters = new Charters();
    private final AskForChanges ask = memory.ask(charters);

    @BeforeEach
    void someAccountsWereRead() {
        for (String worker : List.of("E1", "E2", "E3", "E4")) {
            memory.belongs("scim:hr", "account-" + worker, worker);
        }
        charters.replace(List.of(charter("leavers", Charter.Limits.none())));
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void whatARuleRefusesIsEvidence(Rule rule) {
        Wish wish = given(rule);
        List<ProposalRefused> before = memory.messages(ProposalRefused.class);
        int proposed = memory.messages(ChangeProposed.class).size();
        Result result = ask(wish);
        assertThat(result.code()).isEqualTo(rule.name());
        assertThat(result.status()).isEqualTo(rule.status());
        assertThat(memory.messages(ChangeProposed.class)).hasSize(proposed);
        List<ProposalRefused> records = memory.messages(ProposalRefused.class);
        assertThat(records).hasSize(before.size() + (rule.status() < 500 ? 1 : 0));
        if (rule.status() < 500) {
            assertThat(records.getLast())
                    .satisfies(record -> {
                        assertThat(record.getCode()).isEqualTo(rule.name());
                        assertThat(record.getProposer().getId()).isEqualTo(wish.proposer().id());
                        assertThat(record.getAction()).isEqualTo(wish.action());
                        assertThat(record.getDetail()).isNotBlank();
                    });
        }
    }

    /** What must be so for the rule to refuse, and what it then refuses. */
    private Wish given(Rule rule) {
        return switch (rule) {
            case ROLE_MISSING,
                    SCOPE_MISSING,
                    AGENT_READS_ONLY,
                    NOBODY_ACCOUNTABLE,
                    AGENT_MODEL_MISMATCH ->
                    wish("leavers", "E1", ANN.barred(rule.refuses(null, "a rule is against it")));
            case HALTED -> {
                memory.halting().mesh("boss", "wait").await().indefinitely();
                yield wish("leavers", "E1", ANN);
            }
            case CHARTER_UNKNOWN -> wish("joiners", "E1", ANN);
            case CHARTER_AMBIGUOUS -> {
                charters.replace(
                        List.of(
                                charter("leavers", Charter.Limits.none()),
                                charter("quitters", Charter.Limits.none())));
                yield wish("", "E1", ANN);
            }
            case CHARTER_NOT_IN_FORCE -> {
                charters.replace(
                        List.of(charter("leavers", until(memory.now.plusSeconds(9), null))));
                yield wish("leavers", "E1", ANN);
            }
            case CHARTER_EXPIRED -> {
                charters.replace(List.of(charter("leavers", until(null, memory.now))));
                yield wish("", "E1", ANN);
            }
            case TARGET_OUTSIDE_CHARTER ->
                    new Wish("leavers", "hr", "E1", "scim:other", "offboard", "left", ANN);
            case ACTION_OUTSIDE_CHARTER ->
                    new Wish("leavers", "hr", "E1", "scim:hr", "promote", "left", ANN);
            case PROPOSER_OUTSIDE_CHARTER ->
                    wish(
                            "leavers",
                            "E1",
                            new Proposer("other", Optional.of("owner"), Optional.empty()));
            case TARGET_NOT_READ -> {
                charters.replace(
                        List.of(
                                CharterFixture.named(
                                        "leavers", Set.of("scim:new"), Charter.Limits.none())));
                yield new Wish("leavers", "hr", "E1", "scim:new", "offboard", "left", ANN);
            }
            case SUBJECT_UNKNOWN -> wish("leavers", "E9", ANN);
            case SUBJECT_AMBIGUOUS -> {
                memory.belongs("scim:hr", "twin", "E1");
                yield wish("leavers", "E1", ANN);
            }
            case DUPLICATE_CHANGE -> {
                ask(wish("leavers", "E1", ANN));
                yield wish("leavers", "E1", ANN);
            }
            case BLAST_RADIUS_CHANGES_PER_HOUR -> {
                charters.replace(List.of(charter("leavers", limits(1L, null))));
                ask(wish("leavers", "E1", ANN));
                yield wish("leavers", "E2", ANN);
            }
            case BLAST_RADIUS_SHARE_OF_POPULATION -> {
                charters.replace(List.of(charter("leavers", limits(null, 0.25))));
                ask(wish("leavers", "E1", ANN));
                yield wish("leavers", "E2", ANN);
            }
        };
    }

    /**
     * Who joins has no account yet: HR's word is enough where the change makes it, and only there.
     */
    @Test
    void whoHrSaysIsThereMayBeGivenAnAccount() {
        charters.replace(
                List.of(
                        charter("leavers", Charter.Limits.none()),
                        CharterFixture.making("joiners")));
        memory.workers.put(
                "E9",
                new Presence("E9", Optional.empty(), Optional.of(LocalDate.parse("2026-03-01"))));
        memory.workers.put(
                "E8",
                new Presence("E8", Optional.of(LocalDate.parse("2026-03-01")), Optional.empty()));
        assertThat(ask(onboard("E9")).status()).isEqualTo(202);
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(
                        each -> assertThat(each.getChange().getSubject().getId()).isEqualTo("E9"));
        assertThat(ask(onboard("E9")).code()).isEqualTo("DUPLICATE_CHANGE");
        assertThat(ask(onboard("E8")).code()).as("who left").isEqualTo("SUBJECT_UNKNOWN");
        assertThat(ask(onboard("E7")).code()).as("whom nobody knows").isEqualTo("SUBJECT_UNKNOWN");
        assertThat(ask(wish("leavers", "E9", ANN)).code())
                .as("what needs an account")
                .isEqualTo("SUBJECT_UNKNOWN");
    }

    private static Wish onboard(String worker) {
        return new Wish("joiners", "hr", worker, "scim:hr", "onboard", "joins", ANN);
    }

    @Test
    void aWishThatNamesNoCharterIsUnderTheOneInForceThatCoversIt() {
        charters.replace(
                List.of(
                        charter("leavers", Charter.Limits.none()),
                        charter("old", until(null, memory.now))));
        assertThat(ask(wish("", "E1", ANN)).status()).isEqualTo(202);
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(each ->
                        assertThat(each.getChange().getCharter().getName()).isEqualTo("leavers"));
    }

    @Test
    void outsideAnyCharterIsARecordThatNamesNone() {
        assertThat(ask(new Wish("", "hr", "E1", "scim:hr", "promote", "why", ANN)).code())
                .isEqualTo("CHARTER_UNKNOWN");
        assertThat(memory.messages(ProposalRefused.class))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.getCharter()).isEmpty();
                    assertThat(each.getCharterHash()).isNull();
                });
    }

    @Test
    void whoMayProposeNothingLeavesOneRecordAnHour() {
        Proposer barred = ANN.barred(Rule.ROLE_MISSING.refuses(null, "no role"));
        List<Wish> flood = Collections.nCopies(50, wish("leavers", "E1", barred));
        ask.ask(flood, Optional.empty()).await().indefinitely();
        ask(wish("leavers", "E2", barred));
        assertThat(memory.messages(ProposalRefused.class)).hasSize(1);
        ask(wish("leavers", "E1", Proposer.person("bob").barred(barred.barred().orElseThrow())));
        assertThat(memory.messages(ProposalRefused.class)).hasSize(2);
        memory.now = memory.now.plus(Duration.ofHours(1));
        ask(wish("leavers", "E1", barred));
        assertThat(memory.messages(ProposalRefused.class)).hasSize(3);
    }

    private Result ask(Wish wish) {
        return ask.ask(List.of(wish), Optional.empty()).await().indefinitely().getFirst();
    }

    private static Charter charter(String name, Charter.Limits limits) {
        return CharterFixture.named(name, Set.of("scim:hr"), limits);
    }

    private static Charter.Limits until(Instant from, Instant until) {
        return new Charter.Limits(
                Optional.ofNullable(from),
                Optional.ofNullable(until),
                Optional.empty(),
                Optional.empty());
    }

    private static Charter.Limits limits(Long changes, Double share) {
        return new Charter.Limits(
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(changes),
                Optional.ofNullable(share));
    }

    private static Wish wish(String charter, String worker, Proposer by) {
        return new Wish(charter, "hr", worker, "scim:hr", "offboard", "left", by);
    }
}
