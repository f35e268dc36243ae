package dev.remit.ledger.audit;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.log.Tile;
import java.util.List;

/**
 * The root that stored entries give, by code that shares nothing with what wrote the tiles. One bit
 * that flips between a leaf and its tile would otherwise be signed, and no entry would fit the log
 * ever after (as happened to a Certificate Transparency log, Yeti 2022, in 2021).
 */
public final class Rederived {
    /** Reads entry bundles as they are stored. */
    public interface Bundles {
        /**
         * @param width the number of entries wanted
         */
        byte[] read(long index, int width);
    }

    private Rederived() {}

    /**
     * The root.
     *
     * @param frontier the roots of the full subtrees of the first {@code from} leaves, widest first
     * @param from a multiple of 256
     * @throws IllegalArgumentException if a bundle does not read
     */
    public static Hash root(List<Hash> frontier, long from, long to, Bundles bundles) {
        LeafTree tree = LeafTree.from(from, frontier.stream().map(Hash::bytes).toList());
        for (long index = from / Tile.FULL; tree.size() < to; index++) {
            int width = (int) Math.min(Tile.FULL, to - index * Tile.FULL);
            Bundle.entries(bundles.read(index, width), width).forEach(tree::append);
        }
        return Hash.of(tree.root());
    }
}
