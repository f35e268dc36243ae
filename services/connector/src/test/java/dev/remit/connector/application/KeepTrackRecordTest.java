package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.application.Closings.Seen;
import dev.remit.connector.application.KeepTrackRecord.Standing;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.TrackRecord;
import dev.remit.connector.domain.TrackRecord.Kind;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.http.Problem;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.EmployeeDemoted;
import dev.remit.wire.v1.EmployeePromoted;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.TrackRecordLimit;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who passes a limit is demoted once; a person who does not answer for it promotes. */
class KeepTrackRecordTest {
    private static final Charter CHARTER =
            CharterFixture.leavers(
                    "1",
                    "h1",
                    new TrackRecord(
                            Duration.ofDays(30), Map.of(Kind.FAILURES, 1L, Kind.OVERRIDES, 0L)));

    private static final String PEOPLE = "keycloak:acme";

    private final Memory memory = new Memory();
    private final Charters charters = new Charters();
    private final KeepTrackRecord record = memory.trackRecord();
    private int people;

    @BeforeEach
    void oneFailureInThirtyDaysIsAllowedAndNoOverride() {
        charters.replace(List.of(CHARTER));
        memory.published(new PublishedCharters.Document(CHARTER, "{}"));
        memory.belongs(PEOPLE, "owner", "W1");
        memory.belongs(PEOPLE, "boss", "W2");
    }

    @Test
    void asManyAsAllowedDemoteNobodyAndOneMoreDoes() {
        UUID first = fails(asked());
        assertThat(memory.messages(EmployeeDemoted.class)).isEmpty();
        memory.now = memory.now.plusSeconds(1);
        UUID second = fails(asked());
        assertThat(memory.messages(EmployeeDemoted.class))
                .singleElement()
                .satisfies(demoted -> {
                    assertThat(demoted.getCharter().getName()).isEqualTo("leavers");
                    assertThat(demoted.getLimit()).isEqualTo(TrackRecordLimit.FAILURES);
                    assertThat(demoted.getAllowed()).isEqualTo(1);
                    assertThat(demoted.getChanges()).containsExactly(first, second);
                    assertThat(demoted.getEmployee().getId()).isEqualTo("clerk");
                    assertThat(demoted.getEmployee().getKind())
                            .isEqualTo(ActorKind.DIGITAL_EMPLOYEE);
                    assertThat(demoted.getEmployee().getPrincipal()).isEqualTo("owner");
                });
    }

    /** Each limit alone: as many as allowed demote nobody, one more does, each change once. */
    @ParameterizedTest
    @CsvSource({
        "FAILURES, 0",
        "FAILURES, 2",
        "COMPENSATIONS, 0",
        "COMPENSATIONS, 2",
        "OVERRIDES, 0",
        "OVERRIDES, 2",
        "REFUSED_CLOSURES, 0",
        "REFUSED_CLOSURES, 2"
    })
    void oneMoreThanTheCharterAllowsOfAKindDemotes(Kind kind, long allowed) {
        Charter charter =
                CharterFixture.leavers(
                        "1", "h1", new TrackRecord(Duration.ofDays(30), Map.of(kind, allowed)));
        charters.replace(List.of(charter));
        memory.published(new PublishedCharters.Document(charter, "{}"));
        for (Kind other : Kind.values()) {
            if (other != kind) {
                seen(triggered(charter), other);
                seen(triggered(charter), other);
                seen(triggered(charter), other);
            }
        }
        List<UUID> counted = new ArrayList<>();
        for (long n = 0; n <= allowed; n++) {
            assertThat(memory.messages(EmployeeDemoted.class)).as("after %d", n).isEmpty();
            memory.now = memory.now.plusSeconds(1);
            UUID change = triggered(charter);
            seen(change, kind);
            seen(change, kind);
            counted.add(change);
        }
        assertThat(memory.messages(EmployeeDemoted.class))
                .singleElement()
                .satisfies(demoted -> {
                    assertThat(demoted.getLimit().name()).isEqualTo(kind.name());
                    assertThat(demoted.getAllowed()).isEqualTo(allowed);
                    assertThat(demoted.getChanges()).containsExactlyElementsOf(counted);
                });
        assertThat(standing().demotion()).isPresent();
        assertThat(standing().counted()).containsEntry(kind, allowed + 1);
        triggered(charter);
        assertThat(memory.messages(ChangeProposed.class).getLast().getChange().getMode())
                .as("a person executes what it proposes next")
                .isEqualTo(Mode.ASSIST);
    }

