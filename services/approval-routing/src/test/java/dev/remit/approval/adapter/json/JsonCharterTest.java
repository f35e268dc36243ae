package dev.remit.approval.adapter.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Charter.Policy;
import dev.remit.approval.domain.Charter.Resolver;
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
        assertThat(charter.stages())
                .extracting(Charter.Stage::resolver)
                .containsExactly(Resolver.POLICY, Resolver.MANAGER);
        assertThat(charter.stages().getFirst().policy())
                .contains(new Policy("low-risk-leaver", "1", Set.of("READY")));
        assertThat(charter.stages().getFirst().group()).contains("/security-approvers");
        assertThat(charter.stages().getLast().policy()).isEqualTo(Optional.empty());
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
}
