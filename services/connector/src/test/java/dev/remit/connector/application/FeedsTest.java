package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.application.Feeds.State;
import dev.remit.connector.application.Feeds.Turn;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeedsTest {
    private final Memory memory = new Memory();
    private final Feeds one = memory.feeds();
    private final Feeds two = memory.feeds();

    @Test
    void oneReplicaReadsAFeedAtATime() {
        assertThat(read(one, "hr")).isTrue();
        assertThat(read(two, "hr")).isFalse();
        assertThat(one.states()).containsEntry("hr", new State.Works());
        assertThat(two.states()).containsEntry("hr", new State.ReadElsewhere());
    }

    @Test
    void theHolderKeepsTheFeedByRenewing() {
        read(one, "hr");
        two.expect("hr");
        for (int n = 0; n < 10; n++) {
            memory.now = memory.now.plusSeconds(5);
            one.renew().await().indefinitely();
            two.renew().await().indefinitely();
        }
        assertThat(read(two, "hr")).isFalse();
        assertThat(read(one, "hr")).isTrue();
    }

    @Test
    void anotherReplicaTakesOverWhenTheHolderIsSilent() {
        read(one, "hr");
        read(two, "hr");
        memory.now = memory.now.plusSeconds(9);
        two.renew().await().indefinitely();
        assertThat(two.states()).containsEntry("hr", new State.NotReadYet());
        assertThat(read(two, "hr")).isTrue();
        one.renew().await().indefinitely();
        assertThat(read(one, "hr")).isFalse();
    }

    @Test
    void anotherReplicaTakesOverAtOnceWhenTheHolderStops() {
        read(one, "hr");
        read(two, "hr");
        one.stop(new ShutdownEvent());
        two.renew().await().indefinitely();
        assertThat(read(two, "hr")).isTrue();
        one.renew().await().indefinitely();
        assertThat(read(one, "hr")).isFalse();
    }

    @Test
    void aReplicaThatSleptThroughItsLeaseWritesNothingEvenIfItHasTheFeedAgain() {
        Turn old = memory.turn(one, "hr");
        read(two, "hr");
        memory.now = memory.now.plusSeconds(9);
        two.renew().await().indefinitely();
        assertThatThrownBy(() -> write(old)).isInstanceOf(Feeds.TurnLost.class);

        memory.now = memory.now.plusSeconds(9);
        one.renew().await().indefinitely();
        assertThatThrownBy(() -> write(old)).isInstanceOf(Feeds.TurnLost.class);
        Turn fresh = memory.turn(one, "hr");
        assertThat(fresh.term()).isGreaterThan(old.term());
        write(fresh);
    }

    @Test
    void aFailedReadIsShownByNameAndTheNextOneTriesAgain() {
        one.expect("hr");
        assertThat(one.states()).containsEntry("hr", new State.NotReadYet());
        one.read("hr", turn -> Uni.createFrom().failure(new IllegalStateException("no folder")))
                .await()
                .indefinitely();
        assertThat(one.states().get("hr"))
                .isInstanceOfSatisfying(
                        State.Fails.class,
                        fails -> assertThat(fails.reason()).contains("no folder"));
        assertThat(read(one, "hr")).isTrue();
        assertThat(one.states()).containsEntry("hr", new State.Works());
    }

    @Test
    void losingTheTurnIsNoTrouble() {
        one.read(
                        "hr",
                        turn -> {
                            memory.now = memory.now.plusSeconds(9);
                            read(two, "hr");
                            return one.write(
                                    turn, List.of(), outbox -> Uni.createFrom().voidItem());
                        })
                .await()
                .indefinitely();
        assertThat(one.states()).containsEntry("hr", new State.NotReadYet());
    }

    private void write(Turn turn) {
        one.write(turn, List.of(), outbox -> Uni.createFrom().item(true)).await().indefinitely();
    }

    private static boolean read(Feeds feeds, String feed) {
        List<Turn> turns = new ArrayList<>();
        feeds.read(
                        feed,
                        turn -> {
                            turns.add(turn);
                            return Uni.createFrom().voidItem();
                        })
                .await()
                .indefinitely();
        return !turns.isEmpty();
    }
}
