package dev.remit.connector.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An account as its system reports it; two are equal when nothing worth observing changed.
 *
 * @param workerId the HR worker id it carries, null for none
 * @param managerWorkerId the manager's HR worker id, null for none
 * @param groups direct memberships, sorted by path
 * @param roles known realm roles, sorted
 * @param label a name to show; never identifies
 */
public record Account(
        String id,
        boolean enabled,
        @Nullable String workerId,
        @Nullable String managerWorkerId,
        List<Group> groups,
        List<String> roles,
        String label) {

    /** A group: immutable id and path. */
    public record Group(String id, String path) {}
}
