package dev.remit.readiness.application;

import dev.remit.readiness.domain.Concern;
import dev.remit.readiness.domain.Readiness;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * How each change stands. A change is loaded for a decision only after it was locked. Each method
 * costs one or two statements, however many changes it is about.
 */
public interface Readinesses {
    /** Held changes that are held for the same reasons. */
    record HeldFor(String reasons, long changes, Duration oldest) {}

    /** Those that are known, by the change's id. */
    Uni<Map<UUID, Readiness>> load(Collection<UUID> changes);

    /** Adds or replaces; no change occurs twice. */
    Uni<Void> store(Collection<Readiness.Kept> readinesses);

    /** Notes what was taken back before it came; what is known of a change already stays. */
    Uni<Void> remember(Collection<Readiness.TakenBack> takenBack);

    /**
     * The ids of held changes that wait for any of these, in ascending order.
     *
     * @param after only ids greater than this one
     */
    Uni<List<UUID>> waitingFor(Collection<Concern> concerns, UUID after, int limit);

    /** Makes those that {@link #waitingFor} has not given yet due at once. */
    Uni<Void> lookAtOnce(Collection<Concern> concerns, UUID after, Instant now);

    /** The ids of held changes that are to be looked at by now, longest due first. */
    Uni<List<UUID>> due(Instant now, int limit);

    /** All held changes, by their reasons. */
    Uni<List<HeldFor>> held();
}
