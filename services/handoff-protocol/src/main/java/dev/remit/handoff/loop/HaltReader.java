package dev.remit.handoff.loop;

import dev.remit.handoff.Topic;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.halt.HaltReading;
import dev.remit.handoff.halt.HaltsUnread;
import dev.remit.handoff.halt.PostgresHalts;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the topic of orders beside the loop, from its beginning and without a group, so that no
 * backlog of handoffs stands before a halt: every replica knows it as soon as the broker has it.
 * What is read is kept as the loop keeps it; whichever comes second changes nothing.
 *
 * <p>While this was not read to its end for as long as {@code remit.halts.within} says, nothing is
 * decided here.
 */
@ApplicationScoped
class HaltReader implements HaltReading {
    private static final Logger LOG = Logger.getLogger(HaltReader.class);
    private static final String TOPIC = Topic.AUTHORITY.topicName();
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /**
     * What is given up is read again from the beginning; decisions stop meanwhile, by the reading's
     * age.
     */
    private static final Duration WRITE = Duration.ofSeconds(30);

    /** So many orders at most are kept in one transaction. */
    private static final int MOST = 50;

    /** The ends are asked for at most so often. */
    private static final long ENDS_NANOS = Duration.ofMillis(500).toNanos();

    /** Keeps what was read; done when it is committed. */
    interface Kept {
        void keep(List<ConsumerRecord<String, byte[]>> orders);
    }

    private final Optional<Duration> within;
    private final Supplier<Consumer<String, byte[]>> open;
    private final Kept kept;

    /** By the clock that only goes on: when all was read that was published then; 0 for never. */
    private volatile long readAt;

    private volatile boolean stopped;
    private @Nullable Thread thread;

    /**
     * @param within how old the reading may be; empty where a service asks otherwise
     */
    @Inject
    HaltReader(
            HandoffLoop loop,
            PostgresHandoffs handoffs,
            PostgresHalts halts,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            @ConfigProperty(name = "remit.halts.within") Optional<Duration> within) {
        this(
                within,
                () -> consumer(broker),
                orders -> {
                    List<Received> received = opened(orders, loop);
                    if (!received.isEmpty()) {
                        handoffs.run(outbox -> halts.take(received)).await().atMost(WRITE);
                    }
                });
    }

    HaltReader(Optional<Duration> within, Supplier<Consumer<String, byte[]>> open, Kept kept) {
        this.within = within;
        this.open = open;
        this.kept = kept;
    }

    void start(@Observes StartupEvent event) {
        if (within.isPresent()) {
            thread = Thread.ofPlatform().daemon().name("halts").start(this::run);
        }
    }

    @PreDestroy
    void stop() {
        stopped = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public Uni<Void> isCurrent() {
        return Uni.createFrom()
                .deferred(() -> {
                    if (within.isEmpty()) {
                        return Uni.createFrom().voidItem();
                    }
                    long read = readAt;
                    Duration age = Duration.ofNanos(System.nanoTime() - read);
                    return read != 0 && age.compareTo(within.get()) <= 0
                            ? Uni.createFrom().voidItem()
                            : Uni.createFrom()
                                    .failure(
                                            new HaltsUnread(
                                                    read == 0
                                                            ? "the orders to halt were not read yet"
                                                            : "the orders to halt were last read "
                                                                    + age.toSeconds()
                                                                    + " s ago"));
                });
    }

    private void run() {
        while (!stopped) {
            try (Consumer<String, byte[]> consumer = open.get()) {
                read(consumer);
            } catch (RuntimeException e) {
                if (!stopped) {
                    LOG.warnf("the orders to halt are read again from the beginning: %s", e);
                    pause();
                }
            }
        }
    }

    /** Until it is stopped, or until the topic has other partitions. */
    private void read(Consumer<String, byte[]> consumer) {
        Set<TopicPartition> partitions = partitions(consumer);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        long asked = System.nanoTime() - ENDS_NANOS;
        while (!stopped) {
            List<ConsumerRecord<String, byte[]>> orders = new ArrayList<>();
            consumer.poll(POLL).forEach(orders::add);
            if (!orders.isEmpty()) {
                kept.keep(orders);
            }
            long now = System.nanoTime();
            if (!orders.isEmpty() || now - asked >= ENDS_NANOS) {
                asked = now;
                if (!partitions(consumer).equals(partitions)) {
                    return;
                }
                // what is published in between counts the next time
                Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
                if (!ends.isEmpty()
                        && ends.entrySet().stream()
                                .allMatch(each ->
                                        consumer.position(each.getKey(), PATIENCE)
                                                >= each.getValue())) {
                    readAt = now;
                }
            }
        }
    }

    private static Set<TopicPartition> partitions(Consumer<String, byte[]> consumer) {
        return consumer.partitionsFor(TOPIC, PATIENCE).stream()
                .map(each -> new TopicPartition(TOPIC, each.partition()))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What does not read is set aside by the loop, once it comes to it. */
    private static List<Received> opened(
            List<ConsumerRecord<String, byte[]>> orders, HandoffLoop loop) {
        List<Received> received = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> order : orders) {
            try {
                received.add(loop.check(order));
            } catch (Unprocessable e) {
                LOG.warnf("an order is no order: %s", e.reason());
            }
        }
        return received;
    }

    private static Consumer<String, byte[]> consumer(Map<String, Object> broker) {
        Map<String, Object> config = new HashMap<>();
        broker.forEach((name, value) -> {
            if (ConsumerConfig.configNames().contains(name)) {
                config.put(name, value);
            }
        });
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }
}
