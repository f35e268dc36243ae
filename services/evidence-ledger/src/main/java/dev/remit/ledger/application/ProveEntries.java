package dev.remit.ledger.application;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.TlogProof;
import dev.remit.ledger.log.Tree;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Proofs for whoever asks, from the public files: the database is not read. They block. What they
 * are made of is verified by whoever gets them.
 */
@Singleton
public class ProveEntries {
    /** How long a checkpoint is gone by before it is read again, where it covers what is asked. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private static final int MOST_SHARDS = 64;

    /** A public checkpoint. */
    private record Published(String note, long size) {}

    private final PublicFiles files;
    private final KeptTiles tiles;
    private final Cache<String, Published> published =
            Caffeine.newBuilder().maximumSize(MOST_SHARDS).expireAfterWrite(FRESH).build();

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
        Published state = published.getIfPresent(period);
        if (state == null || index >= state.size()) {
            state = read(period);
            published.put(period, state);
        }
        return new TlogProof(
                Optional.empty(),
                index,
                new Tree(tiles.of(period), state.size()).inclusionProof(index),
                state.note());
    }

    private Published read(String period) {
        String note =
                files.of(period)
                        .read("checkpoint")
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .orElseThrow(
                                () -> new IndexOutOfBoundsException("nothing is published yet"));
        return new Published(note, size(note));
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
