package dev.remit.executor.domain;

import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * An account as the target says it is now.
 *
 * @param sessions how many sessions are open; 0 in a system that has none
 * @param groups direct memberships
 * @param manager as the target keeps it; empty for nobody, or where the target does not say
 * @param there whether there is such an account
 * @param secretSince when its secret was set; empty where it has none, or the target does not say
 * @param identity whose it is; {@link Identity#UNSAID} where nobody asked
 * @param owner who answers for it, as the target keeps it; empty for nobody, or where the target
 *     does not say
 */
public record TargetState(
        boolean enabled,
        int sessions,
        List<Group> groups,
        String manager,
        boolean there,
        Optional<Instant> secretSince,
        Identity identity,
        String owner) {
    /**
     * Whose an account is.
     *
     * @param id immutable, in the target; empty if there is not exactly one account
     * @param username of several accounts, all, separated by commas
     * @param worker HR worker id; empty for none, of several accounts as above
     */
    public record Identity(String id, String username, String worker) {
        /** Not asked for. */
        public static final Identity UNSAID = new Identity("", "", "");
    }

    /** Nobody answers for it. */
    public TargetState(
            boolean enabled,
            int sessions,
            List<Group> groups,
            String manager,
            boolean there,
            Optional<Instant> secretSince,
            Identity identity) {
        this(enabled, sessions, groups, manager, there, secretSince, identity, "");
    }

    /** Nobody asked whose it is. */
    public TargetState(
            boolean enabled,
            int sessions,
            List<Group> groups,
            String manager,
            boolean there,
            Optional<Instant> secretSince) {
        this(enabled, sessions, groups, manager, there, secretSince, Identity.UNSAID);
    }

    /** The same account, with whose it is. */
    public TargetState of(Identity whose) {
        return new TargetState(
                enabled, sessions, groups, manager, there, secretSince, whose, owner);
    }

    /** No such account: it holds nothing. */
    public static final TargetState GONE =
            new TargetState(false, 0, List.of(), "", false, Optional.empty());

    /** One without a manager. */
    public TargetState(boolean enabled, int sessions, List<Group> groups) {
        this(enabled, sessions, groups, "", true, Optional.empty());
    }

    /** The same, with when its secret was set. */
    public TargetState withSecret(Optional<Instant> since) {
        return new TargetState(enabled, sessions, groups, manager, there, since, identity, owner);
    }

    /** The same, with who answers for it. */
    public TargetState ownedBy(String who) {
        return new TargetState(
                enabled, sessions, groups, manager, there, secretSince, identity, who);
    }

    /** Where the account stands on the way of a step. */
    public enum Standing {
        /** As it was when the plan was made. */
        BEFORE,
        /** Where an unfinished execution of the step leaves it. */
        BETWEEN,
        /** As the step wants it. */
        AFTER,
        /** Nowhere on the way: somebody else changed it since the plan was made. */
        ELSEWHERE
    }

    /** Where the account stands; groups are compared by immutable id. */
    public Standing standing(Step step) {
        return switch (step) {
            // made in one call: there is no half of it, and what is otherwise is somebody else's
            case Step.CreateAccount create ->
                    !there
                            ? Standing.BEFORE
                            : isAsMade(create) ? Standing.AFTER : Standing.ELSEWHERE;
            case Step.DisableAccount disable ->
                    !enabled
                            ? Standing.AFTER
                            : disable.enabledBefore() ? Standing.BEFORE : Standing.ELSEWHERE;
            case Step.EnableAccount _ -> enabled ? Standing.AFTER : Standing.BEFORE;
            case Step.EndSessions end -> sessions == 0 ? Standing.AFTER : Standing.BEFORE;
            case Step.JoinGroup join -> isIn(join.group()) ? Standing.AFTER : Standing.BEFORE;
            case Step.JoinGroups join -> {
                long missing = join.groups().stream().filter(each -> !isIn(each)).count();
                yield missing == 0
                        ? Standing.AFTER
                        : missing == join.groups().size() ? Standing.BEFORE : Standing.BETWEEN;
            }
            case Step.LeaveGroup leave -> isIn(leave.group()) ? Standing.BEFORE : Standing.AFTER;
            case Step.LeaveOne leave -> isIn(leave.group()) ? Standing.BEFORE : Standing.AFTER;
            case Step.SetManager set -> standing(manager, set.before(), set.after());
            case Step.SetOwner set -> standing(owner, set.before(), set.after());
            case Step.RotateSecret rotate ->
                    secretSince.filter(rotate.after()::isBefore).isPresent()
                            ? Standing.AFTER
                            : Standing.BEFORE;
            case Step.DeleteAccount _ -> there ? Standing.BEFORE : Standing.AFTER;
            case Step.LeaveGroups leave -> {
                Set<String> present = ids(groups);
                Set<String> planned = ids(leave.groups());
                yield present.isEmpty()
                        ? Standing.AFTER
                        : present.equals(planned)
                                ? Standing.BEFORE
                                : planned.containsAll(present)
                                        ? Standing.BETWEEN
                                        : Standing.ELSEWHERE;
            }
        };
    }

    /**
     * Whether something that the step does is to be seen as done, whoever did it, and whatever else
     * was done since.
     */
    boolean isBegun(Step step) {
        return switch (standing(step)) {
            case AFTER, BETWEEN -> true;
            case BEFORE -> false;
            case ELSEWHERE ->
                    step instanceof Step.LeaveGroups leave
                            && !ids(groups).containsAll(ids(leave.groups()));
        };
    }

    private static Standing standing(String now, String before, String after) {
        return now.equals(after)
                ? Standing.AFTER
                : now.equals(before) ? Standing.BEFORE : Standing.ELSEWHERE;
    }

    /** The calls that bring the account to where the step wants it; none if it is there. */
    public List<Call> calls(Step step) {
        if (standing(step) == Standing.AFTER) {
            return List.of();
        }
        return switch (step) {
            case Step.CreateAccount create -> List.of(new Call.Create(create));
            case Step.DisableAccount disable -> List.of(new Call.Disable());
            case Step.EnableAccount _ -> List.of(new Call.Enable());
            case Step.EndSessions end -> List.of(new Call.EndSessions());
            case Step.JoinGroup join -> List.of(new Call.Join(join.group()));
            case Step.JoinGroups join ->
                    join.groups().stream()
                            .filter(group -> !isIn(group))
                            .<Call>map(Call.Join::new)
                            .toList();
            case Step.LeaveGroup leave -> List.of(new Call.Leave(leave.group()));
            case Step.LeaveOne leave -> List.of(new Call.Leave(leave.group()));
            case Step.SetManager set -> List.of(new Call.SetManager(set.after()));
            case Step.SetOwner set -> List.of(new Call.SetOwner(set.after()));
            case Step.RotateSecret rotate -> List.of(new Call.ByHand(rotate.name()));
            case Step.DeleteAccount _ -> List.of(new Call.Delete());
            case Step.LeaveGroups leave -> {
                Set<String> present = ids(groups);
                yield leave.groups().stream()
                        .filter(group -> present.contains(group.id()))
                        .<Call>map(Call.Leave::new)
                        .toList();
            }
        };
    }

    /** What a step looks at, as evidence. */
    public Map<String, String> facts(Step step) {
        return switch (step) {
            case Step.CreateAccount _ -> made();
            case Step.DisableAccount disable -> Map.of("enabled", String.valueOf(enabled));
            case Step.EnableAccount _ -> Map.of("enabled", String.valueOf(enabled));
            case Step.EndSessions end -> Map.of("sessions", String.valueOf(sessions));
            case Step.JoinGroup join -> Map.of("groups", held(join.group()));
            case Step.JoinGroups join ->
                    Map.of(
                            "groups",
                            paths(groups.stream().filter(isOneOf(join.groups())).toList()));
            case Step.LeaveGroup leave -> Map.of("groups", held(leave.group()));
            case Step.LeaveOne leave -> Map.of("groups", held(leave.group()));
            case Step.LeaveGroups leave -> Map.of("groups", paths(groups));
            case Step.SetManager _ -> Map.of("manager", manager);
            case Step.SetOwner _ -> Map.of("owner", owner);
            case Step.RotateSecret _ ->
                    Map.of("secretSince", secretSince.map(Instant::toString).orElse(""));
            case Step.DeleteAccount _ -> Map.of("account", there ? "there" : "gone");
        };
    }

    /** What a step expects and what is found instead, in words. */
    String difference(Step step) {
        return switch (step) {
            case Step.CreateAccount create ->
                    difference(
                            "account", "gone, or as planned: " + words(create), made().toString());
            case Step.DisableAccount disable ->
                    difference(
                            "enabled",
                            String.valueOf(disable.enabledBefore()),
                            String.valueOf(enabled));
            case Step.EnableAccount _ -> difference("enabled", "false", String.valueOf(enabled));
            case Step.EndSessions end -> difference("sessions", "any", String.valueOf(sessions));
            case Step.JoinGroup _, Step.JoinGroups _, Step.LeaveGroup _, Step.LeaveOne _ ->
                    difference("groups", "any", paths(groups));
            case Step.SetManager set -> difference("manager", set.before(), manager);
            case Step.SetOwner set -> difference("owner", set.before(), owner);
            case Step.RotateSecret _ ->
                    difference("secretSince", "any", secretSince.map(Instant::toString).orElse(""));
            case Step.DeleteAccount _ -> difference("account", "there", there ? "there" : "gone");
            case Step.LeaveGroups leave ->
                    difference("groups", paths(leave.groups()), paths(groups));
        };
    }

    private boolean isAsMade(Step.CreateAccount create) {
        return identity.username().equalsIgnoreCase(create.username())
                && identity.worker().equals(create.worker())
                && enabled == create.enabled()
                && manager.equals(create.manager());
    }

    /** What is looked at of an account that is to be made, in a fixed order. */
    private Map<String, String> made() {
        Map<String, String> made = new TreeMap<>(Map.of("account", there ? "there" : "gone"));
        if (there) {
            made.put("enabled", String.valueOf(enabled));
            made.put("id", identity.id());
            made.put("manager", manager);
            made.put("username", identity.username());
            made.put("workerId", identity.worker());
        }
        return Collections.unmodifiableMap(made);
    }

    private static String words(Step.CreateAccount create) {
        return "username "
                + create.username()
                + ", worker id "
                + create.worker()
                + (create.enabled() ? ", enabled" : ", disabled")
                + (create.manager().isEmpty() ? "" : ", manager " + create.manager());
    }

    private static String difference(String attribute, String expected, String found) {
        return attribute + " expected '" + expected + "', found '" + found + "'";
    }

    private static Predicate<Group> isOneOf(List<Group> all) {
        return group -> all.stream().anyMatch(each -> each.id().equals(group.id()));
    }

    private boolean isIn(Group group) {
        return groups.stream().anyMatch(each -> each.id().equals(group.id()));
    }

    /** Of this group alone: its path as the target has it; empty for no member. */
    private String held(Group group) {
        return groups.stream()
                .filter(each -> each.id().equals(group.id()))
                .map(Group::path)
                .findFirst()
                .orElse("");
    }

    private static Set<String> ids(Collection<Group> groups) {
        return groups.stream().map(Group::id).collect(Collectors.toSet());
    }

    private static String paths(List<Group> groups) {
        return groups.stream()
                .sorted(Comparator.comparing(Group::path))
                .map(Group::path)
                .collect(Collectors.joining(","));
    }
}
