package dev.remit.approval.adapter.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.domain.Effect;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads from a plan what it does to what its account holds. Closed: an attribute that is not known
 * here may give or take anything.
 */
public final class JsonPlan {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The step by which what is given for a time is taken away. */
    private static final String AT_EXPIRY = "leave-group-at-expiry";

    /** The step by which an account comes to be. */
    private static final String CREATE = "create-account";

    /** What a step may change without giving or taking an entitlement. */
    private static final Set<String> HARMLESS =
            Set.of(
                    "enabled",
                    "account",
                    "sessions",
                    "username",
                    "workerId",
                    "manager",
                    "owner",
                    "secret",
                    "secretSetAfter",
                    "expires",
                    "expiresAt");

    /**
     * Steps that another step takes back: enable, sign in again, join. A step that is not known
     * here is taken for one that nothing takes back.
     */
    private static final Set<String> REVERSIBLE =
            Set.of(
                    CREATE,
                    "disable-account",
                    "enable-account",
                    "end-sessions",
                    "leave-groups",
                    "leave-group",
                    "join-groups",
                    "join-group",
                    "set-manager",
                    "set-owner",
                    AT_EXPIRY);

    private static final Effect UNCLEAR =
            new Effect(Set.of(), Set.of(), Set.of(), Set.of(), false, true, false, false);

    private JsonPlan() {}

    /** What the plan with these bytes does. */
    public static Effect effect(byte[] plan) {
        Set<String> groupsAdded = new TreeSet<>();
        Set<String> groupsRemoved = new TreeSet<>();
        Set<String> rolesAdded = new TreeSet<>();
        Set<String> rolesRemoved = new TreeSet<>();
        boolean reversible = true;
        boolean whole = false;
        boolean makes = false;
        boolean timed = false;
        Optional<Instant> notBefore;
        try {
            JsonNode root = JSON.readTree(plan);
            notBefore =
                    root.has("notBefore")
                            ? Optional.of(Instant.parse(root.path("notBefore").asText()))
                            : Optional.empty();
            for (JsonNode step : root.path("steps")) {
                reversible &= REVERSIBLE.contains(step.path("name").asText());
                timed |= step.path("name").asText().equals(AT_EXPIRY);
                Set<String> names = new HashSet<>();
                step.path("before").fieldNames().forEachRemaining(names::add);
                step.path("after").fieldNames().forEachRemaining(names::add);
                boolean create = step.path("name").asText().equals(CREATE);
                makes |= create;
                whole |= !create && (names.contains("enabled") || names.contains("account"));
                for (String name : names) {
                    switch (name) {
                        case "groups" ->
                                differ(step, name, paths(step), groupsAdded, groupsRemoved);
                        case "roles" -> differ(step, name, Set.of(), rolesAdded, rolesRemoved);
                        default -> {
                            if (!HARMLESS.contains(name)) {
                                return UNCLEAR;
                            }
                        }
                    }
                }
            }
        } catch (IOException | DateTimeException e) {
            return UNCLEAR;
        }
        return new Effect(
                Set.copyOf(groupsAdded),
                Set.copyOf(groupsRemoved),
                Set.copyOf(rolesAdded),
                Set.copyOf(rolesRemoved),
                reversible,
                whole,
                makes,
                timed,
                notBefore,
                true);
    }

    /** The groups that a step names by themselves: a path can hold a comma. */
    private static Set<String> paths(JsonNode step) {
        Set<String> paths = new TreeSet<>();
        step.path("groups").forEach(each -> paths.add(each.path("path").asText()));
        if (step.has("group")) {
            paths.add(step.path("group").path("path").asText());
        }
        return paths;
    }

    private static void differ(
            JsonNode step, String name, Set<String> named, Set<String> added, Set<String> removed) {
        Set<String> before = names(step.path("before").path(name), named);
        Set<String> after = names(step.path("after").path(name), named);
        after.stream().filter(each -> !before.contains(each)).forEach(added::add);
        before.stream().filter(each -> !after.contains(each)).forEach(removed::add);
    }

    /**
     * A list of names, or names separated by commas: those that are named, if it is all of them.
     */
    private static Set<String> names(JsonNode value, Set<String> named) {
        Set<String> names = new TreeSet<>();
        if (value.isArray()) {
            value.forEach(each -> names.add(each.asText()));
        } else if (!named.isEmpty() && value.asText("").equals(String.join(",", named))) {
            names.addAll(named);
        } else {
            for (String each : value.asText("").split(",", -1)) {
                if (!each.isBlank()) {
                    names.add(each.strip());
                }
            }
        }
        return names;
    }
}
