package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.loop.Received;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Finding;
import dev.remit.ledger.certificate.Verification;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
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

        assertThat(erase("asked for")).isEqualTo(new EraseContent.Done(List.of(leaver.change)));
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
        assertThat(erase("again")).isEqualTo(new EraseContent.Done(List.of()));
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
    void allChangesOfASubjectAreErasedAtOnceAndEachIsStillProved() {
        close(leaver);
        Leaver again = new Leaver(2);
        close(again);
        byte[] before = certificate(again).orElseThrow();

        ledger.stuck.add(again.change);
        assertThatThrownBy(() -> eraseOf("hr:E1002")).hasMessage("stuck");
        assertThat(ledger.standing(leaver.change).isErased()).as("all or none").isFalse();
        assertThat(ledger.handedOn()).isEmpty();
        ledger.stuck.clear();

        assertThat(eraseOf("hr:E1002")).isEqualTo(done(again, leaver));
        List<Received> announced = ledger.handedOn();
        assertThat(announced)
                .extracting(each -> each.envelope().correlation())
                .as("a leaf for each")
                .containsExactlyInAnyOrder(leaver.change, again.change);
        ledger.receive(announced);
        publish();
        for (Leaver each : List.of(leaver, again)) {
            Verification verification = verify(certificate(each).orElseThrow());
            assertThat(verification.finding()).isEqualTo(Finding.ERASED);
            assertThat(verification.checks())
                    .anyMatch(check -> check.name().equals("inclusions") && check.holds());
            assertThat(ledger.standing(each.change).subject()).isEmpty();
        }
        assertThat(verify(before).holds()).as("what was given away before").isTrue();
        ledger.handedOn();
        assertThat(eraseOf("hr:E1002")).as("again").isEqualTo(done());
        assertThat(ledger.handedOn()).isEmpty();
    }

    @Test
    void whatAnAccountHadIsErasedAndNobodyElses() {
        close(leaver);
        Leaver other = new Leaver(2);
        close(other);
        assertThat(
                        ledger.erase
                                .eraseOf(
                                        Optional.empty(),
                                        Optional.of(leaver.account),
                                        ADMIN,
                                        "asked for")
                                .await()
                                .indefinitely())
                .isEqualTo(done(leaver));
        assertThat(ledger.standing(other.change).isErased()).isFalse();
    }

    @Test
    void aSubjectWhoseChangeGoesOnOrWhoseEvidenceIsHeldIsNotErased() {
        close(leaver);
        ledger.held = true;
        ledger.restart();
        assertThat(code(eraseOf("hr:E1002"))).isEqualTo("HELD");
        ledger.held = false;
        ledger.restart();
        ledger.receive(new Leaver(2).handoffs().subList(0, 2));
        assertThat(code(eraseOf("hr:E1002"))).isEqualTo("NOT_CLOSED");
        assertThat(ledger.standing(leaver.change).isErased()).isFalse();
        assertThat(ledger.handedOn()).isEmpty();
    }

    private EraseContent.Erased eraseOf(String subject) {
        return ledger.erase
                .eraseOf(Optional.of(subject), Optional.empty(), ADMIN, "asked for")
                .await()
                .indefinitely();
    }

    private static EraseContent.Done done(Leaver... leavers) {
        return new EraseContent.Done(Stream.of(leavers).map(each -> each.change).toList());
    }

    private static String code(EraseContent.Erased erased) {
        return erased instanceof EraseContent.Refused(String code, String _) ? code : "";
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
        close(leaver);
    }

    private void close(Leaver one) {
        ledger.receive(List.of(one.published()));
        ledger.receive(one.handoffs());
        ledger.receive(List.of(one.activity()));
        ledger.lookAgain.look(ledger.now).await().indefinitely();
        ledger.receive(ledger.handedOn());
        publish();
        ledger.handedOn();
    }

    private EraseContent.Erased erase(String reason) {
        return ledger.erase.erase(leaver.change, ADMIN, reason).await().indefinitely();
    }

    private Optional<byte[]> certificate() {
        return certificate(leaver);
    }

    private Optional<byte[]> certificate(Leaver one) {
        return ledger.certify.certificate(one.change).await().indefinitely();
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
