package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.ledger.domain.Story.Mode;
import dev.remit.ledger.domain.Story.Said;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who executes is who was authorized to, and never a digital employee beyond what it may own. */
class ModeTest {
    private static final Story.Demotion DEMOTED =
            new Story.Demotion(
                    new UUID(0, 99), "leavers", Told.NOW.plusSeconds(1), Optional.empty());

    @Test
    void aDigitalEmployeeExecutesWhatItMayOwnAndAPersonWhatIsLeftToOne() {
        assertThat(missing("OWN", mandate(Mode.OWN), false)).isEmpty();
        assertThat(missing("ASSIST", mandate(Mode.ASSIST), true)).isEmpty();
        assertThat(missing("OWN", mandate(Mode.ASSIST, "track-record.kept"), true)).isEmpty();
    }

    @Test
    void whatIsLeftToAPersonDoesNotCloseWhereTheServiceExecutedIt() {
        for (String proposed : List.of("OWN", "ASSIST", "UNKNOWN")) {
            assertThat(missing(proposed, mandate(Mode.ASSIST), false))
                    .as(proposed)
                    .containsExactly(Closure.MODE);
        }
    }

    @Test
    void noAuthorizationIsWiderThanItsProposal() {
        for (String proposed : List.of("ASSIST", "UNKNOWN")) {
            for (boolean byPerson : List.of(true, false)) {
                assertThat(missing(proposed, mandate(Mode.OWN), byPerson))
                        .as(proposed)
                        .containsExactly(Closure.MODE);
            }
        }
    }

    @Test
    void aDigitalEmployeeOwnsNothingWhileAConditionFails() {
        assertThat(missing("OWN", mandate(Mode.OWN, "track-record.kept"), false))
                .containsExactly(Closure.MODE);
    }

    @Test
    void anAuthorizationThatCouldSayItsModeDoes() {
        for (boolean byPerson : List.of(true, false)) {
            assertThat(missing("OWN", Optional.empty(), byPerson)).containsExactly(Closure.MODE);
        }
    }

    @Test
    void aPersonTakesOverOnlyFromADigitalEmployeeThatIsDemoted() {
        assertThat(takenOver()).isInstanceOf(Closure.Open.class);
        assertThat(takenOver(DEMOTED))
                .isInstanceOfSatisfying(
                        Closure.Ended.class,
                        ended ->
                                assertThat(ended.proofs())
                                        .filteredOn(each -> each.name().equals(Closure.MODE))
                                        .extracting(Closure.Proof::givenBy)
                                        .containsExactly(DEMOTED.id()));
        for (Story.Demotion other :
                List.of(
                        new Story.Demotion(DEMOTED.id(), "movers", DEMOTED.at(), Optional.empty()),
                        new Story.Demotion(
                                DEMOTED.id(), "leavers", Told.NOW.plusSeconds(7), Optional.empty()),
                        new Story.Demotion(
                                DEMOTED.id(),
                                "leavers",
                                Told.NOW.minusSeconds(9),
                                Optional.of(Told.NOW.minusSeconds(1))))) {
            assertThat(takenOver(other)).as(other.toString()).isInstanceOf(Closure.Open.class);
        }
        assertThat(
                        takenOver(
                                new Story.Demotion(
                                        DEMOTED.id(),
                                        "leavers",
                                        DEMOTED.at(),
                                        Optional.of(Told.NOW.plusSeconds(2)))))
                .as("a promotion gives nothing back that was left to a person")
                .isInstanceOf(Closure.Ended.class);
    }

    private static Closure takenOver(Story.Demotion... demotions) {
        Said[] all = told("OWN", mandate(Mode.OWN), true);
        return Closure.of(
                Told.story(all).demoted(List.of(demotions)), Optional.of(uncorroborated()));
    }

    private static Optional<Story.Mandate> mandate(Mode mode, String... failing) {
        return Optional.of(new Story.Mandate(mode, List.of(failing)));
    }

    private static List<String> missing(
            String proposed, Optional<Story.Mandate> mandate, boolean byPerson) {
        return Told.missing(uncorroborated(), told(proposed, mandate, byPerson));
    }

    private static Said[] told(String proposed, Optional<Story.Mandate> mandate, boolean byPerson) {
        Said[] all = Told.whole();
        all[0] = Told.proposed(it -> it.mode = proposed);
        all[4] = Told.authorized(it -> it.mandate = mandate.orElse(null));
        all[5] = Told.executed(it -> it.byPerson = byPerson);
        return all;
    }

    /** Whoever executes, nothing of the target's own feed is asked for. */
    private static Charter uncorroborated() {
        return Told.charter(it -> it.proofs = List.of("read-back.matches"));
    }
}
