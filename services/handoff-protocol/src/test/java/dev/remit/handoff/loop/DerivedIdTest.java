package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.Ids;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DerivedIdTest {
    private static final Instant BEGUN = Instant.parse("2026-03-01T08:00:00Z");
    private static final UUID CHANGE = new UUID(1, 1);
    private static final Optional<Instant> WRITTEN = Optional.of(BEGUN.plusSeconds(60));

    @Test
    void whatFollowsHasTheTimeThatItsCauseBeginsWith() {
        UUID cause = Ids.timeOrdered(BEGUN, new Random(7));

        UUID next = SealedOutbox.derived(cause, WRITTEN, CHANGE, "executor|ChangeExecuted|1");

        assertThat(Ids.time(next)).contains(BEGUN);
        assertThat(next)
                .as("the same, whether its cause is of this batch or not")
                .isEqualTo(
                        SealedOutbox.derived(
                                cause, Optional.empty(), CHANGE, "executor|ChangeExecuted|1"));
        assertThat(Ids.time(SealedOutbox.derived(next, WRITTEN, CHANGE, "x"))).contains(BEGUN);
    }

    @Test
    void orThatWhenItsCauseWasWritten() {
        UUID cause = Ids.derived(UUID.randomUUID(), "hr:E1");

        assertThat(Ids.time(SealedOutbox.derived(cause, WRITTEN, CHANGE, "x"))).isEqualTo(WRITTEN);
        assertThat(SealedOutbox.derived(cause, Optional.empty(), CHANGE, "x"))
                .as("of a clock's cause nothing is known")
                .isEqualTo(Ids.derived(cause, CHANGE + "|x"));
    }

    /** What one event opens under two charters, today and when a brake is released. */
    @Test
    void whatFollowsForAnotherChangeIsAnotherMessage() {
        UUID cause = Ids.derived(UUID.randomUUID(), "hr:E1");
        assertThat(SealedOutbox.derived(cause, WRITTEN, CHANGE, "connector|ChangeProposed|1"))
                .isNotEqualTo(
                        SealedOutbox.derived(
                                cause, WRITTEN, new UUID(2, 2), "connector|ChangeProposed|1"));
    }
}
