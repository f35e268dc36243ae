package dev.remit.connector.application;

import dev.remit.connector.domain.Brake;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Brakes that are on or were. Each method runs in the caller's transaction: one statement. */
public interface Brakes {
    /** How a brake ended. */
    record Ended(Brake.Outcome outcome, String by, String reason, Instant at) {}

    /**
     * A brake as it stands.
     *
     * @param holding changes that it holds now
     * @param spent whether a list was believed by its release; it counts for one
     */
    record Applied(Brake brake, Optional<Ended> end, long holding, boolean spent) {}

    /** The brakes that are on these scopes, by scope. */
    Uni<Map<String, Brake>> on(Collection<String> scopes);

    /** The last brake of a scope, on or ended. */
    Uni<Optional<Applied>> last(String scope);

    Uni<Optional<Applied>> find(UUID id);

    /** All that are on, the oldest first. */
    Uni<List<Applied>> on();

    /** Puts a brake on; none is on its scope. */
    Uni<Void> apply(Brake brake);

    /** Ends a brake that is on. */
    Uni<Void> end(UUID id, Ended end);

    /** Its release has served. */
    Uni<Void> spend(UUID id);
}
