package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.remit.connector.application.Answers.Request;
import dev.remit.connector.application.Answers.Result;
import dev.remit.connector.domain.Admission;
import dev.remit.connector.domain.Agent;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.http.Problem;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.ChangeWithdrawn;
import dev.remit.wire.v1.ProposalRefused;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Asking for changes, seeing them and taking them back. */
class AskForChangesTest {
    private static final Proposer ANN = Proposer.person("ann");

    private final Memory memory = new Memory();
    private final Charters charters = new Charters();
    private final AskForChanges ask = memory.ask(charters);

    @BeforeEach
    void someAccountsWereRead() {
        charters.replace(List.of(CharterFixture.leavers("1", "h1")));
        for (String worker : List.of("E1", "E2", "E3", "E4")) {
            memory.belongs("scim:hr", "account-" + worker, worker);
        }
    }

    @Test
    void whoAsksProposesAtOnce() {
        Result result = ask(wish("E1"));
        assertThat(result.status()).isEqualTo(202);
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(proposed -> {
                    assertThat(proposed.getChange().getChangeId()).isEqualTo(result.change());
                    assertThat(proposed.getChange().getProposer().getKind())
                            .isEqualTo(ActorKind.HUMAN);
                    assertThat(proposed.getChange().getAgent()).isNull();
                });
    }

    @Test
    void theRecordShowsTheAgentAndThePersonWhoAnswersForIt() {
        Proposer copilot =
                new Proposer(
                        "client:helper",
                        Optional.of("ann"),
                        Optional.of(
                                new Agent(
                                        Proposer.Kind.COPILOT,
                                        "helper",
                                        Optional.of("some-model"),
                                        Optional.of("ab".repeat(32)))));
        ask(wish("E1", copilot));
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(proposed -> {
                    assertThat(proposed.getChange().getProposer().getKind())
                            .isEqualTo(ActorKind.COPILOT);
                    assertThat(proposed.getChange().getProposer().getPrincipal()).isEqualTo("ann");
                    assertThat(proposed.getChange().getAgent().getModel()).isEqualTo("some-model");
                    assertThat(proposed.getChange().getAgent().getTraceHash()).hasSize(64);
                });
    }

    @Test
    void theSameKeyWithTheSameRequestIsTheSameChange() {
        Result first = ask(List.of(wish("E1")), key("k", "r")).getFirst();
        assertThat(ask(List.of(wish("E1")), key("k", "r"))).containsExactly(first);
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
    }

    @Test
    void theSameKeyWithAnotherRequestIsRefused() {
        ask(List.of(wish("E1")), key("k", "r"));
        assertProblem(
                409, "IDEMPOTENCY_KEY_REUSED", () -> ask(List.of(wish("E2")), key("k", "other")));
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
    }

    @Test
    void aKeyBelongsToItsProposer() {
        ask(List.of(wish("E1")), key("k", "r"));
        Result bobs =
                ask(
                                List.of(wish("E2", Proposer.person("bob"))),
                                Optional.of(new Request("bob", "k", "x")))
                        .getFirst();
        assertThat(bobs.status()).isEqualTo(202);
    }

    @Test
    void aKeyIsKeptUntilADayAfterTheChangeEnded() {
        Result first = ask(List.of(wish("E1")), key("k", "r")).getFirst();
        memory.now = memory.now.plus(Duration.ofDays(30));
        memory.prune().prune().await().indefinitely();
        assertThat(ask(List.of(wish("E1")), key("k", "r"))).containsExactly(first);
        memory.ends(first.change(), "COMPLETED", memory.now);
        memory.now = memory.now.plus(Duration.ofHours(25));
        memory.prune().prune().await().indefinitely();
        assertThat(ask(List.of(wish("E1")), key("k", "r")).getFirst().change())
                .isNotEqualTo(first.change());
    }

    @Test
    void eachOfManyIsAnsweredOnItsOwnAndByAFixedNumberOfStatements() {
        ask(wish("E1"));
        int before = memory.statements;
        List<Result> results =
                ask(
                        List.of(wish("E2"), wish("E1"), wish("E9"), wish("E3"), wish("E3")),
                        Optional.empty());
        assertThat(results)
                .extracting(Result::code)
                .containsExactly(
                        null, "DUPLICATE_CHANGE", "SUBJECT_UNKNOWN", null, "DUPLICATE_CHANGE");
        assertThat(memory.statements - before).isEqualTo(4);
        assertThat(memory.messages(ProposalRefused.class))
                .extracting(ProposalRefused::getCode)
                .containsExactly("DUPLICATE_CHANGE", "SUBJECT_UNKNOWN", "DUPLICATE_CHANGE");
    }

