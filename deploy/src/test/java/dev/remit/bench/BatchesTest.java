package dev.remit.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static final String METRICS =
            """
            # HELP remit_batch_size
            # TYPE remit_batch_size summary
            remit_batch_size_count{of="handoffs"} 4
            remit_batch_size_sum{of="handoffs"} 1000.0
            remit_batch_size_max{of="handoffs"} 500.0
            remit_batch_size_count{of="leases"} 2
            remit_batch_size_sum{of="leases"} 64.0
            remit_batch_stage_seconds_count{stage="commit"} 4
            remit_batch_stage_seconds_sum{stage="commit"} 1.2E-1
            other_size_count{of="handoffs"} 9
            """;

    @Test
    void sizesAndTimesAreReadAndTheirMaximaAreNot() {
        assertThat(Batches.read(METRICS))
                .isEqualTo(
                        Map.of(
                                "handoffs", new Batches.Sum(false, 4, 1000),
                                "leases", new Batches.Sum(false, 2, 64),
                                "commit", new Batches.Sum(true, 4, 0.12)));
    }

    @Test
    void whatWasDoneSinceIsTheDifferenceAndWhatWasNotDoneIsLeftOut() {
        Batches before = new Batches(Batches.read(METRICS));
        Batches after =
                new Batches(
                        Batches.read(
                                METRICS.replace("} 4\n", "} 6\n")
                                        .replace("1000.0", "1600.0")
                                        .replace("1.2E-1", "0.2")));

        Batches since = after.since(before);

        assertThat(since.sums()).containsOnlyKeys("handoffs", "commit");
        assertThat(since.sums().get("handoffs").mean()).isEqualTo(300);
        assertThat(new Batches.Sum(false, 0, 0).mean()).isZero();
    }
}
