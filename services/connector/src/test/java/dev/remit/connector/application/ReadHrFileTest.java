package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.application.HrFile.Line;
import dev.remit.connector.application.HrFile.Sheet;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Event;
import dev.remit.connector.domain.Presence;
import dev.remit.connector.domain.WorkerEvent;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.ChangeWithdrawn;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.ProposalRefused;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadHrFileTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-01-31");

    private final Memory memory = new Memory();
    private final Feeds feeds = memory.feeds();
    private final Charters charters = new Charters(memory.clock());
    private final ReadHrFile read = memory.readHrFile(feeds, charters);
    private Turn turn;

    @BeforeEach
    void aCharterForLeaversIsInForce() {
        charters.replace(List.of(CharterFixture.leavers("1", "h1")));
        turn = memory.turn(feeds, "hr");
    }

    @Test
    void aGoodRowIsObservedAndOpensAChangeOfTheTriggersTarget() {
        read("a", left("1", "E1", TODAY));
        assertThat(memory.messages(IdentityObserved.class)).hasSize(1);
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(proposed ->
                        assertThat(proposed.getChange().getTarget()).isEqualTo("scim:hr"));
    }

    @Test
    void aCharterThatIsNoMoreInForceOpensNothingAndTheRowIsSetAside() {
        charters.replace(
                List.of(
                        CharterFixture.leavers(
                                "1",
                                "h1",
                                new Charter.Limits(
                                        Optional.empty(),
                                        Optional.of(Instant.parse("2000-01-01T00:00:00Z")),
                                        Optional.empty(),
                                        Optional.empty()))));
        read("a", left("1", "E1", TODAY));
        assertThat(memory.messages(IdentityObserved.class)).hasSize(1);
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(memory.asides())
                .extracting(Memory.Aside::code)
                .containsExactly("CHARTER_EXPIRED");
    }

    @Test
    void aBrokenRowIsSetAsideAndStopsNoOther() {
        read("a", broken("worker_id: is empty"), left("2", "E2", TODAY));
        assertThat(memory.asides())
                .singleElement()
                .satisfies(aside -> {
                    assertThat(aside.code()).isEqualTo("CSV_ROW_BROKEN");
                    assertThat(aside.origin()).startsWith("hr/feed.csv:2#");
                });
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
        assertThat(memory.meters.counter("remit.hr.rows.read").count()).isEqualTo(2);
        assertThat(
                        memory.meters
                                .counter("remit.hr.rows.set.aside", "code", "CSV_ROW_BROKEN")
                                .count())
                .isEqualTo(1);
    }

    @Test
    void aRowBrokenTheSameWayInTheNextFileOfThatNameIsSetAsideAgain() {
        read("a", broken("worker_id: is empty"));
        read("b", broken("worker_id: is empty"));
        assertThat(memory.asides()).hasSize(2);
    }

    @Test
    void aFileWithTheSameContentChangesNothing() {
        read("a", left("1", "E1", TODAY));
        int statements = memory.statements;
        read("a", left("1", "E1", TODAY));
        assertThat(memory.messages(IdentityObserved.class)).hasSize(1);
        assertThat(memory.statements - statements).isEqualTo(2);
    }

    @Test
    void anEventThatComesAgainIsDroppedIfItSaysTheSameAndSetAsideIfNot() {
        read("a", left("1", "E1", TODAY), left("1", "E1", TODAY), left("1", "E9", TODAY));
        assertThat(memory.messages(IdentityObserved.class)).hasSize(1);
        assertThat(memory.asides())
                .extracting(Memory.Aside::code)
                .containsExactly("EVENT_CONTRADICTED");

        read("b", left("1", "E1", TODAY), left("1", "E8", TODAY));
        assertThat(memory.messages(IdentityObserved.class)).hasSize(1);
        assertThat(memory.asides()).hasSize(2);
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
    }

    @Test
    void twoEventsOfOneWorkerAndDayOpenOneChange() {
        read("a", left("1", "E1", TODAY), left("2", "E1", TODAY));
        assertThat(memory.messages(IdentityObserved.class)).hasSize(2);
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
    }

    @Test
    void whoNeverCameLeavesOnTheDayTheyWereToJoin() {
        charters.replace(
                List.of(
                        CharterFixture.opened(
                                Charter.Limits.none(),
                                Optional.empty(),
                                Charter.Trigger.of(Event.JOINED, "offboard", "scim:hr"),
                                Charter.Trigger.of(Event.LEFT, "offboard", "scim:hr"))));
        read("a", said("1", "E1", WorkerEvent.Type.JOINED, TODAY), left("2", "E1", TODAY));
        memory.ends(
                memory.messages(ChangeProposed.class).getFirst().getChange().getChangeId(),
                "COMPLETED",
                memory.now);
        memory.propose(charters).proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(each -> each.getChange().getReason().substring(0, 4))
                .containsExactly("JOIN", "LEFT");
    }

    @Test
    void noAccountIsProposedForWhoLeftBeforeItWas() {
        charters.replace(List.of(CharterFixture.joiners()));
        LocalDate tomorrow = TODAY.plusDays(1);
        read("a", said("1", "E1", WorkerEvent.Type.JOINED, TODAY), left("2", "E1", TODAY));
        read("b", said("3", "E2", WorkerEvent.Type.JOINED, tomorrow));
        read("c", left("4", "E2", tomorrow));
        read("d", said("5", "E3", WorkerEvent.Type.JOINED, tomorrow));
        memory.now = memory.now.plus(Duration.ofDays(1));
        memory.propose(charters).proposeDue().await().indefinitely();

        assertThat(memory.messages(ChangeProposed.class))
                .extracting(each -> each.getChange().getSubject().getId())
                .containsExactly("E3");
        assertThat(memory.messages(ProposalRefused.class))
                .extracting(ProposalRefused::getCode)
                .containsExactly("SUBJECT_LEFT", "SUBJECT_LEFT");
    }

    @Test
    void anAccountThatIsProposedIsTakenBackOnceWhenItsWorkerLeavesAndNotBefore() {
        charters.replace(List.of(CharterFixture.joiners()));
        ProposeChange propose = memory.propose(charters);
        read(
                "a",
                said("1", "E1", WorkerEvent.Type.JOINED, TODAY),
                said("2", "E2", WorkerEvent.Type.JOINED, TODAY));
        read("b", left("3", "E1", TODAY.plusDays(30)));
        propose.proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeWithdrawn.class)).as("a contract of a month").isEmpty();

        read("c", left("4", "E2", TODAY));
        propose.proposeDue().await().indefinitely();
        propose.proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeWithdrawn.class))
                .singleElement()
                .satisfies(withdrawn -> {
                    assertThat(withdrawn.getChangeId())
                            .isEqualTo(
                                    memory.messages(ChangeProposed.class)
                                            .getLast()
                                            .getChange()
                                            .getChangeId());
                    assertThat(withdrawn.getWithdrawnBy().getId()).isEqualTo("clerk");
                    assertThat(withdrawn.getReason()).contains("left");
                });
        memory.now = memory.now.plus(Duration.ofDays(30));
        propose.proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeWithdrawn.class)).as("on the day").hasSize(2);
    }

    @Test
    void whatEndedOrMakesNoAccountIsNotTakenBackWhenItsWorkerLeaves() {
        charters.replace(List.of(CharterFixture.joiners(), CharterFixture.leavers("1", "h1")));
        ProposeChange propose = memory.propose(charters);
        read("a", said("1", "E1", WorkerEvent.Type.JOINED, TODAY));
        memory.ends(
                memory.messages(ChangeProposed.class).getFirst().getChange().getChangeId(),
                "COMPLETED",
                memory.now);
        read("b", left("2", "E1", TODAY));
        propose.proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class)).hasSize(2);
        assertThat(memory.messages(ChangeWithdrawn.class)).isEmpty();
    }

    @Test
    void whoIsToComeBackLaterHasLeftUntilThen() {
        LocalDate back = TODAY.plusDays(30);
        read("a", left("1", "E1", TODAY), said("2", "E1", WorkerEvent.Type.JOINED, back));
        read("b", said("3", "E2", WorkerEvent.Type.JOINED, TODAY));
        read("c", left("4", "E2", TODAY), left("5", "E3", TODAY));
        read("d", said("6", "E3", WorkerEvent.Type.JOINED, TODAY));
        assertThat(memory.workers.values())
                .containsExactlyInAnyOrder(
                        new Presence("E1", Optional.of(TODAY), Optional.of(back)),
                        new Presence("E2", Optional.of(TODAY), Optional.empty()),
                        new Presence("E3", Optional.empty(), Optional.of(TODAY)));
    }

    @Test
    void aChangeIsProposedOnItsDayOnceAndByOneReplica() {
        read("a", left("1", "E1", TODAY.plusDays(1)));
        assertThat(memory.messages(IdentityObserved.class)).hasSize(1);
        memory.propose(charters).proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();

        memory.now = memory.now.plus(Duration.ofDays(1));
        memory.propose(charters).proposeDue().await().indefinitely();
        memory.propose(charters).proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
    }

    @Test
    void aRowIsProposedUnderTheVersionThatIsInForceOnItsDay() {
        read("a", left("1", "E1", TODAY.plusDays(20)));
        charters.replace(
                List.of(
                        CharterFixture.leavers("1", "h1", until(TODAY.plusDays(10))),
                        quarantined(CharterFixture.leavers("2", "h2", from(TODAY.plusDays(10))))));
        memory.now = memory.now.plus(Duration.ofDays(20));
        ProposeChange propose = memory.propose(charters);
        propose.proposeDue().await().indefinitely();
        propose.proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(proposed -> {
                    assertThat(proposed.getChange().getCharter().getHash()).isEqualTo("h2");
                    assertThat(proposed.getChange().getCharter().getVersion()).isEqualTo("2");
                    assertThat(proposed.getChange().getAction()).isEqualTo("quarantine");
                    assertThat(proposed.getChange().getMode()).hasToString("ASSIST");
                    assertThat(proposed.getChange().getChangeId())
                            .isEqualTo(
                                    Charter.changeId(
                                            "leavers",
                                            new WorkerEvent(
                                                    "1",
                                                    "E1",
                                                    WorkerEvent.Type.LEFT,
                                                    TODAY.plusDays(20),
                                                    "")));
                });
        assertThat(memory.messages(ProposalRefused.class)).isEmpty();
    }

    @Test
    void aRowOfALaterDayIsOpenedByACharterThatBeginsBeforeIt() {
        charters.replace(List.of(CharterFixture.leavers("1", "h1", from(TODAY.plusDays(10)))));
        read("a", left("1", "E1", TODAY.plusDays(20)), left("2", "E2", TODAY));
        assertThat(memory.asides())
                .extracting(Memory.Aside::code)
                .as("the one that is due is judged today")
                .containsExactly("CHARTER_NOT_IN_FORCE");
        memory.now = memory.now.plus(Duration.ofDays(20));
        memory.propose(charters).proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(each -> each.getChange().getSubject().getId())
                .containsExactly("E1");
    }

    @Test
    void aVersionThatIsPublishedAndToBeginOpensTheRowsOfItsDays() {
        charters.replace(
                List.of(
                        CharterFixture.opened(Charter.Limits.none(), Optional.empty()),
                        CharterFixture.leavers("2", "h2", from(TODAY.plusDays(10)))));
        read("a", left("1", "E1", TODAY.plusDays(20)), left("2", "E2", TODAY.plusDays(5)));
        memory.now = memory.now.plus(Duration.ofDays(20));
        memory.propose(charters).proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(each -> each.getChange().getSubject().getId())
                .containsExactly("E1");
    }

    @Test
    void aRowThatNoVersionOpensOnItsDayIsRefusedWithARecordAndOpensWhenItIsSentAnew() {
        LocalDate day = TODAY.plusDays(20);
        read("a", left("1", "E1", day));
        charters.replace(List.of(CharterFixture.leavers("1", "h1", until(TODAY.plusDays(10)))));
        memory.now = memory.now.plus(Duration.ofDays(20));
        ProposeChange propose = memory.propose(charters);
        propose.proposeDue().await().indefinitely();
        propose.proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(memory.messages(ProposalRefused.class))
                .singleElement()
                .satisfies(refused -> {
                    assertThat(refused.getCode()).isEqualTo("CHARTER_EXPIRED");
                    assertThat(refused.getSubject().getId()).isEqualTo("E1");
                });

        charters.replace(List.of(CharterFixture.opened(Charter.Limits.none(), Optional.empty())));
        turn = memory.turn(feeds, "hr");
        read("b", left("2", "E1", day));
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();

        charters.replace(List.of(CharterFixture.leavers("2", "h2")));
        read("c", left("3", "E1", day));
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
    }

    @Test
    void whoIsToLeaveAndOfWhomHrSaysSinceThatTheyStayIsNotOffboarded() {
        LocalDate day = TODAY.plusDays(20);
        read("a", left("1", "E1", day), left("2", "E2", day));
        read("b", said("3", "E1", WorkerEvent.Type.JOINED, day));
        memory.now = memory.now.plus(Duration.ofDays(20));
        memory.propose(charters).proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(proposed -> proposed.getChange().getSubject().getId())
                .containsExactly("E2");
        assertThat(memory.messages(ProposalRefused.class))
                .singleElement()
                .satisfies(refused -> {
                    assertThat(refused.getCode()).isEqualTo("SUBJECT_BACK");
                    assertThat(refused.getSubject().getId()).isEqualTo("E1");
                });
        turn = memory.turn(feeds, "hr");
        read("c", left("4", "E1", day));
        assertThat(memory.messages(ChangeProposed.class)).as("they leave after all").hasSize(2);
    }

    @Test
    void aRowWhoseTriggerIsGoneOnItsDayIsRefusedWithARecord() {
        read("a", left("1", "E1", TODAY.plusDays(20)));
        charters.replace(List.of(CharterFixture.opened(Charter.Limits.none(), Optional.empty())));
        memory.now = memory.now.plus(Duration.ofDays(20));
        memory.propose(charters).proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(memory.messages(ProposalRefused.class))
                .extracting(ProposalRefused::getCode)
                .containsExactly("TRIGGER_OUTSIDE_CHARTER");
    }

    private static Charter.Limits from(LocalDate day) {
        return new Charter.Limits(
                Optional.of(day.atStartOfDay(ZoneOffset.UTC).toInstant()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static Charter.Limits until(LocalDate day) {
        return new Charter.Limits(
                Optional.empty(),
                Optional.of(day.atStartOfDay(ZoneOffset.UTC).toInstant()),
                Optional.empty(),
                Optional.empty());
    }

    /** The same, whose leavers are for a person to put in quarantine. */
    private static Charter quarantined(Charter charter) {
        return new Charter(
                charter.name(),
                charter.version(),
                charter.hash(),
                charter.systems(),
                Map.of("quarantine", "ASSIST"),
                Map.of("quarantine", "disable-account"),
                List.of(Charter.Trigger.of(Event.LEFT, "quarantine", "scim:hr")),
                charter.bound(),
                charter.employee(),
                charter.principal(),
                charter.limits(),
                charter.trackRecord());
    }

    @Test
    void ofTwoRowsThatDoTheSameToOnePersonTheSecondWaitsWithARecordUntilTheFirstHasEnded() {
        ProposeChange propose = memory.propose(charters);
        read("a", left("1", "E1", TODAY));
        read("b", left("2", "E1", TODAY.minusDays(1)));
        read("b2", left("2", "E1", TODAY.minusDays(1)));
        propose.proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
        UUID first = memory.messages(ChangeProposed.class).getFirst().getChange().getChangeId();
        assertThat(memory.messages(ProposalRefused.class))
                .singleElement()
                .satisfies(waits -> {
                    assertThat(waits.getCode()).isEqualTo("DUPLICATE_CHANGE");
                    assertThat(waits.getDetail()).contains(first.toString());
                });
        memory.ends(first, "COMPLETED", memory.now);
        propose.proposeDue().await().indefinitely();
        propose.proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class)).hasSize(2);
    }

    @Test
    void twoThatCameDueTogetherAreProposedOneAfterTheOther() {
        ProposeChange propose = memory.propose(charters);
        read(
                "a",
                left("1", "E1", TODAY.plusDays(1)),
                left("2", "E1", TODAY.plusDays(2)),
                left("3", "E2", TODAY.plusDays(2)));
        memory.now = memory.now.plus(Duration.ofDays(3));
        propose.proposeDue().await().indefinitely();
        propose.proposeDue().await().indefinitely();
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(each -> each.getChange().getSubject().getId())
                .containsExactlyInAnyOrder("E1", "E2");
    }

    @Test
    void aFileThatIsNoTableIsSetAsideAsAWhole() {
        var file = new Rows(new Sheet.Unreadable("a", "the header is [x]", new byte[3]), List.of());
        read.read(turn, file).await().indefinitely();
        read.read(turn, file).await().indefinitely();
        assertThat(memory.asides())
                .extracting(Memory.Aside::code)
                .containsExactly("CSV_UNREADABLE");
    }

    @Test
    void theNumberOfStatementsGrowsBySliceNotByRow() {
        Line[] thousand = many(1000);
        int before = memory.statements;
        read("a", thousand);
        int forTwoFullSlices = memory.statements - before;
        before = memory.statements;
        read("b", many(3000));
        // six full slices and an empty one against two and an empty one; the first 1000 rows are
        // known
        assertThat(memory.statements - before).isLessThanOrEqualTo(forTwoFullSlices * 3);
        assertThat(forTwoFullSlices).isLessThanOrEqualTo(18);
        assertThat(memory.messages(IdentityObserved.class)).hasSize(3000);
        assertThat(memory.messages(ChangeProposed.class)).hasSize(3000);
    }

    @Test
    void aFileThatWasInterruptedIsReadAgainAndNothingComesTwice() {
        memory.commits = 3;
        assertThatThrownBy(() -> read("a", many(1200))).hasMessageContaining("gone");
        assertThat(memory.messages(IdentityObserved.class)).hasSize(1000);

        memory.commits = Integer.MAX_VALUE;
        read("a", many(1200));
        assertThat(memory.messages(IdentityObserved.class)).hasSize(1200);
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1200);
        assertThat(memory.asides()).isEmpty();
    }

    @Test
    void aReplicaThatLostItsTurnWritesNothing() {
        memory.now = memory.now.plusSeconds(9);
        memory.turn(memory.feeds(), "hr");
        assertThatThrownBy(() -> read("a", left("1", "E1", TODAY)))
                .isInstanceOf(Feeds.TurnLost.class);
        assertThat(memory.messages(IdentityObserved.class)).isEmpty();
    }

    private void read(String hash, Row... rows) {
        read(hash, numbered(rows));
    }

    private void read(String hash, Line... lines) {
        var table = new Sheet.Table(hash.repeat(64), lines.length);
        read.read(turn, new Rows(table, List.of(lines))).await().indefinitely();
    }

    /** A row and its text. */
    private record Row(String text, WorkerEvent.Row row) {}

    private static Row left(String id, String worker, LocalDate day) {
        return said(id, worker, WorkerEvent.Type.LEFT, day);
    }

    private static Row said(String id, String worker, WorkerEvent.Type type, LocalDate day) {
        return new Row(
                id + "," + worker + "," + day,
                new WorkerEvent.Row.Good(new WorkerEvent(id, worker, type, day, "")));
    }

    private static Row broken(String fault) {
        return new Row("x", new WorkerEvent.Row.Broken(fault));
    }

    private static Line[] many(int rows) {
        return numbered(
                IntStream.range(0, rows)
                        .mapToObj(n -> left("m" + n, "E" + n, TODAY))
                        .toArray(Row[]::new));
    }

    private static Line[] numbered(Row... rows) {
        return IntStream.range(0, rows.length)
                .mapToObj(n -> new Line(n + 2, rows[n].text(), rows[n].row()))
                .toArray(Line[]::new);
    }

    /** A file in memory. */
    private static final class Rows implements HrFile {
        private final Sheet sheet;
        private final List<Line> left;

        Rows(Sheet sheet, List<Line> lines) {
            this.sheet = sheet;
            this.left = new ArrayList<>(lines);
        }

        @Override
        public String name() {
            return "feed.csv";
        }

        @Override
        public Uni<Sheet> look() {
            return Uni.createFrom().item(sheet);
        }

        @Override
        public Uni<List<Line>> next(int atMost) {
            List<Line> slice = left.subList(0, Math.min(atMost, left.size()));
            List<Line> lines = List.copyOf(slice);
            slice.clear();
            return Uni.createFrom().item(lines);
        }
    }
}
