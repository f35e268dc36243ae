package dev.remit.ledger.log;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A tile's hashes, and those of the full subtrees over them: each height is computed when it is
 * first asked for, and kept. For many threads.
 */
public final class HashedTile {
    /** Below a tile's root, which stands in the tile above. */
    private static final int HEIGHTS = 8;

    private final AtomicReferenceArray<byte[]> heights = new AtomicReferenceArray<>(HEIGHTS);

    /**
     * Of the hashes of a tile, in its order.
     *
     * @param bytes not changed from now on
     */
    public HashedTile(byte[] bytes) {
        heights.set(0, bytes);
    }

    /** The number of its hashes. */
    int width() {
        return bytes().length / Hash.BYTES;
    }

    byte[] bytes() {
        return heights.get(0);
    }

    /**
     * The root of a full subtree.
     *
     * @param height 0 for the tile's own hashes, less than 8
     * @param index the subtree's number from the left
     */
    Hash node(int height, int index) {
        byte[] hashes = hashes(height);
        return Hash.of(Arrays.copyOfRange(hashes, index * Hash.BYTES, (index + 1) * Hash.BYTES));
    }

    private byte[] hashes(int height) {
        byte[] known = heights.get(height);
        if (known != null) {
            return known;
        }
        byte[] below = hashes(height - 1);
        int number = below.length / Hash.BYTES / 2;
        byte[] hashes = new byte[number * Hash.BYTES];
        for (int n = 0; n < number; n++) {
            Hash node = Merkle.nodeHash(node(height - 1, 2 * n), node(height - 1, 2 * n + 1));
            System.arraycopy(node.bytes(), 0, hashes, n * Hash.BYTES, Hash.BYTES);
        }
        heights.set(height, hashes);
        return hashes;
    }
}
