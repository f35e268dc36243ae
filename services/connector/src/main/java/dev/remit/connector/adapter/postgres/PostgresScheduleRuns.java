package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.connector.application.ScheduleRuns;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;

/** Runs of schedules; whoever asks for one holds its row. */
@Singleton
class PostgresScheduleRuns implements ScheduleRuns {
    @Override
    public Uni<Instant> last(String charter, String schedule, Instant now) {
        // the update changes nothing: it waits for whoever holds the row, and sees what they left
        return new Statement(
                        "insert into schedule_run as known (charter, schedule, run_at) values (?1, ?2, cast(?3 as timestamptz))"
                                + " on conflict (charter, schedule) do update set run_at = known.run_at returning run_at",
                        charter,
                        schedule,
                        time(now))
                .values(Object.class)
                .map(rows -> instant(rows.getFirst()));
    }

    @Override
    public Uni<Void> ran(String charter, String schedule, Instant at) {
        return new Statement(
                        "update schedule_run set run_at = cast(?3 as timestamptz) where charter = ?1 and schedule = ?2",
                        charter,
                        schedule,
                        time(at))
                .execute();
    }
}
