package dev.remit.connector.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    private static final Schedule DAILY =
            new Schedule(Duration.ofDays(1), Instant.parse("2026-01-01T06:00:00Z"), List.of());

    @ParameterizedTest
    @CsvSource({
        // last run or first seen, now, the run that is due, how many were missed
        "2025-12-31T00:00:00Z, 2026-01-01T05:59:59Z,                     , 0",
        "2025-12-31T00:00:00Z, 2026-01-01T06:00:00Z, 2026-01-01T06:00:00Z, 0",
        "2026-01-01T06:00:00Z, 2026-01-01T06:00:00Z,                     , 0",
        "2026-01-01T06:00:00Z, 2026-01-02T05:59:59Z,                     , 0",
        "2026-01-01T06:00:00Z, 2026-01-02T06:00:01Z, 2026-01-02T06:00:00Z, 0",
        "2026-01-01T06:00:00Z, 2026-01-05T07:00:00Z, 2026-01-05T06:00:00Z, 3",
        "2026-01-03T12:00:00Z, 2026-01-03T18:00:00Z,                     , 0",
        "2026-01-03T12:00:00Z, 2026-01-04T06:00:00Z, 2026-01-04T06:00:00Z, 0"
    })
    void theLastRunThatIsDueIsMadeOnceAndSaysWhatWasMissed(
            Instant last, Instant now, Instant due, long missed) {
        assertThat(DAILY.due(last, now))
                .isEqualTo(Optional.ofNullable(due).map(at -> new Schedule.Run(at, missed)));
    }
}
