package dev.remit.handoff.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.postgres.Statement;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Publishes what was committed. The instance that wrote a message sends it from memory at once, and
 * marks it as published in its next transaction. What stays unmarked, because an instance died or
 * Kafka did not answer, is sent from the database by whoever comes first, with the same ids and
 * bytes; receivers drop what they have seen.
 */
@Singleton
class Relay {
    private static final Logger LOG = Logger.getLogger(Relay.class);

    /** Transactions whose messages are taken over at once. */
    private static final int ROUND = 50;

    /**
     * The oldest that are left, and with one that is old enough all from before it, for a batch is
     * numbered under its changes' locks and begun before. One replica at a time takes over: the
     * next ones must not be sent before these are. What is locked is being marked as published.
     */
    static final String LEFT =
            "with alone as materialized (select pg_try_advisory_xact_lock(7202190514) as got)"
                    + " select batch from handoff_unpublished, alone where got and batch <="
                    + " (select max(batch) from handoff_unpublished"
                    + " where created_at <= now() - cast(:age as bigint) * interval '1 millisecond')"
                    + " order by batch limit cast(:round as integer)"
                    + " for update of handoff_unpublished skip locked";

    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

    private final Contexts contexts;
    private final ObjectMapper json;
    private final LoopHealth health;
    private final Duration grace;
    private final KafkaProducer<String, byte[]> producer;
    private final Counter published;
    private final DistributionSummary sizes;
    private final Queue<Long> unmarked = new ConcurrentLinkedQueue<>();
    private final AtomicLong depth = new AtomicLong();

    /** A predecessor may have left something that need not wait for the grace period. */
    private final AtomicBoolean inherits = new AtomicBoolean(true);

    Relay(
            Contexts contexts,
            ObjectMapper json,
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            MeterRegistry meters,
            @Readiness LoopHealth health,
            @ConfigProperty(name = "remit.outbox.grace") Duration grace) {
        this.contexts = contexts;
        this.json = json;
        this.health = health;
        this.grace = grace;
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) Duration.ofSeconds(10).toMillis());
        config.put(
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) Duration.ofSeconds(30).toMillis());
        config.put(
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) Duration.ofSeconds(10).toMillis());
        this.producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        this.published = meters.counter("remit.handoffs.published");
        this.sizes = meters.summary(HandoffLoop.SIZES, "of", "outbox");
        meters.gauge("remit.outbox.depth", depth);
    }

    /** Sends these, in their order; done when Kafka has them all. */
    Uni<Void> publish(Sealed.Batch batch) {
        if (batch.letters().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return contexts.blocking(() -> send(batch.letters()))
                .invoke(() -> unmarked.add(batch.number()))
                .replaceWithVoid();
    }

    /**
     * Takes what was published and is not marked yet; whoever takes it marks it, or puts it back.
     */
    List<Long> takeUnmarked() {
        List<Long> taken = new ArrayList<>();
        for (Long batch = unmarked.poll(); batch != null; batch = unmarked.poll()) {
            taken.add(batch);
        }
        return taken;
    }

    void putBack(Collection<Long> batches) {
        unmarked.addAll(batches);
    }

    /** Partitions came over from another instance: what it left is published now. */
    void inherit() {
        inherits.set(true);
    }

    /** Marks what the last transactions published, then publishes what others left behind. */
    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> sweep() {
        boolean inherited = inherits.getAndSet(false);
        Duration age = inherited ? Duration.ZERO : grace;
        return contexts.fresh(() -> look(age))
                .chain(due ->
                        due || !unmarked.isEmpty()
                                ? contexts.fresh(() -> rounds(age))
                                : Uni.createFrom().voidItem())
                .invoke(health::outboxWorks)
                .onFailure()
                .invoke(failure -> {
                    if (inherited) {
                        inherits.set(true);
                    }
                    LOG.warnf("outbox waits: %s", failure);
                    health.outboxWaitsFor(failure);
                })
                .onFailure()
                .recoverWithNull();
    }

    @PreDestroy
    void close() {
        producer.close(Duration.ofSeconds(5));
    }

    private Uni<Void> rounds(Duration age) {
        return round(age).chain(size -> size < ROUND ? Uni.createFrom().voidItem() : rounds(age));
    }

    /** One transaction: rows are locked while they are sent, so that no two instances send them. */
    private Uni<Integer> round(Duration age) {
        List<Long> marks = takeUnmarked();
        return Panache.withTransaction(() -> mark(marks).chain(() -> sendLeft(age)))
                .onFailure()
                .invoke(() -> putBack(marks));
    }

    private Uni<Integer> sendLeft(Duration age) {
        return left(age)
                .call(batches ->
                        batches.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : letters(batches)
                                        .chain(letters -> contexts.blocking(() -> send(letters)))
                                        .chain(() -> mark(batches)))
                .map(List::size);
    }

    private static Uni<List<Long>> left(Duration age) {
        return Statement.named(LEFT, Map.of("age", age.toMillis(), "round", ROUND))
                .values(Long.class);
    }

    private Uni<List<Sealed>> letters(List<Long> batches) {
        return Statement.named(
                        "select position, id, topic, key, headers, payload, created_at from handoff_outbox"
                                + " where id in (select unnest(ids) from handoff_unpublished"
                                + " where batch = any(cast(:batches as bigint[]))) order by position",
                        Map.of("batches", batches.toArray(Long[]::new)))
                .entities(OutboxRow.class)
                .map(rows -> rows.stream().map(this::sealed).toList());
    }

    private Sealed sealed(OutboxRow row) {
        try {
            return new Sealed(
                    row.id, row.topic, row.key, json.readValue(row.headers, HEADERS), row.payload);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("kept headers do not read", e);
        }
    }

    /** How much is unpublished; whether some of it is old enough to be taken over. */
    private Uni<Boolean> look(Duration age) {
        return Panache.withSession(() ->
                Statement.named(
                                "select coalesce(sum(cardinality(ids)), 0), count(*) filter (where created_at"
                                        + " <= now() - cast(:age as bigint) * interval '1 millisecond')"
                                        + " from handoff_unpublished",
                                Map.of("age", age.toMillis()))
                        .only()
                        .invoke(row -> depth.set((Long) row[0]))
                        .map(row -> (Long) row[1] > 0));
    }

    private static Uni<Void> mark(List<Long> batches) {
        return batches.isEmpty()
                ? Uni.createFrom().voidItem()
                : Statement.named(
                                "delete from handoff_unpublished where batch = any(cast(:batches as bigint[]))",
                                Map.of("batches", batches.toArray(Long[]::new)))
                        .affected()
                        .replaceWithVoid();
    }

    private int send(List<Sealed> letters) throws InterruptedException {
        var sent = new ArrayList<Future<RecordMetadata>>();
        for (Sealed letter : letters) {
            sent.add(producer.send(record(letter)));
        }
        producer.flush();
        for (Future<RecordMetadata> each : sent) {
            try {
                each.get();
            } catch (ExecutionException e) {
                throw new Unavailable("Kafka did not take the outbox", e);
            }
        }
        published.increment(letters.size());
        sizes.record(letters.size());
        return letters.size();
    }

    private static ProducerRecord<String, byte[]> record(Sealed letter) {
        var record = new ProducerRecord<>(letter.topic(), letter.key(), letter.payload());
        letter.headers()
                .forEach((name, value) ->
                        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return record;
    }
}
