package dev.remit.ledger.application;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.Tree;
import jakarta.inject.Singleton;
import java.util.Arrays;

/**
 * The tiles that proofs were made of last: what a checkpoint covers of a tile never changes. For
 * whoever is given proofs of what is published, and for nobody who checks what is stored.
 */
@Singleton
class KeptTiles implements Tree.Tiles {
    /** At most 8 MB. In a log of ten million leaves 154 tiles lie above those of the leaves. */
    private static final int MOST = 1_024;

    private final PublicFiles files;
    private final Cache<Tile, byte[]> kept = Caffeine.newBuilder().maximumSize(MOST).build();

    KeptTiles(PublicFiles files) {
        this.files = files;
    }

    @Override
    public byte[] read(int level, long index, int width) {
        Tile tile = new Tile(level, index, width);
        byte[] known = kept.getIfPresent(tile);
        if (known != null) {
            return known;
        }
        byte[] read = files.read(level, index, width);
        if (read.length < width * Hash.BYTES) {
            return read;
        }
        // what a wider tile holds beyond may not be signed yet
        known = Arrays.copyOf(read, width * Hash.BYTES);
        kept.put(tile, known);
        return known;
    }
}
