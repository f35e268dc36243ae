package dev.remit.connector.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * The feeds that are read, and whose turn it is: of all replicas one reads a feed at a time. What
 * was read is written only while the turn still holds, so a replica that slept through its lease
 * writes nothing.
 */
@Singleton
public class Feeds {
    private static final Logger LOG = Logger.getLogger(Feeds.class);

    /** The right to read one feed; the term grows each time another replica takes it. */
    public record Turn(String feed, long term) {}

    /** How reading a feed goes here. */
    public sealed interface State {
        /** Not read since this replica has the turn, or since the start. */
        record NotReadYet() implements State {}

        /** Another replica has the turn. */
        record ReadElsewhere() implements State {}

        /** The last read went well. */
        record Works() implements State {}

        /** The last list is too short to be believed; what was believed before stays. */
        record Doubted(String reason) implements State {}

        /** The last read failed; the reason is in plain words. */
        record Fails(String reason) implements State {}
    }

    /** Another replica took the feed while it was read here; what was read is dropped. */
    static final class TurnLost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TurnLost(String feed) {
            super(feed + " is read by another replica now", null, false, false);
        }
    }

    /** A list is too short to be believed: nothing is concluded from it until a person says so. */
    static final class Doubt extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Doubt(String words) {
            super(words, null, false, false);
        }
    }

    private final Handoffs handoffs;
    private final FeedLeases leases;
    private final String owner = UUID.randomUUID().toString();
    private final ConcurrentMap<String, State> states = new ConcurrentHashMap<>();
    private final Set<String> shared = ConcurrentHashMap.newKeySet();
    private volatile Optional<Map<String, Long>> terms = Optional.empty();
    private volatile boolean stopped;

    Feeds(Handoffs handoffs, FeedLeases leases) {
        this.handoffs = handoffs;
        this.leases = leases;
    }

    /** Announces a feed at start, so that it counts as not read until it is. */
    public void expect(String feed) {
        states.putIfAbsent(feed, new State.NotReadYet());
    }

    /**
     * Announces at start what is no feed but is done in turns as well; its trouble is logged only.
     */
    public void share(String work) {
        shared.add(work);
        expect(work);
    }

    /** Each feed's state, by name. */
    public Map<String, State> states() {
        Map<String, State> all = new TreeMap<>(states);
        all.keySet().removeAll(shared);
        return all;
    }

    /** Takes and renews the turns; one statement for all feeds. */
    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> renew() {
        if (stopped || states.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return handoffs.transact(List.of(), outbox -> leases.take(states.keySet(), owner))
                .invoke(this::holds)
                .onFailure()
                .invoke(failure -> LOG.warnf("the turns cannot be renewed: %s", failure))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    /** Gives the turns back, so that another replica goes on at once. */
    void stop(@Observes ShutdownEvent stopping) {
        stopped = true;
        terms = Optional.of(Map.of());
        try {
            handoffs.transact(List.of(), outbox -> leases.release(owner))
                    .await()
                    .atMost(Duration.ofSeconds(2));
        } catch (RuntimeException e) {
            LOG.infof("the turns run out by themselves: %s", e);
        }
    }

    /**
     * Reads a feed if it is this replica's turn. A failure is logged and shown in health; the next
     * look tries again.
     */
    public Uni<Void> read(String feed, Function<Turn, Uni<Void>> work) {
        expect(feed);
        Uni<Void> asked = terms.isPresent() ? Uni.createFrom().voidItem() : renew();
        return asked.chain(() ->
                turn(feed)
                        .map(turn -> report(feed, work, turn))
                        .orElse(Uni.createFrom().voidItem()));
    }

    /**
     * Writes what was read, in one transaction with these changes locked, if the turn still holds.
     */
    public <T> Uni<T> write(Turn turn, Collection<UUID> changes, Function<Outbox, Uni<T>> work) {
        return handoffs.transact(
                changes,
                outbox ->
                        leases.keep(turn.feed(), turn.term())
                                .chain(kept ->
                                        kept
                                                ? work.apply(outbox)
                                                : Uni.createFrom()
                                                        .failure(new TurnLost(turn.feed()))));
    }

    private Optional<Turn> turn(String feed) {
        return terms.map(all -> all.get(feed)).map(term -> new Turn(feed, term));
    }

    private Uni<Void> report(String feed, Function<Turn, Uni<Void>> work, Turn turn) {
        return Uni.createFrom()
                .deferred(() -> work.apply(turn))
                .invoke(() -> states.put(feed, new State.Works()))
                .onFailure()
                .invoke(failure -> fails(feed, failure))
                .onFailure()
                .recoverWithNull();
    }

    private void fails(String feed, Throwable failure) {
        if (failure instanceof TurnLost) {
            LOG.info(failure.getMessage());
            states.put(feed, new State.NotReadYet());
            return;
        }
        if (failure instanceof Doubt) {
            LOG.warnf("%s is not believed: %s", feed, failure.getMessage());
            states.put(feed, new State.Doubted("not believed: " + failure.getMessage()));
            return;
        }
        LOG.warnf("%s cannot be read: %s", feed, failure);
        states.put(feed, new State.Fails("cannot be read: " + failure));
    }

    private void holds(Map<String, Long> now) {
        Map<String, Long> before = terms.orElse(Map.of());
        states.keySet()
                .forEach(feed -> {
                    Long term = now.get(feed);
                    if (term == null) {
                        states.put(feed, new State.ReadElsewhere());
                    } else if (!term.equals(before.get(feed))) {
                        LOG.infof("%s is read by this replica from now on", feed);
                        states.put(feed, new State.NotReadYet());
                    }
                });
        terms = Optional.of(Map.copyOf(now));
    }
}
