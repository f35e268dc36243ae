package dev.remit.approval.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Route;
import dev.remit.handoff.halt.Scopes;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.ExecutionAuthorized;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** All open routes are looked at, in pages, and what was wrong is said. */
class ReconcileInboxesTest {
    private static final Instant FINISHED = Instant.parse("2026-01-05T10:00:00Z");
    private static final UUID CHANGE = Scene.changes(1).getFirst();

    private final Scene scene = new Scene();
    private final InMemory world = scene.world;
    private final Pages pages = new Pages();
    private final ReconcileInboxes reconcile = scene.reconciling(pages);

    @Test
    void nothingIsMendedWhereNothingIsWrong() {
        scene.receive(Set.of(CHANGE));
        int before = world.sent.size();
        run();
        assertThat(world.sent).hasSize(before);
        assertThat(pages.mended).isEmpty();
        assertThat(pages.done).isEqualTo(1);
    }

    @Test
    void whatTheDirectorySaysAndNobodyHeardOfIsFound() {
        scene.receive(Set.of(CHANGE));
        scene.decide(CHANGE, "manager");
        world.people.put(Concern.group("/security"), List.of(Scene.account("security-2")));
        int before = world.sent.size();
        run();
        assertThat(world.sent).hasSizeGreaterThan(before);
        assertThat(pages.mended).as("nothing was damaged").isEmpty();
    }

    @Test
    void oneThatDoesNotReadIsSetAsideAndCountedAndTheOthersGoOn() {
        List<UUID> two = Scene.changes(2);
        scene.receive(two);
        lose();
        int before = world.messages(CHANGE).size();
        pages.columns =
                Map.of(
                        two.getFirst(), List.of(Reconciliation.UNREADABLE),
                        two.getLast(), List.of("deciders"));
        run();
        assertThat(pages.mended).singleElement().extracting("change").isEqualTo(two.getLast());
        assertThat(world.messages(CHANGE)).as("it is not even loaded").hasSize(before);
        assertThat(pages.done).isEqualTo(1);
        assertThat(scene.meters.counter("remit.approval.inbox.unreadable").count()).isEqualTo(1);
    }

    @Test
    void damagedColumnsAreSaidAndCounted() {
        scene.receive(Set.of(CHANGE));
        pages.columns = Map.of(CHANGE, List.of("deciders", "wake_at"));
        run();
        assertThat(pages.mended).singleElement().extracting("what").isEqualTo("deciders, wake_at");
        assertThat(scene.meters.counter("remit.approval.inbox.mended").count()).isEqualTo(1);
    }

    @Test
    void whenAllOfThemWereComparedLastIsMeasured() {
        assertThat(reconciled()).as("never").isZero();
        run();
        assertThat(reconciled()).isEqualTo((double) FINISHED.getEpochSecond());
    }

    private double reconciled() {
        reconcile.measure().await().indefinitely();
        return scene.meters
                .get("remit.approval.inbox.reconciled.timestamp.seconds")
                .gauge()
                .value();
    }

    @Test
    void stagesThatAreLostAreAskedAnewAndNothingIsTakenForApproved() {
        scene.receive(Set.of(CHANGE));
        scene.decide(CHANGE, "manager");
        lose();
        pages.columns = Map.of(CHANGE, List.of(Reconciliation.STAGES));
        run();
        assertThat(pages.mended).singleElement().extracting("what").isEqualTo("stages, asked anew");
        assertThat(((ApprovalRequested) world.messages(CHANGE).getLast()).getStage())
                .as("the manager has decided theirs")
                .isEqualTo("security");
        assertThat(world.messages(CHANGE)).noneMatch(ExecutionAuthorized.class::isInstance);
        scene.decide(CHANGE, "security-1");
        assertThat(world.messages(CHANGE).getLast()).isInstanceOf(ExecutionAuthorized.class);
    }

