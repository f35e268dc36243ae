package dev.remit.handoff.loop;

import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Holds single partitions back beside the channel, which holds back all of them while nothing is
 * asked for, and then reads on all of them. For the thread that polls.
 */
final class Pauses {
    /** Those that are held back by this one. */
    private final Set<TopicPartition> held = new HashSet<>();

    /**
     * Reads on all partitions but these. While the channel holds all of them it is left to that.
     * One at least is read on: so the channel's pause can be told from this one's.
     */
    void apply(Consumer<?, ?> consumer, Set<TopicPartition> wanted) {
        Set<TopicPartition> paused = consumer.paused();
        held.retainAll(paused);
        if (!held.containsAll(paused)) {
            return;
        }
        Set<TopicPartition> next = new HashSet<>(wanted);
        Set<TopicPartition> assigned = consumer.assignment();
        next.retainAll(assigned);
        if (next.size() == assigned.size()) {
            next.stream().findAny().ifPresent(next::remove);
        }
        held.removeAll(next);
        held.retainAll(assigned);
        consumer.resume(held);
        consumer.pause(next);
        held.clear();
        held.addAll(next);
    }
}
