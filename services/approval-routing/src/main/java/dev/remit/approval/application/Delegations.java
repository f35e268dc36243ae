package dev.remit.approval.application;

import dev.remit.approval.domain.Delegation;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who lets whom decide in their place. Each method runs in the caller's transaction. */
public interface Delegations {
    /**
     * A delegation with its story.
     *
     * @param reason in the words of whoever made it
     * @param madeBy immutable id of whoever made it
     * @param endedAt when it was ended before its time
     */
    record Kept(
            Delegation delegation,
            String reason,
            String madeBy,
            Instant madeAt,
            Optional<Instant> endedAt) {}

    /** Those that count at this time, by who delegates; one query. */
    Uni<Map<String, List<Delegation>>> from(Collection<String> delegators, Instant now);

    /**
     * Those to or from this person that have not ended, the latest first.
     *
     * @param after the id that the page before ended with
     */
    Uni<List<Kept>> of(String person, Optional<UUID> after, int limit, Instant now);

    Uni<Void> add(Kept kept);

    /** The one with this id; empty if there is none. */
    Uni<Optional<Kept>> withId(UUID id);

    Uni<Void> end(UUID id, @Nullable String by, Instant now);

    /**
     * Who delegates where one began or ended since this was asked last; each is told of once, and
     * only to one replica.
     */
    Uni<Set<String>> turned(Instant now);
}
