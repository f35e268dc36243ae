package dev.remit.approval.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.application.Mirror.Due;
import dev.remit.approval.application.Mirror.Event;
import dev.remit.approval.application.Mirror.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** How what waits is shown: each is taken right before it is shown, and no more than it. */
class MirrorRoutesTest {
    private final Deque<Due> waiting = new ArrayDeque<>();
    private final Set<Long> taken = new HashSet<>();
    private final List<Long> shown = new ArrayList<>();
    private final Set<Long> refused = new HashSet<>();
    private final List<Long> putOff = new ArrayList<>();
    private int mostTaken;

    @Test
    void allThatWaitsIsShownAtOnceAndNeverMoreThanOneIsTaken() {
        waits(130);
        mirror();
        assertThat(shown).hasSize(130).isSorted();
        assertThat(waiting).isEmpty();
        assertThat(mostTaken).as("taken at the same time").isEqualTo(1);
    }

    @Test
    void oneThatIsNotShownIsLeftAndTheOthersFollowTheNextTime() {
        waits(5);
        refused.add(3L);
        mirror();
        assertThat(shown).containsExactly(1L, 2L);
        assertThat(putOff).containsExactly(3L);
        mirror();
        assertThat(shown).containsExactly(1L, 2L, 4L, 5L);
    }

    @Test
    void itStopsAfterEnough() {
        waits(2000);
        mirror();
        assertThat(shown).hasSizeBetween(100, 1000);
    }

    private void waits(int events) {
        for (long n = 1; n <= events; n++) {
            waiting.add(
                    new Due(
                            n,
                            new Event(new UUID(0, n), "security", Kind.OPENED, "", Instant.EPOCH)));
        }
    }

    private void mirror() {
        new MirrorRoutes(
                        new Queue(),
                        new Board(),
                        new SimpleMeterRegistry(),
                        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC))
                .mirror()
                .await()
                .atMost(Duration.ofSeconds(20));
    }

    private final class Queue implements Mirror {
        @Override
        public Uni<Void> add(Collection<Event> events) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<Optional<Due>> claim(Instant now) {
            return Uni.createFrom()
                    .item(() -> {
                        Optional<Due> due = Optional.ofNullable(waiting.poll());
                        due.ifPresent(each -> taken.add(each.position()));
                        mostTaken = Math.max(mostTaken, taken.size());
                        return due;
                    });
        }

        @Override
        public Uni<Void> shown(long position) {
            shown.add(position);
            taken.remove(position);
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Void> putOff(long position, Instant now) {
            putOff.add(position);
            taken.remove(position);
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Lag> lag(Instant now) {
            return Uni.createFrom().item(new Lag(waiting.size(), Duration.ZERO));
        }
    }

    private final class Board implements Tickets {
        @Override
        public boolean isThere() {
            return true;
        }

        @Override
        public Uni<Boolean> show(Due due) {
            return Uni.createFrom().item(!refused.contains(due.position()));
        }
    }
}
