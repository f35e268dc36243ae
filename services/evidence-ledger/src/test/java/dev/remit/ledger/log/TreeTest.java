package dev.remit.ledger.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.handoff.seal.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TreeTest {
    /** Tiles by path, as they would lie in files. */
    private final Map<String, byte[]> files = new HashMap<>();

    private byte[] read(int level, long index, int width) {
        for (int wide = Tile.FULL; wide >= width; wide--) {
            byte[] bytes = files.get(new Tile(level, index, wide).path());
            if (bytes != null) {
                return bytes;
            }
        }
        throw new AssertionError(
                "tile " + level + "/" + index + " of width " + width + " was never written");
    }

    @Test
    void growingInStepsOfAnySizeGivesTheRootAndProofsOfTheWholeTree() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Hash> leaves = new ArrayList<>();
        while (leaves.size() < 1_200) {
            int step = 1 + random.nextInt(300);
            List<Hash> added = new ArrayList<>();
            for (int n = 0; n < step; n++) {
                added.add(
                        Merkle.leafHash(
                                ("leaf " + (leaves.size() + n)).getBytes(StandardCharsets.UTF_8)));
            }
            long before = leaves.size();
            new Tree(this::read, before)
                    .append(added)
                    .forEach((tile, bytes) -> files.put(tile.path(), bytes));
            leaves.addAll(added);
            Tree tree = new Tree(this::read, leaves.size());
            assertThat(tree.root()).as("seed " + seed).isEqualTo(Merkle.root(leaves));
            int leaf = random.nextInt(leaves.size());
            assertThat(tree.inclusionProof(leaf))
                    .as("seed " + seed)
                    .isEqualTo(Merkle.inclusionProof(leaves, leaf));
            if (before > 0) {
                assertThat(tree.consistencyProof(before))
                        .as("seed " + seed)
                        .isEqualTo(Merkle.consistencyProof(leaves, (int) before));
            }
        }
    }

    @Test
    void aTreeOverSeveralLevelsOfTilesHasItsRoot() {
        List<Hash> leaves = new ArrayList<>();
        for (int n = 0; n < 70_000; n++) {
            leaves.add(Merkle.leafHash(new byte[] {(byte) n, (byte) (n >> 8), (byte) (n >> 16)}));
        }
        new Tree(this::read, 0)
                .append(leaves)
                .forEach((tile, bytes) -> files.put(tile.path(), bytes));
        assertThat(new Tree(this::read, 70_000).root()).isEqualTo(Merkle.root(leaves));
        assertThat(files)
                .containsKeys(
                        "tile/0/272",
                        "tile/0/273.p/112",
                        "tile/1/000",
                        "tile/1/001.p/17",
                        "tile/2/000.p/1");
    }

    @Test
    void tilePathsAreThoseOfTheSpecification() {
        assertThat(new Tile(0, 1_234_067, 112).path()).isEqualTo("tile/0/x001/x234/067.p/112");
        assertThat(new Tile(Tile.ENTRIES, 0, 256).path()).isEqualTo("tile/entries/000");
    }

    @Test
    void aSignedNoteOpensForItsKeyOnlyAndNoChangedByteDoes() {
        SigningKey key = SigningKey.generate("log.example/acme", new SecureRandom());
        String text = new Checkpoint("log.example/acme", 3, Hash.sha256(new byte[0])).text();
        String note = SignedNote.sign(text, key);
        assertThat(Checkpoint.parse(SignedNote.open(note, key.verifier())))
                .isEqualTo(Checkpoint.parse(text));
        SigningKey other = SigningKey.generate("log.example/acme", new SecureRandom());
        assertThatThrownBy(() -> SignedNote.open(note, other.verifier()))
                .hasMessageContaining("not signed");
        byte[] bytes = note.getBytes(StandardCharsets.UTF_8);
        for (int n = 0; n < bytes.length; n++) {
            byte[] changed = Arrays.copyOf(bytes, bytes.length);
            changed[n] ^= 1;
            String forged = new String(changed, StandardCharsets.UTF_8);
            assertThatThrownBy(() -> SignedNote.open(forged, key.verifier()))
                    .as("byte " + n)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
