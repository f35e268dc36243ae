package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PausesTest {
    private static final TopicPartition A = new TopicPartition("topic", 0);
    private static final TopicPartition B = new TopicPartition("topic", 1);
    private static final TopicPartition C = new TopicPartition("topic", 2);

    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    private final Pauses pauses = new Pauses();

    PausesTest() {
        consumer.assign(List.of(A, B, C));
    }

    @Test
    void allButThoseThatAreWantedToWaitAreReadOn() {
        pauses.apply(consumer, Set.of(A, B));
        assertThat(consumer.paused()).containsExactlyInAnyOrder(A, B);

        pauses.apply(consumer, Set.of(B));
        assertThat(consumer.paused()).containsExactly(B);

        pauses.apply(consumer, Set.of());
        assertThat(consumer.paused()).isEmpty();
    }

    @Test
    void whatTheChannelHoldsIsLeftToIt() {
        pauses.apply(consumer, Set.of(A));
        consumer.pause(List.of(A, B, C));

        pauses.apply(consumer, Set.of());
        assertThat(consumer.paused()).hasSize(3);

        consumer.resume(List.of(A, B, C));
        pauses.apply(consumer, Set.of(C));
        assertThat(consumer.paused()).containsExactly(C);
    }

    @Test
    void oneIsReadOnThoughEnoughWaitsOfAll() {
        pauses.apply(consumer, Set.of(A, B, C));
        assertThat(consumer.paused()).hasSize(2);

        consumer.pause(List.of(A, B, C));
        pauses.apply(consumer, Set.of());
        assertThat(consumer.paused()).as("by the channel").hasSize(3);
    }

    @Test
    void whatIsNotAssignedAnyLongerIsNeitherHeldNorReadOn() {
        pauses.apply(consumer, Set.of(A, B));
        consumer.assign(List.of(B, C));

        pauses.apply(consumer, Set.of(A, C));
        assertThat(consumer.paused()).contains(C).doesNotContain(B);
    }
}
