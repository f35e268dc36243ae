package dev.remit.ledger.application;

import dev.remit.ledger.log.Tree;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * The public files of the log's first shard: tiles, entry bundles, the checkpoint. They block: use
 * {@link #away}.
 */
public interface PublicFiles extends Tree.Tiles {
    /**
     * Those of a shard.
     *
     * @param period see {@link dev.remit.ledger.log.Shard}
     */
    PublicFiles of(String period);

    /** A file's bytes; empty when there is none, or the path leads out of the log. */
    Optional<byte[]> read(String path);

    /**
     * Writes files that never change, by path; they are stored when this returns, each whole.
     * Writing one again is harmless.
     */
    void write(Map<String, byte[]> files);

    /**
     * Puts a state of the log in the place of the one before; stored when this returns, whole.
     *
     * @param seen what was read there; empty when nothing was
     * @throws IllegalStateException if something else is there by now: somebody else writes
     */
    void replace(String path, Optional<byte[]> seen, byte[] next);

    /** Runs work that blocks away from the event loop; the result comes back to the caller's. */
    <T> Uni<T> away(Callable<T> work);
}