    @Test
    void whatIsToldAgainCountsOnceAndADemotionIsNotRepeated() {
        UUID change = asked();
        fails(change);
        fails(change);
        assertThat(memory.messages(EmployeeDemoted.class)).isEmpty();
        fails(asked());
        fails(asked());
        assertThat(memory.messages(EmployeeDemoted.class)).hasSize(1);
    }

    @Test
    void whatIsOlderThanTheWindowCountsNoMore() {
        fails(asked());
        memory.now = memory.now.plus(Duration.ofDays(31));
        fails(asked());
        assertThat(memory.messages(EmployeeDemoted.class)).isEmpty();
    }

    @Test
    void whatIsToldLateCountsInEachWindowThatItLiesInAndInNoOther() {
        Instant begin = memory.now;
        memory.now = begin.plus(Duration.ofDays(31));
        fails(asked());
        memory.now = begin;
        fails(asked());
        assertThat(memory.messages(EmployeeDemoted.class)).isEmpty();
        memory.now = begin.plus(Duration.ofDays(1)).plusSeconds(1);
        fails(asked());
        assertThat(memory.messages(EmployeeDemoted.class))
                .singleElement()
                .satisfies(demoted -> assertThat(demoted.getChanges()).hasSize(2));
    }

    @Test
    void whatAPersonExecutedAfterAllIsNotItsMisstep() {
        for (Kind kind : List.of(Kind.FAILURES, Kind.COMPENSATIONS, Kind.REFUSED_CLOSURES)) {
            for (int n = 0; n < 3; n++) {
                seen(asked(), kind, true);
            }
        }
        assertThat(memory.messages(EmployeeDemoted.class)).isEmpty();
    }

    @Test
    void onlyItsOwnProposalsCountAsOverridden() {
        seen(asked(), Kind.OVERRIDES);
        assertThat(memory.messages(EmployeeDemoted.class)).isEmpty();
        seen(triggered(), Kind.OVERRIDES);
        assertThat(memory.messages(EmployeeDemoted.class))
                .singleElement()
                .satisfies(demoted ->
                        assertThat(demoted.getLimit()).isEqualTo(TrackRecordLimit.OVERRIDES));
    }

    @Test
    void whatIsTakenBackBecauseItsSubjectLeftOverridesNobody() {
        UUID change = triggered();
        memory.superseded(change);
        seen(change, Kind.OVERRIDES);
        assertThat(memory.messages(EmployeeDemoted.class)).isEmpty();
    }

    @Test
    void whatTheCharterDoesNotCountAndWhatIsNotKnownHereDemotesNobody() {
        for (int n = 0; n < 5; n++) {
            seen(asked(), Kind.REFUSED_CLOSURES);
            fails(new UUID(9, n));
        }
        assertThat(memory.messages(EmployeeDemoted.class)).isEmpty();
    }

    @Test
    void whileItIsDemotedPeopleExecuteWhateverIsProposed() {
        asked();
        demote();
        asked();
        triggered();
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(each -> each.getChange().getMode())
                .containsExactly(Mode.OWN, Mode.OWN, Mode.OWN, Mode.ASSIST, Mode.ASSIST);
        fails(asked());
        assertThat(standing().counted())
                .as("what a person does is not its")
                .containsEntry(Kind.FAILURES, 2L);
    }

    @Test
    void aPersonWhoDoesNotAnswerForItPromotesAndTheRecordBeginsAnew() {
        demote();
        assertThat(standing().demotion()).isPresent();
        notIndependent("owner");
        promote("boss");
        assertThat(memory.messages(EmployeePromoted.class))
                .singleElement()
                .satisfies(promoted -> {
                    assertThat(promoted.getPromotedBy().getId()).isEqualTo("boss");
                    assertThat(promoted.getPromotedBy().getKind()).isEqualTo(ActorKind.HUMAN);
                    assertThat(promoted.getReason()).isEqualTo("mended");
                    assertThat(promoted.getDemotionId())
                            .isEqualTo(
                                    memory.messages(EmployeeDemoted.class)
                                            .getFirst()
                                            .getDemotionId());
                });
        assertThat(standing().demotion()).isEmpty();
        assertThat(standing().counted()).containsEntry(Kind.FAILURES, 0L);
        assertThatThrownBy(() -> promote("boss"))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("NOT_DEMOTED"));