    @Test
    void aRefusalNamesTheRuleAndIsEvidence() {
        Result result = ask(new Wish("joiners", "hr", "E1", "scim:hr", "offboard", "why", ANN));
        assertThat(result.code()).isEqualTo("CHARTER_UNKNOWN");
        assertThat(result.field()).isEqualTo("charter");
        assertThat(memory.messages(ProposalRefused.class))
                .singleElement()
                .satisfies(refused -> {
                    assertThat(refused.getProposer().getId()).isEqualTo("ann");
                    assertThat(refused.getCode()).isEqualTo("CHARTER_UNKNOWN");
                    assertThat(refused.getCharterHash()).isNull();
                });
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
    }

    @Test
    void aRefusalThatIsRepeatedWithItsKeyIsOneRecordAndMayPassLater() {
        ask(List.of(wish("E9")), key("k", "r"));
        ask(List.of(wish("E9")), key("k", "r"));
        assertThat(memory.messages(ProposalRefused.class)).hasSize(1);
        memory.belongs("scim:hr", "account-E9", "E9");
        assertThat(ask(List.of(wish("E9")), key("k", "r")).getFirst().status()).isEqualTo(202);
    }

    @Test
    void anIdentifierThatSeveralAccountsCarryIsRefused() {
        memory.belongs("scim:hr", "twin", "E1");
        assertThat(ask(wish("E1")).code()).isEqualTo("SUBJECT_AMBIGUOUS");
    }

    @Test
    void anAccountStandsForThePersonItBelongsTo() {
        ask(new Wish("leavers", "scim:hr", "account-E1", "scim:hr", "offboard", "why", ANN));
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(proposed -> {
                    assertThat(proposed.getChange().getSubject().getSystem()).isEqualTo("hr");
                    assertThat(proposed.getChange().getSubject().getId()).isEqualTo("E1");
                });
        assertThat(ask(wish("E1")).code()).isEqualTo("DUPLICATE_CHANGE");
    }

    @Test
    void anAccountThatNobodyIsBehindStandsForItselfWhereTheCharterAsksForNoWorker() {
        memory.nobodys("scim:hr", "a-robot");
        Wish wish = new Wish("leavers", "scim:hr", "a-robot", "scim:hr", "offboard", "why", ANN);
        Result refused = ask(wish);
        assertThat(refused.code()).isEqualTo("SUBJECT_UNKNOWN");
        assertThat(refused.detail())
                .isEqualTo(
                        "account 'a-robot' of scim:hr carries no worker id, and charter leavers is about workers' accounts only");

        charters.replace(List.of(CharterFixture.ofAccounts(CharterFixture.leavers("2", "h2"))));
        assertThat(ask(wish).status()).isEqualTo(202);
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(proposed -> {
                    assertThat(proposed.getChange().getSubject().getSystem()).isEqualTo("scim:hr");
                    assertThat(proposed.getChange().getSubject().getId()).isEqualTo("a-robot");
                });
        assertThat(ask(wish).code()).isEqualTo("DUPLICATE_CHANGE");
        assertThat(
                        ask(new Wish(
                                        "leavers",
                                        "scim:hr",
                                        "account-E1",
                                        "scim:hr",
                                        "offboard",
                                        "why",
                                        ANN))
                                .status())
                .isEqualTo(202);
        assertThat(memory.messages(ChangeProposed.class).getLast().getChange().getSubject().getId())
                .as("whose account it is stays the subject")
                .isEqualTo("E1");
    }

    @Test
    void anAccountThatNobodyIsBehindIsNamedInItsOwnSystemOnly() {
        charters.replace(List.of(CharterFixture.ofAccounts(CharterFixture.leavers("2", "h2"))));
        memory.nobodys("keycloak:acme", "a-robot");
        for (String system : List.of("keycloak:acme", "scim:hr", "hr")) {
            assertThat(
                            ask(new Wish(
                                            "leavers",
                                            system,
                                            "a-robot",
                                            "scim:hr",
                                            "offboard",
                                            "why",
                                            ANN))
                                    .code())
                    .as(system)
                    .isEqualTo("SUBJECT_UNKNOWN");
        }
    }

