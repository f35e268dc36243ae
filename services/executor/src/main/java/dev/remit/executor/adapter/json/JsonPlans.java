package dev.remit.executor.adapter.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.executor.application.Plans;
import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Plans as JSON. Closed: a member, a step or an aim that is not known makes the whole plan
 * unreadable, since it was approved and could not be honoured.
 */
@Singleton
public class JsonPlans implements Plans {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> MEMBERS =
            Set.of("account", "action", "change", "charter", "notBefore", "target", "steps");
    private static final Set<String> STEP_MEMBERS =
            Set.of("name", "before", "after", "compensation");

    /** Something in it is not known. */
    private static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @Override
    public Optional<Plan> read(byte[] bytes) {
        try {
            JsonNode root = JSON.readTree(bytes);
            only(root, MEMBERS);
            List<Step> steps = new ArrayList<>();
            Map<Step, Step> compensations = new HashMap<>();
            List<Plan.End> ends = new ArrayList<>();
            for (JsonNode step : root.path("steps")) {
                if (text(step, "name").equals("leave-group-at-expiry")) {
                    ends.add(end(step));
                } else {
                    check(ends.isEmpty());
                    Step read = step(step);
                    // a plan says what becomes of the account: each step once
                    check(steps.stream().noneMatch(each -> each.name().equals(read.name())));
                    steps.add(read);
                    if (step.has("compensation")) {
                        check(!step.path("compensation").has("compensation"));
                        compensations.put(read, opposite(read, step(step.path("compensation"))));
                    }
                }
            }
            check(!steps.isEmpty());
            creation(steps, ends, text(root, "account"));
            // what is given is taken away: the same group, once
            check(
                    steps.stream()
                            .filter(Step.JoinGroup.class::isInstance)
                            .map(each -> ((Step.JoinGroup) each).group())
                            .toList()
                            .equals(ends.stream().map(each -> each.step().group()).toList()));
            check(ends.size() <= 1);
            return Optional.of(
                    new Plan(
                            UUID.fromString(text(root, "change")),
                            text(root, "account"),
                            text(root, "target"),
                            steps,
                            ends.stream().findFirst(),
                            Map.copyOf(compensations),
                            root.has("notBefore")
                                    ? Optional.of(Instant.parse(text(root, "notBefore")))
                                    : Optional.empty()));
        } catch (IOException | IllegalArgumentException | DateTimeException | Unreadable e) {
            return Optional.empty();
        }
    }

    /**
     * An account is made first, and is named after its worker until then; nothing is done to it
     * that is done to one that was there before.
     */
    private static void creation(List<Step> steps, List<Plan.End> ends, String account)
            throws Unreadable {
        if (steps.stream().anyMatch(Step.CreateAccount.class::isInstance)) {
            check(
                    steps.getFirst() instanceof Step.CreateAccount create
                            && account.equals(Step.CreateAccount.YET_TO_BE + create.worker()));
            check(steps.stream().skip(1).allMatch(Step.JoinGroups.class::isInstance));
            check(ends.isEmpty());
        }
    }

    /** A step is taken back by its opposite, to what the account was, and by nothing else. */
    private static Step opposite(Step step, Step compensation) throws Unreadable {
        check(
                switch (step) {
                    case Step.DisableAccount disable ->
                            disable.enabledBefore() && compensation instanceof Step.EnableAccount;
                    case Step.LeaveGroups leave ->
                            compensation instanceof Step.JoinGroups join
                                    && join.groups().equals(leave.groups());
                    case Step.LeaveOne leave ->
                            compensation instanceof Step.JoinGroups join
                                    && join.groups().equals(List.of(leave.group()));
                    case Step.SetManager set ->
                            compensation.equals(new Step.SetManager(set.after(), set.before()));
                    case Step.SetOwner set ->
                            compensation.equals(new Step.SetOwner(set.after(), set.before()));
                    case Step.CreateAccount _ -> compensation instanceof Step.DeleteAccount;
                    case Step.EnableAccount _ -> compensation.equals(new Step.DisableAccount(true));
                    case Step.EndSessions _,
                            Step.JoinGroup _,
                            Step.JoinGroups _,
                            Step.LeaveGroup _,
                            Step.RotateSecret _,
                            Step.DeleteAccount _ ->
                            false;
                });
        return compensation;
    }

