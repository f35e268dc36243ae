package dev.remit.connector.application;

import dev.remit.connector.domain.Presence;
import io.smallrye.mutiny.Uni;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** What HR sent so far. Each method runs in the caller's transaction. */
public interface HrEvents {
    /**
     * Notes events; the first content under an id stands.
     *
     * @param contents event id to content
     * @return of the ids that were known before, the content that stands
     */
    Uni<Map<String, String>> add(Map<String, String> contents);

    /**
     * Keeps when these workers left and were back, see {@link Presence#then}.
     *
     * @param next of each worker one; not empty
     */
    Uni<Void> state(Collection<Presence> next);

    /** Of these workers, those that have left by this day and were not back by it. */
    Uni<Set<String>> left(Set<String> workers, LocalDate day);

    /** Of these workers, those of whom HR spoke and who have not left by this day. */
    Uni<Set<String>> back(Set<String> workers, LocalDate day);

    /** Whether a file with this content (SHA-256, hexadecimal) was read to its end. */
    Uni<Boolean> wasRead(String contentHash);

    /** Notes that a file was read to its end. */
    Uni<Void> fileRead(String contentHash, String name);
}
