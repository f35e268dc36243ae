package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.merkle.Hash;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a message that the inbox does not know is taken for. */
class PruningTest {
    private static final Instant FORGOTTEN_BEFORE = Instant.parse("2026-03-08T12:00:00Z");
    private static final Instant OLD = FORGOTTEN_BEFORE.minusSeconds(1);
    private static final UUID CHANGE = new UUID(0, 1);

    @Test
    void anOldHandoffWhoseChangeIsPastItIsNotNew() {
        assertThat(Pruning.isNew(handoff(3, OLD), FORGOTTEN_BEFORE, change -> 3)).isFalse();
        assertThat(Pruning.isNew(handoff(3, OLD), FORGOTTEN_BEFORE, change -> 7)).isFalse();
    }

    @Test
    void anOldHandoffThatItsChangeWaitsForIsNewHoweverLateItComes() {
        assertThat(Pruning.isNew(handoff(3, OLD), FORGOTTEN_BEFORE, change -> 2)).isTrue();
        assertThat(Pruning.isNew(handoff(1, OLD), FORGOTTEN_BEFORE, change -> 0)).isTrue();
    }

    @Test
    void whatTheInboxCannotHaveForgottenIsNewWhateverTheChain() {
        assertThat(Pruning.isNew(handoff(3, FORGOTTEN_BEFORE), FORGOTTEN_BEFORE, change -> 7))
                .isTrue();
    }

    @Test
    void anOldFactIsLetThrough() {
        assertThat(Pruning.isNew(handoff(0, OLD), FORGOTTEN_BEFORE, change -> 7)).isTrue();
    }

    @Test
    void whatIsKeptForLessThanADayIsRefusedByName() {
        assertThatThrownBy(() -> pruning(Optional.of(Duration.ofHours(23)), Duration.ofDays(7)))
                .hasMessageContaining("remit.inbox.keep");
        assertThatThrownBy(() -> pruning(Optional.empty(), Duration.ZERO))
                .hasMessageContaining("remit.outbox.keep");
    }

    private static Pruning pruning(Optional<Duration> inbox, Duration outbox) {
        return new Pruning(null, Clock.systemUTC(), new SimpleMeterRegistry(), inbox, outbox);
    }

    private static Envelope handoff(int sequence, Instant time) {
        return new Envelope(
                new UUID(0, 2),
                Service.DATA_READINESS,
                Handoff.READINESS_JUDGED,
                CHANGE.toString(),
                time,
                Handoff.READINESS_JUDGED.dataschema(),
                CHANGE,
                null,
                sequence,
                sequence > 1 ? Hash.sha256("before".getBytes(StandardCharsets.UTF_8)) : null);
    }
}
