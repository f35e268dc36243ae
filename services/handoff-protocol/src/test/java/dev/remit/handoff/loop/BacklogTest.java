package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.loop.Backlog.Waiting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private static final long NOW = 1_000;
    private static final String TURN = "in-turn";

    private final Backlog<String> backlog = new Backlog<>(Set.of(TURN, "other-turn"));
    private final Map<TopicPartition, Long> offsets = new HashMap<>();

    @Test
    void theOldestGoFirstWhateverPartitionTheyAreOf() {
        add(TURN, 0, 10, 20, 30);
        add(TURN, 1, 15, 40);
        add("other-turn", 0, 5, 25);

        assertThat(times(4)).containsExactly(5L, 10L, 15L, 20L);
        assertThat(backlog.oldest()).isEqualTo(25);
        assertThat(times(9)).containsExactly(25L, 30L, 40L);
        assertThat(backlog.size()).isZero();
        assertThat(backlog.bytes()).isZero();
        assertThat(backlog.oldest()).isEqualTo(Intake.NONE);
    }

    @Test
    void thoseOfAPartitionGoByTheirOffsetsWhateverTheirTimes() {
        Random random = new Random(7);
        for (int n = 0; n < 500; n++) {
            add(random.nextBoolean() ? TURN : "else", random.nextInt(3), random.nextInt(2_000));
        }
        Map<TopicPartition, Long> next = new HashMap<>();
        int taken = 0;
        while (backlog.size() > 0) {
            for (Waiting<String> each : backlog.take(1 + random.nextInt(40))) {
                TopicPartition of =
                        new TopicPartition(each.record().topic(), each.record().partition());
                assertThat(each.record().offset()).isEqualTo(next.getOrDefault(of, 0L));
                next.put(of, each.record().offset() + 1);
                taken++;
            }
        }
        assertThat(taken).isEqualTo(500);
        assertThat(next).isEqualTo(offsets);
    }

    @Test
    void othersGoAsTheyCame() {
        add("else", 0, 30);
        add("else", 1, 10);
        add("else", 0, 20);

        assertThat(times(9)).containsExactly(30L, 10L, 20L);
    }

    @Test
    void neitherKindWaitsForAllOfTheOther() {
        for (int n = 0; n < 10; n++) {
            add("else", 0, 900);
            add(TURN, 0, 1);
        }

        assertThat(times(6)).containsExactly(900L, 900L, 900L, 1L, 1L, 1L);
        assertThat(backlog.asTheyCame()).isEqualTo(7);
        backlog.take(12);
        assertThat(times(6)).as("one of each is left").containsExactly(900L, 1L);
    }

    @Test
    void aWriterAheadOfTheClockHasItsTurnWithWhatIsWrittenNow() {
        add(TURN, 0, NOW + 5_000, NOW + 5_001);
        add(TURN, 1, NOW - 1);
        backlog.add(record(TURN, 1, NOW + 1), "poll", NOW + 1);

        assertThat(times(9)).containsExactly(NOW - 1, NOW + 5_000, NOW + 5_001, NOW + 1);
    }

    @Test
    void eachPartitionHasAnEqualPartOfWhatIsEnough() {
        add(TURN, 0, new long[Backlog.ENOUGH - 1]);
        assertThat(backlog.enough()).isEmpty();
        add(TURN, 0, 7);
        assertThat(backlog.enough()).containsExactly(new TopicPartition(TURN, 0));

        add(TURN, 1, new long[Backlog.ENOUGH / 2 - 1]);
        assertThat(backlog.enough()).containsExactly(new TopicPartition(TURN, 0));
        add(TURN, 1, 7);
        assertThat(backlog.enough()).hasSize(2);

        add("else", 0, new long[Backlog.ENOUGH]);
        assertThat(backlog.enough()).as("others are not held").hasSize(2);
        backlog.take(2 * Backlog.ENOUGH);
        assertThat(backlog.enough()).isEmpty();
    }

    @Test
    void ofManyPartitionsSomeOfEachAreEnough() {
        for (int n = 0; n < 100; n++) {
            add(TURN, n, new long[Backlog.ENOUGH_OF_EACH - 1]);
        }
        assertThat(backlog.enough()).isEmpty();
        add(TURN, 3, 7);
        assertThat(backlog.enough()).containsExactly(new TopicPartition(TURN, 3));
    }

    private void add(String topic, int partition, long... times) {
        for (long time : times) {
            backlog.add(record(topic, partition, time), "poll", NOW);
        }
    }

    private ConsumerRecord<String, byte[]> record(String topic, int partition, long time) {
        long offset = offsets.merge(new TopicPartition(topic, partition), 1L, Long::sum) - 1;
        return new ConsumerRecord<>(
                topic,
                partition,
                offset,
                time,
                TimestampType.CREATE_TIME,
                3,
                7,
                "key",
                new byte[7],
                new RecordHeaders(),
                Optional.empty());
    }

    private List<Long> times(int most) {
        List<Long> times = new ArrayList<>();
        backlog.take(most).forEach(each -> times.add(each.record().timestamp()));
        return times;
    }
}
