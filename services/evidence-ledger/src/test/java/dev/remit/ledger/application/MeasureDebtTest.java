package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How often coordination debt is measured, as the waits of a day become many. */
class MeasureDebtTest {
    private static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final MeasureDebt debt = new MeasureDebt(waits(), meters, new Moving());
    private Instant now = NOW;
    private Duration takes = Duration.ZERO;
    private boolean fails;
    private int asked;
    private int waiting;
    private List<Waits.Line> lines = List.of();

    @Test
    void whatIsQuicklyMeasuredIsMeasuredEachMinute() {
        takes = Duration.ofMillis(90);
        assertThat(measuredInAnHour()).isEqualTo(60);
    }

    @Test
    void whatTakesLongIsMeasuredSeldomAndItsAgeIsSaid() {
        takes = Duration.ofSeconds(3);
        assertThat(measuredInAnHour()).as("minutes 0, 1, 25 and 49").isEqualTo(4);
        assertThat(meters.get("remit.debt.age").gauge().value()).isEqualTo(10 * 60);
        assertThat(
                        meters.get("remit.debt.waiting")
                                .tags("charter", "leavers", "party", "nobody")
                                .gauge()
                                .value())
                .as("what goes on is told each minute")
                .isEqualTo(60);
        assertThat(meters.get("remit.debt.waiting.oldest.seconds").gauge().value()).isEqualTo(5);
    }

    @Test
    void aSlowStartDoesNotMakeItSeldom() {
        takes = Duration.ofSeconds(3);
        debt.measure().await().atMost(Duration.ofSeconds(5));
        takes = Duration.ofMillis(90);
        assertThat(measuredInAnHour()).as("once slowly, and in 59 minutes").isEqualTo(60);
    }

    @Test
    void aDatabaseThatFailsSlowlyIsLeftAloneAsLong() {
        takes = Duration.ofSeconds(3);
        fails = true;
        assertThat(measuredInAnHour()).isEqualTo(4);
        assertThat(meters.get("remit.debt.age").gauge().value()).isNaN();
    }

    @Test
    void whatNobodyHoldsAnyMoreIsZeroAndTheDaysChartersAreNamed() {
        lines =
                IntStream.range(0, MeasureDebt.CHARTERS)
                        .mapToObj(n -> line("charter" + n + "\nAPPROVERS"))
                        .toList();
        debt.measure().await().atMost(Duration.ofSeconds(5));
        now = NOW.plus(Duration.ofMinutes(1));
        debt.measure().await().atMost(Duration.ofSeconds(5));

        assertThat(
                        meters.get("remit.debt.waiting")
                                .tags("charter", "charter7", "party", "approvers")
                                .gauge()
                                .value())
                .isZero();
        assertThat(
                        meters.get("remit.debt.waiting")
                                .tags("charter", "others", "party", "nobody")
                                .gauge()
                                .value())
                .as("leavers are not among the day's fifty")
                .isEqualTo(2);
    }

    private static Waits.Line line(String key) {
        return new Waits.Line(
                key,
                0,
                Optional.empty(),
                1,
                Optional.of(1.0),
                Optional.of(1.0),
                Optional.of(1.0),
                1,
                1,
                Map.of());
    }

    private int measuredInAnHour() {
        for (int minute = 0; minute < 60; minute++) {
            now = NOW.plus(Duration.ofMinutes(minute));
            debt.measure().await().atMost(Duration.ofSeconds(5));
        }
        now = NOW.plus(Duration.ofMinutes(59));
        return asked;
    }

    private Waits waits() {
        return (Waits)
                Proxy.newProxyInstance(
                        Waits.class.getClassLoader(),
                        new Class<?>[] {Waits.class},
                        (_, method, _) -> {
                            if (method.getName().equals("waitingByCharterAndParty")) {
                                return Uni.createFrom()
                                        .item(
                                                List.of(
                                                        new Waits.Pending(
                                                                "leavers\nNOBODY",
                                                                ++waiting,
                                                                now.minusSeconds(5))));
                            }
                            assertThat(method.getName()).isEqualTo("byCharterAndParty");
                            asked++;
                            now = now.plus(takes);
                            return fails
                                    ? Uni.createFrom().failure(new IllegalStateException("away"))
                                    : Uni.createFrom().item(lines);
                        });
    }

    private final class Moving extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
