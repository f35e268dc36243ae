package dev.remit.connector.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An account as its system reports it; two are equal when nothing worth observing changed.
 *
 * @param workerId the HR worker id it carries, null for none
 * @param managerWorkerId the manager's HR worker id, null for none
 * @param groups direct memberships, sorted by path
 * @param roles what it holds besides, sorted: roles given to it, to a group that it is in, or by
 *     another role, and groups that it is in by another group only
 * @param label a name to show; never identifies
 * @param direct of the roles those that were given to the account itself, sorted; null where the
 *     system does not say
 * @param owner who answers for it, an HR worker id or a person's account id; null where the system
 *     does not say
 */
public record Account(
        String id,
        boolean enabled,
        @Nullable String workerId,
        @Nullable String managerWorkerId,
        List<Group> groups,
        List<String> roles,
        String label,
        @Nullable List<String> direct,
        @Nullable String owner) {
    /** Nobody is said to answer for it. */
    public Account(
            String id,
            boolean enabled,
            @Nullable String workerId,
            @Nullable String managerWorkerId,
            List<Group> groups,
            List<String> roles,
            String label) {
        this(id, enabled, workerId, managerWorkerId, groups, roles, label, null, null);
    }

    /** A group: immutable id and path. */
    public record Group(String id, String path) {}
}
