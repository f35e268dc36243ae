package dev.remit.connector.application;

import io.smallrye.mutiny.Uni;
import java.time.Instant;

/** The runs of charters' schedules. Each method runs in the caller's transaction. */
public interface ScheduleRuns {
    /**
     * When a schedule ran last, or {@code now} where it is seen for the first time. No other
     * transaction gets an answer for it before this one ends.
     *
     * @param schedule what tells it from another of the charter
     */
    Uni<Instant> last(String charter, String schedule, Instant now);

    /** It ran. */
    Uni<Void> ran(String charter, String schedule, Instant at);
}
