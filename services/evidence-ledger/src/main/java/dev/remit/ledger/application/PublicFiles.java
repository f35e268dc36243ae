package dev.remit.ledger.application;

import dev.remit.ledger.log.Tree;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** The log's public files: tiles, entry bundles, the checkpoint. They block: use {@link #away}. */
public interface PublicFiles extends Tree.Tiles {
    /** A file's bytes; empty when there is none, or the path leads out of the log. */
    Optional<byte[]> read(String path);

    /** Writes files by path; they are on disk when this returns, each whole. */
    void write(Map<String, byte[]> files);

    /** Runs work that blocks away from the event loop; the result comes back to the caller's. */
    <T> Uni<T> away(Callable<T> work);
}