    @Test
    void accountsThatNobodyIsBehindCountAsPartOfThePopulationAndAsTouched() {
        charters.replace(
                List.of(
                        CharterFixture.ofAccounts(
                                CharterFixture.leavers(
                                        "2",
                                        "h2",
                                        new Charter.Limits(
                                                Optional.empty(),
                                                Optional.empty(),
                                                Optional.empty(),
                                                Optional.of(0.34))))));
        memory.nobodys("scim:hr", "a-robot");
        memory.nobodys("scim:hr", "another");
        List<Wish> wishes =
                List.of(
                        new Wish("leavers", "scim:hr", "a-robot", "scim:hr", "offboard", "w", ANN),
                        new Wish("leavers", "scim:hr", "another", "scim:hr", "offboard", "w", ANN),
                        wish("E1"));
        assertThat(ask(wishes, Optional.empty()))
                .extracting(Result::status, Result::code)
                .containsExactly(
                        tuple(202, null),
                        tuple(202, null),
                        tuple(422, "BLAST_RADIUS_SHARE_OF_POPULATION"));
    }

    @Test
    void nothingIsSaidOfASystemThatWasNotReadYet() {
        charters.replace(
                List.of(
                        new Charter(
                                "leavers",
                                "1",
                                "h",
                                java.util.Set.of("scim:new"),
                                java.util.Map.of("offboard", "OWN"),
                                java.util.Map.of(),
                                List.of(),
                                Optional.empty(),
                                "clerk",
                                "owner",
                                Charter.Limits.none(),
                                Optional.empty())));
        Result result = ask(new Wish("leavers", "hr", "E1", "scim:new", "offboard", "why", ANN));
        assertThat(result.status()).isEqualTo(503);
        assertThat(memory.messages(ProposalRefused.class)).isEmpty();
    }

    @Test
    void aCharterThatIsNotOrNoMoreInForceRefuses() {
        charters.replace(
                List.of(
                        limited(
                                new Charter.Limits(
                                        Optional.of(memory.now.plusSeconds(1)),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty()))));
        assertThat(ask(wish("E1")).code()).isEqualTo("CHARTER_NOT_IN_FORCE");
        charters.replace(
                List.of(
                        limited(
                                new Charter.Limits(
                                        Optional.empty(),
                                        Optional.of(memory.now),
                                        Optional.empty(),
                                        Optional.empty()))));
        assertThat(ask(wish("E1")).code()).isEqualTo("CHARTER_EXPIRED");
    }

    @Test
    void noMoreChangesAreOpenedWithinAnHourThanTheCharterAllows() {
        charters.replace(
                List.of(
                        limited(
                                new Charter.Limits(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.of(2L),
                                        Optional.empty()))));
        assertThat(ask(List.of(wish("E1"), wish("E2"), wish("E3")), Optional.empty()))
                .extracting(Result::code)
                .containsExactly(null, null, "BLAST_RADIUS_CHANGES_PER_HOUR");
        memory.now = memory.now.plus(Duration.ofMinutes(61));
        assertThat(ask(wish("E3")).status()).isEqualTo(202);
    }

    @Test
    void noGreaterShareOfAPopulationIsTouchedThanTheCharterAllows() {
        charters.replace(
                List.of(
                        limited(
                                new Charter.Limits(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.of(0.5)))));
        assertThat(ask(List.of(wish("E1"), wish("E2"), wish("E3")), Optional.empty()))
                .extracting(Result::code)
                .containsExactly(null, null, "BLAST_RADIUS_SHARE_OF_POPULATION");
    }

    @Test
    void whatClosesQuicklyStillCountsForTheHour() {
        charters.replace(
                List.of(
                        limited(
                                new Charter.Limits(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.of(0.5)))));
        for (String worker : List.of("E1", "E2")) {
            memory.ends(ask(wish(worker)).change(), "COMPLETED", memory.now);
        }
        assertThat(ask(wish("E3")).code()).isEqualTo("BLAST_RADIUS_SHARE_OF_POPULATION");
        memory.now = memory.now.plus(Duration.ofMinutes(61));
        assertThat(ask(wish("E3")).status()).isEqualTo(202);
    }

    @Test
    void aDigitalEmployeeProposesUnderItsOwnCharterOnly() {
        Proposer clerk = new Proposer("clerk", Optional.of("owner"), Optional.empty());
        Proposer other = new Proposer("other", Optional.of("owner"), Optional.empty());
        assertThat(ask(wish("E1", clerk)).status()).isEqualTo(202);
        assertThat(ask(wish("E2", other)).code()).isEqualTo("PROPOSER_OUTSIDE_CHARTER");
    }

