package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.loop.Received;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.adapter.loop.AvroReadings;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Finding;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Retention;
import dev.remit.ledger.log.Entry;
import dev.remit.wire.v1.ContentErased;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetainEvidenceTest {
    private static final Optional<String> WHY = Optional.of("the works council asks for it");

    private final InMemoryLedger ledger = new InMemoryLedger();
    private final Leaver leaver = new Leaver(1);

    @Test
    void whatIsPastTheTimeOfItsCharterIsErasedAndStaysProved() {
        closeUnder("P500D");
        RetainEvidence retain = retain(Optional.empty(), Optional.empty());
        assertThat(at(retain, 499)).isZero();
        assertThat(ledger.standing(leaver.change).isErased()).isFalse();
        assertThat(at(retain, 501)).isEqualTo(1);
        assertThat(at(retain, 501)).as("once").isZero();
        assertThat(ledger.standing(leaver.change).isErased()).isTrue();

        List<Received> announced = ledger.handedOn();
        assertThat(announced).hasSize(1);
        assertThat(((ContentErased) announced.getFirst().message()).getReason())
                .isEqualTo("retention of 500 days is over");
        ledger.receive(announced);
        ledger.publish.publish(1).await().indefinitely();
        byte[] erased =
                ledger.certify.certificate(leaver.change).await().indefinitely().orElseThrow();
        assertThat(
                        CertificateVerifier.verify(
                                        erased,
                                        Optional.of(
                                                new CertificateVerifier.Trust(
                                                        Leaver.trusted(),
                                                        InMemoryLedger.KEY.verifier())))
                                .finding())
                .isEqualTo(Finding.ERASED);
    }

    @Test
    void aShortTimeIsTakenForFourHundredDaysUnlessThereIsAReason() {
        closeUnder("P90D");
        assertThat(at(retain(Optional.empty(), Optional.empty()), 399)).isZero();
        assertThat(at(retain(Optional.empty(), WHY), 91)).isEqualTo(1);
        assertThat(((ContentErased) ledger.handedOn().getFirst().message()).getReason())
                .contains("90 days", "works council");
    }

    @Test
    void anInstallationKeepsLongerAndACharterThatSaysNothingKeepsForEver() {
        close();
        assertThat(at(retain(Optional.empty(), Optional.empty()), 99_999)).isZero();
        Optional<Duration> year = Optional.of(Duration.ofDays(500));
        assertThat(at(retain(year, Optional.empty()), 499)).isZero();
        assertThat(at(retain(year, Optional.empty()), 501)).isEqualTo(1);
    }

    @Test
    void whatIsDueIsShown() {
        closeUnder("P500D");
        assertThat(
                        retain(
                                        Optional.empty(),
                                        Optional.empty(),
                                        new AvroReadings(),
                                        ledger.now.plus(Duration.ofDays(480)))
                                .kept()
                                .await()
                                .indefinitely())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.isRead()).isTrue();
                    assertThat(each.days()).contains(500L);
                    assertThat(each.changes()).isEqualTo(1);
                    assertThat(each.due()).isZero();
                    assertThat(each.soon()).isEqualTo(1);
                });
    }

    @Test
    void aHoldHoldsWhoeverAsks() {
        ledger.held = true;
        ledger.restart();
        closeUnder("P500D");
        assertThat(at(retain(Optional.empty(), Optional.empty()), 9_999)).isZero();
        assertThat(
                        ledger.erase
                                .erase(leaver.change, "an admin", "asked for")
                                .await()
                                .indefinitely())
                .isInstanceOfSatisfying(
                        EraseContent.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo("HELD"));
        assertThat(ledger.standing(leaver.change).isErased()).isFalse();
        assertThat(ledger.handedOn()).isEmpty();
    }

    @Test
    void whatRanUnderACharterThatCannotBeReadIsKeptForEver() {
        closeUnder("P500D");
        RetainEvidence retain =
                retain(
                        Optional.of(Duration.ofDays(450)),
                        Optional.empty(),
                        new Unreadable(),
                        ledger.now);
        assertThat(at(retain, 99_999)).isZero();
        assertThat(retain.kept().await().indefinitely())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.isRead()).isFalse();
                    assertThat(each.days()).isEmpty();
                    assertThat(each.changes()).isEqualTo(1);
                });
    }

    @Test
    void aClockThatIsAheadErasesNothing() {
        closeUnder("P500D");
        RetainEvidence retain = retain(Optional.empty(), Optional.empty());
        Instant ahead = ledger.now.plus(Duration.ofDays(501));
        ledger.stored = ahead.minusSeconds(61);
        assertThat(retain.retain(ahead).await().indefinitely()).isZero();
        ledger.stored = ahead.plusSeconds(61);
        assertThat(retain.retain(ahead).await().indefinitely()).isZero();
        ledger.stored = ahead.minusSeconds(59);
        assertThat(retain.retain(ahead).await().indefinitely()).isEqualTo(1);
    }

    @Test
    void aClockThatWasBehindMakesNothingOld() {
        ledger.receive(List.of(new Leaver(2).activity()));
        ledger.publish.publish(1).await().indefinitely();
        ledger.handedOn();
        Instant right = ledger.now;
        ledger.now = right.minus(Duration.ofDays(600));
        closeUnder("P500D");
        ledger.now = right;
        assertThat(at(retain(Optional.empty(), Optional.empty()), 1)).isZero();
        assertThat(at(retain(Optional.empty(), Optional.empty()), 501)).isEqualTo(1);
    }

    @Test
    void oneThatCannotBeErasedKeepsNoOther() {
        closeUnder("P500D");
        Leaver other = new Leaver(2);
        other.charter = leaver.charter;
        ledger.stuck.add(leaver.change);
        ledger.receive(other.handoffs());
        ledger.receive(List.of(other.activity()));
        ledger.lookAgain.look(ledger.now).await().indefinitely();
        ledger.receive(ledger.handedOn());
        ledger.publish.publish(1).await().indefinitely();
        ledger.handedOn();
        RetainEvidence retain = retain(Optional.empty(), Optional.empty());
        assertThat(at(retain, 501)).isEqualTo(1);
        assertThat(ledger.standing(leaver.change).isErased()).isFalse();
        assertThat(ledger.standing(other.change).isErased()).isTrue();
    }

    /** As after an upgrade that reads less than before. */
    private static final class Unreadable implements Readings {
        @Override
        public Reading of(Received received) {
            throw new AssertionError("nothing is received");
        }

        @Override
        public Reading of(Entry entry) {
            return new Reading.Published(
                    "",
                    "",
                    Optional.empty(),
                    "is not understood",
                    "",
                    Optional.empty(),
                    List.of(),
                    false,
                    "");
        }

        @Override
        public String words(Entry entry) {
            return "";
        }
    }

    private RetainEvidence retain(Optional<Duration> installation, Optional<String> reason) {
        return retain(installation, reason, new AvroReadings(), ledger.now);
    }

    private RetainEvidence retain(
            Optional<Duration> installation,
            Optional<String> reason,
            Readings readings,
            Instant now) {
        return new RetainEvidence(
                ledger,
                ledger,
                readings,
                ledger,
                ledger.erase,
                Clock.fixed(now, ZoneOffset.UTC),
                new Retention(installation, reason));
    }

    private int at(RetainEvidence retain, int days) {
        ledger.stored = ledger.now.plus(Duration.ofDays(days));
        return retain.retain(ledger.stored).await().indefinitely();
    }

    private void closeUnder(String retention) {
        String charter = new String(leaver.charter, StandardCharsets.UTF_8);
        assertThat(charter).endsWith("}}");
        leaver.charter =
                CanonicalJson.of(
                        charter.substring(0, charter.length() - 2)
                                + ",\"retention\":\""
                                + retention
                                + "\"}}");
        close();
    }

    private void close() {
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        ledger.lookAgain.look(ledger.now).await().indefinitely();
        ledger.receive(ledger.handedOn());
        ledger.publish.publish(1).await().indefinitely();
        ledger.handedOn();
        assertThat(ledger.standing(leaver.change).closingLeaf()).isPresent();
    }
}
