package dev.remit.connector.application;

import dev.remit.connector.domain.Charter;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
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
     * Notes charters whose name and version are not known.
     *
     * @param charters no two of the same name and version
     * @return the hashes of those that were not known
     */
    Uni<Set<String>> add(Collection<Document> charters);

    /** All of them, the one published last at the end. */
    Uni<List<Charter>> all();
}
