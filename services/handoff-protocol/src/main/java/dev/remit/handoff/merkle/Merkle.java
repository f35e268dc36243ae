package dev.remit.handoff.merkle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Hashes, roots and proofs of RFC 9162 section 2.1 with SHA-256. Leaves are given by their hashes.
 *
 * <p>Proof algorithms are those of sections 2.1.3 and 2.1.4; subtrees follow the Merkle tree
 * certificates draft, whose subtree {@code [0, n)} is the consistency proof of RFC 9162. Size 0 has
 * a root but no proofs.
 */
public final class Merkle {
    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private Merkle() {}

    /** SHA-256(0x00 || entry), of an entry in one part or in several. */
    public static Hash leafHash(byte[]... entry) {
        return Hash.sha256(LEAF, entry);
    }

    /** SHA-256(0x01 || left || right). */
    public static Hash nodeHash(Hash left, Hash right) {
        return Hash.sha256(NODE, left, right);
    }

    /** The root over the leaf hashes; over none, SHA-256 of the empty string. */
    public static Hash root(List<Hash> leaves) {
        return switch (leaves.size()) {
            case 0 -> Hash.sha256(new byte[0]);
            case 1 -> leaves.getFirst();
            default -> {
                int size = leaves.size();
                int split = split(size);
                yield nodeHash(root(leaves.subList(0, split)), root(leaves.subList(split, size)));
            }
        };
    }

    /**
     * The siblings from leaf to root.
     *
     * @throws IndexOutOfBoundsException if there is no such leaf
     */
    public static List<Hash> inclusionProof(List<Hash> leaves, int index) {
        if (index < 0 || index >= leaves.size()) {
            throw new IndexOutOfBoundsException("index " + index + " of " + leaves.size());
        }
        var proof = new ArrayList<Hash>();
        collectInclusion(leaves, index, proof);
        return List.copyOf(proof);
    }

    /** The inclusion proofs of all the leaves, in their order; costs one hash a leaf. */
    public static List<List<Hash>> inclusionProofs(List<Hash> leaves) {
        List<List<Hash>> proofs = new ArrayList<>();
        leaves.forEach(leaf -> proofs.add(new ArrayList<>()));
        if (!leaves.isEmpty()) {
            collectAll(leaves, proofs);
        }
        return proofs.stream().map(List::copyOf).toList();
    }

    /**
     * What shows that the first {@code oldSize} leaves are a prefix of all the leaves.
     *
     * @throws IndexOutOfBoundsException unless 1 <= oldSize <= number of leaves
     */
    public static List<Hash> consistencyProof(List<Hash> leaves, int oldSize) {
        if (oldSize < 1 || oldSize > leaves.size()) {
            throw new IndexOutOfBoundsException("old size " + oldSize + " of " + leaves.size());
        }
        var proof = new ArrayList<Hash>();
        collectConsistency(leaves, oldSize, true, proof);
        return List.copyOf(proof);
    }

    /** Whether the proof shows that the leaf stands at the index of the tree (RFC 9162 2.1.3.2). */
    public static boolean includes(Hash root, long size, long index, Hash leaf, List<Hash> proof) {
        return rootFrom(size, index, leaf, proof).filter(root::equals).isPresent();
    }

