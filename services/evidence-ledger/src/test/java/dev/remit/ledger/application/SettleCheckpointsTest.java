package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.loop.Received;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.TlogProof;
import dev.remit.ledger.log.TrustPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettleCheckpointsTest {
    private final InMemoryLedger ledger = new InMemoryLedger();
    private int sent;

    @Test
    void thePublicCheckpointHasTheCosignaturesOfAQuorum() {
        ledger.witnesses("all", "one", "two");
        grow(300);
        assertThat(opened("checkpoint").witnesses()).containsExactly("one", "two");
        assertThat(opened("checkpoint").checkpoint().size()).isEqualTo(300);
        grow(20);
        assertThat(opened("checkpoint").isWitnessed()).isTrue();
        assertThat(opened("checkpoint").checkpoint().size()).isEqualTo(320);
        TlogProof proof = new ProveEntries(ledger, new KeptTiles(ledger)).inclusion("", 77);
        TrustPolicy.Opened state =
                ledger.policy.orElseThrow().open(SignedNote.parse(proof.checkpoint()));
        assertThat(proof.proves(ledger.leaf(77), state.checkpoint())).isTrue();
        assertThat(state.isWitnessed()).isTrue();
    }

    @Test
    void aSilentWitnessDelaysNothingWhenTheOthersAreAQuorum() {
        ledger.witnesses("1", "one", "two");
        ledger.silent.add("one");
        grow(10);
        assertThat(opened("checkpoint").witnesses()).containsExactly("two");
    }

    @Test
    void withoutAQuorumTheLogGoesOnAndThePublicCheckpointWaits() {
        ledger.witnesses("all", "one", "two");
        grow(10);
        ledger.silent.add("one");
        grow(10);
        assertThat(opened("checkpoint").checkpoint().size()).isEqualTo(10);
        assertThat(opened("checkpoint.signed").checkpoint().size()).isEqualTo(20);
        assertThat(ledger.ends().await().indefinitely().settledSize()).isEqualTo(10);
        assertThat(ledger.covering(15).await().indefinitely()).isEmpty();
        ledger.silent.clear();
        ledger.now = ledger.now.plusSeconds(120);
        ledger.restart();
        grow(5);
        assertThat(opened("checkpoint").checkpoint().size()).isEqualTo(25);
        // the one in between was never cosigned: what it covers is proved by the next
        assertThat(ledger.covering(15).await().indefinitely().orElseThrow().size()).isEqualTo(25);
    }

    @Test
    void aSettledCheckpointKeepsItsBytes() {
        ledger.witnesses("1", "one", "two");
        ledger.silent.add("two");
        grow(10);
        byte[] first = ledger.publicFiles.get("checkpoint");
        ledger.silent.clear();
        ledger.now = ledger.now.plusSeconds(120);
        ledger.restart();
        settle();
        assertThat(ledger.publicFiles.get("checkpoint")).isEqualTo(first);
        assertThat(ledger.covering(3).await().indefinitely().orElseThrow().note())
                .isEqualTo(new String(first, StandardCharsets.UTF_8));
    }

    @Test
    void aLineThatDoesNotVerifyGoesIntoNoNote() {
        ledger.witnesses("1", "one", "two");
        // it signs with another key than the policy names
        ledger.cosigner("one");
        grow(10);
        assertThat(opened("checkpoint").witnesses()).containsExactly("two");
    }

    @Test
    void aReplicaThatDiedBeforeItSettledIsReplacedByAnother() {
        ledger.witnesses("all", "one");
        ledger.silent.add("one");
        grow(10);
        ledger.silent.clear();
        ledger.restart();
        settle();
        assertThat(ledger.publicFiles).doesNotContainKey("checkpoint");
        ledger.now = ledger.now.plusSeconds(6);
        ledger.restart();
        settle();
        assertThat(opened("checkpoint").checkpoint().size()).isEqualTo(10);
    }

    @Test
    void aStopAfterTheWitnessCosignedIsRepaired() {
        ledger.witnesses("all", "one");
        ledger.receiveFresh(messages(10));
        ledger.publish.publish(1).await().indefinitely();
        ledger.beforeCommit =
                () -> {
                    throw new IllegalStateException("stopped");
                };
        assertThatThrownBy(this::settle).hasMessageContaining("stopped");
        ledger.beforeCommit = null;
        ledger.now = ledger.now.plusSeconds(6);
        ledger.restart();
        settle();
        assertThat(opened("checkpoint").checkpoint().size()).isEqualTo(10);
    }

    @Test
    void aDatabaseBehindAWitnessIsRefusedAtTheStartEvenWhenTheFilesAreLost() {
        ledger.witnesses("all", "one");
        grow(30);
        ledger.publish.agree().await().indefinitely();
        ledger.publicFiles.clear();
        ledger.forgetFrom(20);
        assertThatThrownBy(() -> ledger.publish.agree().await().indefinitely())
                .isInstanceOf(RolledBack.class)
                .hasMessageContaining("witness one cosigned size 30");
    }

    @Test
    void aRestoredBackupThatGrewAgainIsFoundByTheWitnessAndNothingMoreIsPublished() {
        ledger.witnesses("all", "one");
        grow(30);
        ledger.rollBackTo(20);
        ledger.publicFiles.clear();
        ledger.silent.add("one");
        ledger.restart();
        // the witness does not answer at the start: the log signs another history
        grow(15);
        ledger.silent.clear();
        ledger.now = ledger.now.plusSeconds(120);
        assertThatThrownBy(() -> grow(5))
                .isInstanceOf(RolledBack.class)
                .hasMessageContaining("another root");
        assertThat(ledger.publish.halted()).isPresent();
        assertThatThrownBy(() -> ledger.publish.publish(1).await().indefinitely())
                .hasMessageContaining("another root");
        assertThat(ledger.publicFiles).doesNotContainKey("checkpoint");
    }

    @Test
    void aWitnessThatClaimsASizeItDoesNotShowStopsNothing() {
        ledger.witnesses("1", "one", "two");
        ledger.claims.put("one", 1_000_000L);
        grow(10);
        grow(10);
        assertThat(opened("checkpoint").witnesses()).containsExactly("two");
        assertThat(ledger.publish.halted()).isEmpty();
    }

    @Test
    void aCheckpointWaitsForItsTimestampAndKeepsIt() {
        ledger.authority =
                content -> {
                    throw new IllegalStateException("no answer");
                };
        ledger.restart();
        grow(10);
        assertThat(ledger.publicFiles).containsKey("checkpoint.signed");
        assertThat(ledger.publicFiles).doesNotContainKey("checkpoint");
        List<byte[]> stamped = new ArrayList<>();
        ledger.authority =
                content -> {
                    stamped.add(content);
                    return new byte[] {42};
                };
        settle();
        assertThat(ledger.publicFiles.get("timestamp/10.tsr")).containsExactly(42);
        assertThat(ledger.publicFiles.get("checkpoint")).isEqualTo(stamped.getFirst());
        assertThat(ledger.covering(0).await().indefinitely().orElseThrow().timestamp()).isPresent();
    }

    private void grow(int leaves) {
        ledger.receiveFresh(messages(leaves));
        ledger.publish.publish(1).await().indefinitely();
        settle();
    }

    private void settle() {
        ledger.publish.settle().await().indefinitely();
    }

    private TrustPolicy.Opened opened(String name) {
        return ledger.policy.orElseThrow().open(SignedNote.parse(ledger.publicFiles.get(name)));
    }

    private List<Received> messages(int number) {
        List<Received> messages = new ArrayList<>();
        for (int n = 0; n < number; n++) {
            messages.add(new Leaver(10_000 + sent++).activity());
        }
        return messages;
    }
}
