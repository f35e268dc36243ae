package dev.remit.approval.application;

import dev.remit.approval.domain.Charter.StepUp;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Inbox;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Risk;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Routes as they are shown. Each method has a session of its own. */
public interface RouteViews {
    /**
     * A change on its route.
     *
     * @param stages those that are open, or at which it ended
     * @param plan JSON; {@code null} if none is known
     * @param ready what was judged before it came here
     * @param stepUps what sign-in a stage asks for, by the stage's index
     * @param risk of the plan as things are; empty if it is not known
     * @param labels names of the accounts that it speaks of, as they were when it came here, by
     *     immutable id; to show only
     * @param decisions in order
     */
    record View(
            UUID change,
            String state,
            String stage,
            Optional<String> held,
            Optional<Instant> expiresAt,
            Instant requestedAt,
            String planHash,
            String plan,
            Ready ready,
            List<OpenStage> stages,
            Map<Integer, StepUp> stepUps,
            Optional<Risk> risk,
            Map<String, String> labels,
            List<Decision> decisions) {
        public Place place() {
            return new Place(requestedAt, change);
        }
    }

    /** Where a page ended: when the first open stage of its last change opened, and the change. */
    record Place(Instant requestedAt, UUID change) {
        /** Before the first page. */
        public static final Place START = new Place(Instant.EPOCH, new UUID(0, 0));
    }

    /** Open routes behind a place, the oldest first; with their decisions. */
    Uni<List<View>> open(Place after, int limit);

    /** Those of them that this person may decide now and has not decided yet. */
    Uni<List<View>> waitingFor(String person, Place after, int limit);

    /** What waits for each of these people, the oldest first, at most so much for each. */
    Uni<Map<String, Inbox>> inboxes(Collection<String> people, int most);

    /**
     * How far what is shown may be behind what is known: how long the oldest news of the directory
     * has not been looked at, or a deadline has been due.
     */
    Uni<Duration> lag(Instant now);

    Uni<Optional<View>> of(UUID change);
}
