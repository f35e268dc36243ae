package dev.remit.ledger.application;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.log.HashedTile;
import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.Tree;
import jakarta.inject.Singleton;
import java.util.Arrays;

/**
 * The tiles that proofs were made of last, with what was hashed of them: what a checkpoint covers
 * of a tile never changes. For whoever is given proofs of what is published, and for nobody who
 * checks what is stored.
 */
@Singleton
class KeptTiles {
    /** At most 16 MB. In a log of ten million leaves 154 tiles lie above those of the leaves. */
    private static final int MOST = 1_024;

    private record Key(String period, Tile tile) {}

    private final PublicFiles files;
    private final Cache<Key, HashedTile> kept = Caffeine.newBuilder().maximumSize(MOST).build();

    KeptTiles(PublicFiles files) {
        this.files = files;
    }

    /** The tiles of the shard of this period. */
    Tree.Tiles of(String period) {
        PublicFiles own = files.of(period);
        return new Tree.Tiles() {
            @Override
            public byte[] read(int level, long index, int width) {
                return own.read(level, index, width);
            }

            @Override
            public HashedTile hashed(int level, long index, int width) {
                Key key = new Key(period, new Tile(level, index, width));
                HashedTile known = kept.getIfPresent(key);
                if (known != null) {
                    return known;
                }
                byte[] read = read(level, index, width);
                if (read.length < width * Hash.BYTES) {
                    return new HashedTile(read);
                }
                // what a wider tile holds beyond may not be signed yet
                known = new HashedTile(Arrays.copyOf(read, width * Hash.BYTES));
                kept.put(key, known);
                return known;
            }
        };
    }
}