    private static Step step(JsonNode step) throws Unreadable {
        return switch (text(step, "name")) {
            case "create-account" -> {
                only(step, STEP_MEMBERS);
                check(before(step, "account").equals("gone"));
                yield made(step.path("after"));
            }
            case "disable-account" -> {
                only(step, STEP_MEMBERS);
                aims(step, Map.of("enabled", "false"));
                String before = before(step, "enabled");
                check(before.equals("true") || before.equals("false"));
                yield new Step.DisableAccount(before.equals("true"));
            }
            case "end-sessions" -> {
                only(step, STEP_MEMBERS);
                aims(step, Map.of("sessions", "0"));
                check(step.path("before").isObject() && step.path("before").isEmpty());
                yield new Step.EndSessions();
            }
            case "enable-account" -> {
                only(step, STEP_MEMBERS);
                aims(step, Map.of("enabled", "true"));
                check(before(step, "enabled").equals("false"));
                yield new Step.EnableAccount();
            }
            case "set-manager" ->
                    new Step.SetManager(before(step, "manager"), set(step, "manager"));
            case "set-owner" -> new Step.SetOwner(before(step, "owner"), set(step, "owner"));
            case "rotate-secret" -> {
                only(step, STEP_MEMBERS);
                check(step.path("before").isObject() && step.path("before").isEmpty());
                only(step.path("after"), Set.of("secretSetAfter"));
                yield new Step.RotateSecret(
                        Instant.parse(text(step.path("after"), "secretSetAfter")));
            }
            case "delete-account" -> {
                only(step, STEP_MEMBERS);
                aims(step, Map.of("account", "gone"));
                check(before(step, "account").equals("there"));
                yield new Step.DeleteAccount();
            }
            case "leave-group" -> {
                Set<String> members = new HashSet<>(STEP_MEMBERS);
                members.add("group");
                only(step, members);
                Group group = group(step.path("group"));
                aims(step, Map.of("groups", ""));
                check(before(step, "groups").equals(group.path()));
                yield new Step.LeaveOne(group);
            }
            case "join-groups" -> {
                List<Group> groups = groups(step);
                check(!groups.isEmpty());
                check(before(step, "groups").isEmpty());
                aims(step, Map.of("groups", paths(groups)));
                yield new Step.JoinGroups(groups);
            }
            case "join-group" -> {
                Group group = granted(step);
                aims(step, Map.of("groups", group.path()));
                yield new Step.JoinGroup(group);
            }
            case "leave-groups" -> {
                aims(step, Map.of("groups", ""));
                List<Group> groups = groups(step);
                // what the approvers read and what is done must be the same
                check(before(step, "groups").equals(paths(groups)));
                yield new Step.LeaveGroups(groups);
            }
            default -> throw new Unreadable();
        };
    }

    /** What a step sets the one attribute to that it is about; empty for nobody. */
    private static String set(JsonNode step, String attribute) throws Unreadable {
        only(step, STEP_MEMBERS);
        only(step.path("after"), Set.of(attribute));
        JsonNode value = step.path("after").path(attribute);
        check(value.isTextual());
        return value.asText();
    }

    private static Step made(JsonNode after) throws Unreadable {
        only(after, Set.of("account", "enabled", "manager", "username", "workerId"));
        check(text(after, "account").equals("there"));
        String enabled = text(after, "enabled");
        check(enabled.equals("true") || enabled.equals("false"));
        check(after.path("manager").isTextual());
        return new Step.CreateAccount(
                text(after, "username"),
                text(after, "workerId"),
                enabled.equals("true"),
                after.path("manager").asText());
    }

    private static List<Group> groups(JsonNode step) throws Unreadable {
        Set<String> members = new HashSet<>(STEP_MEMBERS);
        members.add("groups");
        only(step, members);
        check(step.path("groups").isArray());
        List<Group> groups = new ArrayList<>();
        for (JsonNode group : step.path("groups")) {
            groups.add(group(group));
        }
        return List.copyOf(groups);
    }

    private static Group group(JsonNode group) throws Unreadable {
        only(group, Set.of("id", "path"));
        return new Group(text(group, "id"), text(group, "path"));
    }

    private static String paths(List<Group> groups) {
        return groups.stream().map(Group::path).sorted().collect(Collectors.joining(","));
    }

    private static Plan.End end(JsonNode step) throws Unreadable {
        Group group = granted(step);
        only(step.path("after"), Set.of("expires"));
        Duration after = Duration.parse(text(step.path("after"), "expires"));
        check(after.isPositive());
        return new Plan.End(new Step.LeaveGroup(group), after);
    }

    private static Group granted(JsonNode step) throws Unreadable {
        Set<String> members = new HashSet<>(STEP_MEMBERS);
        members.add("group");
        only(step, members);
        check(step.path("before").isObject() && step.path("before").isEmpty());
        check(!step.has("compensation"));
        return group(step.path("group"));
    }

    /** What the account was, in the one attribute that the step is about. */
    private static String before(JsonNode step, String attribute) throws Unreadable {
        only(step.path("before"), Set.of(attribute));
        JsonNode value = step.path("before").path(attribute);
        check(value.isTextual());
        return value.asText();
    }

    /** What the account is to be must be what the step does here. */
    private static void aims(JsonNode step, Map<String, String> aims) throws Unreadable {
        JsonNode after = step.path("after");
        only(after, aims.keySet());
        for (var aim : aims.entrySet()) {
            JsonNode value = after.path(aim.getKey());
            check(value.isTextual() && value.asText().equals(aim.getValue()));
        }
    }

    private static void only(JsonNode object, Set<String> members) throws Unreadable {
        check(object.isObject());
        for (var member : object.properties()) {
            check(members.contains(member.getKey()));
        }
    }

    private static String text(JsonNode object, String member) throws Unreadable {
        JsonNode value = object.path(member);
        check(value.isTextual() && !value.asText().isEmpty());
        return value.asText();
    }

    private static void check(boolean known) throws Unreadable {
        if (!known) {
            throw new Unreadable();
        }
    }
}
