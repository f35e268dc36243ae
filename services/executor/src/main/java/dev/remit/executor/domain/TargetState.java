package dev.remit.executor.domain;

import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An account as the target says it is now.
 *
 * @param sessions how many sessions are open
 * @param groups direct memberships
 */
public record TargetState(boolean enabled, int sessions, List<Group> groups) {
    /** Whether the target already is as the step wants it. */
    public boolean satisfies(Step step) {
        return switch (step) {
            case Step.DisableAccount disable -> !enabled;
            case Step.EndSessions end -> sessions == 0;
            case Step.LeaveGroups leave -> remaining(leave).isEmpty();
        };
    }

    /** The groups of the step that the account is still in, by immutable id. */
    public List<Group> remaining(Step.LeaveGroups leave) {
        List<String> present = groups.stream().map(Group::id).toList();
        return leave.groups().stream().filter(group -> present.contains(group.id())).toList();
    }

    /** What a step looks at, as evidence. */
    public Map<String, String> facts(Step step) {
        return switch (step) {
            case Step.DisableAccount disable -> Map.of("enabled", String.valueOf(enabled));
            case Step.EndSessions end -> Map.of("sessions", String.valueOf(sessions));
            case Step.LeaveGroups leave ->
                    Map.of(
                            "groups",
                            groups.stream()
                                    .sorted(Comparator.comparing(Group::path))
                                    .map(Group::path)
                                    .collect(Collectors.joining(",")));
        };
    }
}
