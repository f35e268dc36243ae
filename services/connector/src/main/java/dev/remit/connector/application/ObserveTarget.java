package dev.remit.connector.application;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.application.ObservedAccounts.Seen;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Activity;
import dev.remit.connector.domain.Brake;
import dev.remit.connector.domain.Entitlement;
import dev.remit.connector.domain.Ids;
import dev.remit.handoff.Service;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * A target system was read: what changed since the last time is observed, and that it was read at
 * all. Differences are written in slices; that the system was read is said only after all of them,
 * so an interruption leaves differences to be seen again, never a false claim.
 */
@Singleton
public class ObserveTarget {
    /** How often an unchanged source is reported as read. */
    private static final Duration SYNC_INTERVAL = Duration.ofSeconds(15);

    /** What is kept of an account; another one makes each account show as changed once. */
    private static final String KEPT = "4|";

    private static final int SLICE = 500;

    /** So few at a time, changes that come behind them on their way do not wait for long. */
    private static final int SMALL = 50;

    /** More than that is a first list or a migration: it had better be over soon. */
    private static final int MUCH = 2_000;

    /** The list of before stays in memory up to so many accounts. */
    private static final int REMEMBERED = 50_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is different since the last read. */
    private sealed interface Difference {
        record Changed(Account account, String fingerprint) implements Difference {}

        record Gone(String id) implements Difference {}
    }

    /**
     * A list beside what is known.
     *
     * @param trip why it is not believed by itself
     */
    private record Compared(List<Difference> differences, Optional<Brake.Trip> trip, Instant now) {}

    /** What a list is worth. */
    private enum Worth {
        BELIEVED,
        /** A person has seen that it is so short. */
        RELEASED,
        /** It is long enough, and a brake from before is over. */
        RECOVERED,
        DOUBTED,
        /** A brake is on already. */
        STILL_DOUBTED
    }

    private final Letters letters;
    private final Handoffs handoffs;
    private final Feeds feeds;
    private final ObservedAccounts accounts;
    private final FeedPositions positions;
    private final Brakes brakes;
    private final Proposals proposals;
    private final double share;
    private final MeterRegistry meters;
    private final ConcurrentMap<String, Instant> synced = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Optional<List<Entitlement>>> told =
            new ConcurrentHashMap<>();

    /** By system and id: what is still as it was need not be hashed anew. */
    private final ConcurrentMap<String, Map<String, Difference.Changed>> before =
            new ConcurrentHashMap<>();

    private final ConcurrentMap<String, Long> readAt = new ConcurrentHashMap<>();

