package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.application.Brakes.Applied;
import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.application.HrFile.Line;
import dev.remit.connector.application.HrFile.Sheet;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Brake;
import dev.remit.connector.domain.Charter.Limits;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.connector.domain.WorkerEvent;
import dev.remit.handoff.http.Problem;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.BrakeApplied;
import dev.remit.wire.v1.BrakeOutcome;
import dev.remit.wire.v1.BrakeReleased;
import dev.remit.wire.v1.BrakeRule;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.ObservationKind;
import dev.remit.wire.v1.ProposalRefused;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Too much at once is held or not believed; a person decides. */
class ReleaseBrakeTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-01-31");

    private final Memory memory = new Memory();
    private final Feeds feeds = memory.feeds();
    private final Charters charters = new Charters();
    private final ReadHrFile read = memory.readHrFile(feeds, charters);
    private final ProposeChange propose = memory.propose(charters);
    private final ObserveTarget observe = memory.observe(feeds);
    private final ReleaseBrake brakes = memory.brakes();
    private Turn turn;
    private int files;

    @BeforeEach
    void threeChangesAnHourAreAllowed() {
        charters.replace(List.of(CharterFixture.leavers("1", "h1", hourly(3))));
        turn = memory.turn(feeds, "hr");
    }

    @Test
    void asManyAsAllowedAreProposedAndNoBrakeIsApplied() {
        leavers("E1", "E2", "E3");
        assertThat(memory.messages(ChangeProposed.class)).hasSize(3);
        assertThat(memory.messages(BrakeApplied.class)).isEmpty();
    }

    @Test
    void oneMoreAndAllAreHeldByABrakeThatIsRecorded() {
        leavers("E1", "E2", "E3", "E4");
        due();
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(memory.messages(BrakeApplied.class))
                .singleElement()
                .satisfies(applied -> {
                    assertThat(applied.getRule()).isEqualTo(BrakeRule.CHANGES_PER_HOUR);
                    assertThat(applied.getCharter().getName()).isEqualTo("leavers");
                    assertThat(applied.getTrigger()).isEqualTo("LEFT");
                    assertThat(applied.getSource()).isEqualTo("hr");
                    assertThat(applied.getAffected()).isEqualTo(4);
                    assertThat(applied.getAllowed()).isEqualTo(3);
                    assertThat(applied.getHeld()).isEqualTo(4);
                    assertThat(applied.getRoles()).containsExactly("operator", "admin");
                });
        assertThat(brakes.on().await().indefinitely())
                .extracting(Applied::holding)
                .containsExactly(4L);
        assertThat(
                        memory.meters
                                .counter("remit.brakes.applied", "rule", "CHANGES_PER_HOUR")
                                .count())
                .isEqualTo(1);
    }

    @Test
    void whatWentBeforeWithinTheHourCountsAndAfterItNoMore() {
        leavers("E1", "E2");
        leavers("E3", "E4");
        assertThat(memory.messages(ChangeProposed.class)).hasSize(2);
        assertThat(brakes.on().await().indefinitely()).hasSize(1);

        discard();
        memory.now = memory.now.plus(Duration.ofHours(1));
        turn = memory.turn(feeds, "hr");
        leavers("E5", "E6", "E7");
        assertThat(memory.messages(ChangeProposed.class)).hasSize(5);
    }

    @Test
    void whileABrakeIsOnEverythingOfTheTriggerJoinsIt() {
        leavers("E1", "E2", "E3", "E4");
        leavers("E5");
        assertThat(memory.messages(BrakeApplied.class)).hasSize(1);
        assertThat(brakes.on().await().indefinitely())
                .extracting(Applied::holding)
                .containsExactly(5L);
    }

    @Test
    void aReleasedBrakeLetsAllGoOnPastTheLimitAndTheNextOneIsJudgedAnew() {
        leavers("E1", "E2", "E3", "E4");
        UUID id = onlyBrake();
        brakes.end(id, Brake.Outcome.RELEASED, "boss", "a site closes").await().indefinitely();
        due();
        due();
        assertThat(memory.messages(ChangeProposed.class)).hasSize(4);
        assertThat(memory.messages(BrakeReleased.class))
                .singleElement()
                .satisfies(released -> {
                    assertThat(released.getBrakeId()).isEqualTo(id);
                    assertThat(released.getOutcome()).isEqualTo(BrakeOutcome.RELEASED);
                    assertThat(released.getReleasedBy().getId()).isEqualTo("boss");
                    assertThat(released.getReleasedBy().getKind()).isEqualTo(ActorKind.HUMAN);
                    assertThat(released.getChanges()).isEqualTo(4);
                });
        assertThatThrownBy(() ->
                        brakes.end(id, Brake.Outcome.DISCARDED, "x", "y").await().indefinitely())
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("BRAKE_ENDED"));

        leavers("E5", "E6", "E7");
        assertThat(memory.messages(ChangeProposed.class))
                .as("what a person released does not count against the next")
                .hasSize(7);
        leavers("E8");
        assertThat(memory.messages(BrakeApplied.class)).hasSize(2);
    }

    @Test
    void aDiscardedBrakeEndsEachChangeWithARecordAndNothingIsProposed() {
        leavers("E1", "E2", "E3", "E4");
        UUID id = onlyBrake();
        discard();
        due();
        due();
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(memory.messages(ProposalRefused.class))
                .hasSize(4)
                .allSatisfy(refused -> {
                    assertThat(refused.getCode()).isEqualTo("BRAKE_DISCARDED");
                    assertThat(refused.getDetail()).contains(id.toString());
                })
                .extracting(refused -> refused.getSubject().getId())
                .containsExactlyInAnyOrder("E1", "E2", "E3", "E4");
        assertThat(brakes.on().await().indefinitely()).isEmpty();
    }

    @Test
    void whatWasDiscardedOpensWhenHrSaysItAnew() {
        leavers("E1", "E2", "E3", "E4");
        discard();
        due();
        said = "again";
        leavers("E1", "E2");
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(proposed -> proposed.getChange().getSubject().getId())
                .containsExactlyInAnyOrder("E1", "E2");

        said = "and again";
        leavers("E3", "E4");
        assertThat(memory.messages(BrakeApplied.class)).as("too many within the hour").hasSize(2);
        discard();
        due();
        assertThat(memory.messages(ProposalRefused.class))
                .as("each is on the record each time")
                .hasSize(6)
                .extracting(refused -> refused.getSubject().getId())
                .endsWith("E3", "E4");
    }

    @Test
    void whatComesDueTogetherIsBrakedOnItsDay() {
        for (int n = 1; n <= 4; n++) {
            leave("E" + n, TODAY.plusDays(1));
        }
        assertThat(memory.messages(BrakeApplied.class)).isEmpty();
        memory.now = memory.now.plus(Duration.ofDays(1));
        due();
        due();
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(brakes.on().await().indefinitely())
                .extracting(Applied::holding)
                .containsExactly(4L);
        assertThat(memory.messages(BrakeApplied.class)).hasSize(1);
    }

    @Test
    void aShareOfThePeopleInTheTargetIsALimitToo() {
        observe(IntStream.range(0, 20).mapToObj(n -> "a" + n).toArray(String[]::new));
        charters.replace(
                List.of(
                        CharterFixture.leavers(
                                "2",
                                "h2",
                                new Limits(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.of(0.1)))));
        leavers("Ea1", "Ea2");
        leavers("Ea3");
        assertThat(memory.messages(ChangeProposed.class)).hasSize(2);
        assertThat(memory.messages(BrakeApplied.class))
                .singleElement()
                .satisfies(applied -> {
                    assertThat(applied.getRule()).isEqualTo(BrakeRule.SHARE_OF_POPULATION);
                    assertThat(applied.getAffected()).isEqualTo(3);
                    assertThat(applied.getAllowed()).isEqualTo(2);
                    assertThat(applied.getPopulation()).isEqualTo(20);
                });
    }

    @Test
    void whatAPersonAsksForIsHeldByNoBrakeButADuplicateIsNamed() {
        observe("a1", "a2", "aE9");
        leavers("E1", "E2", "E3", "E4");
        assertThat(ask("Ea1").status()).isEqualTo(202);
        memory.belongs("scim:hr", "x", "E1");
        assertThat(ask("E1").code()).isEqualTo("DUPLICATE_CHANGE");
    }

    @Test
    void aBrakeNobodyAppliedCannotBeReleased() {
        assertThatThrownBy(() ->
                        brakes.end(new UUID(1, 1), Brake.Outcome.RELEASED, "boss", "x")
                                .await()
                                .indefinitely())
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("BRAKE_UNKNOWN"));
    }

    @Test
    void aSourceThatListsNobodyIsNotBelievedAndOneRecordSaysSo() {
        observe("a1", "a2", "a3");
        int observed = memory.messages(IdentityObserved.class).size();
        assertThatThrownBy(this::observe).isInstanceOf(Feeds.Doubt.class);
        assertThatThrownBy(this::observe).isInstanceOf(Feeds.Doubt.class);
        memory.now = memory.now.plusSeconds(4);
        assertThatThrownBy(this::observe)
                .hasMessageContaining("3 of 3 accounts are not listed any more");
        assertThat(memory.messages(IdentityObserved.class)).hasSize(observed);
        assertThat(memory.messages(BrakeApplied.class))
                .singleElement()
                .satisfies(applied -> {
                    assertThat(applied.getRule()).isEqualTo(BrakeRule.SOURCE_SHRANK);
                    assertThat(applied.getSource()).isEqualTo("hr");
                    assertThat(applied.getCharter()).isNull();
                    assertThat(applied.getAffected()).isEqualTo(3);
                    assertThat(applied.getPopulation()).isEqualTo(3);
                });
        assertThat(memory.meters.counter("remit.listings.doubted", "system", "hr").count())
                .isEqualTo(3);

        observe("a1", "a2", "a3");
        assertThat(memory.messages(BrakeReleased.class))
                .singleElement()
                .satisfies(released -> {
                    assertThat(released.getOutcome()).isEqualTo(BrakeOutcome.RECOVERED);
                    assertThat(released.getReleasedBy().getKind()).isEqualTo(ActorKind.SERVICE);
                });
        assertThat(brakes.on().await().indefinitely()).isEmpty();
    }

    @Test
    void aReleasedSourceIsBelievedOnceAndForNoMoreThanThePersonSaw() {
        String[] all = IntStream.range(0, 30).mapToObj(n -> "a" + n).toArray(String[]::new);
        String[] few = java.util.Arrays.copyOf(all, 15);
        observe(all);
        assertThatThrownBy(() -> observe(few)).isInstanceOf(Feeds.Doubt.class);
        brakes.end(onlyBrake(), Brake.Outcome.RELEASED, "boss", "a site closed")
                .await()
                .indefinitely();
        assertThatThrownBy(this::observe)
                .as("more are gone than was released")
                .isInstanceOf(Feeds.Doubt.class);
        brakes.end(onlyBrake(), Brake.Outcome.DISCARDED, "boss", "a fault").await().indefinitely();
        assertThatThrownBy(() -> observe(few)).isInstanceOf(Feeds.Doubt.class);
        brakes.end(onlyBrake(), Brake.Outcome.RELEASED, "boss", "a site closed")
                .await()
                .indefinitely();
        observe(few);
        assertThat(gone()).isEqualTo(15);
        assertThatThrownBy(() -> observe("a0"))
                .as("the release has served")
                .isInstanceOf(Feeds.Doubt.class);
        assertThat(gone()).isEqualTo(15);
    }

    @Test
    void theFeedShowsThatItsSourceIsNotBelieved() {
        observe("a1", "a2");
        feeds.read("hr", any -> observe.accounts(any, "hr", List.of())).await().indefinitely();
        assertThat(feeds.states().get("hr"))
                .isInstanceOfSatisfying(
                        Feeds.State.Doubted.class,
                        doubted -> assertThat(doubted.reason()).contains("./remit brakes"));
    }

    private static Limits hourly(long most) {
        return new Limits(Optional.empty(), Optional.empty(), Optional.of(most), Optional.empty());
    }

    private long gone() {
        return memory.messages(IdentityObserved.class).stream()
                .filter(each -> each.getKind() == ObservationKind.REMOVED)
                .count();
    }

    private void observe(String... ids) {
        String system = ids.length == 20 ? "scim:hr" : "hr";
        observe.accounts(
                        turn,
                        system,
                        List.of(ids).stream()
                                .map(id ->
                                        new Account(
                                                id, true, "E" + id, null, List.of(), List.of(), ""))
                                .toList())
                .await()
                .indefinitely();
        List.of(ids).forEach(id -> memory.belongs("scim:hr", id, "E" + id));
    }

    private Answers.Result ask(String worker) {
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
                .getFirst();
    }

    private UUID onlyBrake() {
        return brakes.on().await().indefinitely().getFirst().brake().id();
    }

    private void discard() {
        brakes.end(onlyBrake(), Brake.Outcome.DISCARDED, "boss", "a wrong file")
                .await()
                .indefinitely();
    }

    private void due() {
        propose.proposeDue().await().indefinitely();
    }

    /** What tells this time from those before. */
    private String said = "";

    private void leavers(String... workers) {
        file(TODAY, workers);
    }

    private void leave(String worker, LocalDate day) {
        file(day, worker);
    }

    private void file(LocalDate day, String... workers) {
        List<Line> lines = new ArrayList<>();
        for (String worker : workers) {
            lines.add(
                    new Line(
                            lines.size() + 2,
                            worker + day + said,
                            new WorkerEvent.Row.Good(
                                    new WorkerEvent(
                                            worker + said,
                                            worker,
                                            WorkerEvent.Type.LEFT,
                                            day,
                                            ""))));
        }
        String hash = "file" + files++ + "-".repeat(60);
        read.read(turn, new Once(new Sheet.Table(hash, lines.size()), lines))
                .await()
                .indefinitely();
    }

    /** A file of one slice. */
    private record Once(Sheet sheet, List<Line> lines) implements HrFile {
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
            return Uni.createFrom().item(lines);
        }
    }
}
