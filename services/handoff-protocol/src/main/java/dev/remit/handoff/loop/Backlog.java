package dev.remit.handoff.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What was polled and waits. A poll brings one partition after the other, each with a stretch of
 * its past; of topics that are taken in turn the oldest records go first, whatever partition they
 * are of, so that what was handed on together is handled together. The others go as they came.
 * Those of a partition always go in the order of their offsets. For one caller at a time.
 *
 * @param <P> what a poll is to the caller
 */
final class Backlog<P> {
    /**
     * Records that are to wait of the partitions together, and of each at least: more would push
     * out what belongs to them and comes from partitions whose past is longer.
     */
    static final int ENOUGH = 1_400;

    static final int ENOUGH_OF_EACH = 64;

    /**
     * A record that waits.
     *
     * @param poll what brought it
     * @param turn milliseconds: when it was written, or came if that was before
     */
    record Waiting<P>(ConsumerRecord<String, byte[]> record, P poll, long turn) {
        int bytes() {
            return Math.max(0, record.serializedKeySize())
                    + Math.max(0, record.serializedValueSize());
        }
    }

    private final Set<String> inTurn;
    private final Deque<Waiting<P>> asTheyCame = new ArrayDeque<>();
    private final Map<TopicPartition, Deque<Waiting<P>>> partitions = new LinkedHashMap<>();
    private int size;
    private long bytes;

    /**
     * @param inTurn the topics whose oldest records go first
     */
    Backlog(Set<String> inTurn) {
        this.inTurn = inTurn;
    }

    /**
     * Adds a record behind those of its partition.
     *
     * @param now milliseconds since the epoch: a writer whose clock is ahead has its turn when all
     *     the others have come as far as to this time
     */
    void add(ConsumerRecord<String, byte[]> record, P poll, long now) {
        var waiting = new Waiting<>(record, poll, Math.min(record.timestamp(), now));
        if (inTurn.contains(record.topic())) {
            partitions
                    .computeIfAbsent(
                            new TopicPartition(record.topic(), record.partition()),
                            partition -> new ArrayDeque<>())
                    .add(waiting);
        } else {
            asTheyCame.add(waiting);
        }
        size++;
        bytes += waiting.bytes();
    }

    /** Takes so many if they are there; at least half of them of either kind if both wait. */
    List<Waiting<P>> take(int most) {
        int others = asTheyCame.size();
        int turns = Math.min(size - others, Math.max(most - others, (most + 1) / 2));
        List<Waiting<P>> taken = new ArrayList<>(Math.min(most, size));
        while (taken.size() < most - turns && !asTheyCame.isEmpty()) {
            taken.add(asTheyCame.remove());
        }
        oldest(turns, taken);
        size -= taken.size();
        taken.forEach(each -> bytes -= each.bytes());
        return taken;
    }

    private void oldest(int number, List<Waiting<P>> taken) {
        var firsts =
                new PriorityQueue<Deque<Waiting<P>>>(
                        Comparator.comparingLong(waiting -> waiting.element().turn()));
        if (number > 0) {
            firsts.addAll(partitions.values());
        }
        for (int n = 0; n < number; n++) {
            Deque<Waiting<P>> first = firsts.remove();
            taken.add(first.remove());
            if (!first.isEmpty()) {
                firsts.add(first);
            }
        }
        partitions.values().removeIf(Deque::isEmpty);
    }

    /** The partitions of which as many wait as are to. */
    Set<TopicPartition> enough() {
        int each = Math.max(ENOUGH_OF_EACH, ENOUGH / Math.max(1, partitions.size()));
        return partitions.entrySet().stream()
                .filter(entry -> entry.getValue().size() >= each)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    int size() {
        return size;
    }

    /** How many of them go as they came. */
    int asTheyCame() {
        return asTheyCame.size();
    }

    /** Of keys and values. */
    long bytes() {
        return bytes;
    }

    /**
     * When the oldest of those was written that came in no turn or are the next of their partition;
     * {@link Intake#NONE} if none waits.
     */
    long oldest() {
        long oldest = Intake.NONE;
        for (Waiting<P> each : asTheyCame) {
            oldest = Math.min(oldest, each.record().timestamp());
        }
        for (Deque<Waiting<P>> waiting : partitions.values()) {
            oldest = Math.min(oldest, waiting.element().record().timestamp());
        }
        return oldest;
    }
}
