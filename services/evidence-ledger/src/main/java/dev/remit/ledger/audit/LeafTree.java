package dev.remit.ledger.audit;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The Merkle tree of RFC 9162 over leaves as they come: it keeps the roots of its full subtrees
 * only, at most one a bit of its size.
 */
final class LeafTree {
    private final MessageDigest sha;
    private final List<byte[]> roots = new ArrayList<>();
    private long size;

    LeafTree() {
        try {
            this.sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Goes on from the roots of full subtrees, widest first, of a tree of this size. */
    static LeafTree from(long size, List<byte[]> roots) {
        if (Long.bitCount(size) != roots.size()) {
            throw new IllegalArgumentException(
                    "a tree of size " + size + " has other full subtrees");
        }
        LeafTree tree = new LeafTree();
        tree.size = size;
        tree.roots.addAll(roots);
        return tree;
    }

    long size() {
        return size;
    }

    List<byte[]> roots() {
        return List.copyOf(roots);
    }

    /** Appends a leaf and gives its hash. */
    byte[] append(byte[] leaf) {
        sha.update((byte) 0);
        byte[] hash = sha.digest(leaf);
        byte[] node = hash;
        for (long full = size; (full & 1) == 1; full >>= 1) {
            node = node(roots.removeLast(), node);
        }
        roots.add(node);
        size++;
        return hash;
    }

    byte[] root() {
        if (roots.isEmpty()) {
            return sha.digest();
        }
        byte[] root = roots.getLast();
        for (int n = roots.size() - 2; n >= 0; n--) {
            root = node(roots.get(n), root);
        }
        return root;
    }

    /** The root over the hashes of a full tile. */
    byte[] rootOf(byte[] tile) {
        List<byte[]> level = new ArrayList<>();
        for (int at = 0; at < tile.length; at += 32) {
            level.add(Arrays.copyOfRange(tile, at, at + 32));
        }
        while (level.size() > 1) {
            List<byte[]> above = new ArrayList<>();
            for (int n = 0; n < level.size(); n += 2) {
                above.add(node(level.get(n), level.get(n + 1)));
            }
            level = above;
        }
        return level.getFirst();
    }

    private byte[] node(byte[] left, byte[] right) {
        sha.update((byte) 1);
        sha.update(left);
        return sha.digest(right);
    }
}
