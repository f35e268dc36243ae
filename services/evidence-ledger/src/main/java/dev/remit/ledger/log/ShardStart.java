package dev.remit.ledger.log;

import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The first leaf of every shard but the first: it commits to all of the shard before. Text, LF
 * lines.
 *
 * @param previous the last state of the shard before
 */
public record ShardStart(Checkpoint previous) {
    /** The type of the rows that hold one. */
    public static final String TYPE = "ShardStart";

    private static final String HEAD = "shard-start/v1\n";

    /** The leaf. */
    public byte[] leaf() {
        return text().getBytes(StandardCharsets.UTF_8);
    }

    private String text() {
        return HEAD
                + "previous %s %d %s\n"
                        .formatted(previous.origin(), previous.size(), previous.root());
    }

    /**
     * Reads a leaf; empty if it is one of another kind.
     *
     * @throws IllegalArgumentException if it is of this kind and does not read
     */
    public static Optional<ShardStart> parse(byte[] leaf) {
        String text = new String(leaf, StandardCharsets.UTF_8);
        if (!text.startsWith(HEAD)) {
            return Optional.empty();
        }
        String[] words = text.substring(HEAD.length()).strip().split(" ", -1);
        if (words.length == 4) {
            ShardStart read =
                    new ShardStart(
                            new Checkpoint(
                                    words[1],
                                    Checkpoint.number("the size", words[2]),
                                    Hash.parse(words[3])));
            if (read.text().equals(text)) {
                return Optional.of(read);
            }
        }
        throw new IllegalArgumentException("shard: a start is not in its one form");
    }
}
