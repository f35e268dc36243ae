package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Requested;
import dev.remit.ledger.domain.Story.Said;
import dev.remit.ledger.domain.Story.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WaitingTest {
    private static final Instant START = Instant.parse("2026-01-31T08:00:00Z");
    private static final Said PROPOSED =
            Told.proposed(it -> {
                it.proposer = "bot";
                it.principal = "ann";
            });
    private static final Said AUTHORIZED = Told.authorized(it -> it.approvals = List.of());
    private static final Said EXECUTED =
            Told.executed(it -> {
                it.reason = "done";
                it.startedAt = START;
            });

    private final List<Step> steps = new ArrayList<>();

    @Test
    void aChangeIsHeldByOnePartyAfterAnotherWithoutAGap() {
        at(0, "ChangeProposed", PROPOSED);
        at(2, "ReadinessJudged", judged("READY"));
        at(3, "ApprovalRequested", asked("manager", 1, "boss"));
        at(63, "ApprovalDecided", decided("manager", "APPROVED", "boss"));
        at(63, "ExecutionAuthorized", AUTHORIZED);
        at(65, "ChangeExecuted", EXECUTED);
        assertThat(parties(Optional.of(START.plusSeconds(70))))
                .containsExactly(
                        "SERVICE data-readiness 0-2",
                        "SERVICE approval-routing 2-3",
                        "PERSON member of /manager 3-63",
                        "APPROVERS member of /manager 3-63",
                        "SERVICE executor 63-65",
                        "SERVICE evidence-ledger 65-70");
    }

    @Test
    void whatIsLeftHalfDoneIsOwedBeyondTheEndOfTheChange() {
        at(0, "ExecutionAuthorized", AUTHORIZED);
        at(
                65,
                "ChangeExecuted",
                Told.executed(it -> {
                    it.outcome = "FAILED";
                    it.readBack = false;
                    it.reason = "halted";
                    it.startedAt = START;
                    it.remainder =
                            new Story.Remainder(
                                    List.of("disable-account"),
                                    Optional.of("ann"),
                                    "who took it on");
                }));
        assertThat(waits(Optional.of(START.plusSeconds(70))))
                .filteredOn(each -> each.until().isEmpty())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.party()).isEqualTo(Wait.Party.OWING);
                    assertThat(each.unit()).isEqualTo("who took it on");
                    assertThat(each.people()).containsExactly("ann");
                });
    }

    @Test
    void whatGoesOnHasNoEnd() {
        at(0, "ChangeProposed", PROPOSED);
        at(2, "ReadinessJudged", judged("READY"));
        at(3, "ApprovalRequested", asked("manager", 1, "boss", "chief"));
        Wait last = waits(Optional.empty()).getLast();
        assertThat(last.until()).isEmpty();
        assertThat(last.people()).containsExactlyInAnyOrder("boss", "chief");
    }

    @Test
    void aStageIsHeldUntilItsQuorumAndEachPersonHasAClockOfTheirOwn() {
        at(0, "ApprovalRequested", asked("board", 2, "ann", "ben", "cid"));
        at(10, "ApprovalDecided", decided("board", "APPROVED", "ann"));
        at(20, "ApprovalReassigned", asked("board", 0, "ben", "dan"));
        at(50, "ApprovalDecided", decided("board", "APPROVED", "dan"));
        assertThat(parties(Optional.empty()))
                .containsExactly(
                        "PERSON member of /board 0-10",
                        "APPROVERS member of /board 0-20",
                        "PERSON member of /board 0-20 REASSIGNMENT",
                        "PERSON member of /board 20-50",
                        "APPROVERS member of /board 20-50 REASSIGNMENT");
        assertThat(waits(Optional.empty()).get(2).people())
                .as("from whom it was taken; ann has decided")
                .containsExactly("cid");
        assertThat(waits(Optional.empty()).get(3).people()).containsExactly("dan");
    }

    @Test
    void aStageThatLapsesEndsTheClocksOfThoseWhoHaveNotDecided() {
        at(0, "ApprovalRequested", asked("board", 2, "ann", "ben", "cid"));
        at(10, "ApprovalDecided", decided("board", "APPROVED", "ann"));
        at(90, "ApprovalDecided", decided("board", "EXPIRED", ""));
        assertThat(parties(Optional.empty()))
                .containsExactly(
                        "PERSON member of /board 0-10",
                        "PERSON member of /board 0-90 LAPSE",
                        "APPROVERS member of /board 0-90",
                        "SERVICE evidence-ledger 90-");
        assertThat(waits(Optional.empty()).get(1).people()).containsExactlyInAnyOrder("ben", "cid");
    }

    @Test
    void whatIsSentBackIsTheProposersUntilTheyAmendItAndThenEveryStageIsAskedAnew() {
        at(0, "ChangeProposed", PROPOSED);
        at(1, "ReadinessJudged", judged("READY"));
        at(2, "ApprovalRequested", asked("manager", 1, "boss"));
        at(10, "ApprovalDecided", decided("manager", "SENT_BACK", "boss"));
        at(40, "ApprovalDecided", decided("manager", "AMENDED", "ann"));
        at(40, "ApprovalRequested", asked("manager", 1, "boss"));
        at(45, "ApprovalDecided", decided("manager", "APPROVED", "boss"));
        assertThat(parties(Optional.empty()))
                .containsExactly(
                        "SERVICE data-readiness 0-1",
                        "SERVICE approval-routing 1-2",
                        "PERSON member of /manager 2-10 SENT_BACK",
                        "APPROVERS member of /manager 2-10",
                        "PERSON proposer 10-40",
                        "PROPOSER proposer 10-40 SENT_BACK",
                        "SERVICE approval-routing 40-40 AMENDMENT",
                        "PERSON member of /manager 40-45",
                        "APPROVERS member of /manager 40-45");
    }

    @Test
    void stagesSideBySideAreHeldEachForItself() {
        at(0, "ApprovalRequested", asked("manager", 1, "boss"));
        at(0, "ApprovalRequested", asked("security", 1, "sec"));
        at(5, "ApprovalDecided", decided("security", "APPROVED", "sec"));
        at(9, "ApprovalDecided", decided("manager", "APPROVED", "boss"));
        assertThat(parties(Optional.empty()))
                .contains("APPROVERS member of /security 0-5", "APPROVERS member of /manager 0-9");
    }

    @Test
    void aQuestionMovesTheClockToWhoProposedAndBack() {
        at(0, "ChangeProposed", PROPOSED);
        at(1, "ReadinessJudged", judged("READY"));
        at(2, "ApprovalRequested", asked("manager", 1, "boss"));
        at(10, "ApprovalDecided", decided("manager", "QUESTIONED", "boss"));
        assertThat(waits(Optional.empty()).getLast().people()).containsExactly("ann");
        at(40, "ApprovalDecided", decided("manager", "ANSWERED", "ann"));
        at(45, "ApprovalDecided", decided("manager", "APPROVED", "boss"));
        assertThat(parties(Optional.empty()))
                .containsExactly(
                        "SERVICE data-readiness 0-1",
                        "SERVICE approval-routing 1-2",
                        "PERSON member of /manager 2-10 QUESTION",
                        "APPROVERS member of /manager 2-10",
                        "PERSON proposer 10-40",
                        "PROPOSER proposer 10-40 QUESTION",
                        "PERSON member of /manager 40-45",
                        "APPROVERS member of /manager 40-45");
    }

    @Test
    void whatGoesBackIsRework() {
        at(0, "ChangeProposed", PROPOSED);
        at(1, "ReadinessJudged", judged("HELD"));
        at(100, "ReadinessJudged", judged("READY"));
        at(101, "ExecutionAuthorized", AUTHORIZED);
        at(102, "ChangeExecuted", EXECUTED);
        at(170, "ClosureRefused", new Story.Other());
        assertThat(parties(Optional.empty()))
                .contains(
                        "DATA_OWNER correction 1-100 CORRECTION",
                        "SERVICE evidence-ledger 170- PROOF");
    }

    @Test
    void aStageThatNobodyMayDecideIsHeldByNobodyAndARuleByTheService() {
        at(0, "ApprovalRequested", held("manager"));
        at(5, "ApprovalReassigned", asked("manager", 1, "boss"));
        at(6, "ApprovalDecided", decided("manager", "DENIED", "boss"));
        at(6, "ApprovalRequested", asked("rule", 1, "policy:low@1"));
        assertThat(parties(Optional.empty()))
                .containsExactly(
                        "NOBODY stage manager 0-5",
                        "PERSON member of /manager 5-6",
                        "APPROVERS member of /manager 5-6 REASSIGNMENT",
                        "SERVICE evidence-ledger 6-6",
                        "SERVICE approval-routing 6-");
    }

    @Test
    void refusedAttemptsAndSecondHandoffsOfOnePlaceMoveNothing() {
        at(0, "ApprovalRequested", asked("manager", 1, "boss"));
        List<Wait> before = waits(Optional.empty());
        at(1, "ApprovalDecided", decided("manager", "REFUSED", "intern"));
        assertThat(waits(Optional.empty())).isEqualTo(before);
        steps.removeLast();
        Step first = steps.getFirst();
        steps.add(
                new Step(
                        first.sequence(),
                        new UUID(1, 1),
                        "ExecutionAuthorized",
                        "approval-routing",
                        START.plusSeconds(9),
                        first.hash(),
                        null,
                        AUTHORIZED));
        assertThat(waits(Optional.empty())).isEqualTo(before);
    }

    @Test
    void aStageWhoseTimeIsExtendedIsHeldByTheSamePeopleAllAlong() {
        at(0, "ApprovalRequested", asked("manager", 1, "ann", "ben"));
        List<Wait> before = waits(Optional.empty());
        at(100, "ApprovalReassigned", asked("manager", 0, "ben", "ann"));
        assertThat(waits(Optional.empty())).isEqualTo(before);
        at(200, "ApprovalReassigned", asked("manager", 0, "ann", "ben", "cid"));
        at(300, "ApprovalDecided", decided("manager", "APPROVED", "ann"));
        assertThat(parties(Optional.empty()))
                .containsExactly(
                        "APPROVERS member of /manager 0-200",
                        "PERSON member of /manager 0-300",
                        "APPROVERS member of /manager 200-300 REASSIGNMENT");
    }

    @Test
    void ofALargeGroupTheFirstAreNamedAndAllAreCounted() {
        String[] group =
                IntStream.range(0, 5_000).mapToObj("person-%04d"::formatted).toArray(String[]::new);
        at(0, "ApprovalRequested", asked("board", 1, group));
        Wait wait = waits(Optional.empty()).getLast();
        assertThat(wait.asked()).isEqualTo(5_000);
        assertThat(wait.people()).hasSize(Wait.MOST_NAMED).contains("person-0000", "person-0049");
        at(9, "ApprovalDecided", decided("board", "APPROVED", "person-4999"));
        assertThat(parties(Optional.empty())).contains("PERSON member of /board 0-9");
    }

    private List<String> parties(Optional<Instant> ended) {
        return waits(ended).stream()
                .map(each ->
                        "%s %s %d-%s%s"
                                .formatted(
                                        each.party(),
                                        each.unit(),
                                        second(each.since()),
                                        each.until()
                                                .map(WaitingTest::second)
                                                .map(String::valueOf)
                                                .orElse(""),
                                        each.rework().map(why -> " " + why).orElse("")))
                .toList();
    }

    private List<Wait> waits(Optional<Instant> ended) {
        return Waiting.of(
                Story.untold(Told.CHANGE).with(steps), ended, Optional.of(Told.charter()));
    }

    private static long second(Instant time) {
        return time.getEpochSecond() - START.getEpochSecond();
    }

    private void at(int second, String type, Said said) {
        int sequence = steps.size() + 1;
        steps.add(
                new Step(
                        sequence,
                        new UUID(0, sequence),
                        type,
                        "somebody",
                        START.plusSeconds(second),
                        Hash.sha256(new byte[] {(byte) sequence}),
                        null,
                        said));
    }

    private static Said judged(String verdict) {
        return Told.judged(verdict);
    }

    private static Said asked(String stage, int quorum, String... people) {
        return new Requested(
                stage,
                Optional.empty(),
                List.of(people),
                List.of(),
                List.of("member of /" + stage),
                quorum,
                1,
                Optional.empty());
    }

    private static Said held(String stage) {
        return Told.held(stage, "NOBODY");
    }

    private static Said decided(String stage, String decision, String by) {
        return Told.decided(it -> {
            it.stage = stage;
            it.decision = decision;
            it.by = new Decider.Person(by);
        });
    }
}