        memory.now = memory.now.plusSeconds(1);
        UUID own = asked();
        assertThat(memory.messages(ChangeProposed.class).getLast().getChange().getMode())
                .isEqualTo(Mode.OWN);
        fails(own);
        assertThat(memory.messages(EmployeeDemoted.class)).hasSize(1);
        fails(asked());
        assertThat(memory.messages(EmployeeDemoted.class)).hasSize(2);
    }

    @Test
    void aSecondAccountOfWhoAnswersForItDoesNotPromote() {
        demote();
        memory.belongs(PEOPLE, "owner-admin", "W1");
        notIndependent("owner-admin");
        memory.belongs(PEOPLE, "owner-admin", "W3");
        promote("owner-admin");
    }

    @Test
    void whoAnsweredForItUnderAnEarlierVersionDoesNotPromote() {
        memory.published(
                new PublishedCharters.Document(
                        CharterFixture.leavers(
                                "2", "h2", CHARTER.trackRecord().orElseThrow(), "heir"),
                        "{}"));
        memory.belongs(PEOPLE, "heir", "W4");
        memory.belongs(PEOPLE, "owner-admin", "W1");
        demote();
        notIndependent("owner");
        notIndependent("owner-admin");
        notIndependent("heir");
        promote("boss");
    }

    @Test
    void whoseAccountIsNotKnownDoesNotPromote() {
        demote();
        notIndependent("stranger");
        memory.belongs("scim:hr", "stranger", "W5");
        notIndependent("stranger");
        memory.belongs(PEOPLE, "stranger", "W5");
        promote("stranger");
    }

    @Test
    void whileItIsNotKnownWhoAnswersForItNobodyPromotes() {
        memory.published(
                new PublishedCharters.Document(
                        CharterFixture.leavers(
                                "2", "h2", CHARTER.trackRecord().orElseThrow(), "heir"),
                        "{}"));
        demote();
        notIndependent("boss");
    }

    @Test
    void aDemotionIsNoHaltAndCannotBeResumed() {
        demote();
        HaltAuthority halting = memory.halting();
        assertThat(halting.inForce().await().indefinitely()).isEmpty();
        Halt demotion = standing().demotion().orElseThrow();
        assertThatThrownBy(() -> halting.resume(demotion.id(), "owner", "x").await().indefinitely())
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("HALT_UNKNOWN"));
        assertThat(asked()).as("nothing is halted").isNotNull();
    }

    private void demote() {
        fails(asked());
        fails(asked());
        assertThat(memory.messages(EmployeeDemoted.class)).hasSize(1);
        memory.now = memory.now.plusSeconds(1);
    }

    private void notIndependent(String by) {
        assertThatThrownBy(() -> promote(by))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem ->
                                assertThat(problem.code()).isEqualTo("PROMOTER_NOT_INDEPENDENT"));
        assertThat(standing().demotion()).isPresent();
    }

    private void promote(String by) {
        record.promote("leavers", by, "mended").await().indefinitely();
    }

    private Standing standing() {
        return record.standings().await().indefinitely().getFirst();
    }

    private UUID fails(UUID change) {
        seen(change, Kind.FAILURES);
        return change;
    }

    private void seen(UUID change, Kind kind) {
        seen(change, kind, false);
    }

    private void seen(UUID change, Kind kind, boolean byPerson) {
        Instant at = memory.now;
        memory.transact(
                        List.of(),
                        outbox ->
                                record.note(List.of(new Seen(change, kind, at, byPerson)), outbox))
                .await()
                .indefinitely();
    }

    /** A change that a person asked for. */
    private UUID asked() {
        String worker = "E" + people++;
        memory.belongs("scim:hr", "account-" + worker, worker);
        return memory.ask(charters)
                .ask(
                        List.of(
                                new Wish(
                                        "leavers",
                                        "hr",
                                        worker,
                                        "scim:hr",
                                        "offboard",
                                        "left",
                                        Proposer.person("ann"))),
                        Optional.empty())
                .await()
                .indefinitely()
                .getFirst()
                .change();
    }

    /** A change that the charter's trigger opened. */
    private UUID triggered() {
        return triggered(CHARTER);
    }

    private UUID triggered(Charter charter) {
        UUID change = UUID.randomUUID();
        var event =
                new dev.remit.connector.domain.WorkerEvent(
                        "e" + people++,
                        "T" + people,
                        dev.remit.connector.domain.WorkerEvent.Type.LEFT,
                        LocalDate.parse("2026-01-01"),
                        "");
        List<UUID> locked = new ArrayList<>(List.of(change));
        memory.transact(
                        locked,
                        outbox ->
                                memory.propose(charters)
                                        .trigger(
                                                ProposeChange.HR,
                                                List.of(
                                                        new Proposals.Kept(
                                                                change,
                                                                charter.opens(event).orElseThrow(),
                                                                null,
                                                                event.effectiveDate(),
                                                                "")),
                                                outbox))
                .await()
                .indefinitely();
        return change;
    }
}
