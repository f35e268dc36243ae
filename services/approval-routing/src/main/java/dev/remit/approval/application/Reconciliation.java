package dev.remit.approval.application;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How far the inboxes were compared with what they are derived from, and what was mended. */
public interface Reconciliation {
    /** What is said of stages that are lost: nothing can be derived from them. */
    String STAGES = "stages";

    /** What is said of a route that does not read: it is set aside. */
    String UNREADABLE = "unreadable";

    /**
     * Some of the open routes.
     *
     * @param through when the first stage of the last of them opened
     * @param last whether there are no more behind these
     */
    record Page(List<UUID> changes, Instant through, boolean last) {}

    /**
     * An inbox's item that was mended.
     *
     * @param what the columns that said something else, or what else was wrong
     */
    record Mended(UUID change, String what, Instant at) {}

    /**
     * What is known of it.
     *
     * @param finishedAt when all open routes had been compared the last time; null before
     * @param checked how many they were
     * @param mended the last hundred of the last 30 days, the newest first
     */
    record Report(@Nullable Instant finishedAt, long checked, List<Mended> mended) {}

    /**
     * The next open routes to compare, to be locked; empty if it is not time yet. No other replica
     * gets them until the caller's transaction ends.
     */
    Uni<Optional<Page>> next(Instant now, int limit);

    /**
     * Compares these and mends them, in the caller's transaction; they are locked.
     *
     * @return the columns that said something else, of those where any did
     */
    Uni<Map<UUID, List<String>>> mend(Collection<UUID> changes);

    /** These were compared, in the caller's transaction; after the last it is time again then. */
    Uni<Void> done(Page page, List<Mended> mended, Instant now, Duration every);

    /** Has a session of its own. */
    Uni<Report> report();

    /**
     * When all open routes had been compared the last time, in whole seconds; empty before the
     * first. In the caller's transaction.
     */
    Uni<Optional<Instant>> finished();
}
