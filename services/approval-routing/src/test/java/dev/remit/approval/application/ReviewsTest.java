package dev.remit.approval.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Route;
import dev.remit.handoff.directory.Account;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.Candidate;
import dev.remit.wire.v1.ChangeExecuted;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the executor's report to the review. */
class ReviewsTest {
    private static final UUID CHANGE = Scene.changes(1).getFirst();
    private static final Lookup CHARTER =
            new Lookup.Found(
                    JsonCharter.read(
                            """
                            {"metadata":{"owner":"charter-owner"},"spec":{"approval":{"role":"approver","stages":[%s],
                             "review":{"resolvers":[{"group":"/security"}],"expiresAfter":"PT24H",
                              "escalation":[{"after":"PT20H","to":[{"named":["boss"]}]}]}},
                             "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                            """
                                    .formatted(Scene.MANAGER)));

    private final Scene scene = new Scene();
    private final InMemory world = scene.world;

    @BeforeEach
    void granted() {
        world.charters.put(Scene.CHARTER, CHARTER);
        scene.receive(List.of(CHANGE));
        assertThat(scene.decide(CHANGE, "manager").status()).isEqualTo(201);
        assertThat(route().state()).isEqualTo("GRANTED");
    }

    @Test
    void whoeverExecutedItByHandIsNotAskedUnderAnyAccount() {
        Account other =
                new Account(
                        Scene.PEOPLE,
                        "privileged-1",
                        true,
                        Optional.of("W-security-1"),
                        Optional.empty(),
                        List.of(new Account.Group("/security", "/security")),
                        List.of("approver"),
                        "privileged-1",
                        Instant.EPOCH);
        world.people.put(Concern.account(other.id()), List.of(other));
        world.people.put(
                Concern.group("/security"),
                List.of(
                        Scene.account("security-1", "/security"),
                        other,
                        Scene.account("security-2", "/security")));

        scene.receive(Scene.executed(CHANGE, "security-1"));

        assertThat(((ApprovalRequested) world.messages(CHANGE).getLast()).getCandidates())
                .filteredOn(Candidate::getEligible)
                .extracting(Candidate::getId)
                .containsExactly("security-2");
    }

    @Test
    void whoExecutedItByHandIsKnownByTheWorkerThatTheReportNamesWhateverBecameOfTheAccount() {
        world.people.put(
                Concern.group("/security"),
                List.of(
                        Scene.account("security-1", "/security"),
                        Scene.account("security-2", "/security")));

        scene.receive(
                ChangeExecuted.newBuilder(Scene.executed(CHANGE, "an-account-that-is-gone"))
                        .setExecutorWorker("W-security-1")
                        .build());

        assertThat(((ApprovalRequested) world.messages(CHANGE).getLast()).getCandidates())
                .filteredOn(Candidate::getEligible)
                .extracting(Candidate::getId)
                .containsExactly("security-2");
    }

    @Test
    void aReviewThatIsDueWaitsInSightForItsCharter() {
        world.charters.remove(Scene.CHARTER);
        scene.receive(Scene.executed(CHANGE, "executor"));
        assertThat(((Route.Granted) route()).held()).map(Route.Wait::why).contains("not known");

        world.passes(Duration.ofDays(2));
        scene.expire();
        assertThat(((Route.Granted) route()).held())
                .map(Route.Wait::wake)
                .as("it goes on waiting")
                .contains(world.now.plus(Duration.ofDays(1)));

        world.charters.put(Scene.CHARTER, CHARTER);
        scene.receive(Scene.published());
        scene.lookAgain();
        assertThat(route().state()).isEqualTo("OPEN");
    }

    @Test
    void aReviewIsTakenUpByTimeIfTheNewsWasMissed() {
        world.charters.remove(Scene.CHARTER);
        scene.receive(Scene.executed(CHANGE, "executor"));
        world.charters.put(Scene.CHARTER, CHARTER);
        scene.expire();
        assertThat(route().state()).isEqualTo("GRANTED");
        world.passes(Duration.ofDays(1));
        scene.expire();
        assertThat(route().state()).isEqualTo("OPEN");
    }

    private Route route() {
        return world.routes.getOrDefault(CHANGE, new Route.Unrouted());
    }
}
