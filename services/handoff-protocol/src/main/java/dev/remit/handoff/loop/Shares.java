package dev.remit.handoff.loop;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * How many records of a batch one transaction takes: so many that what it hands on because of them
 * stays small, whatever the load. One change may ask hundreds of people, and five hundred such
 * changes in one transaction are more than a heap holds. What a topic's records cost is learned
 * from the transactions before; of a topic that nothing is known of few are taken.
 */
final class Shares {
    /** Bytes that a transaction is to hand on at most; what it keeps beside is about as much. */
    static final long BUDGET = 4L * 1024 * 1024;

    /** Records that a transaction takes of what nothing is known of yet. */
    static final int FIRST = 32;

    /** What was learned before counts for less with each transaction. */
    private static final double KEPT = 0.5;

    private final Map<String, Double> costs = new HashMap<>();

    /** How many from the front the next transaction takes, one at least. */
    synchronized int next(List<? extends ConsumerRecord<?, ?>> records) {
        double bytes = 0;
        int taken = 0;
        while (taken < records.size()) {
            bytes += cost(records.get(taken).topic());
            if (taken > 0 && bytes > BUDGET) {
                break;
            }
            taken++;
        }
        return taken;
    }

    private double cost(String topic) {
        return costs.getOrDefault(topic, (double) BUDGET / FIRST);
    }

    /**
     * What a transaction took and handed on.
     *
     * @param taken records, by their topic
     * @param handedOn bytes of the messages that followed from them, by the same
     */
    synchronized void learn(Map<String, Integer> taken, Map<String, Long> handedOn) {
        taken.forEach((topic, records) -> {
            double each = (double) handedOn.getOrDefault(topic, 0L) / records;
            costs.put(topic, Math.max(each, KEPT * cost(topic) + (1 - KEPT) * each));
        });
    }
}
