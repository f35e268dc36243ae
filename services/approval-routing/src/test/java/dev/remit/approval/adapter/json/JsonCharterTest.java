package dev.remit.approval.adapter.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Charter.Policy;
import dev.remit.approval.domain.Source;
import dev.remit.approval.domain.Threshold;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JsonCharterTest {
    private static final String MANAGER =
            """
            {"name":"manager","resolver":"manager","quorum":1,"expiresAfter":"PT48H"}\
            """;
    private static final String RULE =
            """
            {"name":"policy","resolver":"policy","policy":{"name":"low-risk-leaver","version":"1",
             "verdicts":["READY"]},"group":"/security-approvers","quorum":1,"expiresAfter":"PT48H"}\
            """;

    @Test
    void stagesOfPeopleAndOfRulesRead() {
        Charter charter = JsonCharter.read(charter(RULE + "," + MANAGER));
        assertThat(charter.role()).isEqualTo("approver");
        Charter.Stage rule = charter.stages().getFirst();
        assertThat(rule.policy()).contains(new Policy("low-risk-leaver", "1", Set.of("READY")));
        assertThat(rule.asks()).containsExactly(new Source.Group("/security-approvers"));
        Charter.Stage manager = charter.stages().getLast();
        assertThat(manager.policy()).isEmpty();
        assertThat(manager.asks()).containsExactly(new Source.Manager());
        assertThat(manager.denials()).isEqualTo(new Threshold.Count(1));
        assertThat(manager.lapse()).isEqualTo(Charter.Lapse.EXPIRE);
        assertThat(manager.bulk()).isTrue();
        assertThat(manager.alongside()).isFalse();
    }

    @Test
    void everythingThatAStageCanSayReads() {
        Charter charter =
                JsonCharter.read(
                        """
                        {"metadata":{"owner":"o","effective":{"from":"2026-01-01","until":"2026-12-31"},"sunset":"2026-06-30"},
                         "spec":{"proposers":{"digitalEmployee":{"id":"clerk","principal":"boss"}},
                         "approval":{"role":"approver",
                          "calendars":{"berlin":{"zone":"Europe/Berlin","days":["MONDAY"],"from":"09:00","to":"17:00","holidays":["2026-12-25"]}},
                          "onCall":{"primary":{"zone":"UTC","start":"2026-01-05","handover":"08:00","every":"P7D","rotation":["a","b"]}},
                          "stages":[%s,{"name":"all","alongside":true,"when":"change.action == 'x'",
                           "resolvers":[{"manager":"subject"},{"owner":"resource"},{"group":"/g"},{"role":"r"},{"named":["i"]},
                            {"onCall":"primary"},{"previousApprovers":"manager"}],
                           "filter":"'/t' in reviewer.groups","share":0.5,"denyQuorum":2,"reason":"required",
                           "authentication":{"acr":"2","maxAge":"PT5M"},"deadline":{"within":"PT16H","calendar":"berlin"},
                           "reminders":["PT8H","PT4H"],"escalation":[{"after":"PT8H","to":[{"group":"/leads"}]}],
                           "outcome":"escalate","bulk":false}]},
                         "separationOfDuties":[
                          {"rule":"a","version":"1","owner":"o","source":"s","apart":["approver","owner"],
                           "exceptions":[{"subject":"x","control":"c","owner":"o","until":"2026-03-31"}]},
                          {"rule":"b","version":"1","owner":"o","source":"s","toxic":["/a","/b"]},
                          {"rule":"c","version":"1","owner":"o","source":"s","when":["/root"],"mustHold":["/trained"]}],
                         "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                        """
                                .formatted(MANAGER));
        Charter.Stage stage = charter.stages().getLast();
        assertThat(stage.alongside()).isTrue();
        assertThat(stage.asks()).hasSize(7);
        assertThat(stage.quorum()).isEqualTo(new Threshold.Share(0.5));
        assertThat(stage.denials()).isEqualTo(new Threshold.Count(2));
        assertThat(stage.reminders()).containsExactly(Duration.ofHours(4), Duration.ofHours(8));
        assertThat(stage.escalation()).hasSize(1);
        assertThat(stage.lapse()).isEqualTo(Charter.Lapse.ESCALATE);
        assertThat(stage.bulk()).isFalse();
        assertThat(stage.calendar()).isPresent();
        assertThat(charter.duties()).hasSize(3);
        assertThat(charter.duties().getFirst().exceptions().getFirst().until())
                .isEqualTo(Instant.parse("2026-04-01T00:00:00Z"));
        assertThat(charter.until()).contains(Instant.parse("2026-07-01T00:00:00Z"));
        assertThat(charter.agents()).containsEntry("clerk", "boss");
        assertThat(charter.judgesAccess()).isTrue();
        assertThat(notInForce(charter, "2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z")).isPresent();
        assertThat(notInForce(charter, "2025-12-31T23:59:59Z", "2025-12-31T23:59:59Z")).isPresent();
        assertThat(notInForce(charter, "2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z")).isEmpty();
        assertThat(notInForce(charter, "2026-09-01T00:00:00Z", "2026-06-30T23:59:59Z"))
                .as("proposed before its end")
                .isEmpty();
    }

    @Test
    void whatIsNotUnderstoodIsNeverLeftOut() {
        refused(
                MANAGER.replace("\"quorum\"", "\"unless\":\"x\",\"quorum\""),
                "unless: is not known");
        refused(MANAGER.replace("\"quorum\"", "\"outcome\":\"approve\",\"quorum\""), "outcome");
        refused(MANAGER.replace("\"quorum\"", "\"outcome\":\"skip\",\"quorum\""), "outcome");
        refused(
                MANAGER.replace("\"quorum\"", "\"when\":\"change.colour == 'red'\",\"quorum\""),
                "when");
        refused(MANAGER.replace("\"quorum\"", "\"when\":\"1 + 1\",\"quorum\""), "when");
        refused(MANAGER.replace("\"quorum\"", "\"filter\":\"reviewer\",\"quorum\""), "filter");
        refused(MANAGER.replace("\"quorum\":1", "\"share\":1.5"), "share");
        refused(MANAGER.replace("\"quorum\":1", "\"quorum\":1,\"share\":0.5"), "quorum");
        refused(
                MANAGER.replace(
                        "\"expiresAfter\":\"PT48H\"",
                        "\"deadline\":{\"within\":\"PT1H\",\"calendar\":\"none\"}"),
                "calendar");
        refused(MANAGER.replace("PT48H", "PT0S"), "expiresAfter");
        refused(
                MANAGER.replace(
                        "\"resolver\":\"manager\"", "\"resolvers\":[{\"manager\":\"proposer\"}]"),
                "resolvers/manager");
        refused(
                MANAGER.replace(
                        "\"resolver\":\"manager\"",
                        "\"resolvers\":[{\"previousApprovers\":\"later\"}]"),
                "previousApprovers");
        refused(MANAGER.replace("\"resolver\":\"manager\"", "\"resolvers\":[]"), "asks nobody");
        refused(
                MANAGER.replace("\"quorum\"", "\"authentication\":{},\"quorum\""),
                "authentication");
        assertThatThrownBy(() ->
                        JsonCharter.read(
                                charter(MANAGER)
                                        .replace(
                                                "\"execution\"",
                                                "\"separationOfDuties\":[{\"rule\":\"a\",\"version\":\"1\",\"owner\":\"o\",\"source\":\"s\",\"apart\":[\"approver\"]}],\"execution\"")))
                .hasMessageContaining("separationOfDuties");
    }

    @Test
    void whatDoesNotReadIsNamed() {
        refused(MANAGER.replace("\"quorum\":1", "\"quorum\":0"), "stages/quorum");
        refused(MANAGER.replace("\"manager\",\"quorum\"", "\"anybody\",\"quorum\""), "resolver");
        refused(MANAGER.replace("PT48H", "two days"), "expiresAfter");
        refused(MANAGER + "," + MANAGER, "two stages have the name manager");
        refused(RULE.replace("\"quorum\":1", "\"quorum\":2"), "stages/quorum");
        refused(RULE.replace("[\"READY\"]", "[]"), "policy/verdicts");
        refused(RULE.replace("[\"READY\"]", "[\"HELD\"]"), "policy/verdicts");
        refused(RULE.replace("\"version\":\"1\"", "\"version\":\"\""), "policy/version");
        refused(
                RULE + "," + RULE.replace("\"name\":\"policy\"", "\"name\":\"again\""),
                "policy:low-risk-leaver@1");
        refused("", "no stage");
        refused(RULE.replace("\"resolver\":\"policy\"", "\"resolver\":\"rule\""), "resolver");
        assertThatThrownBy(() -> JsonCharter.read("{")).hasMessageContaining("not JSON");
    }

    private static void refused(String stages, String words) {
        assertThatThrownBy(() -> JsonCharter.read(charter(stages)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }

    private static String charter(String stages) {
        return """
        {"spec":{"approval":{"role":"approver","stages":[%s]},
         "execution":{"authorizationExpiresAfter":"PT1H"}}}\
        """
                .formatted(stages);
    }

    private static Optional<String> notInForce(Charter charter, String now, String proposedAt) {
        return charter.notInForce(Instant.parse(now), Instant.parse(proposedAt));
    }
}
