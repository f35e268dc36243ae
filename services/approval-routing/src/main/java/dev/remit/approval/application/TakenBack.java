package dev.remit.approval.application;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;

/**
 * Changes that were taken back before they were called ready: whenever that comes, they end. Each
 * method runs in the caller's transaction, under the changes' locks, and costs one statement.
 */
public interface TakenBack {
    /**
     * Who took a change back.
     *
     * @param message the message that said so
     * @param by immutable id
     */
    record Early(UUID change, UUID message, String by, String reason) {}

    /** Keeps these; the first of a change stays. */
    Uni<Void> add(Collection<Early> early);

    /** Those of these changes that were taken back, by the change's id. */
    Uni<Map<UUID, Early>> of(Collection<UUID> changes);

    /**
     * Forgets what has ended its change, and after 90 days what nothing can come for any more: data
     * readiness calls nothing ready that was taken back, so only what it had sent before is left,
     * and of that only what waits here for an operator.
     */
    Uni<Void> prune(Instant now);
}
