package dev.remit.ledger.application;

import dev.remit.handoff.loop.Received;
import dev.remit.ledger.Leaver;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * CPU per message of making entries, reading, deciding and announcing, with the ports in memory: no
 * Kafka, no seals made or verified, no database. Not part of the build. Run it by hand; the numbers
 * hold for the machine that it runs on.
 */
final class MeasureRecording {
    private static final int CHANGES = 500;
    private static final int ROUNDS = 40;

    private MeasureRecording() {}

    /** Prints microseconds of CPU per message, a line each round. */
    public static void main(String[] arguments) {
        for (int round = 0; round < ROUNDS; round++) {
            InMemoryLedger ledger = new InMemoryLedger();
            List<List<Received>> batches = batches(round * CHANGES);
            var threads = ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadCpuTime();
            int messages = 0;
            for (List<Received> batch : batches) {
                ledger.receiveFresh(batch);
                messages += batch.size();
            }
            long spent = threads.getCurrentThreadCpuTime() - before - ledger.sealing;
            double micros = spent / 1000.0 / messages;
            if (ledger.handedOn().size() != CHANGES) {
                throw new IllegalStateException("not every change was closed");
            }
            System.out.printf(
                    "round %d: %.1f us a message, %d messages%n", round, micros, messages);
        }
    }

    /**
     * The charter, then 500 changes step by step, each batch of 500 messages, closed at the end.
     */
    private static List<List<Received>> batches(int first) {
        List<Leaver> leavers = new ArrayList<>();
        for (int n = 0; n < CHANGES; n++) {
            leavers.add(new Leaver(first + n));
        }
        List<List<Received>> told = leavers.stream().map(Leaver::handoffs).toList();
        List<List<Received>> batches = new ArrayList<>();
        batches.add(List.of(leavers.getFirst().published()));
        batches.add(leavers.stream().map(Leaver::activity).toList());
        for (int n = 0; n < 6; n++) {
            int step = n;
            batches.add(told.stream().map(each -> each.get(step)).toList());
        }
        return batches;
    }
}
