package dev.remit.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdsTest {
    private static final UUID NAMESPACE = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    private static final Instant TIME = Instant.parse("2026-03-01T08:00:00.123Z");

    @Test
    void whatIsDerivedIsOfVersion5AsInRfc9562() {
        assertThat(Ids.derived(NAMESPACE, "www.example.com"))
                .hasToString("2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }

    @Test
    void whatIsDerivedWithItsTimeHasItInFrontAndIsTheSameEachTime() {
        UUID id = Ids.derived(TIME, NAMESPACE, "a");

        assertThat(id.version()).isEqualTo(8);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(Ids.time(id)).contains(TIME);
        assertThat(id)
                .isEqualTo(Ids.derived(TIME, NAMESPACE, "a"))
                .isNotEqualTo(Ids.derived(TIME, NAMESPACE, "b"))
                .isNotEqualTo(
                        Ids.derived(
                                TIME,
                                UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8"),
                                "a"));
        assertThat(id.toString())
                .isLessThan(Ids.derived(TIME.plusMillis(1), NAMESPACE, "a").toString());
    }

    @Test
    void onlyIdsThatBeginWithATimeTellIt() {
        assertThat(Ids.time(Ids.timeOrdered(TIME, new Random(7)))).contains(TIME);
        assertThat(Ids.time(Ids.derived(NAMESPACE, "a"))).isEmpty();
        assertThat(Ids.time(UUID.randomUUID())).isEmpty();
    }
}