    @Test
    void whoAnswersForADigitalEmployeeIsWhomTheCharterNamesUnderWhichItProposes() {
        Charter leavers = CharterFixture.leavers("1", "h1");
        charters.replace(
                List.of(
                        CharterFixture.leavers("1", "h1"),
                        new Charter(
                                "quitters",
                                "1",
                                "h2",
                                leavers.systems(),
                                leavers.modes(),
                                leavers.effects(),
                                List.of(),
                                leavers.bound(),
                                "clerk",
                                "another owner",
                                leavers.limits(),
                                leavers.trackRecord())));
        Proposer named = new Proposer("clerk", Optional.of("owner"), Optional.empty());
        Proposer clerk = named.ofItsCharters();
        assertThat(ask(wish("E1", clerk).under("leavers")).status()).isEqualTo(202);
        assertThat(ask(wish("E2", clerk).under("quitters")).status()).isEqualTo(202);
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(each -> each.getChange().getProposer().getPrincipal())
                .containsExactly("owner", "another owner");

        assertThat(ask(wish("E3", named).under("quitters")).code())
                .as("its registration, or the token, says that somebody else answers for it")
                .isEqualTo("PROPOSER_OUTSIDE_CHARTER");
        assertThat(ask(wish("E3", named).under("leavers")).status()).isEqualTo(202);
    }

    @Test
    void tryingOutOpensNothingAndRecordsNothing() {
        assertThat(ask.tryOut(wish("E1")).await().indefinitely())
                .isInstanceOf(Admission.Admitted.class);
        assertThat(ask.tryOut(wish("E9")).await().indefinitely())
                .isInstanceOf(Admission.Refused.class);
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(memory.messages(ProposalRefused.class)).isEmpty();
    }

    @Test
    void whoProposedTakesBackOnceAndOthersDoNotLearnThatThereIsAChange() {
        UUID change = ask(wish("E1")).change();
        WithdrawChange withdraw = memory.withdraw();
        assertProblem(
                404,
                "CHANGE_UNKNOWN",
                () ->
                        withdraw.withdraw(change, Proposer.person("bob"), false, "no")
                                .await()
                                .indefinitely());
        withdraw.withdraw(change, ANN, false, "hired again").await().indefinitely();
        withdraw.withdraw(change, ANN, false, "again").await().indefinitely();
        assertThat(memory.messages(ChangeWithdrawn.class))
                .singleElement()
                .satisfies(withdrawn -> assertThat(withdrawn.getReason()).isEqualTo("hired again"));
        assertThat(ask(wish("E1")).code())
                .as("it is open until the ledger closed it")
                .isEqualTo("DUPLICATE_CHANGE");
        memory.ends(change, "WITHDRAWN", memory.now);
        assertThat(ask(wish("E1")).status()).isEqualTo(202);
    }

    @Test
    void whatEndedCannotBeTakenBack() {
        UUID change = ask(wish("E1")).change();
        memory.ends(change, "COMPLETED", memory.now);
        assertProblem(
                409,
                "ALREADY_ENDED",
                () ->
                        memory.withdraw()
                                .withdraw(change, ANN, false, "late")
                                .await()
                                .indefinitely());
        assertThat(memory.messages(ChangeWithdrawn.class)).isEmpty();
    }

    @Test
    void aPageEndsWhereTheNextBegins() {
        for (String worker : List.of("E1", "E2", "E3")) {
            ask(wish(worker));
            memory.now = memory.now.plusSeconds(1);
        }
        ask(wish("E4", Proposer.person("bob")));
        ShowChanges show = memory.show();
        var first =
                show.list(ANN, false, Optional.of(true), Optional.empty(), 2)
                        .await()
                        .indefinitely();
        assertThat(first.items())
                .extracting(each -> each.proposal().subjectId())
                .containsExactly("E3", "E2");
        var second =
                show.list(ANN, false, Optional.of(true), first.next(), 2).await().indefinitely();
        assertThat(second.items())
                .extracting(each -> each.proposal().subjectId())
                .containsExactly("E1");
        assertThat(second.next()).isEmpty();
    }

    private static void assertProblem(
            int status, String code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.status()).isEqualTo(status);
                            assertThat(problem.code()).isEqualTo(code);
                        });
    }

    private Result ask(Wish wish) {
        return ask(List.of(wish), Optional.empty()).getFirst();
    }

    private List<Result> ask(List<Wish> wishes, Optional<Request> request) {
        return ask.ask(wishes, request).await().indefinitely();
    }

    private static Optional<Request> key(String key, String request) {
        return Optional.of(new Request("ann", key, request));
    }

    private static Charter limited(Charter.Limits limits) {
        return CharterFixture.leavers("1", "h1", limits);
    }

    private static Wish wish(String worker) {
        return wish(worker, ANN);
    }

    private static Wish wish(String worker, Proposer proposer) {
        return new Wish("leavers", "hr", worker, "scim:hr", "offboard", "left", proposer);
    }
}
