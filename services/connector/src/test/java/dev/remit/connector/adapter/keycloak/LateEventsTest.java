package dev.remit.connector.adapter.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.connector.adapter.keycloak.KeycloakAdmin.AdminEvent;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LateEventsTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final long AT = NOW.toEpochMilli();

    private final LateEvents late = new LateEvents();

    @Test
    void anEventThatAppearsAfterANewerOneIsNotMissed() {
        late.from(AT, NOW);
        AdminEvent newer = event("newer", AT);
        late.report(List.of(newer), AT);

        assertThat(late.from(AT, NOW.plusSeconds(1))).isEqualTo(AT - 5000);
        assertThat(late.unreported(List.of(newer, event("late", AT - 4000))))
                .extracting(AdminEvent::id)
                .containsExactly("late");
    }

    @Test
    void theFirstReadAndOneEveryHalfMinuteReachFurther() {
        assertThat(late.from(AT, NOW)).isEqualTo(AT - 120_000);
        assertThat(late.from(AT, NOW.plusSeconds(29))).isEqualTo(AT - 5000);
        assertThat(late.from(AT, NOW.plusSeconds(30))).isEqualTo(AT - 120_000);
        assertThat(late.from(AT, NOW.plusSeconds(31))).isEqualTo(AT - 5000);
    }

    @Test
    void aClockThatIsAheadHidesNothingThatIsYetToCome() {
        assertThat(KeycloakFeed.newest(List.of(event("a", AT - 5), event("b", AT + 600_000)), NOW))
                .isEqualTo(AT);
        assertThat(KeycloakFeed.newest(List.of(event("a", AT - 5), event("b", AT - 9)), NOW))
                .isEqualTo(AT - 5);
    }

    @Test
    void whatCanNotBeReadAgainIsForgotten() {
        AdminEvent old = event("old", AT - 120_001);
        AdminEvent readable = event("readable", AT - 120_000);
        late.report(List.of(old, readable), AT);
        assertThat(late.unreported(List.of(old, readable))).containsExactly(old);
    }

    private static AdminEvent event(String id, long time) {
        return new AdminEvent(id, time, null, "UPDATE", "USER", "users/u1", null);
    }
}
