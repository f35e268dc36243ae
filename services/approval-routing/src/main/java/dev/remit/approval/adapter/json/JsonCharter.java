package dev.remit.approval.adapter.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Charter.Policy;
import dev.remit.approval.domain.Charter.Resolver;
import dev.remit.approval.domain.Charter.Stage;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads what approval-routing needs of a charter's document. */
public final class JsonCharter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> VERDICTS = Set.of("READY", "ENRICHED");

    private JsonCharter() {}

    /**
     * @param document the charter as JSON
     * @throws IllegalArgumentException naming the path and the rule
     */
    public static Charter read(String document) {
        JsonNode spec;
        try {
            spec = JSON.readTree(document).path("spec");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the document is not JSON", e);
        }
        List<Stage> stages = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (JsonNode each : spec.at("/approval/stages")) {
            Stage stage = stage(each);
            if (!seen.add(stage.name())) {
                throw fault("name", "two stages have the name " + stage.name());
            }
            stage.policy()
                    .map(Policy::id)
                    .ifPresent(rule -> {
                        if (!seen.add(rule)) {
                            throw fault("policy", "one rule, " + rule + ", decides two stages");
                        }
                    });
            stages.add(stage);
        }
        String role = spec.at("/approval/role").asText("");
        if (stages.isEmpty() || role.isEmpty()) {
            throw new IllegalArgumentException("/spec/approval: names no stage or no role");
        }
        return new Charter(
                role,
                List.copyOf(stages),
                duration(spec.path("execution"), "/spec/execution/authorizationExpiresAfter"));
    }

    private static Stage stage(JsonNode stage) {
        Resolver resolver = resolver(stage.path("resolver").asText());
        int quorum = stage.path("quorum").asInt(0);
        if (quorum < 1) {
            throw fault("quorum", "is not a number from 1");
        }
        Optional<Policy> policy = Optional.empty();
        if (resolver == Resolver.POLICY) {
            if (quorum != 1) {
                throw fault("quorum", "is not 1, where a rule decides alone");
            }
            policy = Optional.of(policy(stage.path("policy")));
        }
        return new Stage(
                stage.path("name").asText(),
                resolver,
                Optional.ofNullable(stage.path("group").textValue()),
                policy,
                quorum,
                duration(stage, "/spec/approval/stages/expiresAfter"));
    }

    private static Policy policy(JsonNode policy) {
        Set<String> verdicts = new HashSet<>();
        policy.path("verdicts").forEach(each -> verdicts.add(each.asText()));
        if (verdicts.isEmpty() || !VERDICTS.containsAll(verdicts)) {
            throw fault("policy/verdicts", "names none, or others than READY and ENRICHED");
        }
        return new Policy(text(policy, "name"), text(policy, "version"), Set.copyOf(verdicts));
    }

    private static Resolver resolver(String name) {
        try {
            return Resolver.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "/spec/approval/stages/resolver: is not manager, group or policy", e);
        }
    }

    private static String text(JsonNode policy, String name) {
        String value = policy.path(name).asText("");
        if (value.isBlank()) {
            throw fault("policy/" + name, "is missing");
        }
        return value;
    }

    private static Duration duration(JsonNode node, String path) {
        try {
            return Duration.parse(node.path(path.substring(path.lastIndexOf('/') + 1)).asText());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(path + ": is not an ISO 8601 duration", e);
        }
    }

    private static IllegalArgumentException fault(String member, String rule) {
        return new IllegalArgumentException("/spec/approval/stages/" + member + ": " + rule);
    }
}
