package dev.remit.connector.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.remit.connector.application.AccessEvaluations.Evaluation;
import dev.remit.connector.application.AccessTasks.Item;
import dev.remit.connector.application.AccessTasks.Task;
import dev.remit.connector.application.Courses;
import dev.remit.connector.application.EvaluateAccess;
import dev.remit.connector.application.Proposals.End;
import dev.remit.connector.application.Proposals.Standing;
import dev.remit.connector.application.RequestAccess.State;
import dev.remit.connector.domain.AccessApproval;
import dev.remit.connector.domain.Proposal;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Rule;
import dev.remit.handoff.http.Problem;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words of the profile for every way in which a task can stand. */
class AccessRequestsTest {
    private static final Proposer ANN = Proposer.person("ann");
    private static final URI BASE = URI.create("http://connector:8080/");
    private static final Instant NOW = Instant.parse("2026-01-31T10:00:00Z");
    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .registerModule(new JavaTimeModule())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);

    @ParameterizedTest
    @CsvSource({
        "COMPLETED, approved",
        "REFUSED,   denied",
        "EXPIRED,   expired",
        "WITHDRAWN, cancelled",
        "FAILED,    failed",
        "COMPENSATED, failed",
        "HALTED,    failed",
        "DISCARDED, failed",
        "open,      pending"
    })
    void aSingleTaskSaysHowItsChangeStands(String outcome, String status) {
        JsonNode answer = answer(false, outcome);
        JsonNode task = answer.path("task");
        assertThat(task.path("status").asText()).isEqualTo(status);
        assertThat(task.path("expires_at").asText()).isEqualTo("2026-05-01T10:00:00Z");
        assertThat(task.path("status_endpoint").asText())
                .isEqualTo("http://connector:8080/access/v1/requests/" + task.path("id").asText());
        assertThat(task.has("items")).isFalse();
        assertThat(task.at("/links/cancel").isMissingNode()).isEqualTo(!status.equals("pending"));
        assertThat(task.has("progress")).isEqualTo(status.equals("pending"));
        assertThat(task.at("/display/title").asText()).isNotBlank();
        if (status.equals("approved")) {
            assertThat(answer.at("/result/mode").asText()).isEqualTo("reevaluate");
            assertThat(answer.at("/result/approval/id").asText())
                    .isEqualTo(task.path("id").asText());
            assertThat(answer.at("/result/approval/approved_at").asText())
                    .isEqualTo("2026-01-31T09:59:00Z");
            assertThat(answer.at("/result/approval/approved_until").asText())
                    .isEqualTo("2026-01-31T14:00:00Z");
        } else {
            assertThat(answer.has("result")).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "COMPLETED COMPLETED | approved",
                "REFUSED REFUSED     | denied",
                "refused REFUSED     | denied",
                "COMPLETED REFUSED   | partial",
                "COMPLETED refused   | partial",
                "EXPIRED FAILED      | partial",
                "COMPLETED open      | pending",
                "refused open        | pending"
            })
    void aBulkTaskIsWhatItsItemsAre(String outcomes, String status) {
        String[] all = outcomes.trim().split(" ");
        JsonNode answer = answer(true, all);
        assertThat(answer.at("/task/status").asText()).isEqualTo(status);
        assertThat(answer.has("result")).as("no aggregate").isFalse();
        assertThat(answer.at("/task/items")).hasSize(all.length);
        for (int n = 0; n < all.length; n++) {
            JsonNode item = answer.at("/task/items/" + n);
            assertThat(item.at("/resource/type").asText()).isEqualTo("system");
            assertThat(item.at("/action/name").asText()).isEqualTo("offboard");
            assertThat(item.has("result")).isEqualTo(all[n].equals("COMPLETED"));
            assertThat(item.has("problem")).isEqualTo(all[n].equals("refused"));
        }
    }

    @Test
    void anItemEchoesWhatWasAskedWithItsProperties() {
        String asked =
                AccessTuple.asked(
                        new AccessTuple.Subject("worker", "E1", Map.of("act", "x")),
                        "",
                        new AccessTuple.Resource("system", "scim:hr", Map.of("b", 2, "a", 1)),
                        new AccessTuple.Action("offboard", null),
                        ANN);
        assertThat(asked)
                .isEqualTo(
                        AccessTuple.asked(
                                new AccessTuple.Subject("worker", "E1", null),
                                "",
                                new AccessTuple.Resource(
                                        "system", "scim:hr", new HashMap<>(Map.of("a", 1, "b", 2))),
                                new AccessTuple.Action("offboard", null),
                                ANN));
        assertThat(AccessTuple.resource(asked).orElseThrow().properties()).containsEntry("b", 2);
        assertThat(AccessTuple.action(asked).orElseThrow().name()).isEqualTo("offboard");
    }

    @Test
    void whatIsKeptOfAQuestionHasAtMostEightKilobytesAndTheLargestPartIsNamed() {
        AccessTuple.Subject subject = new AccessTuple.Subject("worker", "E1", null);
        AccessTuple.Resource resource =
                new AccessTuple.Resource("system", "scim:hr", Map.of("a", "x".repeat(8192)));
        AccessTuple.Action action = new AccessTuple.Action("offboard", Map.of("b", "y"));
        assertThatThrownBy(() -> AccessTuple.asked(subject, "items.3.", resource, action, ANN))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.status()).isEqualTo(422);
                            assertThat(problem.code()).isEqualTo("FIELD_MISFORMED");
                            assertThat(problem.field()).isEqualTo("items.3.resource");
                        });
        Proposer barred = ANN.barred(Rule.ROLE_MISSING.refuses(null, "no"));
        assertThat(AccessTuple.asked(subject, "", resource, action, barred))
                .as("it is recorded for what it is")
                .hasSizeGreaterThan(8192);
    }

    @Test
    void aDecisionSaysWhatItRestsOn() {
        JsonNode denied =
                JSON.valueToTree(
                        AccessEvaluationResource.answer(
                                new EvaluateAccess.Decision(
                                        false,
                                        "approval_required",
                                        Optional.of(
                                                new Evaluation(
                                                        new UUID(0, 7), "ann|", "{}", NOW, NOW)),
                                        Optional.empty()),
                                "",
                                BASE));
        assertThat(denied.path("decision").asBoolean()).isFalse();
        assertThat(denied.at("/context/evaluation_id").asText())
                .isEqualTo(new UUID(0, 7).toString());
        assertThat(denied.at("/context/reason").asText()).isEqualTo("approval_required");
        assertThat(denied.at("/context/access_request/endpoint").asText())
                .isEqualTo("http://connector:8080/access/v1/requests");
        assertThat(denied.at("/context/access_request/expires_at").asText())
                .isEqualTo("2026-01-31T10:00:00Z");
        JsonNode allowed =
                JSON.valueToTree(
                        AccessEvaluationResource.answer(
                                new EvaluateAccess.Decision(
                                        true,
                                        "",
                                        Optional.empty(),
                                        Optional.of(new AccessApproval(NOW, NOW))),
                                "an-id",
                                BASE));
        assertThat(allowed.path("decision").asBoolean()).isTrue();
        assertThat(allowed.at("/context/approval/id").asText()).isEqualTo("an-id");
        assertThat(allowed.at("/context").has("reason")).isFalse();
        assertThat(allowed.at("/context").has("access_request")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_DENIAL_BINDING, 400, invalid_denial_binding",
        "410, EXPIRED_DENIAL, 410, expired_denial",
        "410, TASK_EXPIRED, 410, task_expired",
        "404, CHANGE_UNKNOWN, 404, unknown_task",
        "409, IDEMPOTENCY_KEY_REUSED, 409, duplicate_request",
        "409, ALREADY_ENDED, 409, invalid_task_state",
        "422, CHARTER_UNKNOWN, 400, not_requestable",
        "422, CHARTER_AMBIGUOUS, 400, not_requestable"
    })
    void aProblemThatTheProfileKnowsHasItsType(int status, String code, int said, String type) {
        Problem problem = AccessRequests.typed(Problem.of(status, code, "why", "charter"));
        assertThat(problem.status()).isEqualTo(said);
        assertThat(problem.document())
                .containsEntry("type", "urn:openid:authzen:access-request:error:" + type)
                .containsEntry("code", code);
    }

    /**
     * @param outcomes how each change ended, or open; refused for what opened none
     */
    private static JsonNode answer(boolean bulk, String... outcomes) {
        List<Item> items = new ArrayList<>();
        Map<UUID, Standing> changes = new HashMap<>();
        Map<UUID, AccessApproval> approvals = new HashMap<>();
        for (int n = 0; n < outcomes.length; n++) {
            UUID change = outcomes[n].equals("refused") ? null : new UUID(1, n);
            items.add(
                    new Item(
                            "scim:hr",
                            "offboard",
                            change,
                            change == null ? "DUPLICATE_CHANGE" : null,
                            change == null ? "it is open" : null,
                            null,
                            null,
                            null));
            if (change != null) {
                changes.put(
                        change,
                        new Standing(
                                change,
                                new Proposal(
                                        "leavers",
                                        "1",
                                        "h",
                                        "OWN",
                                        "hr",
                                        "E1",
                                        "scim:hr",
                                        "offboard",
                                        "left",
                                        "ann",
                                        Optional.empty(),
                                        Optional.empty()),
                                NOW,
                                true,
                                Optional.empty(),
                                outcomes[n].equals("open")
                                        ? Optional.empty()
                                        : Optional.of(new End(outcomes[n], NOW)),
                                Optional.empty(),
                                false));
                if (outcomes[n].equals("COMPLETED")) {
                    approvals.put(
                            change,
                            new AccessApproval(NOW.minusSeconds(60), NOW.plusSeconds(4 * 3600)));
                }
            }
        }
        Task task =
                new Task(
                        bulk ? new UUID(2, 0) : new UUID(1, 0),
                        "ann",
                        Optional.empty(),
                        items,
                        bulk,
                        NOW);
        return JSON.valueToTree(
                AccessRequests.answer(
                        new State(
                                task,
                                changes,
                                approvals,
                                Optional.of(new Courses.Route("manager", 1, Optional.empty()))),
                        BASE));
    }
}
