package dev.remit.ledger.log;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * That a leaf is in a log, in one text that is verified offline (C2SP tlog-proof).
 *
 * @param extra bytes that nothing authenticates
 * @param index the leaf's, from 0
 * @param hashes the siblings from leaf to root
 * @param checkpoint the signed note, verbatim
 */
public record TlogProof(Optional<byte[]> extra, long index, List<Hash> hashes, String checkpoint) {
    private static final String HEAD = "c2sp.org/tlog-proof@v1\n";

    /** No tree of fewer than 2^63 leaves has a longer path. */
    private static final int MOST_HASHES = 63;

    public TlogProof {
        hashes = List.copyOf(hashes);
    }

    /** The text of a {@code .tlog-proof} file. */
    public String text() {
        var text = new StringBuilder(HEAD);
        extra.ifPresent(bytes ->
                text.append("extra ")
                        .append(Base64.getEncoder().encodeToString(bytes))
                        .append('\n'));
        text.append("index ").append(index).append('\n');
        hashes.forEach(each -> text.append(each).append('\n'));
        // the checkpoint is most of it, and no text of one byte a character
        return text.append('\n').toString() + checkpoint;
    }

    /**
     * Reads a proof; nothing is verified.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static TlogProof parse(String text) {
        int blank = text.indexOf("\n\n");
        if (!text.startsWith(HEAD) || blank < HEAD.length()) {
            throw new IllegalArgumentException("proof: not of the form " + HEAD.strip());
        }
        List<String> lines =
                new ArrayList<>(List.of(text.substring(HEAD.length(), blank).split("\n", -1)));
        Optional<byte[]> extra = Optional.empty();
        if (lines.getFirst().startsWith("extra ")) {
            extra =
                    Optional.of(
                            Base64.getDecoder()
                                    .decode(lines.removeFirst().substring("extra ".length())));
        }
        if (lines.isEmpty() || !lines.getFirst().startsWith("index ")) {
            throw new IllegalArgumentException("proof: has no index");
        }
        long index =
                Checkpoint.number(
                        "proof: the index", lines.removeFirst().substring("index ".length()));
        if (lines.size() > MOST_HASHES) {
            throw new IllegalArgumentException("proof: more than " + MOST_HASHES + " hashes");
        }
        return new TlogProof(
                extra, index, lines.stream().map(Hash::parse).toList(), text.substring(blank + 2));
    }

    /** Whether the leaf stands at the index of a tree in this state. */
    public boolean proves(byte[] leaf, Checkpoint state) {
        return Merkle.includes(state.root(), state.size(), index, Merkle.leafHash(leaf), hashes);
    }
}
