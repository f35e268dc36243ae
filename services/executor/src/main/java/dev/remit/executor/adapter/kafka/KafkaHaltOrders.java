package dev.remit.executor.adapter.kafka;

import dev.remit.executor.application.HaltOrders;
import dev.remit.handoff.Topic;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Asks the broker how far this service's group has committed the topic of orders: offsets are
 * committed after what they stand for is, so whichever replica read an order, all know it.
 */
@Singleton
class KafkaHaltOrders implements HaltOrders {
    private static final String TOPIC = Topic.AUTHORITY.topicName();
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Map<String, Object> broker;
    private final String group;
    private @Nullable Admin admin;

    KafkaHaltOrders(
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            @ConfigProperty(name = "mp.messaging.incoming.handoffs.group.id") String group) {
        this.broker = broker;
        this.group = group;
    }

    @Override
    public Uni<Boolean> areTakenIn() {
        return partitions()
                .chain(partitions ->
                        ends(partitions)
                                // the ends first: what is published in between counts the next time
                                .chain(ends ->
                                        committed().map(committed -> areTakenIn(ends, committed))))
                .ifNoItem()
                .after(PATIENCE)
                .fail();
    }

    private static boolean areTakenIn(
            Map<TopicPartition, ListOffsetsResultInfo> ends,
            Map<TopicPartition, OffsetAndMetadata> committed) {
        return ends.entrySet().stream()
                .allMatch(end -> {
                    OffsetAndMetadata read = committed.get(end.getKey());
                    return (read == null ? 0 : read.offset()) >= end.getValue().offset();
                });
    }

    private Uni<Set<TopicPartition>> partitions() {
        return uni(() -> admin().describeTopics(List.of(TOPIC)).allTopicNames())
                .map(topics -> {
                    TopicDescription topic = topics.get(TOPIC);
                    return topic == null
                            ? Set.<TopicPartition>of()
                            : topic.partitions().stream()
                                    .map(each -> new TopicPartition(TOPIC, each.partition()))
                                    .collect(Collectors.toSet());
                });
    }

    private Uni<Map<TopicPartition, ListOffsetsResultInfo>> ends(Set<TopicPartition> partitions) {
        return uni(() ->
                admin().listOffsets(
                                partitions.stream()
                                        .collect(
                                                Collectors.toMap(
                                                        Function.identity(),
                                                        each -> OffsetSpec.latest())))
                        .all());
    }

    private Uni<Map<TopicPartition, OffsetAndMetadata>> committed() {
        return uni(() -> admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    }

    private static <T> Uni<T> uni(java.util.function.Supplier<KafkaFuture<T>> call) {
        return Uni.createFrom().completionStage(() -> call.get().toCompletionStage());
    }

    private synchronized Admin admin() {
        Admin known = admin;
        if (known == null) {
            Map<String, Object> config = new HashMap<>();
            broker.forEach((name, value) -> {
                if (AdminClientConfig.configNames().contains(name)) {
                    config.put(name, value);
                }
            });
            known = Admin.create(config);
            admin = known;
        }
        return known;
    }

    @PreDestroy
    synchronized void close() {
        if (admin != null) {
            admin.close(PATIENCE);
        }
    }
}
