package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.loop.Received;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.SignedNote;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProveEntriesTest {
    private final InMemoryLedger ledger = new InMemoryLedger();
    private final ProveEntries prove = new ProveEntries(ledger, new KeptTiles(ledger));
    private int sent;

    @Test
    void everyProofOfAGrowingLogHolds() {
        for (int step : new int[] {1, 200, 54, 1, 1, 300, 700}) {
            grow(step);
            for (int index = 0; index < sent; index++) {
                assertThat(holds(index)).as("leaf " + index + " of " + sent).isTrue();
            }
        }
    }

    @Test
    void whatIsWrittenBeyondTheCheckpointIsNotKept() {
        grow(600);
        byte[] full = ledger.publicFiles.get("tile/0/001").clone();
        // as a write that is found to be wrong, and never signed
        byte[] wrong = full.clone();
        ledger.rollBackTo(300);
        ledger.publicFiles.clear();
        sent = 300;
        grow(0);
        wrong[200 * 32] ^= 1;
        ledger.publicFiles.put("tile/0/001", wrong);
        assertThat(holds(280)).isTrue();
        ledger.publicFiles.remove("tile/0/001");
        grow(300);
        for (int index = 256; index < 512; index++) {
            assertThat(holds(index)).as("leaf " + index).isTrue();
        }
    }

    @Test
    void aTileThatIsShortIsNotKept() {
        grow(600);
        byte[] whole = ledger.publicFiles.get("tile/0/000");
        ledger.publicFiles.put("tile/0/000", Arrays.copyOf(whole, 64));
        assertThatThrownBy(() -> prove.inclusion("", 5)).isInstanceOf(RuntimeException.class);
        ledger.publicFiles.put("tile/0/000", whole);
        assertThat(holds(5)).isTrue();
    }

    @Test
    void aTileIsReadOnce() {
        grow(600);
        ledger.tilesRead = 0;
        prove.inclusion("", 5);
        // two full ones of leaves, the partial one, and the one above
        int first = ledger.tilesRead;
        assertThat(first).isBetween(2, 4);
        prove.inclusion("", 6);
        assertThat(ledger.tilesRead).isEqualTo(first);
    }

    @Test
    void aCheckpointIsReadAgainForWhatItDoesNotCover() {
        grow(300);
        prove.inclusion("", 5);
        String before = new String(ledger.publicFiles.get("checkpoint"), StandardCharsets.UTF_8);
        grow(300);
        String now = new String(ledger.publicFiles.get("checkpoint"), StandardCharsets.UTF_8);
        assertThat(now).isNotEqualTo(before);
        assertThat(prove.inclusion("", 599).checkpoint()).isEqualTo(now);
        assertThat(prove.inclusion("", 5).checkpoint()).isEqualTo(now);
        assertThatThrownBy(() -> prove.inclusion("", 1_000_000))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private boolean holds(long index) {
        var proof = prove.inclusion("", index);
        return proof.proves(
                ledger.leaf((int) index),
                Checkpoint.parse(SignedNote.parse(proof.checkpoint()).text()));
    }

    private void grow(int number) {
        List<Received> messages = new ArrayList<>();
        for (int n = 0; n < number; n++) {
            messages.add(new Leaver(10_000 + sent++).activity());
        }
        if (!messages.isEmpty()) {
            ledger.receiveFresh(messages);
        }
        ledger.publish.publish(1).await().indefinitely();
    }
}
