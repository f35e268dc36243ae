package dev.remit.approval.adapter.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.adapter.json.JsonPlan;
import dev.remit.approval.application.PreviewRoute;
import dev.remit.approval.domain.About;
import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Forecast;
import dev.remit.approval.domain.ModeDecision;
import dev.remit.approval.domain.Parties;
import dev.remit.approval.domain.Ready;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whom a change would be put to if it were proposed now. */
@Path("previews")
public class Previews {
    private static final String OWNER = ".owner";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Whose identity would change. */
    public record Subject(@Nullable String system, @Nullable String id) {}

    /** A fact as data-readiness judged it. */
    public record Fact(
            @Nullable String name,
            @Nullable String state,
            @Nullable String value,
            @Nullable String source,
            @Nullable Instant observedAt,
            @Nullable String reason) {}

    /** A change that nobody proposed, as data-readiness would judge it. */
    public record Asked(
            @Nullable String charter,
            @Nullable String charterHash,
            @Nullable Subject subject,
            @Nullable String target,
            @Nullable String action,
            @Nullable String reason,
            @Nullable String mode,
            @Nullable String proposer,
            @Nullable String principal,
            @Nullable String verdict,
            @Nullable List<Fact> facts,
            @Nullable String account,
            @Nullable String manager,
            @Nullable JsonNode plan,
            @Nullable String planHash) {}

    /** Someone considered; the label is to show, and never identifies. */
    public record Person(
            String id,
            String label,
            boolean eligible,
            String reason,
            @Nullable String onBehalfOf,
            @Nullable Instant observedAt) {}

    /**
     * One stage.
     *
     * @param held why it could not be decided
     * @param passedOver why nobody would be asked
     * @param dropped the sources that nobody can be asked from, and why
     */
    public record Stage(
            String stage,
            int quorum,
            @Nullable String held,
            @Nullable String passedOver,
            List<String> dropped,
            List<Person> candidates) {}

    /** A rule about the separation of duties that would forbid it, and what would resolve that. */
    public record Violation(String rule, String version, String words) {}

    /** A route of which nothing is kept; later stages as if nobody had decided before them. */
    public record View(
            List<Stage> stages,
            @Nullable String held,
            List<Violation> violations,
            @Nullable Mode mode) {}

    /** In which mode it would be executed as things are: OWN if every condition holds. */
    public record Mode(String mode, List<Condition> conditions) {}

    /** A condition for mode OWN, and why it holds or does not. */
    public record Condition(String name, boolean holds, String reason) {}

    private final PreviewRoute preview;

    Previews(PreviewRoute preview) {
        this.preview = preview;
    }

    /** Finds the route by what is known now. */
    @POST
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> preview(@Nullable Asked body) {
        Asked asked = Problem.body(body);
        JsonNode plan = asked.plan();
        if (plan == null || plan.isNull() || asked.account() == null) {
            return Uni.createFrom()
                    .item(view(Forecast.none("nobody is asked before the data is fit")));
        }
        return preview.preview(ready(asked, plan)).map(Previews::view);
    }

    private static Ready ready(Asked asked, JsonNode plan) {
        Subject subject = asked.subject() == null ? new Subject(null, null) : asked.subject();
        byte[] bytes = bytes(plan);
        List<Fact> facts = asked.facts() == null ? List.of() : asked.facts();
        Map<String, String> states = new HashMap<>();
        Map<String, List<String>> owners = new HashMap<>();
        for (Fact fact : facts) {
            String name = required("facts.name", fact.name());
            states.put(name, required("facts.state", fact.state()));
            String value = fact.value();
            if (name.endsWith(OWNER) && "PRESENT".equals(fact.state()) && value != null) {
                owners.put(
                        name.substring(0, name.length() - OWNER.length()),
                        Stream.of(value.split(",", -1))
                                .map(String::strip)
                                .filter(id -> !id.isEmpty())
                                .toList());
            }
        }
        return new Ready(
                new UUID(0, 0),
                new byte[0],
                new About(
                        required("charter", asked.charter()),
                        required("action", asked.action()),
                        required("target", asked.target()),
                        required("reason", asked.reason()),
                        required("mode", asked.mode()),
                        ""),
                required("charterHash", asked.charterHash()),
                required("verdict", asked.verdict()),
                Map.copyOf(states),
                Map.copyOf(owners),
                new Parties(
                        required("proposer", asked.proposer()),
                        Optional.ofNullable(asked.principal()),
                        required("account", asked.account()),
                        // the target's own account stands for itself
                        Optional.of(required("subject.id", subject.id()))
                                .filter(_ ->
                                        !required("target", asked.target())
                                                .equals(subject.system()))
                                .orElse("")),
                Optional.ofNullable(asked.manager()),
                Optional.empty(),
                bytes,
                required("planHash", asked.planHash()),
                JsonPlan.effect(bytes));
    }

    private static byte[] bytes(JsonNode plan) {
        try {
            return JSON.writeValueAsBytes(plan);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was JSON is not any more", e);
        }
    }

    private static View view(Forecast forecast) {
        return new View(
                forecast.stages().stream().map(Previews::stage).toList(),
                forecast.held().orElse(null),
                forecast.violations().stream()
                        .map(each -> new Violation(each.rule(), each.version(), each.words()))
                        .toList(),
                forecast.mode().map(Previews::mode).orElse(null));
    }

    private static Mode mode(ModeDecision decided) {
        return new Mode(
                decided.isOwn() ? "OWN" : "ASSIST",
                decided.conditions().stream()
                        .map(each -> new Condition(each.name(), each.holds(), each.reason()))
                        .toList());
    }

    private static Stage stage(Forecast.Stage stage) {
        return new Stage(
                stage.name(),
                stage.quorum(),
                stage.held().orElse(null),
                stage.passed().orElse(null),
                stage.dropped(),
                stage.candidates().stream().map(Previews::person).toList());
    }

    private static Person person(Candidate candidate) {
        return new Person(
                candidate.id(),
                candidate.label(),
                candidate.eligible(),
                candidate.reason(),
                candidate.onBehalfOf().orElse(null),
                candidate.observedAt().orElse(null));
    }

    private static String required(String field, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw Problem.inField(field, "FIELD_MISSING", field + ": must not be empty");
        }
        return value;
    }
}
