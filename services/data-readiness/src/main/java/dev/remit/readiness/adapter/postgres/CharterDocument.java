package dev.remit.readiness.adapter.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.directory.Account;
import dev.remit.readiness.domain.Charter;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** A charter as it was published, read. */
final class CharterDocument {
    private static final ObjectMapper JSON = new ObjectMapper();

    private CharterDocument() {}

    /**
     * What readiness needs to know of a charter.
     *
     * @throws IllegalArgumentException naming the path that does not read
     */
    static Charter read(dev.remit.handoff.directory.Charter published) {
        JsonNode spec;
        try {
            spec = JSON.readTree(published.document()).path("spec");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("charter " + published.name() + " is not JSON", e);
        }
        Set<String> systems = new HashSet<>();
        spec.at("/domain/systems").forEach(system -> systems.add(system.asText()));
        Set<String> protectedEntitlements = new HashSet<>();
        spec.at("/domain/protectedEntitlements")
                .forEach(each -> protectedEntitlements.add(each.asText()));
        Map<String, List<String>> steps = new HashMap<>();
        Map<String, String> modes = new HashMap<>();
        Map<String, Charter.Grant> grants = new HashMap<>();
        Map<String, Charter.Details> details = new HashMap<>();
        for (JsonNode action : spec.at("/domain/actions")) {
            List<String> names = new ArrayList<>();
            action.path("steps").forEach(step -> names.add(step.asText()));
            steps.put(action.path("name").asText(), names);
            modes.put(action.path("name").asText(), action.path("mode").asText());
            details.put(action.path("name").asText(), details(action));
            if (action.has("grant")) {
                grants.put(action.path("name").asText(), grant(action.path("grant")));
            }
        }
        List<Charter.Required> facts = new ArrayList<>();
        for (JsonNode fact : spec.at("/readiness/facts")) {
            facts.add(required(fact));
        }
        Map<String, CelBound.Action> actions = new HashMap<>();
        modes.forEach((name, mode) ->
                actions.put(
                        name,
                        CelBound.Action.of(
                                mode,
                                steps.getOrDefault(name, List.of()),
                                Optional.ofNullable(grants.get(name)),
                                details.getOrDefault(name, Charter.Details.NONE))));
        List<Charter.Bound> bounds = bounds(spec.path("domain"), actions);
        return new Charter(
                published.name(),
                published.version(),
                published.hash(),
                systems,
                steps,
                facts,
                Set.copyOf(texts(spec.at("/readiness/hold/ask"))),
                duration(spec.at("/readiness/hold"), "for"),
                bounds,
                Set.copyOf(protectedEntitlements),
                Map.copyOf(grants),
                Map.copyOf(details));
    }

    private static Charter.Details details(JsonNode action) {
        Map<String, String> compensation = new HashMap<>();
        action.path("compensation")
                .properties()
                .forEach(each -> {
                    if (!each.getValue().asText().equals("stays")) {
                        compensation.put(each.getKey(), each.getValue().asText());
                    }
                });
        List<Account.Group> groups = new ArrayList<>();
        action.path("groups").forEach(each -> groups.add(group(each)));
        return new Charter.Details(
                Map.copyOf(compensation),
                action.has("group") ? Optional.of(group(action.path("group"))) : Optional.empty(),
                List.copyOf(groups),
                Optional.ofNullable(action.path("manager").textValue()),
                Optional.ofNullable(action.path("owner").textValue()),
                action.has("account")
                        ? Optional.of(
                                new Charter.NewAccount(
                                        action.at("/account/username").asText(),
                                        action.at("/account/enabled").asBoolean(),
                                        action.at("/account/manager").asBoolean()))
                        : Optional.empty());
    }

    private static Account.Group group(JsonNode group) {
        String id = group.path("id").asText();
        String path = group.path("path").asText();
        if (id.isEmpty() || path.isEmpty()) {
            throw new IllegalArgumentException("charter: a group has no id or no path");
        }
        return new Account.Group(id, path);
    }

    private static Charter.Required required(JsonNode fact) {
        JsonNode gap = fact.path("onGap");
        return new Charter.Required(
                fact.path("name").asText(),
                optional(fact, "maxAge"),
                fact.has("minShare")
                        ? OptionalDouble.of(share(fact.path("minShare")))
                        : OptionalDouble.empty(),
                texts(fact.path("agreesWith")),
                new Charter.Gap(
                        texts(gap.path("enrichFrom")),
                        Set.copyOf(texts(gap.path("ask"))),
                        optional(gap, "hold"),
                        gap.path("halt").asBoolean()));
    }

    private static Optional<Duration> optional(JsonNode node, String name) {
        return node.has(name) ? Optional.of(duration(node, name)) : Optional.empty();
    }

    private static double share(JsonNode share) {
        if (!share.isNumber()) {
            throw new IllegalArgumentException("charter: minShare is not a number");
        }
        return share.asDouble();
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asText()));
        return List.copyOf(texts);
    }

    private static Charter.Grant grant(JsonNode grant) {
        Duration lasts = duration(grant, "for");
        if (!lasts.isPositive()) {
            throw new IllegalArgumentException("charter: grant names no time");
        }
        return new Charter.Grant(group(grant.path("group")), lasts);
    }

    private static List<Charter.Bound> bounds(
            JsonNode domain, Map<String, CelBound.Action> actions) {
        List<Charter.Bound> bounds = new ArrayList<>();
        for (String member : List.of("subject", "resource")) {
            if (domain.has(member)) {
                bounds.add(CelBound.of(domain.path(member).asText(), Map.copyOf(actions)));
            }
        }
        return List.copyOf(bounds);
    }

    private static Duration duration(JsonNode node, String name) {
        try {
            return Duration.parse(node.path(name).asText());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "charter: " + name + " is not an ISO 8601 duration", e);
        }
    }
}
