package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final Optional<String> WHY = Optional.of("the works council asks for it");

    @Test
    void theLongerCountsAndLessThan400DaysNeedsAReason() {
        assertThat(kept(400, 0, false)).isEqualTo(400);
        assertThat(kept(2_555, 0, false)).isEqualTo(2_555);
        assertThat(kept(400, 500, false)).isEqualTo(500);
        assertThat(kept(0, 500, false)).isEqualTo(500);
        assertThat(kept(0, 0, false)).as("nobody said how long").isZero();
        assertThat(kept(90, 0, false)).as("without a reason").isEqualTo(400);
        assertThat(kept(90, 0, true)).isEqualTo(90);
        assertThat(kept(90, 120, true)).isEqualTo(120);
        assertThat(kept(2_555, 120, true)).isEqualTo(2_555);
    }

    @Test
    void anInstallationThatKeepsLessNeedsAReasonToStart() {
        Optional<Duration> year = Optional.of(Duration.ofDays(365));
        assertThatThrownBy(() -> new Retention(year, Optional.empty()))
                .hasMessageContaining("remit.ledger.retention");
        assertThat(new Retention(year, WHY).words(year.get()))
                .isEqualTo(
                        "retention of 365 days is over; shorter than usual because: the works council asks for it");
        assertThat(new Retention(year, WHY).words(Duration.ofDays(400)))
                .isEqualTo("retention of 400 days is over");
    }

    /** Days; 0: nothing said. */
    private static long kept(long charter, long installation, boolean reason) {
        return new Retention(days(installation), reason ? WHY : Optional.empty())
                .of(days(charter))
                .map(Duration::toDays)
                .orElse(0L);
    }

    private static Optional<Duration> days(long days) {
        return days == 0 ? Optional.empty() : Optional.of(Duration.ofDays(days));
    }
}
