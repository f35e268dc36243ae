package dev.remit.handoff.directory;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An account as it was last observed.
 *
 * @param workerId the HR worker id it is correlated with
 * @param managerWorkerId the manager's HR worker id
 * @param groups direct memberships
 * @param label a name to show; never identifies
 */
public record Account(
        String system,
        String id,
        boolean enabled,
        Optional<String> workerId,
        Optional<String> managerWorkerId,
        List<Group> groups,
        List<String> roles,
        String label,
        Instant observedAt) {

    /** A group: immutable id and path. */
    public record Group(String id, String path) {}

    public boolean isIn(String groupPath) {
        return groups.stream().anyMatch(group -> group.path().equals(groupPath));
    }
}
