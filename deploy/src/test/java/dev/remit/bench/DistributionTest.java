package dev.remit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DistributionTest {
    @Test
    void percentilesAreTheNearestRank() {
        long[] hundred = LongStream.rangeClosed(1, 100).map(each -> each * 1_000_000).toArray();

        Distribution distribution = Distribution.of(hundred, 0);

        assertThat(distribution).isEqualTo(new Distribution(100, 0, 50, 90, 99, 100));
    }

    @Test
    void oneValueIsEveryPercentile() {
        assertThat(Distribution.of(new long[] {7_000_000}, 0))
                .isEqualTo(new Distribution(1, 0, 7, 7, 7, 7));
    }

    @Test
    void whatNeverArrivedIsSlowerThanEverything() {
        long[] ninety = LongStream.rangeClosed(1, 90).map(each -> each * 1_000_000).toArray();

        Distribution distribution = Distribution.of(ninety, 10);

        assertThat(distribution.p90()).isEqualTo(90);
        assertThat(distribution.p99()).isInfinite();
        assertThat(distribution.max()).isInfinite();
    }

    @Test
    void nothingHasNoPercentile() {
        assertThatThrownBy(() -> Distribution.of(new long[0], 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theCallersValuesStayInTheirOrder() {
        long[] values = {3, 1, 2};

        Distribution.of(values, 0);

        assertThat(values).containsExactly(3, 1, 2);
    }
}
