package dev.remit.ledger.log;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Merkle tree of RFC 9162 over stored tiles: appends, roots and proofs read a few tiles, never
 * all leaves. For one use by one thread: it remembers the tiles it read.
 */
public final class Tree {
    /** Where tiles are read from. */
    public interface Tiles {
        /**
         * The first hashes of a tile.
         *
         * @param width how many are needed; a wider stored tile may be read instead
         */
        byte[] read(int level, long index, int width);

        /** The same with what is hashed of it, for who keeps that. */
        default HashedTile hashed(int level, long index, int width) {
            return new HashedTile(read(level, index, width));
        }
    }

    private record Place(int level, long index) {}

    private final Tiles tiles;
    private final long size;

    /** What was read: a proof asks for several hashes of the same few tiles. */
    private final Map<Place, HashedTile> read = new HashMap<>();

    public Tree(Tiles tiles, long size) {
        this.tiles = tiles;
        this.size = size;
    }

    /**
     * The tiles that appending these leaves makes or widens, with their bytes; pure, so writing
     * them twice is harmless.
     */
    public Map<Tile, byte[]> append(List<Hash> leaves) {
        Map<Tile, byte[]> written = new LinkedHashMap<>();
        long first = size;
        List<Hash> hashes = leaves;
        for (int level = 0; !hashes.isEmpty(); level++) {
            List<Hash> above = new ArrayList<>();
            long index = first / Tile.FULL;
            int old = (int) (first % Tile.FULL);
            List<Hash> tile = new ArrayList<>(old == 0 ? List.of() : hashes(level, index, old));
            for (Hash hash : hashes) {
                tile.add(hash);
                if (tile.size() == Tile.FULL) {
                    written.put(new Tile(level, index, Tile.FULL), bytes(tile));
                    above.add(Merkle.root(tile));
                    tile.clear();
                    index++;
                }
            }
            if (!tile.isEmpty()) {
                written.put(new Tile(level, index, tile.size()), bytes(tile));
            }
            first = first / Tile.FULL;
            hashes = above;
        }
        return written;
    }

    /** The root over all leaves. */
    public Hash root() {
        return size == 0 ? Merkle.root(List.of()) : range(0, size);
    }

    /**
     * The siblings from leaf to root (RFC 9162 section 2.1.3.1).
     *
     * @throws IndexOutOfBoundsException if there is no such leaf
     */
    public List<Hash> inclusionProof(long index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("leaf " + index + " of " + size);
        }
        List<Hash> proof = new ArrayList<>();
        include(index, 0, size, proof);
        return List.copyOf(proof);
    }

    /**
     * What shows that the first {@code oldSize} leaves are a prefix (RFC 9162 section 2.1.4.1).
     *
     * @throws IndexOutOfBoundsException unless 1 &lt;= oldSize &lt;= size
     */
    public List<Hash> consistencyProof(long oldSize) {
        if (oldSize < 1 || oldSize > size) {
            throw new IndexOutOfBoundsException("old size " + oldSize + " of " + size);
        }
        List<Hash> proof = new ArrayList<>();
        agree(oldSize, 0, size, true, proof);
        return List.copyOf(proof);
    }

    /** The roots of the full subtrees that the leaves make, from the left. */
    public List<Hash> frontier() {
        List<Hash> roots = new ArrayList<>();
        long start = 0;
        for (long left = size; left > 0; ) {
            long width = Long.highestOneBit(left);
            roots.add(range(start, start + width));
            start += width;
            left -= width;
        }
        return roots;
    }

    private void include(long index, long start, long end, List<Hash> proof) {
        if (end - start == 1) {
            return;
        }
        long split = start + split(end - start);
        if (index < split) {
            include(index, start, split, proof);
            proof.add(range(split, end));
        } else {
            include(index, split, end, proof);
            proof.add(range(start, split));
        }
    }

    private void agree(long old, long start, long end, boolean whole, List<Hash> proof) {
        if (old == end - start) {
            if (!whole) {
                proof.add(range(start, end));
            }
            return;
        }
        long split = split(end - start);
        if (old <= split) {
            agree(old, start, start + split, whole, proof);
            proof.add(range(start + split, end));
        } else {
            agree(old - split, start + split, end, false, proof);
            proof.add(range(start, start + split));
        }
    }

    private Hash range(long start, long end) {
        long width = end - start;
        if (Long.bitCount(width) == 1 && start % width == 0) {
            return node(Long.numberOfTrailingZeros(width), start / width);
        }
        long split = start + split(width);
        return Merkle.nodeHash(range(start, split), range(split, end));
    }

    /** Root of the full subtree of 2^level leaves with this index. */
    private Hash node(int level, long index) {
        int height = level % 8;
        long first = index << height;
        int offset = (int) (first % Tile.FULL);
        return tile(level / 8, first / Tile.FULL, offset + (1 << height))
                .node(height, offset >> height);
    }

    /** The first hashes of a tile. */
    private List<Hash> hashes(int level, long index, int width) {
        HashedTile tile = tile(level, index, width);
        List<Hash> hashes = new ArrayList<>(width);
        for (int n = 0; n < width; n++) {
            hashes.add(tile.node(0, n));
        }
        return hashes;
    }

    /** A tile with at least so many hashes. */
    private HashedTile tile(int level, long index, int width) {
        Place place = new Place(level, index);
        HashedTile tile = read.get(place);
        if (tile == null || tile.width() < width) {
            long all = (size >>> (8 * level)) - index * Tile.FULL;
            // of tiles that are not full, the one of this size is there where it was published
            tile = tiles.hashed(level, index, (int) Math.clamp(all, width, Tile.FULL));
            read.put(place, tile);
        }
        if (tile.width() < width) {
            throw new IllegalStateException(
                    "tile "
                            + level
                            + "/"
                            + index
                            + " holds "
                            + tile.bytes().length
                            + " bytes, needed are "
                            + width
                            + " hashes");
        }
        return tile;
    }

    private static byte[] bytes(List<Hash> hashes) {
        byte[] bytes = new byte[hashes.size() * Hash.BYTES];
        for (int n = 0; n < hashes.size(); n++) {
            System.arraycopy(hashes.get(n).bytes(), 0, bytes, n * Hash.BYTES, Hash.BYTES);
        }
        return bytes;
    }

    /** The largest power of two below n. */
    private static long split(long n) {
        return Long.highestOneBit(n - 1);
    }
}
