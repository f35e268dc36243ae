package dev.remit.ledger.application;

import dev.remit.ledger.application.Waits.Line;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Coordination debt by charter and party: each minute what goes on; and of the last 24 hours, each
 * minute or, where that is not brief, as seldom as keeps it to a five-hundredth of the time, since
 * it reads every wait of the window: changes wait for a core meanwhile. The same from every replica
 * but for when it was measured ({@code remit.debt.age.seconds}). Units and people are no labels:
 * there may be thousands, and people are not to be found in a time series. Charters beyond the
 * {@value #CHARTERS} busiest are one.
 */
@Singleton
public class MeasureDebt {
    static final int CHARTERS = 50;
    private static final Duration WINDOW = Duration.ofHours(24);

    /** How much longer than it measures it rests, beyond what is brief. */
    private static final int REST = 499;

    private static final Duration BRIEF = Duration.ofMillis(200);

    private static final Logger LOG = Logger.getLogger(MeasureDebt.class);

    private final Waits waits;
    private final Clock clock;
    private final MultiGauge waiting;
    private final MultiGauge oldest;
    private final MultiGauge seconds;
    private final MultiGauge handoffs;
    private final MultiGauge rework;
    private volatile @Nullable Instant measured;
    private volatile Instant next = Instant.MIN;

    /** How long it took the time before: what takes long once, at the start say, is no rule. */
    private volatile Duration before = Duration.ZERO;

    /** Charter and party of the last day's figures. */
    private volatile List<String> day = List.of();

    MeasureDebt(Waits waits, MeterRegistry meters, Clock clock) {
        this.waits = waits;
        this.clock = clock;
        waiting = MultiGauge.builder("remit.debt.waiting").register(meters);
        oldest = MultiGauge.builder("remit.debt.waiting.oldest.seconds").register(meters);
        seconds = MultiGauge.builder("remit.debt.wait.seconds").register(meters);
        handoffs = MultiGauge.builder("remit.debt.handoffs").register(meters);
        rework = MultiGauge.builder("remit.debt.rework").register(meters);
        Gauge.builder("remit.debt.age", this, MeasureDebt::age)
                .baseUnit("seconds")
                .register(meters);
    }

    /** Seconds since what the gauges show was asked for; not a number before the first time. */
    private double age() {
        Instant then = measured;
        return then == null
                ? Double.NaN
                : Duration.between(then, clock.instant()).toMillis() / 1000.0;
    }

    @Scheduled(
            every = "60s",
            delayed = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> measure() {
        return waits.waitingByCharterAndParty(CHARTERS)
                .invoke(lines -> showWaiting(lines, clock.instant()))
                .chain(this::measureDay)
                .onFailure()
                .invoke(failure -> LOG.warnf("coordination debt is not measured: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> measureDay() {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return Uni.createFrom().voidItem();
        }
        return waits.byCharterAndParty(now.minus(WINDOW), CHARTERS)
                .invoke(this::show)
                .invoke(() -> measured = now)
                .eventually(() -> rest(now, clock.instant()))
                .replaceWithVoid();
    }

    private void rest(Instant begun, Instant ended) {
        Duration took = Duration.between(begun, ended);
        Duration usual = took.compareTo(before) < 0 ? took : before;
        next =
                usual.compareTo(BRIEF) > 0
                        ? ended.plus(usual.minus(BRIEF).multipliedBy(REST))
                        : ended;
        before = took;
    }

    /** By the charters that the day's figures name; of what those had and nobody holds, zero. */
    private void showWaiting(List<Waits.Pending> lines, Instant now) {
        Map<Tags, Waits.Pending> shown = new LinkedHashMap<>();
        for (Waits.Pending line : lines) {
            shown.merge(
                    tags(line.key()),
                    line,
                    (a, b) ->
                            new Waits.Pending(
                                    a.key(),
                                    a.waiting() + b.waiting(),
                                    a.oldest().isBefore(b.oldest()) ? a.oldest() : b.oldest()));
        }
        day.forEach(key -> shown.putIfAbsent(tags(key), new Waits.Pending(key, 0, now)));
        List<MultiGauge.Row<?>> counts = new ArrayList<>();
        List<MultiGauge.Row<?>> ages = new ArrayList<>();
        shown.forEach((tags, line) -> {
            counts.add(MultiGauge.Row.of(tags, line.waiting()));
            ages.add(
                    MultiGauge.Row.of(
                            tags, Duration.between(line.oldest(), now).toMillis() / 1000.0));
        });
        waiting.register(counts, true);
        oldest.register(ages, true);
    }

    private void show(List<Line> lines) {
        day = lines.stream().map(Line::key).toList();
        List<MultiGauge.Row<?>> quantiles = new ArrayList<>();
        List<MultiGauge.Row<?>> begun = new ArrayList<>();
        List<MultiGauge.Row<?>> again = new ArrayList<>();
        for (Line line : lines) {
            Tags tags = tags(line.key());
            quantile(quantiles, tags, "0.5", line.p50());
            quantile(quantiles, tags, "0.9", line.p90());
            quantile(quantiles, tags, "0.95", line.p95());
            begun.add(MultiGauge.Row.of(tags, line.handoffs()));
            line.rework()
                    .forEach((why, number) ->
                            again.add(
                                    MultiGauge.Row.of(
                                            tags.and("why", why.name().toLowerCase(Locale.ROOT)),
                                            number)));
        }
        seconds.register(quantiles, true);
        handoffs.register(begun, true);
        rework.register(again, true);
    }

    private Tags tags(String key) {
        String charter = charter(key);
        Set<String> named =
                day.stream().map(MeasureDebt::charter).collect(Collectors.toUnmodifiableSet());
        return Tags.of(
                "charter",
                named.size() < CHARTERS || named.contains(charter) ? charter : "others",
                "party",
                key.substring(key.lastIndexOf('\n') + 1).toLowerCase(Locale.ROOT));
    }

    private static String charter(String key) {
        return key.substring(0, key.lastIndexOf('\n'));
    }

    private static void quantile(
            List<MultiGauge.Row<?>> rows, Tags tags, String quantile, Optional<Double> value) {
        value.ifPresent(each -> rows.add(MultiGauge.Row.of(tags.and("quantile", quantile), each)));
    }
}
