package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.Topic;
import dev.remit.handoff.halt.HaltsUnread;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When it is known what is halted, whatever else waits to be read. */
class HaltReaderTest {
    private static final String TOPIC = Topic.AUTHORITY.topicName();
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final Duration LONG = Duration.ofHours(1);
    private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

    private final List<String> kept = new CopyOnWriteArrayList<>();
    private HaltReader reader;

    @AfterEach
    void stop() {
        reader.stop();
    }

    @Test
    void nothingIsDecidedBeforeEveryOrderWasReadAndKept() {
        MockConsumer<String, byte[]> broker = broker(2);
        reader = new HaltReader(Optional.of(LONG), () -> broker, this::keep);
        assertUnread();
        broker.schedulePollTask(() -> broker.addRecord(order(0)));
        reader.start(null);
        until(() -> kept.equals(List.of("order 0")));
        assertUnread();
        broker.schedulePollTask(() -> broker.addRecord(order(1)));
        until(this::isCurrent);
        assertThat(kept).containsExactly("order 0", "order 1");
    }

    @Test
    void aTopicWithoutOrdersIsReadAtOnce() {
        MockConsumer<String, byte[]> broker = broker(0);
        reader = new HaltReader(Optional.of(LONG), () -> broker, this::keep);
        reader.start(null);
        until(this::isCurrent);
    }

    @Test
    void anOrderThatCouldNotBeKeptIsReadAgain() {
        AtomicInteger opened = new AtomicInteger();
        reader =
                new HaltReader(
                        Optional.of(LONG),
                        () -> {
                            opened.incrementAndGet();
                            MockConsumer<String, byte[]> broker = broker(1);
                            broker.schedulePollTask(() -> broker.addRecord(order(0)));
                            return broker;
                        },
                        orders -> {
                            if (opened.get() < 3) {
                                throw new Unavailable("the database is away");
                            }
                            keep(orders);
                        });
        reader.start(null);
        until(this::isCurrent);
        assertThat(opened).hasValue(3);
        assertThat(kept).containsExactly("order 0");
    }

    @Test
    void aReadingThatIsTooOldIsNone() {
        MockConsumer<String, byte[]> broker = broker(0);
        AtomicInteger stuck = new AtomicInteger();
        reader =
                new HaltReader(
                        Optional.of(Duration.ofMillis(300)),
                        () -> {
                            if (stuck.get() > 0) {
                                throw new Unavailable("the broker is away");
                            }
                            return broker;
                        },
                        this::keep);
        reader.start(null);
        until(this::isCurrent);
        stuck.set(1);
        broker.schedulePollTask(() ->
                broker.setPollException(new org.apache.kafka.common.errors.DisconnectException()));
        until(() -> !isCurrent());
        assertThatThrownBy(() -> reader.isCurrent().await().indefinitely())
                .isInstanceOf(HaltsUnread.class)
                .hasMessageContaining("last read");
    }

    @Test
    void whereItIsNotAskedForItNeverStandsInTheWay() {
        reader =
                new HaltReader(
                        Optional.empty(),
                        () -> {
                            throw new AssertionError("nobody reads");
                        },
                        this::keep);
        reader.start(null);
        assertThat(isCurrent()).isTrue();
    }

    private void keep(List<ConsumerRecord<String, byte[]>> orders) {
        orders.forEach(each -> kept.add(new String(each.value(), StandardCharsets.UTF_8)));
    }

    private boolean isCurrent() {
        try {
            reader.isCurrent().await().indefinitely();
            return true;
        } catch (HaltsUnread e) {
            return false;
        }
    }

    private void assertUnread() {
        assertThat(isCurrent()).isFalse();
    }

    private static void until(BooleanSupplier done) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static MockConsumer<String, byte[]> broker(long orders) {
        MockConsumer<String, byte[]> broker = new MockConsumer<>("earliest");
        broker.updatePartitions(
                TOPIC,
                List.of(new PartitionInfo(TOPIC, 0, Node.noNode(), new Node[0], new Node[0])));
        broker.updateBeginningOffsets(Map.of(PARTITION, 0L));
        broker.updateEndOffsets(Map.of(PARTITION, orders));
        return broker;
    }

    private static ConsumerRecord<String, byte[]> order(long offset) {
        return new ConsumerRecord<>(
                TOPIC, 0, offset, "mesh", ("order " + offset).getBytes(StandardCharsets.UTF_8));
    }
}
