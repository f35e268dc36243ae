package dev.remit.approval.application;

import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Route;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The routes of all changes. Each method runs in the caller's transaction and costs a constant
 * number of statements. Load only what is locked.
 */
public interface Routes {
    /**
     * So many routes a transaction takes up that nobody is waiting for: each is kept with all whom
     * it asks and why, and they are hundreds at most.
     */
    int PAGE = 100;

    /**
     * A route as it was loaded.
     *
     * @param approvals the messages that approved its stages so far, in order
     */
    record Loaded(Route route, List<UUID> approvals) {}

    /**
     * The routes of some changes, as far as there are any.
     *
     * @param unread why those do not read that do not, in words
     */
    record Found(Map<UUID, Loaded> routes, Map<UUID, String> unread) {}

    /**
     * A route as it is to be stored.
     *
     * @param added whether it was not loaded, because there was none
     */
    record Moved(UUID change, Route route, boolean added) {}

    /** A decision and the message that hands it on. */
    record Recorded(UUID message, UUID change, Decision decision) {}

    /**
     * How many stages are open.
     *
     * @param held those among them that nobody can decide now
     * @param oldest since when the oldest has been open
     * @param reviews those among them that look at a change afterwards
     * @param overdue the reviews that should have been closed
     * @param unread routes that do not read here and are set aside
     */
    record Census(
            long open,
            long held,
            Optional<Instant> oldest,
            long reviews,
            long overdue,
            long unread) {}

    /** Those of these changes that were routed here; takes no lock and keeps nothing loaded. */
    Uni<Set<UUID>> routed(Collection<UUID> changes);

    /** Those of these changes that were authorized and are to be looked at afterwards. */
    Uni<Set<UUID>> granted(Collection<UUID> changes);

    /** The routes of these changes; a change without a route has no entry. */
    Uni<Found> load(Collection<UUID> changes);

    /** These were found not to read; they are not due until they are retried. */
    Uni<Void> setAside(Set<UUID> changes, Instant now);

    /** Those that were found not to read, and not since; at most so many. */
    Uni<List<UUID>> setAsideBefore(Instant since, int limit);

    /** These read again. */
    Uni<Void> takeBack(Set<UUID> changes);

    /** An account under the charters of one name. */
    record Earlier(String account, String charter) {}

    /**
     * Who approved the last change of each that was approved: immutable ids of people, by stage.
     * Those without such a change are left out.
     */
    Uni<Map<Earlier, Map<String, List<String>>>> approvers(Set<Earlier> asked);

    Uni<Void> store(Collection<Moved> moved, Collection<Recorded> decisions);

    /** Changes whose deadline has passed, the oldest first; to be locked and looked at again. */
    Uni<List<UUID>> due(Instant now, int limit);

    Uni<Census> census();
}
