package dev.remit.connector.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When a charter's clock opens changes, and for whom. Runs are due at {@code from}, and each {@code
 * every} after it.
 *
 * @param every above zero
 */
public record Schedule(Duration every, Instant from, List<Subject> subjects) {
    /** Whom a run is about: {@code hr} and a worker id, or a system and an account's id. */
    public record Subject(String system, String id) {}

    /**
     * A run that is due.
     *
     * @param missed how many before it were not made, as nothing was running
     */
    public record Run(Instant at, long missed) {}

    /**
     * The last run that is due by now, if it was not made: of several missed ones only that.
     *
     * @param last the last run that was made, or when the schedule was first seen
     */
    public Optional<Run> due(Instant last, Instant now) {
        long made = runsBy(last);
        long due = runsBy(now);
        return due > made
                ? Optional.of(new Run(from.plus(every.multipliedBy(due - 1)), due - made - 1))
                : Optional.empty();
    }

    /** How many runs were due by then, the first one included. */
    private long runsBy(Instant time) {
        return time.isBefore(from) ? 0 : Duration.between(from, time).dividedBy(every) + 1;
    }

    /** What tells it from another schedule of the same charter. */
    public String key() {
        return from + "/" + every;
    }
}