    @Test
    void timeDoesNotApproveWhatLostItsStagesEither() {
        scene.receive(Set.of(CHANGE));
        lose();
        world.passes(Duration.ofDays(9));
        scene.expire.expire().await().indefinitely();
        lose();
        scene.lookAgain();
        assertThat(world.messages(CHANGE)).noneMatch(ExecutionAuthorized.class::isInstance);
    }

    @Test
    void aReviewWhoseStagesAreLostIsAskedAnewAloneAndCannotBeTakenBack() {
        Lookup charter =
                new Lookup.Found(
                        JsonCharter.read(
                                """
                                {"metadata":{"owner":"charter-owner"},"spec":{"approval":{"role":"approver","stages":[%s],
                                 "review":{"resolvers":[{"group":"/security"}],"expiresAfter":"PT24H",
                                  "escalation":[{"after":"PT20H","to":[{"named":["boss"]}]}]}},
                                 "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                                """
                                        .formatted(
                                                // of a share nobody knows afterwards of how many
                                                Scene.MANAGER.replace(
                                                        "\"quorum\":1", "\"share\":1"))));
        world.charters.put(Scene.CHARTER, charter);
        scene.receive(Set.of(CHANGE));
        scene.decide(CHANGE, "manager");
        scene.receive(Scene.executed(CHANGE, "executor"));
        lose();
        int before = world.messages(CHANGE).size();

        world.charters.remove(Scene.CHARTER);
        assertThat(withdrawn()).as("nobody knows how far it is").isFalse();
        world.charters.put(Scene.CHARTER, charter);
        assertThat(withdrawn()).isFalse();
        scene.halt(Scopes.MESH);
        pages.columns = Map.of(CHANGE, List.of(Reconciliation.STAGES));
        run();

        assertThat(world.messages(CHANGE)).hasSize(before + 1);
        assertThat(((ApprovalRequested) world.messages(CHANGE).getLast()).getStage())
                .isEqualTo("review");
        assertThat(((Route.Open) world.routes.get(CHANGE)).course().isReview()).isTrue();
        assertThat(
                        scene.decide(
                                        List.of(
                                                Scene.item(
                                                        CHANGE,
                                                        Attempt.Kind.JUSTIFIED,
                                                        Scene.PLAN_HASH)),
                                        "security-1",
                                        Optional.empty())
                                .getFirst()
                                .status())
                .isEqualTo(201);
        assertThat(world.routes.get(CHANGE).state()).isEqualTo("REVIEWED");
    }

    private boolean withdrawn() {
        return scene.withdraw
                .withdraw(CHANGE, Scene.decider("clerk"), "not needed", Optional.empty())
                .await()
                .indefinitely()
                .isEmpty();
    }

    private void lose() {
        Route.Open open = (Route.Open) world.routes.get(CHANGE);
        Route.Course course = open.course();
        world.routes.put(
                CHANGE,
                new Route.Waiting(
                        new Route.Course(
                                course.ready(), List.of(), course.next(), course.decisions())));
    }

    private void run() {
        reconcile.reconcile().await().indefinitely();
    }

    /** One page of all open routes. */
    private final class Pages implements Reconciliation {
        private final List<Mended> mended = new ArrayList<>();
        private Map<UUID, List<String>> columns = Map.of();
        private int done;

        @Override
        public Uni<Optional<Page>> next(Instant now, int limit) {
            return Uni.createFrom()
                    .item(Optional.of(new Page(List.copyOf(world.routes.keySet()), now, true)));
        }

        @Override
        public Uni<Map<UUID, List<String>>> mend(Collection<UUID> changes) {
            return Uni.createFrom().item(columns);
        }

        @Override
        public Uni<Void> done(Page page, List<Mended> found, Instant now, Duration every) {
            mended.addAll(found);
            done++;
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Optional<Instant>> finished() {
            return Uni.createFrom().item(done == 0 ? Optional.empty() : Optional.of(FINISHED));
        }

        @Override
        public Uni<Report> report() {
            throw new UnsupportedOperationException();
        }
    }
}
