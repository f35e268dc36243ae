package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.connector.domain.Charter;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which version of a charter is in force. */
class ChartersTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    @Test
    void aVersionThatBeginsLaterTakesThePlaceOfTheOneBeforeItThen() {
        List<Charter> versions =
                List.of(
                        CharterFixture.leavers("1", "h1"),
                        CharterFixture.leavers("2", "h2", from(NOON)));
        assertThat(inForce(NOON.minusSeconds(1), versions)).isEqualTo("1");
        assertThat(inForce(NOON, versions)).isEqualTo("2");
    }

    @Test
    void whatHasEndedIsFollowedByNothingBeforeIt() {
        Charter.Limits over =
                new Charter.Limits(
                        Optional.empty(), Optional.of(NOON), Optional.empty(), Optional.empty());
        assertThat(
                        inForce(
                                NOON.plusSeconds(1),
                                List.of(
                                        CharterFixture.leavers("1", "h1"),
                                        CharterFixture.leavers("2", "h2", over))))
                .isEqualTo("2");
    }

    @Test
    void theOnlyOneIsNamedBeforeItBegins() {
        assertThat(
                        inForce(
                                NOON.minusSeconds(1),
                                List.of(CharterFixture.leavers("1", "h1", from(NOON)))))
                .isEqualTo("1");
    }

    private static Charter.Limits from(Instant from) {
        return new Charter.Limits(
                Optional.of(from), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static String inForce(Instant now, List<Charter> versions) {
        Charters charters = new Charters(Clock.fixed(now, ZoneOffset.UTC));
        charters.replace(versions);
        assertThat(charters.all()).containsExactly(charters.find("leavers").orElseThrow());
        return charters.find("leavers").orElseThrow().version();
    }
}
