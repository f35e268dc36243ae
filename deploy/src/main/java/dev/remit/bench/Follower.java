package dev.remit.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads topics from their present end on, on a thread of its own, and tells of each record. */
final class Follower implements AutoCloseable {
    /** Told of each record; on the follower's thread. */
    interface Listener {
        /** A record arrived at this {@link System#nanoTime()}. */
        void arrived(ConsumerRecord<String, byte[]> record, long nanoTime);
    }

    private final KafkaConsumer<String, byte[]> consumer;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile @Nullable Throwable failure;

    /** Follows the topics; what is sent after this returns is seen. */
    Follower(String servers, List<String> topics, Listener listener) {
        consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", servers, "max.poll.records", "2000"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        List<TopicPartition> partitions =
                topics.stream()
                        .flatMap(topic -> consumer.partitionsFor(topic).stream())
                        .map(each -> new TopicPartition(each.topic(), each.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        thread = Thread.ofPlatform().daemon().name("follower").start(() -> follow(listener));
    }

    private void follow(Listener listener) {
        try (consumer) {
            while (!stopped) {
                var records = consumer.poll(Duration.ofMillis(100));
                long now = System.nanoTime();
                records.forEach(record -> listener.arrived(record, now));
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    /**
     * @throws IllegalStateException if it had to stop
     */
    void check() {
        if (failure != null) {
            throw new IllegalStateException("the topics cannot be followed: " + failure, failure);
        }
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
