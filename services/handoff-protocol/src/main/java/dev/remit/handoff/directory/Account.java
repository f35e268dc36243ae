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
 * @param roles what it holds besides, however it came to it
 * @param label a name to show; never identifies
 * @param direct of the roles those that were given to it itself; empty where its system does not
 *     say
 * @param owner who answers for it, as its system says: an HR worker id or an account id
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
        Instant observedAt,
        Optional<List<String>> direct,
        Optional<String> owner) {
    /** Nobody is said to answer for it. */
    public Account(
            String system,
            String id,
            boolean enabled,
            Optional<String> workerId,
            Optional<String> managerWorkerId,
            List<Group> groups,
            List<String> roles,
            String label,
            Instant observedAt) {
        this(
                system,
                id,
                enabled,
                workerId,
                managerWorkerId,
                groups,
                roles,
                label,
                observedAt,
                Optional.empty(),
                Optional.empty());
    }

    /** A group: immutable id and path. */
    public record Group(String id, String path) {}

    public boolean isIn(String groupPath) {
        return groups.stream().anyMatch(group -> group.path().equals(groupPath));
    }
}
