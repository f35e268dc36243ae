package dev.remit.ledger.witness;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.log.Checkpoint;
import java.util.List;

/**
 * The request to cosign a checkpoint (C2SP tlog-witness, add-checkpoint).
 *
 * @param old the size of the last checkpoint that the witness cosigned, as the asker knows it
 * @param proof of consistency from there; empty when old is 0
 * @param note the checkpoint, signed
 */
public record AddCheckpoint(long old, List<Hash> proof, String note) {
    private static final int MOST_HASHES = 63;

    public AddCheckpoint {
        proof = List.copyOf(proof);
    }

    /** The request's body. */
    public String text() {
        var text = new StringBuilder("old ").append(old).append('\n');
        proof.forEach(each -> text.append(each).append('\n'));
        return text.append('\n').append(note).toString();
    }

    /**
     * Reads a request's body; nothing is verified.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static AddCheckpoint parse(String text) {
        int blank = text.indexOf("\n\n");
        if (!text.startsWith("old ") || blank < 0) {
            throw new IllegalArgumentException("request: no old size, or no empty line");
        }
        List<String> lines = List.of(text.substring(0, blank).split("\n", -1));
        if (lines.size() - 1 > MOST_HASHES) {
            throw new IllegalArgumentException("request: more than " + MOST_HASHES + " hashes");
        }
        return new AddCheckpoint(
                Checkpoint.number("old", lines.getFirst().substring("old ".length())),
                lines.stream().skip(1).map(Hash::parse).toList(),
                text.substring(blank + 2));
    }
}
