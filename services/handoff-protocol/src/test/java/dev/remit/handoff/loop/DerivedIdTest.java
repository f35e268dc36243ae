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
    private static final Optional<Instant> WRITTEN = Optional.of(BEGUN.plusSeconds(60));

    @Test
    void whatFollowsHasTheTimeThatItsCauseBeginsWith() {
        UUID cause = Ids.timeOrdered(BEGUN, new Random(7));

        UUID next = SealedOutbox.derived(cause, WRITTEN, "executor|ChangeExecuted|1");

        assertThat(Ids.time(next)).contains(BEGUN);
        assertThat(next)
                .as("the same, whether its cause is of this batch or not")
                .isEqualTo(
                        SealedOutbox.derived(cause, Optional.empty(), "executor|ChangeExecuted|1"));
        assertThat(Ids.time(SealedOutbox.derived(next, WRITTEN, "x"))).contains(BEGUN);
    }

    @Test
    void orThatWhenItsCauseWasWritten() {
        UUID cause = Ids.derived(UUID.randomUUID(), "hr:E1");

        assertThat(Ids.time(SealedOutbox.derived(cause, WRITTEN, "x"))).isEqualTo(WRITTEN);
        assertThat(SealedOutbox.derived(cause, Optional.empty(), "x"))
                .as("of a clock's cause nothing is known")
                .isEqualTo(Ids.derived(cause, "x"));
    }
}
