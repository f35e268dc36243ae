package dev.remit.connector.application;

import dev.remit.connector.domain.Charter;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Every charter ever published. Each method runs in the caller's transaction. */
public interface PublishedCharters {
    /**
     * A charter and its canonical JSON.
     *
     * @param document canonical JSON; its SHA-256 is the charter's hash
     */
    record Document(Charter charter, String document) {}

    /**
     * A version as it was published.
     *
     * @param document canonical JSON
     * @param at empty if it was before this was kept
     */
    record Version(String version, String hash, String document, Optional<Instant> at) {}

    /**
     * Notes charters whose name and version are not known.
     *
     * @param charters no two of the same name and version
     * @return the hashes of those that were not known
     */
    Uni<Set<String>> add(Collection<Document> charters, Instant now);

    /** Every version of a charter, the first one first; none if it was never published. */
    Uni<List<Version>> history(String name);

    /** All of them, the one published last at the end. */
    Uni<List<Charter>> all();
}
