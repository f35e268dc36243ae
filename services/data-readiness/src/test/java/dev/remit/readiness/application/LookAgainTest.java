package dev.remit.readiness.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.directory.Account;
import dev.remit.readiness.domain.Readiness.Judged;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LookAgainTest {
    private static final String ACME = InMemory.PEOPLE;

    private final InMemory readiness = new InMemory();

    @Test
    void aChangeHeldTooLongIsHaltedOnce() {
        givenHeld(1);
        readiness.now = InMemory.START.plus(Duration.ofHours(1));
        look();
        look();
        assertThat(readiness.sent(ReadinessJudged.class))
                .extracting(ReadinessJudged::getVerdict)
                .containsExactly(ReadinessVerdict.HELD, ReadinessVerdict.HALTED);
        assertThat(readiness.sent.getLast().cause()).isNull();
    }

    @Test
    void whenTwoReplicasSelectTheSameChangeOneOfThemEndsIt() {
        givenHeld(1);
        readiness.now = InMemory.START.plus(Duration.ofHours(1));
        readiness.beforeLock = this::look;
        look();
        assertThat(readiness.called("due")).isEqualTo(2);
        assertThat(readiness.sent(ReadinessJudged.class))
                .extracting(ReadinessJudged::getVerdict)
                .containsExactly(ReadinessVerdict.HELD, ReadinessVerdict.HALTED);
    }

    @Test
    void aChangeIsLookedAtBeforeItsTimeIsOverAndFindsWhatNobodyTold() {
        givenHeld(1);
        readiness.accounts.put(
                "unseen",
                new Account(
                        ACME,
                        "boss",
                        true,
                        Optional.of("E1"),
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        "boss",
                        InMemory.START));
        look();
        assertThat(readiness.kept.get(InMemory.change(0))).isNotInstanceOf(Judged.class);
        readiness.now = InMemory.START.plusSeconds(5);
        look();
        assertThat(readiness.kept.get(InMemory.change(0))).isInstanceOf(Judged.class);
    }

    @Test
    void aLookThatFindsNothingNewIsNotTold() {
        givenHeld(1);
        readiness.now = InMemory.START.plusSeconds(5);
        look();
        assertThat(readiness.sent(ReadinessJudged.class)).hasSize(1);
        readiness.calls.clear();
        look();
        assertThat(readiness.calls).containsExactly("due");
    }

    @Test
    void manyAreLookedAtInPages() {
        givenHeld(LookAgain.PAGE + 1);
        readiness.now = InMemory.START.plus(Duration.ofHours(1));
        readiness.calls.clear();
        look();
        assertThat(readiness.sent(ReadinessJudged.class))
                .filteredOn(judged -> judged.getVerdict() == ReadinessVerdict.HALTED)
                .hasSize(LookAgain.PAGE + 1);
        assertThat(readiness.calls)
                .containsExactly("due", "lock", "load", "store", "due", "lock", "load", "store");
    }

    @Test
    void heldChangesAreMeasuredByReasonAndAge() {
        givenHeld(3);
        readiness.receive(InMemory.proposed(9, "nobody", ACME));
        readiness.now = InMemory.START.plusSeconds(90);
        readiness.measureHeld.measure().await().indefinitely();
        assertThat(held("manager.active=MISSING")).isEqualTo(4);
        assertThat(held("account.correlated=MISSING")).isEqualTo(1);
        assertThat(readiness.meters.get("remit.readiness.held.oldest").gauge().value())
                .isEqualTo(90);

        readiness.now = InMemory.START.plus(Duration.ofHours(1));
        look();
        readiness.measureHeld.measure().await().indefinitely();
        assertThat(readiness.meters.find("remit.readiness.held").gauges()).isEmpty();
        assertThat(readiness.meters.get("remit.readiness.held.oldest").gauge().value()).isZero();
    }

    private double held(String reason) {
        return readiness.meters.get("remit.readiness.held").tag("reason", reason).gauge().value();
    }

    /** Changes whose manager has no account. */
    private void givenHeld(int changes) {
        readiness.receive(InMemory.charter(ACME), InMemory.synced(ACME));
        readiness.receive(
                IntStream.range(0, changes)
                        .mapToObj(n -> InMemory.account(ACME, "leaver-" + n, true, "W" + n, "E1"))
                        .toList());
        readiness.receive(
                IntStream.range(0, changes)
                        .mapToObj(n -> InMemory.proposed(n, "W" + n, ACME))
                        .toList());
    }

    private void look() {
        readiness.lookAgain.look().await().indefinitely();
    }
}
