package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DebtTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void whatCostsMostStandsFirstAndSaysWhatWentBack() throws Exception {
        List<JsonNode> sums = new ArrayList<>();
        JSON.readTree(
                        """
                        [{"key": "executor", "waiting": 0, "oldestSince": null, "oldestSeconds": null, "ended": 4,
                          "p50Seconds": 0.5, "p90Seconds": 1, "p95Seconds": 1, "totalSeconds": 3, "handoffs": 4,
                          "rework": {"correction": 0, "question": 0, "reassignment": 0, "proof": 0}},
                         {"key": "APPROVERS", "waiting": 2, "oldestSeconds": 7200, "ended": 4,
                          "p50Seconds": 300, "p90Seconds": 10800, "p95Seconds": 200000, "totalSeconds": 250000, "handoffs": 6,
                          "rework": {"correction": 0, "question": 1, "reassignment": 3, "proof": 0}}]\
                        """)
                .forEach(sums::add);
        JsonNode waiting =
                JSON.readTree(
                        "[{\"changeId\": \"c-1\", \"party\": \"APPROVERS\", \"unit\": \"member of /security\", \"seconds\": 7200}]");
        assertThat(Debt.lines(sums, waiting, "party", 30))
                .containsExactly(
                        "Coordination debt by party, the last 30 days",
                        "  party      waiting    oldest   ended       p50       p90       p95  handoffs  time in all",
                        "  approvers        2     2.0 h       4     5 min     3.0 h     2.3 d         6  ████████████████████ 3.0 d, went back: 1 question, 3 reassignment",
                        "  executor         0         -       4     0.5 s     1.0 s     1.0 s         4  3.0 s",
                        "",
                        "Waits longest now",
                        "     2.0 h  c-1  approvers, member of /security",
                        "Follow one with: ./remit changes CHANGE");
    }

    @Test
    void withoutAnyWaitItSaysSo() throws Exception {
        assertThat(Debt.lines(List.of(), JSON.readTree("[]"), "unit", 7))
                .contains("nothing has waited");
    }
}
