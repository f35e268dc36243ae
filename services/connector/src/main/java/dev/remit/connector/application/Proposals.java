package dev.remit.connector.application;

import dev.remit.connector.domain.Proposal;
import io.smallrye.mutiny.Uni;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Changes proposed, or waiting for their day. Each method runs in the caller's transaction. */
public interface Proposals {
    /**
     * A proposal as kept.
     *
     * @param cause the message that led to it, null when a person asked
     * @param due the day on which it is proposed, UTC
     */
    record Kept(UUID change, Proposal proposal, @Nullable UUID cause, LocalDate due) {}

    /**
     * Keeps proposals of changes that are not known; those due by today count as proposed.
     *
     * @return the changes that were not known
     */
    Uni<Set<UUID>> add(Collection<Kept> proposals, LocalDate today);

    /** The proposal that a change was made from. */
    Uni<Optional<Proposal>> find(UUID change);

    /** Changes that wait though their day has come, at most this many. */
    Uni<List<UUID>> due(LocalDate today, int atMost);

    /** Of these changes, those that still wait; they count as proposed from now on. */
    Uni<List<Kept>> take(Collection<UUID> changes);
}
