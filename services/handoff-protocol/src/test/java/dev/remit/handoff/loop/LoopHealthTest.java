package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class LoopHealthTest {
    private final LoopHealth health = new LoopHealth();

    @Test
    void itIsReadyAgainWhenWhatItWaitedForAnswersAlthoughNothingComes() {
        health.works();
        health.publishingWaitsFor(new Unavailable("Kafka did not take the outbox"));
        assertThat(health.call().getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.call().getData().orElseThrow())
                .containsOnlyKeys("publishing")
                .hasValueSatisfying(
                        new org.assertj.core.api.Condition<>(
                                each -> each.toString().contains("Kafka"), "names Kafka"));

        health.publishes();
        assertThat(health.call().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void oneThatAnswersDoesNotHideAnother() {
        health.waitsFor(new Unavailable("the database does not answer"));
        health.publishingWaitsFor(new Unavailable("Kafka did not take the outbox"));

        health.publishes();
        assertThat(health.call().getData().orElseThrow()).containsOnlyKeys("consuming");
        health.works();
        assertThat(health.call().getStatus()).isEqualTo(Status.UP);
    }
}