    /**
     * The root that the leaf and the proof lead to (RFC 9162 2.1.3.2); empty if no tree of this
     * size has a proof of this length for this index.
     */
    public static Optional<Hash> rootFrom(long size, long index, Hash leaf, List<Hash> proof) {
        if (index < 0 || index >= size) {
            return Optional.empty();
        }
        long fn = index;
        long sn = size - 1;
        var r = leaf;
        for (var sibling : proof) {
            if (sn == 0) {
                return Optional.empty();
            }
            if ((fn & 1) == 1 || fn == sn) {
                r = nodeHash(sibling, r);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                r = nodeHash(r, sibling);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 ? Optional.of(r) : Optional.empty();
    }

    /** Whether the proof shows the old tree to be a prefix of the new one (RFC 9162 2.1.4.2). */
    public static boolean isConsistent(
            Hash oldRoot, long oldSize, Hash newRoot, long newSize, List<Hash> proof) {
        return oldSize > 0 && subtreeIsConsistent(oldRoot, 0, oldSize, newRoot, newSize, proof);
    }

    /** Whether the proof shows that the leaf stands at the index of the subtree [start, end). */
    public static boolean subtreeIncludes(
            Hash subtreeRoot, long start, long end, long index, Hash leaf, List<Hash> proof) {
        return isSubtree(start, end)
                && index >= start
                && includes(subtreeRoot, end - start, index - start, leaf, proof);
    }

    /**
     * Whether the proof shows the subtree [start, end) to be part of the tree. The empty subtree is
     * part of every tree that reaches its start.
     */
    public static boolean subtreeIsConsistent(
            Hash subtreeRoot, long start, long end, Hash root, long size, List<Hash> proof) {
        if (start >= 0 && start == end) {
            return end <= size && proof.isEmpty() && subtreeRoot.equals(root(List.of()));
        }
        if (!isSubtree(start, end) || end > size) {
            return false;
        }
        long fn = start;
        long sn = end - 1;
        long tn = size - 1;
        boolean endsTheTree = sn == tn;
        while (fn != sn && (endsTheTree || (sn & 1) == 1)) {
            fn >>= 1;
            sn >>= 1;
            tn >>= 1;
        }
        var rest = proof;
        var fr = subtreeRoot;
        if (fn != sn) {
            if (proof.isEmpty()) {
                return false;
            }
            fr = proof.getFirst();
            rest = proof.subList(1, proof.size());
        }
        var sr = fr;
        for (var c : rest) {
            if (tn == 0) {
                return false;
            }
            if ((sn & 1) == 1 || sn == tn) {
                if (fn < sn) {
                    fr = nodeHash(c, fr);
                }
                sr = nodeHash(c, sr);
                while ((sn & 1) == 0 && sn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                    tn >>= 1;
                }
            } else {
                sr = nodeHash(sr, c);
            }
            fn >>= 1;
            sn >>= 1;
            tn >>= 1;
        }
        return tn == 0 && fr.equals(subtreeRoot) && sr.equals(root);
    }

    /** A subtree is not empty, and its start is a multiple of its size rounded up to 2^k. */
    private static boolean isSubtree(long start, long end) {
        if (start < 0 || end <= start) {
            return false;
        }
        long size = end - start;
        int exponent = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
        return start == 0 || (exponent < Long.SIZE - 1 && (start & ((1L << exponent) - 1)) == 0);
    }

    private static void collectInclusion(List<Hash> leaves, int index, List<Hash> proof) {
        int size = leaves.size();
        if (size == 1) {
            return;
        }
        int split = split(size);
        var left = leaves.subList(0, split);
        var right = leaves.subList(split, size);
        if (index < split) {
            collectInclusion(left, index, proof);
            proof.add(root(right));
        } else {
            collectInclusion(right, index - split, proof);
            proof.add(root(left));
        }
    }

    /** Adds to each leaf's proof its siblings within these leaves; returns their root. */
    private static Hash collectAll(List<Hash> leaves, List<List<Hash>> proofs) {
        int size = leaves.size();
        if (size == 1) {
            return leaves.getFirst();
        }
        int split = split(size);
        var leftProofs = proofs.subList(0, split);
        var rightProofs = proofs.subList(split, size);
        var left = collectAll(leaves.subList(0, split), leftProofs);
        var right = collectAll(leaves.subList(split, size), rightProofs);
        leftProofs.forEach(proof -> proof.add(right));
        rightProofs.forEach(proof -> proof.add(left));
        return nodeHash(left, right);
    }

    private static void collectConsistency(
            List<Hash> leaves, int oldSize, boolean isOldRoot, List<Hash> proof) {
        int size = leaves.size();
        if (oldSize == size) {
            if (!isOldRoot) {
                proof.add(root(leaves));
            }
            return;
        }
        int split = split(size);
        var left = leaves.subList(0, split);
        var right = leaves.subList(split, size);
        if (oldSize <= split) {
            collectConsistency(left, oldSize, isOldRoot, proof);
            proof.add(root(right));
        } else {
            collectConsistency(right, oldSize - split, false, proof);
            proof.add(root(left));
        }
    }

    /** The largest power of two below the size. */
    private static int split(int size) {
        return Integer.highestOneBit(size - 1);
    }
}
