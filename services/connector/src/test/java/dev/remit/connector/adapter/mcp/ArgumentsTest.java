package dev.remit.connector.adapter.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.adapter.http.Wishes;
import dev.remit.handoff.http.Problem;
import io.quarkiverse.mcp.server.Tool;
import io.quarkiverse.mcp.server.ToolGuardrails;
import io.quarkiverse.mcp.server.ToolManager.ToolArgument;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a model may get wrong about a tool's arguments. */
class ArgumentsTest {
    private static final List<ToolArgument> KNOWN =
            List.of(
                    new ToolArgument("charter", "", true, String.class, null),
                    new ToolArgument("worker", "", true, String.class, null),
                    new ToolArgument("model", "", false, String.class, null));

    @Test
    void whatIsAskedForIsTakenWithOrWithoutWhatNeedNotBe() {
        assertThat(refusal(all())).isEmpty();
        assertThat(refusal(all().put("model", "m-1"))).isEmpty();
        assertThat(refusal(all().putNull("model"))).isEmpty();
    }

    @Test
    void aMistypedNameIsToldWithThoseThereAre() {
        assertThat(refusal(all().put("wroker", "E1")))
                .contains(
                        "FIELD_UNKNOWN (wroker): is no argument of this tool; it takes charter, worker, model");
    }

    @Test
    void oneThatIsLeftOutOrNullIsNamed() {
        assertThat(refusal(new JsonObject().put("charter", "leavers")))
                .contains("FIELD_MISSING (worker): must be given");
        assertThat(refusal(all().putNull("worker")))
                .contains("FIELD_MISSING (worker): must be given");
        assertThat(Arguments.refusal(KNOWN, null))
                .contains("FIELD_MISSING (charter): must be given");
    }

    @Test
    void oneOfAnotherKindIsNamedWithTheKindItIs() {
        assertThat(refusal(all().put("worker", 1002)))
                .contains("FIELD_MISFORMED (worker): must be a text, not a number");
        assertThat(refusal(all().put("worker", true)).orElseThrow()).endsWith("true or false");
        assertThat(refusal(all().put("worker", new JsonArray())).orElseThrow()).endsWith("a list");
        assertThat(refusal(all().put("model", new JsonObject())).orElseThrow())
                .endsWith("an object");
    }

    @Test
    void aWorkerIsNamedOrAnAccountOfTheSystemAndNeverBoth() {
        assertThat(FrontDoorTools.subject("E1", null, "scim:hr"))
                .isEqualTo(new Wishes.Subject("hr", "E1"));
        assertThat(FrontDoorTools.subject(null, "a-robot", "scim:hr"))
                .isEqualTo(new Wishes.Subject("scim:hr", "a-robot"));
        assertThatThrownBy(() -> FrontDoorTools.subject(null, null, "scim:hr"))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("FIELD_MISSING"));
        assertThatThrownBy(() -> FrontDoorTools.subject("E1", "a-robot", "scim:hr"))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("FIELD_MISFORMED"));
    }

    @Test
    void everyToolIsChecked() {
        assertThat(FrontDoorTools.class.getDeclaredMethods())
                .filteredOn(method -> method.isAnnotationPresent(Tool.class))
                .hasSize(8)
                .allSatisfy(method ->
                        assertThat(
                                        Arrays.asList(
                                                method.getAnnotation(ToolGuardrails.class).input()))
                                .as(method.getName())
                                .containsExactly(Arguments.class));
    }

    private static JsonObject all() {
        return new JsonObject().put("charter", "leavers").put("worker", "E1");
    }

    private static Optional<String> refusal(JsonObject given) {
        return Arguments.refusal(KNOWN, given);
    }
}
