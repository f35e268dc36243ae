package dev.remit.connector.application;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.adapter.kafka.Observations;
import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.application.ObservedAccounts.Seen;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Activity;
import dev.remit.connector.domain.Ids;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.merkle.Hash;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * A target system was read: what changed since the last time is observed, and that it was read at
 * all. Differences are written in slices; that the system was read is said only after all of them,
 * so an interruption leaves differences to be seen again, never a false claim.
 */
@Singleton
public class ObserveTarget {
    /** How often an unchanged source is reported as read. */
    private static final Duration SYNC_INTERVAL = Duration.ofSeconds(15);

    private static final int SLICE = 500;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is different since the last read. */
    private sealed interface Difference {
        record Changed(Account account, String fingerprint) implements Difference {}

        record Gone(String id) implements Difference {}
    }

    private record Compared(List<Difference> differences, Instant now) {}

    private final Handoffs handoffs;
    private final Feeds feeds;
    private final ObservedAccounts accounts;
    private final FeedPositions positions;
    private final MeterRegistry meters;
    private final ConcurrentMap<String, Instant> synced = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Long> readAt = new ConcurrentHashMap<>();

    ObserveTarget(
            Handoffs handoffs,
            Feeds feeds,
            ObservedAccounts accounts,
            FeedPositions positions,
            MeterRegistry meters) {
        this.handoffs = handoffs;
        this.feeds = feeds;
        this.accounts = accounts;
        this.positions = positions;
        this.meters = meters;
    }

    /**
     * All accounts of the system, read completely: what is not among them is gone.
     *
     * @param listed no two of the same id
     */
    public Uni<Void> accounts(Turn turn, String system, List<Account> listed) {
        return Uni.createFrom()
                .item(() -> fingerprints(listed))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .chain(now ->
                        handoffs.transact(
                                List.of(),
                                outbox ->
                                        accounts.fingerprints(system)
                                                .map(known ->
                                                        new Compared(
                                                                differences(now, known),
                                                                outbox.now()))))
                .call(compared ->
                        Multi.createFrom()
                                .iterable(slices(compared.differences()))
                                .onItem()
                                .transformToUniAndConcatenate(slice -> store(turn, system, slice))
                                .collect()
                                .last())
                .call(compared -> sync(turn, system, compared.now()))
                .invoke(() -> readNow(system))
                .replaceWithVoid();
    }

    /** How far the feed's events were read, in milliseconds since 1970; 0 at first. */
    public Uni<Long> position(String system) {
        return handoffs.transact(List.of(), outbox -> positions.of(system));
    }

    /**
     * Actions from the target's audit feed, and how far it was read, in milliseconds since 1970.
     *
     * @param activities the oldest first
     */
    public Uni<Void> activities(
            Turn turn, String system, List<Activity> activities, long position) {
        List<List<Activity>> slices = slices(activities);
        return Multi.createFrom()
                .iterable(slices)
                .onItem()
                .transformToUniAndConcatenate(slice ->
                        feeds.write(turn, List.of(), outbox -> observe(system, slice, outbox)))
                .collect()
                .last()
                .chain(() ->
                        !activities.isEmpty()
                                        && activities.getLast().at().toEpochMilli() == position
                                ? Uni.createFrom().voidItem()
                                : feeds.write(
                                        turn,
                                        List.of(),
                                        outbox -> positions.advance(system, position)));
    }

    private Uni<Void> observe(String system, List<Activity> activities, Outbox outbox) {
        for (Activity activity : activities) {
            outbox.publish(
                    dev.remit.handoff.Ids.derived(
                            Ids.NAMESPACE, system + "|activity|" + activity.id()),
                    activity.account(),
                    Observations.of(activity, system, outbox.now()),
                    null,
                    null);
        }
        return positions.advance(system, activities.getLast().at().toEpochMilli());
    }

    private static List<Difference.Changed> fingerprints(List<Account> listed) {
        return listed.stream()
                .map(account -> new Difference.Changed(account, fingerprint(account)))
                .toList();
    }

    private static List<Difference> differences(
            List<Difference.Changed> listed, Map<String, String> known) {
        Map<String, String> gone = new LinkedHashMap<>(known);
        List<Difference> differences = new ArrayList<>();
        for (Difference.Changed each : listed) {
            if (!each.fingerprint().equals(gone.remove(each.account().id()))) {
                differences.add(each);
            }
        }
        gone.keySet().forEach(id -> differences.add(new Difference.Gone(id)));
        return differences;
    }

    private Uni<Void> store(Turn turn, String system, List<Difference> slice) {
        List<Seen> changed = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        return feeds.write(
                        turn,
                        List.of(),
                        outbox -> {
                            for (Difference each : slice) {
                                switch (each) {
                                    case Difference.Changed(
                                                    Account account,
                                                    String fingerprint) -> {
                                        changed.add(
                                                new Seen(
                                                        account.id(),
                                                        fingerprint,
                                                        Optional.ofNullable(account.workerId())));
                                        outbox.publish(
                                                outbox.newId(),
                                                account.id(),
                                                Observations.of(account, system, outbox.now()),
                                                null,
                                                null);
                                    }
                                    case Difference.Gone(String id) -> {
                                        gone.add(id);
                                        outbox.publish(
                                                outbox.newId(),
                                                id,
                                                Observations.removed(id, system, outbox.now()),
                                                null,
                                                null);
                                    }
                                }
                            }
                            return put(system, changed).chain(() -> remove(system, gone));
                        })
                .invoke(() ->
                        meters.counter("remit.accounts.observed", "system", system)
                                .increment(slice.size()));
    }

    private Uni<Void> put(String system, List<Seen> changed) {
        return changed.isEmpty() ? Uni.createFrom().voidItem() : accounts.put(system, changed);
    }

    private Uni<Void> remove(String system, List<String> gone) {
        return gone.isEmpty() ? Uni.createFrom().voidItem() : accounts.remove(system, gone);
    }

    private Uni<Void> sync(Turn turn, String system, Instant now) {
        Instant last = synced.getOrDefault(system, Instant.EPOCH);
        if (Duration.between(last, now).compareTo(SYNC_INTERVAL) < 0) {
            return Uni.createFrom().voidItem();
        }
        return feeds.write(
                        turn,
                        List.of(),
                        outbox -> {
                            outbox.publish(
                                    outbox.newId(),
                                    system,
                                    Observations.synced(system, outbox.now()),
                                    null,
                                    null);
                            return Uni.createFrom().voidItem();
                        })
                .invoke(() -> synced.put(system, now))
                .replaceWithVoid();
    }

    /** Each replica tells the age of its own last read; the youngest of all counts. */
    private void readNow(String system) {
        if (readAt.put(system, System.nanoTime()) == null) {
            TimeGauge.builder(
                            "remit.source.age",
                            () -> System.nanoTime() - readAt.getOrDefault(system, 0L),
                            TimeUnit.NANOSECONDS)
                    .description("Time since the system's accounts were last read completely here")
                    .tag("system", system)
                    .register(meters);
        }
    }

    private static <T> List<List<T>> slices(List<T> all) {
        List<List<T>> slices = new ArrayList<>();
        for (int from = 0; from < all.size(); from += SLICE) {
            slices.add(all.subList(from, Math.min(from + SLICE, all.size())));
        }
        return slices;
    }

    private static String fingerprint(Account account) {
        try {
            return Hash.sha256(JSON.writeValueAsString(account).getBytes(StandardCharsets.UTF_8))
                    .hex();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an account is always JSON", e);
        }
    }
}
