package dev.remit.approval.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.application.WatchInboxes.Told;
import dev.remit.approval.domain.Inbox;
import dev.remit.approval.domain.Inbox.Difference;
import dev.remit.approval.domain.Inbox.Item;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WatchInboxesTest {
    private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");
    private static final Item ONE = item(1, "a");
    private static final Item TWO = item(2, "a");

    private final Views views = new Views();
    private final Time clock = new Time();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final WatchInboxes watch = new WatchInboxes(views, meters, clock);

    @Test
    void aListenerIsToldAllAndThenWhatBecameDifferent() {
        views.hold("ann", ONE);
        AssertSubscriber<Told> ann = listen("ann", Optional.empty());
        look();
        assertThat(ann.getItems())
                .containsExactly(new Told.Whole(Inbox.of(List.of(ONE)), Duration.ZERO));

        views.hold("ann", item(1, "b"), TWO);
        look();
        views.hold("ann", TWO);
        look();
        look();
        assertThat(ann.getItems())
                .hasSize(3)
                .contains(
                        new Told.Moved(
                                List.of(
                                        new Difference.Added(TWO),
                                        new Difference.Changed(item(1, "b"))),
                                Inbox.of(List.of(item(1, "b"), TWO)).tag()),
                        new Told.Moved(
                                List.of(new Difference.Removed(item(1, "b"))),
                                Inbox.of(List.of(TWO)).tag()));
    }

    @Test
    void whoComesBackIsToldAllAgainOnlyIfSomethingChanged() {
        views.hold("ann", ONE);
        String tag = Inbox.of(List.of(ONE)).tag();
        AssertSubscriber<Told> same = listen("ann", Optional.of(tag));
        AssertSubscriber<Told> other = listen("ann", Optional.of("seen on another day"));
        look();
        assertThat(same.getItems()).containsExactly(new Told.Nothing());
        assertThat(other.getItems()).hasOnlyElementsOfType(Told.Whole.class).hasSize(1);
    }

    @Test
    void nobodyIsToldOfAnotherOnesInboxAndAllAreLookedUpAtOnce() {
        views.hold("ann", ONE);
        AssertSubscriber<Told> ben = listen("ben", Optional.empty());
        listen("ann", Optional.empty());
        look();
        assertThat(ben.getItems())
                .containsExactly(new Told.Whole(Inbox.of(List.of()), Duration.ZERO));
        assertThat(views.lookups).isEqualTo(1);
    }

    @Test
    void aStreamEndsWithTheSessionAndWhoLeftIsForgotten() {
        AssertSubscriber<Told> ann = listen("ann", Optional.empty());
        AssertSubscriber<Told> ben = listen("ben", Optional.empty());
        ben.cancel();
        assertThat(meters.get("remit.approval.inbox.watchers").gauge().value()).isEqualTo(1);
        clock.now = START.plus(Duration.ofHours(1));
        look();
        ann.assertCompleted();
        assertThat(meters.get("remit.approval.inbox.watchers").gauge().value()).isZero();
    }

    @Test
    void aQuietStreamBreathes() {
        AssertSubscriber<Told> ann = listen("ann", Optional.empty());
        look();
        clock.now = START.plusSeconds(14);
        look();
        assertThat(ann.getItems()).hasSize(1);
        clock.now = START.plusSeconds(15);
        look();
        assertThat(ann.getItems()).last().isEqualTo(new Told.Nothing());
    }

    @Test
    void onePersonHasFiveStreams() {
        for (int n = 0; n < 5; n++) {
            assertThat(watch.hasRoomFor("ann")).isTrue();
            listen("ann", Optional.empty());
        }
        assertThat(watch.hasRoomFor("ann")).isFalse();
        assertThat(watch.hasRoomFor("ben")).isTrue();
    }

    @Test
    void theLagIsShown() {
        views.lag = Duration.ofMillis(2500);
        look();
        assertThat(meters.get("remit.approval.inbox.lag.seconds").gauge().value()).isEqualTo(2.5);
    }

    private AssertSubscriber<Told> listen(String person, Optional<String> seen) {
        return watch.watch(person, seen, START.plusSeconds(600))
                .subscribe()
                .withSubscriber(AssertSubscriber.create(100));
    }

    private void look() {
        watch.look().await().indefinitely();
    }

    private static Item item(int change, String revision) {
        return new Item(
                new UUID(0, change), "manager", START, START.plusSeconds(60), "plan", revision);
    }

    private static final class Time extends Clock {
        Instant now = START;

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

    private static final class Views implements RouteViews {
        final Map<String, Inbox> inboxes = new HashMap<>();
        Duration lag = Duration.ZERO;
        int lookups;

        void hold(String person, Item... items) {
            inboxes.put(person, Inbox.of(List.of(items)));
        }

        @Override
        public Uni<List<View>> open(Place after, int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<List<View>> waitingFor(String person, Place after, int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<Map<String, Inbox>> inboxes(Collection<String> people, int most) {
            lookups++;
            Map<String, Inbox> found = new HashMap<>(inboxes);
            found.keySet().retainAll(people);
            return Uni.createFrom().item(found);
        }

        @Override
        public Uni<Duration> lag(Instant now) {
            return Uni.createFrom().item(lag);
        }

        @Override
        public Uni<Optional<View>> of(UUID change) {
            throw new UnsupportedOperationException();
        }
    }
}
