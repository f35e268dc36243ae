package dev.remit.fault;

import dev.remit.handoff.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Delivers once more what stands on the topics, byte for byte, in another order. */
final class Redelivery {
    private static final int FROM_ONE_PARTITION = 12;

    private final String servers;
    private final Random random;

    Redelivery(String servers, Random random) {
        this.servers = servers;
        this.random = random;
    }

    /**
     * @param most how many messages at most
     * @return how many were delivered once more; fewer while Kafka does not answer
     */
    int redeliver(int most) throws InterruptedException {
        try {
            List<ConsumerRecord<byte[], byte[]>> old = some(most);
            Collections.shuffle(old, random);
            try (var producer =
                    new KafkaProducer<>(
                            Map.<String, Object>of(
                                    "bootstrap.servers", servers, "max.block.ms", 3000),
                            new ByteArraySerializer(),
                            new ByteArraySerializer())) {
                for (ConsumerRecord<byte[], byte[]> each : old) {
                    producer.send(
                                    new ProducerRecord<>(
                                            each.topic(),
                                            each.partition(),
                                            each.key(),
                                            each.value(),
                                            each.headers()))
                            .get(5, TimeUnit.SECONDS);
                }
            }
            return old.size();
        } catch (KafkaException | ExecutionException | TimeoutException away) {
            return 0;
        }
    }

    private List<ConsumerRecord<byte[], byte[]>> some(int most) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers",
                                servers,
                                "default.api.timeout.ms",
                                3000,
                                "max.poll.records",
                                FROM_ONE_PARTITION,
                                "enable.auto.commit",
                                false),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (Topic topic : Topic.values()) {
                consumer.partitionsFor(topic.topicName())
                        .forEach(each ->
                                partitions.add(new TopicPartition(each.topic(), each.partition())));
            }
            Collections.shuffle(partitions, random);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            for (TopicPartition partition : partitions) {
                long end = ends.getOrDefault(partition, 0L);
                if (end == 0 || found.size() >= most) {
                    continue;
                }
                consumer.assign(List.of(partition));
                consumer.seek(partition, random.nextLong(end));
                consumer.poll(Duration.ofSeconds(1)).forEach(found::add);
            }
        }
        return new ArrayList<>(found.subList(0, Math.min(most, found.size())));
    }
}
