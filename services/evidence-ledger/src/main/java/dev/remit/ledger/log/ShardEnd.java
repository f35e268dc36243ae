package dev.remit.ledger.log;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The last leaf of a shard: nothing follows it there, what comes is in the next one. Text, LF
 * lines. So whoever reads a shard alone can tell that it is sealed, and which one to read then.
 *
 * @param next the origin of the next shard
 */
public record ShardEnd(String next) {
    /** The type of the rows that hold one. */
    public static final String TYPE = "ShardEnd";

    private static final String HEAD = "shard-end/v1\nnext ";

    /** The leaf. */
    public byte[] leaf() {
        return (HEAD + next + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a leaf; empty if it is one of another kind.
     *
     * @throws IllegalArgumentException if it is of this kind and does not read
     */
    public static Optional<ShardEnd> parse(byte[] leaf) {
        String text = new String(leaf, StandardCharsets.UTF_8);
        if (!text.startsWith(HEAD.substring(0, HEAD.indexOf('\n') + 1))) {
            return Optional.empty();
        }
        if (!text.startsWith(HEAD) || text.indexOf('\n', HEAD.length()) != text.length() - 1) {
            throw new IllegalArgumentException("shard: an end is not in its one form");
        }
        return Optional.of(new ShardEnd(text.substring(HEAD.length(), text.length() - 1)));
    }
}
