package dev.remit.handoff.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what the outbox holds, in its order, then marks it. One round at a time in this
 * instance; a round that fails or dies is repeated from the database with the same ids and bytes,
 * and receivers drop what they have seen.
 */
@Singleton
class Relay {
    private static final Logger LOG = Logger.getLogger(Relay.class);
    private static final int ROUND = 500;
    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

    private final Contexts contexts;
    private final ObjectMapper json;
    private final KafkaProducer<String, byte[]> producer;
    private final Counter published;
    private Uni<Void> last = Uni.createFrom().voidItem();
    private @Nullable Uni<Void> waiting;

    Relay(
            Contexts contexts,
            ObjectMapper json,
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            MeterRegistry meters) {
        this.contexts = contexts;
        this.json = json;
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.LINGER_MS_CONFIG, 2);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) Duration.ofSeconds(10).toMillis());
        config.put(
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) Duration.ofSeconds(30).toMillis());
        config.put(
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) Duration.ofSeconds(10).toMillis());
        this.producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        this.published = meters.counter("remit.handoffs.published");
    }

    /**
     * Publishes at least everything that was committed before the call; done when it is published
     * and marked.
     */
    synchronized Uni<Void> drain() {
        if (waiting == null) {
            Uni<Void> next =
                    last.onItemOrFailure()
                            .transformToUni((done, failure) -> {
                                started();
                                return contexts.fresh(this::rounds);
                            })
                            .memoize()
                            .indefinitely();
            last = next;
            waiting = next;
        }
        return waiting;
    }

    /** Publishes what an earlier life of this service, or a failed round, left behind. */
    @Scheduled(every = "3s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> sweep() {
        return drain().onFailure()
                .invoke(failure -> LOG.warnf("outbox waits: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    @PreDestroy
    void close() {
        producer.close(Duration.ofSeconds(5));
    }

    private synchronized void started() {
        waiting = null;
    }

    private Uni<Void> rounds() {
        return round().chain(size -> size < ROUND ? Uni.createFrom().voidItem() : rounds());
    }

    private Uni<Integer> round() {
        return Panache.withSession(() ->
                        OutboxRow.<OutboxRow>find("publishedAt is null order by position")
                                .page(0, ROUND)
                                .list())
                .chain(rows ->
                        rows.isEmpty()
                                ? Uni.createFrom().item(0)
                                : contexts.blocking(() -> send(rows)).chain(this::mark));
    }

    private List<Long> send(List<OutboxRow> rows)
            throws JsonProcessingException, InterruptedException {
        var positions = new ArrayList<Long>();
        var sent = new ArrayList<Future<RecordMetadata>>();
        for (OutboxRow row : rows) {
            positions.add(row.position);
            sent.add(producer.send(record(row)));
        }
        producer.flush();
        for (Future<RecordMetadata> each : sent) {
            try {
                each.get();
            } catch (ExecutionException e) {
                throw new Unavailable("Kafka did not take the outbox", e);
            }
        }
        published.increment(positions.size());
        return positions;
    }

    private ProducerRecord<String, byte[]> record(OutboxRow row) throws JsonProcessingException {
        var record = new ProducerRecord<>(row.topic, row.key, row.payload);
        json.readValue(row.headers, HEADERS)
                .forEach((name, value) ->
                        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    private Uni<Integer> mark(List<Long> positions) {
        return Panache.withTransaction(() ->
                        Panache.getSession()
                                .chain(session ->
                                        session.createNativeQuery(
                                                        "update handoff_outbox set published_at = now()"
                                                                + " where position = any(cast(:positions as bigint[]))")
                                                .setParameter(
                                                        "positions", positions.toArray(Long[]::new))
                                                .executeUpdate()))
                .replaceWith(positions.size());
    }
}
