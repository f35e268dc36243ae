package dev.remit.ledger.log;

import dev.remit.handoff.merkle.Hash;
import java.util.List;

/**
 * A log's state (C2SP tlog-checkpoint): never two roots for one size.
 *
 * @param origin the log's name
 * @param size the number of leaves
 * @param root RFC 9162 root over them
 */
public record Checkpoint(String origin, long size, Hash root) {
    /** The note's text: origin, size and root, a line each. */
    public String text() {
        return origin + "\n" + size + "\n" + root + "\n";
    }

    /**
     * Reads a checkpoint's text; extension lines are passed over.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static Checkpoint parse(String text) {
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("checkpoint: does not end with a newline");
        }
        List<String> lines = List.of(text.substring(0, text.length() - 1).split("\n", -1));
        if (lines.size() < 3 || lines.contains("")) {
            throw new IllegalArgumentException(
                    "checkpoint: fewer than three lines, or an empty one");
        }
        return new Checkpoint(
                lines.getFirst(), number("the size", lines.get(1)), Hash.parse(lines.get(2)));
    }

    /**
     * Reads a decimal number without sign and leading zeros, as C2SP texts write sizes.
     *
     * @throws IllegalArgumentException naming it
     */
    public static long number(String what, String text) {
        if (!text.matches("0|[1-9][0-9]{0,18}")) {
            throw new IllegalArgumentException(what + " is not a decimal number");
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(what + " is larger than 2^63 - 1", e);
        }
    }
}
