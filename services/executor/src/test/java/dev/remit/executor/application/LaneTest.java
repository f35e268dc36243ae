package dev.remit.executor.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.executor.application.Executions.Lot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LaneTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private final Lane lane = new Lane(new Lot.On("scim:a"), 8, 4);

    @Test
    void nothingIsLeasedWithoutHope() {
        assertThat(lane.request(NOW)).isEmpty();
    }

    @Test
    void onlyOneLeaseIsUnderWay() {
        lane.expect(List.of(new UUID(1, 1)));
        var request = lane.request(NOW).orElseThrow();
        assertThat(request).isEqualTo(new Lane.Request(8, Set.of(new UUID(1, 1))));
        lane.expect(List.of());
        assertThat(lane.request(NOW)).isEmpty();
        lane.leased(3, request);
        assertThat(lane.request(NOW)).contains(new Lane.Request(5, Set.of()));
    }

    @Test
    void aFullAnswerMeansThatThereMayBeMoreAndAnotherThatThereIsNot() {
        lane.expect(List.of());
        var all = lane.request(NOW).orElseThrow();
        lane.leased(8, all);
        assertThat(lane.request(NOW)).as("no room").isEmpty();
        lane.performed();
        lane.performed();
        var two = lane.request(NOW).orElseThrow();
        assertThat(two.room()).isEqualTo(2);
        lane.leased(1, two);
        assertThat(lane.request(NOW)).as("no hope").isEmpty();
    }

    @Test
    void whatIsNotReportedIsBounded() {
        for (int n = 0; n < 12; n++) {
            lane.expect(List.of());
            lane.leased(1, lane.request(NOW).orElseThrow());
            lane.performed();
        }
        lane.expect(List.of());
        assertThat(lane.request(NOW)).isEmpty();
        lane.reported();
        assertThat(lane.request(NOW)).map(Lane.Request::room).contains(1);
    }

    @Test
    void aSilentTargetNarrowsItDownToOneAtATimeWithPausesThatGrow() {
        lane.silent("no", NOW);
        lane.silent("no", NOW);
        lane.silent("no", NOW);
        lane.expect(List.of());
        assertThat(lane.request(NOW)).map(Lane.Request::room).contains(1);
        lane.leased(1, new Lane.Request(1, Set.of()));
        lane.performed();

        lane.silent("no", NOW);
        lane.silent("no", NOW);
        lane.expect(List.of());
        assertThat(lane.request(NOW.plusMillis(999))).isEmpty();
        assertThat(lane.isStuck(NOW.plusMillis(999))).isFalse();
        assertThat(lane.isStuck(NOW.plusSeconds(1))).isTrue();
        assertThat(lane.request(NOW.plusSeconds(1))).isPresent();
        lane.leased(0, new Lane.Request(1, Set.of()));

        lane.silent("still no", NOW.plusSeconds(1));
        lane.expect(List.of());
        assertThat(lane.request(NOW.plusMillis(2_999))).isEmpty();
        assertThat(lane.request(NOW.plusSeconds(3))).isPresent();
        assertThat(lane.trouble()).contains("still no");
    }

    @Test
    void eachAnswerWidensItByOne() {
        lane.silent("no", NOW);
        lane.silent("no", NOW);
        lane.answered();
        assertThat(lane.trouble()).isEqualTo(Optional.empty());
        lane.expect(List.of());
        assertThat(lane.request(NOW)).map(Lane.Request::room).contains(3);
    }

    @Test
    void aLeaseThatFailedIsAskedForAgain() {
        lane.expect(List.of(new UUID(1, 1)));
        var request = lane.request(NOW).orElseThrow();
        lane.notLeased(request);
        assertThat(lane.request(NOW)).contains(request);
    }
}