    ObserveTarget(
            Handoffs handoffs,
            Feeds feeds,
            ObservedAccounts accounts,
            FeedPositions positions,
            Brakes brakes,
            Proposals proposals,
            @ConfigProperty(name = "remit.source.gone-at-once", defaultValue = "0.2") double share,
            MeterRegistry meters,
            Letters letters) {
        this.letters = letters;
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException(
                    "remit.source.gone-at-once: is a share above 0 and at most 1");
        }
        this.handoffs = handoffs;
        this.feeds = feeds;
        this.accounts = accounts;
        this.positions = positions;
        this.brakes = brakes;
        this.proposals = proposals;
        this.share = share;
        this.meters = meters;
    }

    /**
     * All accounts of the system, read completely: what is not among them is gone, unless that is
     * too much at once to be believed.
     *
     * @param listed no two of the same id
     */
    public Uni<Void> accounts(Turn turn, String system, List<Account> listed) {
        return accounts(turn, system, listed, Optional.empty());
    }

    /**
     * The same, of a system that tells of its groups and roles.
     *
     * @param entitlements those that give something or that somebody answers for, sorted by name;
     *     empty where the system does not tell
     */
    public Uni<Void> accounts(
            Turn turn,
            String system,
            List<Account> listed,
            Optional<List<Entitlement>> entitlements) {
        return Uni.createFrom()
                .item(() -> fingerprints(system, listed))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .chain(now ->
                        handoffs.transact(
                                List.of(),
                                outbox ->
                                        accounts.fingerprints(system)
                                                .map(known -> compared(now, known, outbox.now()))))
                .call(compared -> believe(turn, system, compared.trip()))
                .call(compared ->
                        Multi.createFrom()
                                .iterable(news(compared.differences()))
                                .onItem()
                                .transformToUniAndConcatenate(
                                        slice -> Pace.unhurried(() -> store(turn, system, slice)))
                                .collect()
                                .last())
                .call(compared -> sync(turn, system, entitlements, compared.now()))
                .invoke(() -> readNow(system))
                .replaceWithVoid();
    }

    /**
     * Reads since when the credentials of all enabled accounts are in use, one account after the
     * other.
     *
     * @param since asks the system for one account; empty where it says nothing, and null where it
     *     does not answer: what was read before stays, and is not judged once it is old
     */
    public Uni<Void> credentials(
            Turn turn, String system, Function<String, Uni<Optional<Instant>>> since) {
        return credentials(turn, system, since, "");
    }

    private Uni<Void> credentials(
            Turn turn,
            String system,
            Function<String, Uni<Optional<Instant>>> since,
            String after) {
        return handoffs.transact(List.of(), outbox -> accounts.enabled(system, after, SLICE))
                .chain(ids ->
                        Multi.createFrom()
                                .iterable(ids)
                                .onItem()
                                .transformToUniAndConcatenate(id ->
                                        since.apply(id)
                                                .onItem()
                                                .ifNotNull()
                                                .transform(found -> Map.entry(id, found)))
                                .collect()
                                .asMap(Map.Entry::getKey, Map.Entry::getValue)
                                .call(known ->
                                        known.isEmpty()
                                                ? Uni.createFrom().voidItem()
                                                : feeds.write(
                                                        turn,
                                                        List.of(),
                                                        outbox ->
                                                                accounts.credentials(
                                                                        system,
                                                                        known,
                                                                        outbox.now())))
                                .chain(() ->
                                        ids.size() < SLICE
                                                ? Uni.createFrom().voidItem()
                                                : credentials(turn, system, since, ids.getLast())));
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
        List<List<Activity>> slices = slices(activities, SLICE);
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
                    letters.of(activity, system, outbox.now()),
                    null,
                    null);
        }
        // a clock that is ahead hides nothing that is yet to come
        return positions.advance(
                system,
                Math.min(activities.getLast().at().toEpochMilli(), outbox.now().toEpochMilli()));
    }

    private List<Difference.Changed> fingerprints(String system, List<Account> listed) {
        Map<String, Difference.Changed> known = before.getOrDefault(system, Map.of());
        List<Difference.Changed> now =
                listed.stream()
                        .map(account -> {
                            Difference.Changed last = known.get(account.id());
                            return last != null && last.account().equals(account)
                                    ? last
                                    : new Difference.Changed(account, fingerprint(account));
                        })
                        .toList();
        before.put(
                system,
                now.size() > REMEMBERED
                        ? Map.of()
                        : now.stream()
                                .collect(
                                        Collectors.toMap(
                                                each -> each.account().id(), Function.identity())));
        return now;
    }

    private Compared compared(
            List<Difference.Changed> listed, Map<String, String> known, Instant now) {
        List<Difference> differences = differences(listed, known);
        long gone = differences.stream().filter(Difference.Gone.class::isInstance).count();
        return new Compared(differences, Brake.ofListing(known.size(), gone, share), now);
    }

    /** Fails with {@link Feeds.Doubt} unless the list is believed. */
    private Uni<Void> believe(Turn turn, String system, Optional<Brake.Trip> trip) {
        String scope = Brake.source(system);
        return handoffs.transact(List.of(), outbox -> brakes.last(scope))
                .chain(last ->
                        worth(trip, last) == Worth.BELIEVED
                                ? Uni.createFrom().voidItem()
                                : feeds.write(
                                                turn,
                                                List.of(),
                                                outbox ->
                                                        proposals
                                                                .queue(Set.of(scope))
                                                                .chain(() -> brakes.last(scope))
                                                                .chain(now ->
                                                                        settle(
                                                                                system, trip, now,
                                                                                outbox)))
                                        .invoke(doubt ->
                                                doubt.ifPresent(brake -> {
                                                    meters.counter(
                                                                    "remit.listings.doubted",
                                                                    "system",
                                                                    system)
                                                            .increment();
                                                    throw new Feeds.Doubt(
                                                            trip.orElse(brake.trip()).words()
                                                                    + "; brake "
                                                                    + brake.id()
                                                                    + " is on, see ./remit brakes");
                                                }))
                                        .replaceWithVoid());
    }

    private static Worth worth(Optional<Brake.Trip> trip, Optional<Brakes.Applied> last) {
        Optional<Brakes.Applied> on = last.filter(each -> each.end().isEmpty());
        if (trip.isEmpty()) {
            return on.isPresent()
                    ? Worth.RECOVERED
                    : released(last) ? Worth.RELEASED : Worth.BELIEVED;
        }
        if (on.isPresent()) {
            return Worth.STILL_DOUBTED;
        }
        return released(last)
                        && trip.get().affected() <= last.orElseThrow().brake().trip().affected()
                ? Worth.RELEASED
                : Worth.DOUBTED;
    }

    private static boolean released(Optional<Brakes.Applied> last) {
        return last.filter(each -> !each.spent())
                .flatMap(Brakes.Applied::end)
                .filter(end -> end.outcome() == Brake.Outcome.RELEASED)
                .isPresent();
    }

    /** Writes what the list leads to; the brake that is on, if it is not believed. */
    private Uni<Optional<Brake>> settle(
            String system,
            Optional<Brake.Trip> trip,
            Optional<Brakes.Applied> last,
            Outbox outbox) {
        return switch (worth(trip, last)) {
            case BELIEVED -> Uni.createFrom().item(Optional.empty());
            case STILL_DOUBTED -> Uni.createFrom().item(last.map(Brakes.Applied::brake));
            // a release counts for one list only
            case RELEASED ->
                    brakes.spend(last.orElseThrow().brake().id()).replaceWith(Optional.empty());
            case RECOVERED -> {
                Brake brake = last.orElseThrow().brake();
                var end =
                        new Brakes.Ended(
                                Brake.Outcome.RECOVERED,
                                Service.CONNECTOR.id(),
                                "the source lists enough again",
                                outbox.now());
                outbox.publish(
                        outbox.newId(),
                        brake.scope(),
                        letters.released(brake, end, 0),
                        null,
                        brake.id());
                yield brakes.end(brake.id(), end).replaceWith(Optional.empty());
            }
            case DOUBTED -> {
                Brake brake =
                        new Brake(
                                outbox.newId(),
                                system,
                                Optional.empty(),
                                trip.orElseThrow(),
                                0,
                                outbox.now());
                yield ProposeChange.apply(brake, brakes, letters, meters, outbox)
                        .replaceWith(Optional.of(brake));
            }
        };
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
                                        changed.add(new Seen(account, fingerprint));
                                        outbox.publish(
                                                outbox.newId(),
                                                account.id(),
                                                letters.of(account, system, outbox.now()),
                                                null,
                                                null);
                                    }
                                    case Difference.Gone(String id) -> {
                                        gone.add(id);
                                        outbox.publish(
                                                outbox.newId(),
                                                id,
                                                letters.removed(id, system, outbox.now()),
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

    /** What is said of groups and roles is said at once when it changed. */
    private Uni<Void> sync(
            Turn turn, String system, Optional<List<Entitlement>> entitlements, Instant now) {
        Instant last = synced.getOrDefault(system, Instant.EPOCH);
        if (Duration.between(last, now).compareTo(SYNC_INTERVAL) < 0
                && entitlements.equals(told.get(system))) {
            return Uni.createFrom().voidItem();
        }
        return feeds.write(
                        turn,
                        List.of(),
                        outbox -> {
                            outbox.publish(
                                    outbox.newId(),
                                    system,
                                    letters.synced(system, entitlements, outbox.now()),
                                    null,
                                    null);
                            return Uni.createFrom().voidItem();
                        })
                .invoke(() -> {
                    synced.put(system, now);
                    told.put(system, entitlements);
                })
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

    /** A first list, or one of much that is new, is told in large slices. */
    private static <T> List<List<T>> news(List<T> all) {
        return slices(all, all.size() > MUCH ? SLICE : SMALL);
    }

    private static <T> List<List<T>> slices(List<T> all, int size) {
        List<List<T>> slices = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            slices.add(all.subList(from, Math.min(from + size, all.size())));
        }
        return slices;
    }

    private static String fingerprint(Account account) {
        try {
            return Hash.sha256(
                            (KEPT + JSON.writeValueAsString(account))
                                    .getBytes(StandardCharsets.UTF_8))
                    .hex();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an account is always JSON", e);
        }
    }
}
