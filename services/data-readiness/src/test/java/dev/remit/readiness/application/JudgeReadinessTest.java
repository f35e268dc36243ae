package dev.remit.readiness.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.loop.Received;
import dev.remit.readiness.domain.Concern;
import dev.remit.readiness.domain.Readiness.Held;
import dev.remit.wire.v1.CorrectionRequested;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JudgeReadinessTest {
    private static final String ACME = InMemory.PEOPLE;

    private final InMemory readiness = new InMemory();

    @Test
    void aProposalIsJudgedByWhatWasObserved() {
        readiness.receive(
                InMemory.charter(ACME),
                InMemory.account(ACME, "boss", true, "E1", null),
                InMemory.account(ACME, "leaver", true, "E2", "E1"),
                InMemory.synced(ACME));
        Received proposed = InMemory.proposed(1, "E2", ACME);
        readiness.receive(proposed);

        ReadinessJudged judged = onlyJudged();
        assertThat(judged.getVerdict()).isEqualTo(ReadinessVerdict.READY);
        assertThat(judged.getAccount()).isEqualTo("leaver");
        assertThat(judged.getManager()).isEqualTo("boss");
        assertThat(judged.getPlanHash()).hasSize(64);
        assertThat(readiness.sent.getFirst().cause()).isEqualTo(proposed.envelope().id());
        assertThat(readiness.meters.counter("remit.readiness.judged", "verdict", "READY").count())
                .isEqualTo(1);
    }

    @Test
    void theOrderWithinABatchDoesNotMatter() {
        List<Received> batch =
                List.of(
                        InMemory.charter(ACME),
                        InMemory.account(ACME, "boss", true, "E1", null),
                        InMemory.account(ACME, "leaver", true, "E2", "E1"),
                        InMemory.synced(ACME),
                        InMemory.proposed(1, "E2", ACME));
        for (List<Received> order : List.of(batch, batch.reversed())) {
            InMemory fresh = new InMemory();
            fresh.receive(order);
            assertThat(fresh.sent(ReadinessJudged.class))
                    .extracting(ReadinessJudged::getVerdict)
                    .containsExactly(ReadinessVerdict.READY);
        }
    }

    @Test
    void aProposalWhoseCharterIsNotKnownIsHeldUntilTheCharterArrives() {
        readiness.receive(
                InMemory.account(ACME, "boss", true, "E1", null),
                InMemory.account(ACME, "leaver", true, "E2", "E1"),
                InMemory.synced(ACME));
        readiness.receive(InMemory.proposed(1, "E2", ACME));
        assertThat(onlyJudged().getVerdict()).isEqualTo(ReadinessVerdict.HELD);
        assertThat(onlyJudged().getReason())
                .isEqualTo("charter leavers with this hash is not known here");

        Received charter = InMemory.charter(ACME);
        readiness.receive(charter);
        assertThat(readiness.sent(ReadinessJudged.class))
                .extracting(ReadinessJudged::getVerdict)
                .containsExactly(ReadinessVerdict.HELD, ReadinessVerdict.READY);
        assertThat(readiness.sent.getLast().cause()).isEqualTo(charter.envelope().id());
    }

    @Test
    void theManagerIsJudgedWherePeopleSignIn() {
        readiness.receive(
                InMemory.charter("scim:crm"),
                InMemory.account("scim:crm", "crm-leaver", true, "E2", "E1"),
                InMemory.account("scim:crm", "crm-boss", true, "E1", null),
                InMemory.synced("scim:crm"));
        readiness.receive(InMemory.proposed(1, "E2", "scim:crm"));
        assertThat(onlyJudged().getReason())
                .isEqualTo("manager.active: manager E1 has 0 enabled accounts, expected one");

        readiness.receive(InMemory.account(ACME, "boss", true, "E1", null));
        ReadinessJudged judged = readiness.sent(ReadinessJudged.class).getLast();
        assertThat(judged.getVerdict()).isEqualTo(ReadinessVerdict.READY);
        assertThat(judged.getAccount()).isEqualTo("crm-leaver");
        assertThat(judged.getManager()).isEqualTo("boss");
    }

    @Test
    void anAccountThatLosesItsWorkerOrGoesConcernsThoseWhoWaitForTheWorker() {
        readiness.receive(
                InMemory.charter(ACME),
                InMemory.account(ACME, "boss", true, "E1", null),
                InMemory.account(ACME, "double", true, "E1", null),
                InMemory.account(ACME, "triple", true, "E1", null),
                InMemory.account(ACME, "leaver", true, "E2", "E1"),
                InMemory.synced(ACME));
        readiness.receive(InMemory.proposed(1, "E2", ACME));
        assertThat(onlyJudged().getVerdict()).isEqualTo(ReadinessVerdict.HELD);
        readiness.receive(InMemory.account(ACME, "double", true, "E7", null));
        readiness.receive(InMemory.removed(ACME, "triple"));
        assertThat(readiness.sent(ReadinessJudged.class).getLast().getVerdict())
                .isEqualTo(ReadinessVerdict.READY);
    }

    @Test
    void anAccountOfNobodyConcernsTheChangeThatNamesItByItsId() {
        readiness.receive(
                InMemory.charterOfOrphans(ACME),
                InMemory.account(ACME, "boss", true, "E1", null),
                InMemory.synced(ACME));
        readiness.receive(InMemory.proposedOf(1, "robot", ACME));
        assertThat(onlyJudged().getReason())
                .isEqualTo(
                        "account.exists: account robot of keycloak:acme is not known; manager.active: the account names no manager");

        readiness.receive(InMemory.account(ACME, "robot", true, null, "E1"));
        ReadinessJudged judged = readiness.sent(ReadinessJudged.class).getLast();
        assertThat(judged.getVerdict()).isEqualTo(ReadinessVerdict.READY);
        assertThat(judged.getAccount()).isEqualTo("robot");
        assertThat(judged.getManager()).isEqualTo("boss");
        assertThat(judged.getChange().getSubject().getSystem()).isEqualTo(ACME);
    }

    @Test
    void newsJudgeOnlyTheChangesTheyConcern() {
        givenHeldForAManager(40);
        readiness.calls.clear();

        readiness.receive(InMemory.synced(ACME));
        assertThat(readiness.calls).containsExactly("take", "waitingFor");

        readiness.calls.clear();
        readiness.receive(
                InMemory.account(ACME, "boss", true, "E1", null),
                InMemory.account(ACME, "leaver-7", true, "W7", "E1"));
        assertThat(readiness.sent(ReadinessJudged.class))
                .filteredOn(judged -> judged.getVerdict() == ReadinessVerdict.READY)
                .extracting(judged -> judged.getChange().getSubject().getId())
                .containsExactly("W7");
        assertThat(readiness.calls)
                .containsExactly("take", "waitingFor", "lock", "load", "about", "store");
    }

    @Test
    void aStaleTargetIsJudgedAgainWhenItWasReadCompletely() {
        readiness.receive(
                InMemory.charter(ACME),
                InMemory.account(ACME, "boss", true, "E1", null),
                InMemory.account(ACME, "leaver", true, "E2", "E1"));
        readiness.receive(InMemory.proposed(1, "E2", ACME));
        Held held = (Held) readiness.kept.get(InMemory.change(1));
        assertThat(held.waitsFor()).contains(new Concern.OfSource(ACME));
        readiness.receive(InMemory.synced(ACME));
        assertThat(readiness.sent(ReadinessJudged.class).getLast().getVerdict())
                .isEqualTo(ReadinessVerdict.READY);
    }

    @Test
    void aBatchOfFiveHundredCostsAsManyCallsAsABatchOfOne() {
        InMemory one = new InMemory();
        one.receive(InMemory.charter(ACME), InMemory.synced(ACME));
        one.calls.clear();
        one.receive(orphans(1));
        InMemory many = new InMemory();
        many.receive(InMemory.charter(ACME), InMemory.synced(ACME));
        many.calls.clear();
        many.receive(orphans(500));

        assertThat(many.sent(CorrectionRequested.class)).hasSize(500);
        assertThat(many.kept).hasSize(500);
        assertThat(many.calls)
                .isEqualTo(one.calls)
                .containsExactly("take", "waitingFor", "load", "about", "store", "ask");
    }

    @Test
    void fiveHundredHeldChangesAreJudgedAgainAtTheCostOfOne() {
        givenHeldForAManager(500);
        readiness.calls.clear();
        List<Received> managers = new ArrayList<>();
        managers.add(InMemory.account(ACME, "boss", true, "E1", null));
        IntStream.range(0, 499)
                .forEach(n ->
                        managers.add(InMemory.account(ACME, "leaver-" + n, true, "W" + n, "E1")));
        readiness.receive(managers);
        assertThat(readiness.sent(ReadinessJudged.class))
                .filteredOn(judged -> judged.getVerdict() == ReadinessVerdict.READY)
                .hasSize(499);
        assertThat(readiness.calls)
                .containsExactly("take", "waitingFor", "lock", "load", "about", "store");
    }

    @Test
    void whatOneTransactionCannotHoldIsDueAtOnceAndNothingIsLost() {
        readiness.receive(InMemory.account(ACME, "boss", true, "E1", null), InMemory.synced(ACME));
        int all = JudgeReadiness.PAGE * JudgeReadiness.PAGES + 100;
        readiness.receive(
                IntStream.range(0, all)
                        .mapToObj(n -> InMemory.account(ACME, "leaver-" + n, true, "W" + n, "E1"))
                        .toList());
        readiness.receive(
                IntStream.range(0, all)
                        .mapToObj(n -> InMemory.proposed(n, "W" + n, ACME))
                        .toList());
        readiness.calls.clear();

        readiness.receive(InMemory.charter(ACME));
        assertThat(ready()).isEqualTo(JudgeReadiness.PAGE * JudgeReadiness.PAGES);
        assertThat(readiness.called("lookAtOnce")).isEqualTo(1);
        assertThat(readiness.called("store")).isEqualTo(JudgeReadiness.PAGES);

        readiness.lookAgain.look().await().indefinitely();
        assertThat(ready()).isEqualTo(all);
    }

    @Test
    void aChangeProposedTwiceIsJudgedOnce() {
        readiness.receive(InMemory.proposed(1, "E2", ACME), InMemory.proposed(1, "E2", ACME));
        readiness.receive(InMemory.proposed(1, "E2", ACME));
        assertThat(readiness.sent).hasSize(1);
        assertThat(readiness.aside).isEmpty();
    }

    @Test
    void anotherChangeWithTheSameIdIsSetAsideAndTheBatchGoesOn() {
        readiness.receive(
                InMemory.proposed(1, "E2", ACME),
                InMemory.proposed(1, "E2", ACME, "another reason", UUID.randomUUID()),
                InMemory.proposed(2, "E3", ACME));
        assertThat(readiness.sent(ReadinessJudged.class)).hasSize(2);
        assertThat(readiness.aside)
                .containsExactly(
                        new InMemory.Aside("CHANGE_CONTRADICTED", "remit.change.proposed.v1[0]@7"));
    }

    @Test
    void aProposalThatComesAfterItsWithdrawalEndsWithdrawnAndIsNeverReady() {
        readiness.receive(
                InMemory.charter(ACME),
                InMemory.account(ACME, "boss", true, "E1", null),
                InMemory.account(ACME, "leaver", true, "E2", "E1"),
                InMemory.synced(ACME));
        UUID withdrawal = UUID.randomUUID();
        readiness.receive(InMemory.withdrawn(1, withdrawal));
        readiness.receive(InMemory.withdrawn(1, withdrawal));
        assertThat(readiness.sent).isEmpty();

        readiness.receive(InMemory.proposed(1, "E2", ACME));
        ReadinessJudged judged = onlyJudged();
        assertThat(judged.getVerdict()).isEqualTo(ReadinessVerdict.WITHDRAWN);
        assertThat(judged.getChange().getSubject().getId()).isEqualTo("E2");
        assertThat(judged.getWithdrawal().getBy().getId()).isEqualTo("clerk");
        assertThat(judged.getWithdrawal().getReason()).isEqualTo("a mistake");
        assertThat(readiness.sent.getFirst().cause()).isEqualTo(withdrawal);

        readiness.receive(InMemory.proposed(1, "E2", ACME), InMemory.withdrawn(1, withdrawal));
        assertThat(readiness.sent).hasSize(1);
    }

    @Test
    void whatIsTakenBackInTheBatchThatProposesItIsNeverReady() {
        List<Received> batch =
                List.of(
                        InMemory.charter(ACME),
                        InMemory.account(ACME, "boss", true, "E1", null),
                        InMemory.account(ACME, "leaver", true, "E2", "E1"),
                        InMemory.synced(ACME),
                        InMemory.proposed(1, "E2", ACME),
                        InMemory.withdrawn(1, UUID.randomUUID()));
        for (List<Received> order : List.of(batch, batch.reversed())) {
            InMemory fresh = new InMemory();
            fresh.receive(order);
            assertThat(fresh.sent(ReadinessJudged.class))
                    .extracting(ReadinessJudged::getVerdict)
                    .containsExactly(ReadinessVerdict.WITHDRAWN);
        }
    }

    private void givenHeldForAManager(int changes) {
        readiness.receive(InMemory.charter(ACME), InMemory.synced(ACME));
        readiness.receive(orphans(changes));
    }

    /** Accounts without a manager, and the proposals to offboard them. */
    private static List<Received> orphans(int count) {
        List<Received> batch = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            batch.add(InMemory.account(ACME, "leaver-" + n, true, "W" + n, null));
            batch.add(InMemory.proposed(n, "W" + n, ACME));
        }
        return batch;
    }

    private ReadinessJudged onlyJudged() {
        assertThat(readiness.sent(ReadinessJudged.class)).hasSize(1);
        return readiness.sent(ReadinessJudged.class).getFirst();
    }

    private long ready() {
        return readiness.sent(ReadinessJudged.class).stream()
                .filter(judged -> judged.getVerdict() == ReadinessVerdict.READY)
                .count();
    }
}
