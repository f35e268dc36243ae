package dev.remit.approval.application;

import dev.remit.approval.domain.Inbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells people who look on what comes into their inbox and what leaves it, each second. What is
 * told is the difference between two sights of the database, so it does not matter which replica
 * decided; and one query a second serves all who look on. Nothing is remembered for those who are
 * not there: who comes back with the tag they saw last is told nothing if it still holds, and
 * everything if not.
 */
@Singleton
public class WatchInboxes {
    /** The most that one person is shown. */
    public static final int MOST = 500;

    private static final int WATCHERS = 2_000;
    private static final int EACH = 5;
    private static final Duration BREATH = Duration.ofSeconds(15);
    private static final Logger LOG = Logger.getLogger(WatchInboxes.class);

    /** What someone who looks on is told. */
    public sealed interface Told {
        /** All of it: at the start, unless it was seen already. */
        record Whole(Inbox inbox, Duration lag) implements Told {}

        /**
         * What became different.
         *
         * @param tag that of the inbox after all of them
         */
        record Moved(List<Inbox.Difference> differences, String tag) implements Told {}

        /** Nothing, now and then, so that a dead connection is noticed. */
        record Nothing() implements Told {}
    }

    private static final class Watcher {
        final String person;
        final Optional<String> seen;
        final Instant until;
        final MultiEmitter<? super Told> emitter;
        @Nullable Inbox last;
        Instant told;

        Watcher(
                String person,
                Optional<String> seen,
                Instant until,
                MultiEmitter<? super Told> emitter,
                Instant now) {
            this.person = person;
            this.seen = seen;
            this.until = until;
            this.emitter = emitter;
            this.told = now;
        }
    }

    private final RouteViews views;
    private final Clock clock;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    private volatile double lag;

    WatchInboxes(RouteViews views, MeterRegistry meters, Clock clock) {
        this.views = views;
        this.clock = clock;
        meters.gauge("remit.approval.inbox.watchers", watchers, Set::size);
        meters.gauge("remit.approval.inbox.lag.seconds", this, self -> self.lag);
    }

    /** Whether one more may look on: not with too many connections, one's own or everybody's. */
    public boolean hasRoomFor(String person) {
        return watchers.size() < WATCHERS
                && watchers.stream().filter(each -> each.person.equals(person)).count() < EACH;
    }

    /**
     * Looks on until the listener goes or the time is over.
     *
     * @param seen the tag of the inbox as it was seen last
     * @param until when the listener's session ends
     */
    public Multi<Told> watch(String person, Optional<String> seen, Instant until) {
        return Multi.createFrom()
                .emitter(emitter -> {
                    Watcher watcher = new Watcher(person, seen, until, emitter, clock.instant());
                    watchers.add(watcher);
                    emitter.onTermination(() -> watchers.remove(watcher));
                });
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        Set<String> people = new HashSet<>();
        List<Watcher> present = List.copyOf(watchers);
        present.forEach(each -> people.add(each.person));
        Instant now = clock.instant();
        return views.lag(now)
                .invoke(found -> lag = found.toMillis() / 1000.0)
                .chain(found ->
                        people.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : views.inboxes(people, MOST)
                                        .invoke(inboxes ->
                                                present.forEach(
                                                        each -> tell(each, inboxes, found, now)))
                                        .replaceWithVoid())
                .onFailure()
                .invoke(failure -> LOG.warnf("nobody is told of their inbox: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private static void tell(
            Watcher watcher, Map<String, Inbox> inboxes, Duration lag, Instant now) {
        if (!now.isBefore(watcher.until)) {
            watcher.emitter.complete();
            return;
        }
        Inbox inbox = inboxes.getOrDefault(watcher.person, Inbox.of(List.of()));
        Inbox before = watcher.last;
        watcher.last = inbox;
        if (before == null) {
            boolean same = watcher.seen.filter(inbox.tag()::equals).isPresent();
            watcher.told = now;
            watcher.emitter.emit(same ? new Told.Nothing() : new Told.Whole(inbox, lag));
        } else if (!before.tag().equals(inbox.tag())) {
            watcher.told = now;
            watcher.emitter.emit(new Told.Moved(inbox.since(before), inbox.tag()));
        } else if (!now.isBefore(watcher.told.plus(BREATH))) {
            watcher.told = now;
            watcher.emitter.emit(new Told.Nothing());
        }
    }
}
