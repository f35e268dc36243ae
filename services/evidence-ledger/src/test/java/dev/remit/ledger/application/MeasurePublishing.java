package dev.remit.ledger.application;

import dev.remit.handoff.loop.Received;
import dev.remit.ledger.Leaver;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Time of publishing 10,000 leaves at once with the ports in memory, tiles, bundles and both
 * signatures made; and what they take. Not part of the build. Run it by hand; the numbers are this
 * machine's.
 */
final class MeasurePublishing {
    private static final int LEAVES = 10_000;

    private MeasurePublishing() {}

    /** Prints milliseconds and bytes, a line each round. */
    public static void main(String[] arguments) {
        List<Received> messages = new ArrayList<>();
        for (int n = 0; n < LEAVES; n++) {
            messages.add(new Leaver(n).activity());
        }
        for (int round = 0; round < 5; round++) {
            InMemoryLedger ledger = new InMemoryLedger();
            for (int from = 0; from < LEAVES; from += 500) {
                ledger.receiveFresh(messages.subList(from, from + 500));
            }
            var threads = ManagementFactory.getThreadMXBean();
            long cpu = threads.getCurrentThreadCpuTime();
            long wall = System.nanoTime();
            ledger.publish.publish(1).await().indefinitely();
            cpu = threads.getCurrentThreadCpuTime() - cpu;
            wall = System.nanoTime() - wall;
            int leaf = IntStream.range(0, LEAVES).map(n -> ledger.leaf(n).length).sum() / LEAVES;
            long files = ledger.publicFiles.values().stream().mapToLong(each -> each.length).sum();
            System.out.printf(
                    "published %d leaves in %.0f ms (%.0f ms of CPU): %d bytes a leaf, %.1f bytes of files a leaf, checkpoint %d bytes%n",
                    LEAVES,
                    wall / 1e6,
                    cpu / 1e6,
                    leaf,
                    (double) files / LEAVES,
                    ledger.publicFiles.get("checkpoint").length);
        }
    }
}
