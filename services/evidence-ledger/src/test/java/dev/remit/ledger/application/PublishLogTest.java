package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Verification;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.SignedNote;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PublishLogTest {
    private final InMemoryLedger ledger = new InMemoryLedger();

    @Test
    void aLogGrownInStepsOfAnySizeHasTheRootOfItsLeaves() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Received> messages = messages(1_500);
        for (int from = 0; from < messages.size(); ) {
            int to = Math.min(messages.size(), from + 1 + random.nextInt(400));
            ledger.receiveFresh(messages.subList(from, to));
            publish();
            Checkpoint checkpoint = checkpoint();
            assertThat(checkpoint.size()).isEqualTo(to);
            assertThat(checkpoint.root())
                    .as("seed " + seed)
                    .isEqualTo(
                            Merkle.root(
                                    ledger.leaves(0, to).await().indefinitely().stream()
                                            .map(Merkle::leafHash)
                                            .toList()));
            from = to;
        }
        assertThat(types(ledger.handedOn())).containsOnly("CheckpointPublished");
    }

    @Test
    void aPublicationWritesEachTileAndBundleOnce() {
        ledger.receiveFresh(messages(1_000));
        publish();
        // four full and partial tiles and bundles at level 0, one tile at level 1; the checkpoints
        assertThat(ledger.filesWritten).containsExactly(9, 1, 1);
        ledger.filesWritten.clear();
        publish();
        assertThat(ledger.filesWritten).isEmpty();
    }

    @Test
    void stoppingAnywhereIsRepairedByTheNextPublication() {
        ledger.receiveFresh(messages(300));
        publish();
        Map<String, byte[]> before = new TreeMap<>(ledger.publicFiles);
        ledger.receiveFresh(List.of(new Leaver(99_999).activity()));
        publish();
        Map<String, byte[]> whole = new TreeMap<>(ledger.publicFiles);

        // signed, and stopped before the checkpoint was public
        ledger.publicFiles.put("checkpoint", before.get("checkpoint"));
        publish();
        assertThat(ledger.publicFiles).containsExactlyEntriesOf(whole);

        // every file lost
        ledger.publicFiles.clear();
        publish();
        assertThat(ledger.publicFiles.get("checkpoint")).isEqualTo(whole.get("checkpoint"));
        assertThat(ledger.publicFiles.get("tile/0/001.p/45"))
                .isEqualTo(whole.get("tile/0/001.p/45"));
    }

    @Test
    void aLogThatDoesNotExtendItsLastCheckpointIsNotSigned() {
        ledger.receiveFresh(messages(300));
        publish();
        Checkpoint signed = checkpoint();
        ledger.receiveFresh(List.of(new Leaver(99_999).activity()));
        ledger.replaceLeaf(280);
        assertThatThrownBy(this::publish).hasMessageContaining("does not extend");
        assertThat(checkpoint()).isEqualTo(signed);
    }

    @Test
    void aBitThatFlipsBetweenALeafAndItsFilesIsNotSigned() {
        ledger.receiveFresh(messages(300));
        publish();
        for (String path :
                List.of(
                        "tile/0/001.p/245",
                        "tile/entries/001.p/245",
                        "tile/0/001",
                        "tile/1/000.p/2")) {
            boolean full = !path.contains("245");
            ledger.receiveFresh(messages(full ? 600 - ledger.logged() : 501 - ledger.logged()));
            ledger.flipped = path;
            assertThatThrownBy(this::publish).hasMessageContaining("nothing is signed");
            ledger.flipped = null;
            publish();
            assertThat(checkpoint().size()).isEqualTo(ledger.logged());
            ledger.publicFiles.clear();
            ledger.rollBackTo(300);
            publish();
        }
    }

    @Test
    void aDatabaseBehindThePublishedCheckpointIsRefusedAtTheStart() {
        ledger.receiveFresh(messages(300));
        publish();
        ledger.publish.agree().await().indefinitely();
        ledger.forgetFrom(299);
        assertThatThrownBy(() -> ledger.publish.agree().await().indefinitely())
                .hasMessageContaining("rolled back");
        assertThatThrownBy(this::publish).hasMessageContaining("rolled back");
        ledger.publicFiles.put("checkpoint", "other\n".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> ledger.publish.agree().await().indefinitely())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatAnotherReplicaPublishesMeanwhileIsNoRollback() {
        ledger.receiveFresh(messages(300));
        publish();
        ledger.receiveFresh(List.of(new Leaver(99_999).activity()));
        ledger.afterSize = this::publish;
        ledger.publish.agree().await().indefinitely();
        assertThat(checkpoint().size()).isEqualTo(301);

        ledger.receiveFresh(List.of(new Leaver(99_998).activity()));
        ledger.afterSize = this::publish;
        publish();
        assertThat(checkpoint().size()).isEqualTo(302);
    }

    @Test
    void aReplicaThatDoesNotLeadPublishesNothingAndDoesNotTryForEver() {
        ledger.receiveFresh(messages(300));
        ledger.leads = false;
        ledger.calls.clear();
        assertTimeoutPreemptively(Duration.ofSeconds(20), this::publish);
        assertThat(ledger.calls).filteredOn("lead"::equals).hasSizeLessThanOrEqualTo(2);
        assertThat(ledger.publicFiles).isEmpty();

        ledger.leads = true;
        publish();
        assertThat(checkpoint().size()).isEqualTo(300);
    }

    @Test
    void aCertificateIsMadeOnRequestAndIsTheSameWheneverItIsMade() {
        Leaver leaver = new Leaver(1);
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        ledger.lookAgain.look(ledger.now).await().indefinitely();
        assertThat(certificate(leaver)).isEmpty();
        ledger.receive(ledger.handedOn());
        assertThat(certificate(leaver)).isEmpty();
        publish();
        assertThat(ledger.certificates).isEmpty();

        byte[] first = certificate(leaver).orElseThrow();
        Verification verification =
                CertificateVerifier.verify(
                        first,
                        Optional.of(
                                new CertificateVerifier.Trust(
                                        Leaver.trusted(), InMemoryLedger.KEY.verifier())));
        assertThat(verification.checks()).filteredOn(check -> !check.holds()).isEmpty();
        assertThat(verification.words()).hasSize(8);
        assertThat(ledger.certificates).containsOnlyKeys(leaver.change);
        assertThat(certificate(leaver)).contains(first);

        // another replica, later, at a larger checkpoint
        ledger.receiveFresh(messages(1_000));
        publish();
        ledger.certificates.clear();
        assertThat(certificate(leaver)).contains(first);
    }

    private Optional<byte[]> certificate(Leaver leaver) {
        return ledger.certify.certificate(leaver.change).await().indefinitely();
    }

    private void publish() {
        ledger.publish.publish(1).await().indefinitely();
    }

    private Checkpoint checkpoint() {
        return Checkpoint.parse(
                SignedNote.open(
                        new String(ledger.publicFiles.get("checkpoint"), StandardCharsets.UTF_8),
                        InMemoryLedger.KEY.verifier()));
    }

    private static List<Received> messages(int number) {
        List<Received> messages = new ArrayList<>();
        for (int n = 0; n < number; n++) {
            messages.add(new Leaver(1_000 + n).activity());
        }
        return messages;
    }

    private static List<String> types(List<Received> messages) {
        return messages.stream().map(each -> each.envelope().handoff().recordName()).toList();
    }
}
