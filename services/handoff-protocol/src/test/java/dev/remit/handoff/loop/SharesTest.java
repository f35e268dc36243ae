package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class SharesTest {
    private static final int ALL = 700;

    private final Shares shares = new Shares();

    @Test
    void ofWhatNothingIsKnownOfFewAreTaken() {
        assertThat(shares.next(records("heavy", 500))).isEqualTo(Shares.FIRST);
        assertThat(shares.next(records("heavy", 5))).isEqualTo(5);
    }

    @Test
    void whatCostsNothingIsSoonTakenAsFarAsItGoes() {
        assertThat(untilAll()).isLessThanOrEqualTo(7);
        assertThat(shares.next(records("light", ALL))).isEqualTo(ALL);
    }

    @Test
    void aTransactionHandsOnNoMoreThanItsBudget() {
        long each = 45_000;
        assertThat(untilAll()).isPositive();
        shares.learn(Map.of("light", 100), Map.of("light", 100 * each));
        int taken = shares.next(records("light", ALL));
        assertThat(taken * each).isBetween(Shares.BUDGET - each, Shares.BUDGET);
    }

    @Test
    void oneThatAloneCostsMoreIsTakenAlone() {
        shares.learn(Map.of("heavy", 1), Map.of("heavy", 2 * Shares.BUDGET));
        assertThat(shares.next(records("heavy", 3))).isEqualTo(1);
    }

    @Test
    void eachTopicHasItsOwnCost() {
        shares.learn(Map.of("heavy", 10, "light", 100), Map.of("heavy", 10 * Shares.BUDGET / 4));
        for (int n = 0; n < 10; n++) {
            shares.learn(Map.of("light", 100), Map.of());
        }
        List<ConsumerRecord<String, byte[]>> mixed =
                Stream.of(records("light", 100), records("heavy", 100))
                        .flatMap(List::stream)
                        .toList();
        assertThat(shares.next(mixed)).isBetween(103, 104);
    }

    /** How many transactions that hand on nothing it takes until one takes all. */
    private int untilAll() {
        int transactions = 0;
        for (int taken = 0; taken < ALL; transactions++) {
            taken = shares.next(records("light", ALL));
            shares.learn(Map.of("light", taken), Map.of());
        }
        return transactions;
    }

    private static List<ConsumerRecord<String, byte[]>> records(String topic, int count) {
        return Stream.generate(() -> new ConsumerRecord<>(topic, 0, 0, "key", new byte[0]))
                .limit(count)
                .toList();
    }
}
