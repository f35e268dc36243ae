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
        List<String> lines = text.lines().toList();
        if (!text.endsWith("\n") || lines.size() < 3 || lines.getFirst().isEmpty()) {
            throw new IllegalArgumentException("checkpoint: fewer than three lines");
        }
        if (!lines.get(1).matches("0|[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException("checkpoint: the size is not a decimal number");
        }
        return new Checkpoint(
                lines.getFirst(), Long.parseLong(lines.get(1)), Hash.parse(lines.get(2)));
    }
}
