package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.ledger.domain.Story.Said;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DueTest {
    private static final Duration WITHIN = Duration.ofHours(1);
    private static final Said PROPOSED = Told.proposed();
    private static final Said READY = Told.judged("READY");
    private static final Said HELD = Told.judged("HELD");
    private static final Said ASKED = Told.asked("boss");
    private static final Said APPROVED = Told.approved();
    private static final Instant SAID = Told.NOW.plusSeconds(60);
    private static final Instant START = Told.NOW.plus(Duration.ofDays(3));
    private static final Said STARTS_LATER =
            new Story.Readiness(
                    Told.CHANGE,
                    "READY",
                    Optional.of("account"),
                    Optional.of("plan"),
                    "reason",
                    List.of(),
                    Optional.of(new Story.Terms("core", Optional.empty(), Optional.of(START))),
                    Told.NOW);

    @Test
    void aServiceThatWaitsForNobodyHandsOnWithinItsTime() {
        assertThat(due(PROPOSED)).contains(due("data-readiness", 1, after(1)));
        assertThat(due(PROPOSED, READY)).contains(due("approval-routing", 2, after(2)));
        assertThat(due(PROPOSED, READY, ASKED, APPROVED))
                .as("as many approved as are needed")
                .contains(due("approval-routing", 4, after(4)));
    }

    @Test
    void whatPeopleAreWaitedForIsDueAtTheTimeThatItsMessageOrCharterSays() {
        assertThat(due(PROPOSED, HELD, HELD))
                .as("from when it was first held")
                .contains(due("data-readiness", 3, Told.NOW.plus(Duration.ofHours(2))));
        assertThat(due(PROPOSED, READY, ASKED))
                .contains(due("approvers of stage manager", 3, SAID));
        assertThat(due(PROPOSED, READY, ASKED, Told.decided("QUESTIONED", Told.BY_BOSS)))
                .contains(due("proposer", 4, SAID));
        assertThat(due(PROPOSED, READY, Told.held("manager", "nobody may")))
                .contains(due("approval-routing", 3, SAID));
        assertThat(due(PROPOSED, READY, ASKED, APPROVED, Told.authorized()))
                .contains(due("executor", 5, SAID));
    }

    @Test
    void ofStagesSideBySideTheOneThatLapsesFirstIsWaitedFor() {
        Said legal = asked("legal", SAID.minusSeconds(30));
        Said audit = asked("audit", SAID.plusSeconds(600));
        assertThat(due(PROPOSED, READY, ASKED, legal, audit))
                .contains(due("approvers of stage legal", 5, SAID.minusSeconds(30)));
        assertThat(due(PROPOSED, READY, audit, ASKED, APPROVED))
                .as("the last that was asked is decided, another is not")
                .contains(due("approvers of stage audit", 5, SAID.plusSeconds(600)));
    }

    private static Said asked(String stage, Instant until) {
        return new Story.Requested(
                stage,
                Optional.empty(),
                List.of("other"),
                List.of(),
                List.of(),
                1,
                1,
                Optional.of(until));
    }

    @Test
    void aStageThatIsAskedAgainKeepsItsTimeUnlessItSaysAnother() {
        Said silent =
                new Story.Requested(
                        "manager",
                        Optional.empty(),
                        List.of("other"),
                        List.of(),
                        List.of(),
                        0,
                        1,
                        Optional.empty());
        assertThat(due(PROPOSED, READY, ASKED, silent)).map(Due::at).contains(SAID);
    }

    @Test
    void aPlanThatStartsLaterIsAuthorizedNoSooner() {
        assertThat(due(PROPOSED, STARTS_LATER, ASKED, APPROVED))
                .contains(due("approval-routing", 4, START.plus(WITHIN)));
        assertThat(due(PROPOSED, STARTS_LATER, ASKED, APPROVED, held(SAID)))
                .as("what was barred for a while may wait for its start since, without a word")
                .contains(due("approval-routing", 5, START.plus(WITHIN)));
        assertThat(due(PROPOSED, STARTS_LATER, held(SAID)))
                .as("nobody was asked yet")
                .contains(due("approval-routing", 3, SAID));
    }

    @Test
    void aPlanThatIsHeldAtItsStartIsDueAtTheTimeThatItsMessageSays() {
        Instant until = START.plus(Duration.ofDays(2));
        assertThat(due(PROPOSED, STARTS_LATER, ASKED, APPROVED, held(until)))
                .contains(due("approval-routing", 5, until));
    }

    private static Said held(Instant until) {
        return new Story.Requested(
                "",
                Optional.of("halted: mesh is halted"),
                List.of(),
                List.of(),
                List.of(),
                0,
                1,
                Optional.of(until));
    }

    @Test
    void nothingIsDueOfWhatHasEndedOrRunItsCourse() {
        assertThat(due(PROPOSED, Told.judged("HALTED"))).isEmpty();
        assertThat(due(PROPOSED, READY, ASKED, Told.decided("DENIED", Told.BY_BOSS))).isEmpty();
        assertThat(due(Told.whole())).isEmpty();
    }

    private static Due due(String owedBy, int since, Instant at) {
        return new Due(owedBy, Told.NOW.plusSeconds(since), at);
    }

    private static Instant after(int seconds) {
        return Told.NOW.plusSeconds(seconds).plus(WITHIN);
    }

    private static Optional<Due> due(Said... said) {
        Optional<Charter> charter = Optional.of(Told.charter());
        Story story = Told.story(said);
        return Due.of(story, charter, Closure.of(story, charter), WITHIN);
    }
}
