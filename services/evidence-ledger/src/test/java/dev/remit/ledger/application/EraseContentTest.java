package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.loop.Received;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Finding;
import dev.remit.ledger.certificate.Verification;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EraseContentTest {
    private static final String ADMIN = "00000000-0000-4000-8000-0000000000ad";

    private final InMemoryLedger ledger = new InMemoryLedger();
    private final Leaver leaver = new Leaver(1);

    @Test
    void anErasedChangeIsStillProvedAndTellsNothing() {
        close();
        byte[] whole = certificate().orElseThrow();
        assertThat(new String(whole, StandardCharsets.UTF_8)).contains("hr:E1002");

        assertThat(erase("asked for")).isEqualTo(new EraseContent.Done(false));
        assertThat(ledger.certificates).isEmpty();
        assertThat(certificate()).as("until the erasure is in the log").isEmpty();
        List<Received> announced = ledger.handedOn();
        assertThat(announced)
                .extracting(each -> each.envelope().handoff().recordName())
                .containsExactly("ContentErased");
        ledger.receive(announced);
        publish();

        byte[] erased = certificate().orElseThrow();
        assertThat(new String(erased, StandardCharsets.UTF_8))
                .doesNotContain("hr:E1002", leaver.account, Leaver.MANAGER);
        Verification verification = verify(erased);
        assertThat(verification.finding())
                .as(String.join("\n", verification.lines()))
                .isEqualTo(Finding.ERASED);
        assertThat(verification.outcome()).isEqualTo("COMPLETED");
        assertThat(verification.checks())
                .anyMatch(check -> check.name().equals("chain") && check.holds())
                .anyMatch(check -> check.name().equals("inclusions") && check.holds());
        assertThat(ledger.standing(leaver.change).subject()).isEmpty();
        assertThat(verify(whole).holds()).as("what was given away before").isTrue();
    }

    @Test
    void erasingTwiceAnnouncesOnce() {
        close();
        erase("asked for");
        assertThat(erase("again")).isEqualTo(new EraseContent.Done(true));
        assertThat(ledger.handedOn()).hasSize(1);
    }

    @Test
    void anOpenOrUnknownChangeAndAnErasureWithoutAReasonAreRefused() {
        ledger.receive(leaver.handoffs());
        assertThat(erase("asked for")).isInstanceOf(EraseContent.Refused.class);
        assertThat(erase(" ")).isInstanceOf(EraseContent.Refused.class);
        assertThat(ledger.erase.erase(new UUID(0, 9), ADMIN, "asked for").await().indefinitely())
                .isInstanceOf(EraseContent.Refused.class);
        assertThat(ledger.handedOn()).isEmpty();
    }

    @Test
    void aCertificateThatAStopLeftBehindIsRemovedLater() {
        close();
        byte[] whole = certificate().orElseThrow();
        erase("asked for");
        ledger.certificates.put(leaver.change, whole);
        assertThat(certificate()).as("it is not served").isEmpty();
        ledger.erase.tidy(ledger.now).await().indefinitely();
        assertThat(ledger.certificates).isEmpty();
    }

    private void close() {
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        ledger.lookAgain.look(ledger.now).await().indefinitely();
        ledger.receive(ledger.handedOn());
        publish();
        ledger.handedOn();
    }

    private EraseContent.Erased erase(String reason) {
        return ledger.erase.erase(leaver.change, ADMIN, reason).await().indefinitely();
    }

    private Optional<byte[]> certificate() {
        return ledger.certify.certificate(leaver.change).await().indefinitely();
    }

    private void publish() {
        ledger.publish.publish(1).await().indefinitely();
    }

    private static Verification verify(byte[] file) {
        return CertificateVerifier.verify(
                file,
                Optional.of(
                        new CertificateVerifier.Trust(
                                Leaver.trusted(), InMemoryLedger.KEY.verifier())));
    }
}
