package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Event;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    @Test
    void twoClaimAnEventOnlyWhileBothAreInForce() {
        Charter leavers = CharterFixture.leavers("1", "h1");
        Charter quitters = CharterFixture.named("quitters", Set.of("scim:hr"), from(NOON));
        assertThat(quitters.claimedTwice(List.of(leavers), NOON.minusSeconds(9)))
                .map(Charter.Refusal::code)
                .contains("TRIGGER_CLAIMED_TWICE");
        assertThat(quitters.claimedTwice(List.of(quitters), NOON)).as("it itself").isEmpty();
        assertThat(
                        quitters.claimedTwice(
                                List.of(CharterFixture.leavers("1", "h1", until(NOON))),
                                NOON.minusSeconds(9)))
                .as("one is over when the other begins")
                .isEmpty();
        Charter without = CharterFixture.opened(from(NOON), Optional.empty());
        assertThat(quitters.claimedTwice(List.of(leavers, without), NOON.minusSeconds(9)))
                .as("the next version, which begins at the same time, claims it no more")
                .isEmpty();
        assertThat(
                        CharterFixture.named("quitters", Set.of("scim:hr"), Charter.Limits.none())
                                .claimedTwice(List.of(leavers, without), NOON.minusSeconds(9)))
                .as("until then it does")
                .isPresent();
        assertThat(
                        CharterFixture.named("quitters", Set.of("scim:hr"), Charter.Limits.none())
                                .claimedTwice(
                                        List.of(
                                                without,
                                                CharterFixture.leavers("2", "h2", from(NOON))),
                                        NOON.minusSeconds(9)))
                .as("one that is to come does")
                .isPresent();
    }

    @Test
    void anEventOfAnotherKindOrTargetOrEntitlementIsNotClaimed() {
        Charter one = claiming("one", Event.CERTIFICATION_REVOKED, "scim:hr", "/a");
        assertThat(
                        List.of(
                                claiming("other", Event.ORPHAN_FOUND, "scim:hr", "/a"),
                                claiming("other", Event.CERTIFICATION_REVOKED, "scim:it", "/a"),
                                claiming("other", Event.CERTIFICATION_REVOKED, "scim:hr", "/b")))
                .allMatch(each -> one.claimedTwice(List.of(each), NOON).isEmpty());
        assertThat(
                        List.of(
                                claiming("other", Event.CERTIFICATION_REVOKED, "scim:hr", "/a"),
                                claiming("other", Event.CERTIFICATION_REVOKED, "scim:hr", "")))
                .allMatch(each -> one.claimedTwice(List.of(each), NOON).isPresent());
        Charter clock = claiming("one", Event.SCHEDULE, "scim:hr", "");
        assertThat(
                        clock.claimedTwice(
                                List.of(claiming("other", Event.SCHEDULE, "scim:hr", "")), NOON))
                .isEmpty();
    }

    private static Charter claiming(String name, Event event, String target, String group) {
        return CharterFixture.taking(
                name,
                new Charter.Trigger(
                        event,
                        "take",
                        target,
                        Optional.empty(),
                        Optional.empty(),
                        group.isEmpty() ? Set.of() : Set.of(group)));
    }

    private static Charter.Limits until(Instant until) {
        return new Charter.Limits(
                Optional.empty(), Optional.of(until), Optional.empty(), Optional.empty());
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
