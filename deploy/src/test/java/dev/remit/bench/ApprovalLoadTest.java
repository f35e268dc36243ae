package dev.remit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class ApprovalLoadTest {
    @Test
    void aCharterAsksThreeGroupsForTwoApprovals() throws Exception {
        JsonNode stage =
                new ObjectMapper()
                        .readTree(ApprovalLoad.charter(99, 200))
                        .at("/spec/approval/stages/0");
        assertThat(stage.path("resolvers").findValuesAsText("group"))
                .containsExactly("/bench/g-97", "/bench/g-98", "/bench/g-99");
        assertThat(stage.path("quorum").asInt()).isEqualTo(2);
    }

    @Test
    void eachRequestIsSentOnceAndTimed() throws Exception {
        Set<Integer> sent = ConcurrentHashMap.newKeySet();
        ApprovalLoad.Timed timed = ApprovalLoad.requests(50, 4, sent::add);
        assertThat(sent).hasSize(50);
        assertThat(timed.times().count()).isEqualTo(50);
        assertThat(timed.perSecond()).isPositive();
    }

    @Test
    void oneRequestThatFailsFailsTheRun() {
        assertThatThrownBy(() ->
                        ApprovalLoad.requests(
                                50,
                                4,
                                n -> {
                                    if (n == 7) {
                                        throw new IOException("refused");
                                    }
                                }))
                .hasMessage("refused");
    }

    @Test
    void whatCannotBeMeasuredIsNamed() {
        assertThatThrownBy(() -> new ApprovalLoad.Options(10, 5, 10))
                .hasMessageContaining("--people");
        assertThatThrownBy(() -> new ApprovalLoad.Options(1000, 5, 10))
                .hasMessageContaining("--groups");
        assertThatThrownBy(() -> new ApprovalLoad.Options(1000, 500, 1))
                .hasMessageContaining("--changes");
    }
}
