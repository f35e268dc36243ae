package dev.remit.connector.application;

import dev.remit.connector.domain.Occurrence;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What happened that may open changes. Each method runs in the caller's transaction and costs one
 * statement or two.
 */
public interface Occurrences {
    /** What tells occurrences apart. */
    record Key(String source, String id) {
        static Key of(Occurrence occurrence) {
            return new Key(occurrence.source(), occurrence.id());
        }
    }

    /**
     * An occurrence that waits until it is known whom it is about.
     *
     * @param seenAt when it was first told
     */
    record Held(Occurrence occurrence, Instant seenAt) {}

    /**
     * A person lets one wait no more.
     *
     * @param by immutable id
     */
    record Dismissal(String by, String reason, Instant at) {}

    /**
     * Keeps those that are not known; the first under a key stands.
     *
     * @param occurrences no two of one key
     * @return of the keys that were known before, what stands
     */
    Uni<Map<Key, Occurrence>> add(Collection<Occurrence> occurrences, Instant now);

    /** These wait from now on, and no others of these occurrences do. */
    Uni<Void> settle(Collection<Occurrence> occurrences, Collection<Occurrence> held, Instant now);

    /**
     * Those that wait and were not looked at since; no other transaction gets them before this one
     * ends.
     */
    Uni<List<Occurrence>> held(Instant since, int atMost);

    /**
     * The one with this observation, if it waits; no other transaction gets it before this one
     * ends.
     */
    Uni<Optional<Held>> held(UUID observation);

    /** It waits no more, and stays known: told again, it opens nothing. */
    Uni<Void> dismiss(Occurrence occurrence, Dismissal dismissal);

    /** As if these had not been told. */
    Uni<Void> forget(Collection<Occurrence> occurrences);

    /** How many wait. */
    Uni<Long> holding();

    /** Those that wait, the oldest first. */
    Uni<List<Held>> waiting(int atMost);
}
