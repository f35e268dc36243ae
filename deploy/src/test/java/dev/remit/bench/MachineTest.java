package dev.remit.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {
    @Test
    void cpuTimeIsReadBehindANameThatHoldsAnything() {
        String stat =
                "4242 (a) b (c)) S 1 4242 4242 0 -1 4194560 100 200 3 4 150 50 25 75 20 0 9 0 123 456 789\n";

        assertThat(Machine.cpuSeconds(stat)).isEqualTo(3.0);
    }

    @Test
    void memoryIsTheProportionalSetSize() {
        String rollup =
                """
                55e0-7ffc ---p 00000000 00:00 0    [rollup]
                Rss:              204800 kB
                Pss:              123456 kB
                Pss_Dirty:             1 kB
                """;

        assertThat(Machine.pssKilobytes(rollup)).isEqualTo(123456);
        assertThat(Machine.pssKilobytes("")).isZero();
    }

    @Test
    void stolenTimeIsTheEighthNumber() {
        String stat = "cpu  100 20 30 4000 500 6 7 80 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n";

        assertThat(Machine.stolenSeconds(stat)).isEqualTo(0.8);
    }

    @Test
    void thisProcessIsSeen() throws Exception {
        Map<String, Long> pids = Map.of("me", ProcessHandle.current().pid());
        Machine.Usage before = Machine.usage(pids);
        long end = System.nanoTime() + 300_000_000;
        double sum = 0;
        while (System.nanoTime() < end) {
            sum += Math.sqrt(sum + 1);
        }

        Machine.Usage spent = Machine.usage(pids).since(before);

        assertThat(sum).isPositive();
        assertThat(spent.processes().get("me")).isPositive();
        // counters of hundredths of a second, read one after the other, beside whatever else runs
        // and ends
        assertThat(spent.machine()).isGreaterThan(spent.total() - 0.2);
        assertThat(Machine.memory(pids).get("me")).isGreaterThan(1_000);
    }

    @Test
    void aProcessThatIsGoneHasSpentNothing() throws Exception {
        Map<String, Long> pids = Map.of("gone", 4_194_303L + 1);

        assertThat(Machine.usage(pids).total()).isZero();
        assertThat(Machine.memory(pids)).containsEntry("gone", 0L);
    }

    @Test
    void onlyTheFilesMeantAreCounted(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("remit.change-0"));
        Files.createDirectories(folder.resolve("bench.a1-0"));
        Files.write(folder.resolve("remit.change-0/0.log"), new byte[10]);
        Files.write(folder.resolve("remit.change-0/0.index"), new byte[100]);
        Files.write(folder.resolve("bench.a1-0/0.log"), new byte[1000]);

        assertThat(Machine.bytes(folder, "remit.", ".log")).isEqualTo(10);
        assertThat(Machine.bytes(folder, "", "")).isEqualTo(1110);
        assertThat(Machine.bytes(folder.resolve("none"), "", "")).isZero();
    }

    @Test
    void theMachineIsDescribed() throws Exception {
        assertThat(Machine.describe()).containsKeys("cpu", "cores", "memory", "kernel", "java");
        assertThat(Machine.load()).matches("[0-9.]+ [0-9.]+ [0-9.]+");
    }
}
