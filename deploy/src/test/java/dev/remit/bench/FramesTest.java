package dev.remit.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FramesTest {
    @Test
    void theTableNamesTheMethodThatRan(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("me.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.ExecutionSample").withPeriod(java.time.Duration.ofMillis(10));
            recording.start();
            assertThat(busy(System.nanoTime() + 700_000_000)).isPositive();
            recording.dump(file);
        }

        String table = Frames.table("executor", file);

        assertThat(table).contains("executor: ").contains("within");
        assertThat(table).contains("dev.remit.bench.FramesTest.busy");
    }

    private static double busy(long end) {
        double sum = 1;
        while (System.nanoTime() < end) {
            for (int step = 0; step < 10_000; step++) {
                sum = Math.sqrt(sum + step);
            }
        }
        return sum;
    }
}
