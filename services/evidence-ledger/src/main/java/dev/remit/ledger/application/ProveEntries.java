package dev.remit.ledger.application;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.TlogProof;
import dev.remit.ledger.log.Tree;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Proofs for whoever asks, from the public files: the database is not read. They block. What they
 * are made of is verified by whoever gets them.
 */
@Singleton
public class ProveEntries {
    private final PublicFiles files;
    private final KeptTiles tiles;

    ProveEntries(PublicFiles files, KeptTiles tiles) {
        this.files = files;
        this.tiles = tiles;
    }

    /**
     * That a leaf is in a shard of the log.
     *
     * @param period the shard's
     * @param index the leaf's place in it
     * @throws IndexOutOfBoundsException if the public checkpoint does not cover it
     */
    public TlogProof inclusion(String period, long index) {
        String note =
                files.of(period)
                        .read("checkpoint")
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .orElseThrow(
                                () -> new IndexOutOfBoundsException("nothing is published yet"));
        return new TlogProof(
                Optional.empty(),
                index,
                new Tree(tiles.of(period), size(note)).inclusionProof(index),
                note);
    }

    /**
     * That a shard of one size is a prefix of that of another, a hash a line.
     *
     * @throws IndexOutOfBoundsException unless 1 &lt;= old &lt;= size &lt;= what is published
     */
    public String consistency(String period, long old, long size) {
        long published =
                files.of(period)
                        .read("checkpoint.signed")
                        .map(bytes -> size(new String(bytes, StandardCharsets.UTF_8)))
                        .orElse(0L);
        if (size > published) {
            throw new IndexOutOfBoundsException("size " + size + " of " + published);
        }
        return new Tree(tiles.of(period), size)
                .consistencyProof(old).stream()
                        .map(Hash::toString)
                        .collect(Collectors.joining("\n", "", old == size ? "" : "\n"));
    }

    private static long size(String note) {
        return Checkpoint.parse(SignedNote.parse(note).text()).size();
    }
}
