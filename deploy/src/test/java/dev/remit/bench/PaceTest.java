package dev.remit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PaceTest {
    @Test
    void fiftyASecondAreDueTwentyMillisecondsApart() {
        Pace pace = new Pace(50);

        assertThat(pace.due(0)).isZero();
        assertThat(pace.due(1)).isEqualTo(20_000_000);
        assertThat(pace.dueBy(0, 100)).isEqualTo(1);
        assertThat(pace.dueBy(19_999_999, 100)).isEqualTo(1);
        assertThat(pace.dueBy(20_000_000, 100)).isEqualTo(2);
        assertThat(pace.dueBy(1_000_000_000_000L, 100)).isEqualTo(100);
    }

    @Test
    void whatIsDueIsNeverCountedBeforeItsTime() {
        for (double perSecond : new double[] {0.3, 3, 7, 997, 16_000}) {
            Pace pace = new Pace(perSecond);
            for (long elapsed = 0; elapsed < 2_000_000_000L; elapsed += 77_777_777) {
                int due = pace.dueBy(elapsed, 1_000_000);
                assertThat(due).isPositive();
                assertThat(pace.due(due - 1)).isLessThanOrEqualTo(elapsed);
                assertThat(pace.due(due + 1)).isGreaterThan(elapsed);
            }
        }
    }

    @Test
    void aStallIsNotLeftOut() {
        // a second without sending: 50 are due, each since its own time
        assertThat(new Pace(50).dueBy(1_000_000_000, 1_000)).isEqualTo(51);
    }

    @Test
    void atSaturationAllAreDueAtOnce() {
        assertThat(Pace.SATURATION.dueBy(0, 7)).isEqualTo(7);
        assertThat(Pace.SATURATION.due(6)).isZero();
    }

    @Test
    void aRunIsBounded() {
        assertThat(new Pace(50).changes(8, 1_000)).isEqualTo(400);
        assertThat(new Pace(50_000).changes(8, 1_000)).isEqualTo(1_000);
        assertThat(new Pace(0.01).changes(8, 1_000)).isEqualTo(1);
        assertThat(Pace.SATURATION.changes(8, 1_000)).isEqualTo(1_000);
    }

    @Test
    void aPaceOfNothingIsRefused() {
        assertThatThrownBy(() -> new Pace(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pace(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
