package dev.remit.connector.application;

import dev.remit.connector.domain.Charter;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

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
     * @param draft the draft that was approved; empty if it was before approval was asked for
     */
    record Version(
            String version,
            String hash,
            String document,
            Optional<Instant> at,
            Optional<UUID> draft) {}

    /**
     * What the connector needs of a charter.
     *
     * @param document canonical JSON
     * @throws IllegalArgumentException naming the path and the rule
     */
    Charter read(String document);

    /** Adds a version; its name and version were not published before. */
    Uni<Void> add(Document charter, UUID draft, Instant now);

    /** Every version of a charter, the first one first; none if it was never published. */
    Uni<List<Version>> history(String name);

    /** All of them, the one published last at the end. */
    Uni<List<Charter>> all();
}
