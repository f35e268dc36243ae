package dev.remit.approval.application;

import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.OpenStage;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Routes as they are shown. Each method has a session of its own. */
public interface RouteViews {
    /**
     * A change on its route.
     *
     * @param stages those that are open, or at which it ended
     * @param plan JSON; {@code null} if none is known
     * @param decisions in order; in a list of changes they are left out
     */
    record View(
            UUID change,
            String state,
            String stage,
            Optional<String> held,
            Optional<Instant> expiresAt,
            String planHash,
            String plan,
            List<OpenStage> stages,
            List<Decision> decisions) {}

    /** Open routes, the oldest first. */
    Uni<List<View>> open(int limit);

    /** Open routes that this person may decide now and has not decided yet, the oldest first. */
    Uni<List<View>> waitingFor(String person, int limit);

    Uni<Optional<View>> of(UUID change);
}
