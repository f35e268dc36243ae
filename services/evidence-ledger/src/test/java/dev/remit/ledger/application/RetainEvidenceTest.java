package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.loop.Received;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.adapter.loop.AvroReadings;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Finding;
import dev.remit.ledger.domain.Retention;
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
        RetainEvidence retain = retain(Optional.empty(), Optional.empty(), false, ledger.now);
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
        assertThat(at(retain(Optional.empty(), Optional.empty(), false, ledger.now), 399)).isZero();
        assertThat(at(retain(Optional.empty(), WHY, true, ledger.now), 9_999))
                .as("a hold")
                .isZero();
        assertThat(at(retain(Optional.empty(), WHY, false, ledger.now), 91)).isEqualTo(1);
        assertThat(((ContentErased) ledger.handedOn().getFirst().message()).getReason())
                .contains("90 days", "works council");
    }

    @Test
    void anInstallationKeepsLongerAndACharterThatSaysNothingKeepsForEver() {
        close();
        assertThat(at(retain(Optional.empty(), Optional.empty(), false, ledger.now), 99_999))
                .isZero();
        Optional<Duration> year = Optional.of(Duration.ofDays(500));
        assertThat(at(retain(year, Optional.empty(), false, ledger.now), 499)).isZero();
        assertThat(at(retain(year, Optional.empty(), false, ledger.now), 501)).isEqualTo(1);
    }

    @Test
    void whatIsDueIsShown() {
        closeUnder("P500D");
        assertThat(
                        retain(
                                        Optional.empty(),
                                        Optional.empty(),
                                        true,
                                        ledger.now.plus(Duration.ofDays(480)))
                                .kept()
                                .await()
                                .indefinitely())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.days()).contains(500L);
                    assertThat(each.changes()).isEqualTo(1);
                    assertThat(each.due()).isZero();
                    assertThat(each.soon()).isEqualTo(1);
                });
    }

    private RetainEvidence retain(
            Optional<Duration> installation, Optional<String> reason, boolean held, Instant now) {
        return new RetainEvidence(
                ledger,
                ledger,
                new AvroReadings(),
                ledger,
                ledger.erase,
                Clock.fixed(now, ZoneOffset.UTC),
                new Retention(installation, reason),
                held);
    }

    private int at(RetainEvidence retain, int days) {
        return retain.retain(ledger.now.plus(Duration.ofDays(days))).await().indefinitely();
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
