package dev.remit.approval.domain;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What approval-routing needs of a charter.
 *
 * @param role the realm role that every approver must hold
 * @param stages in the order they are asked
 * @param authorizationExpiresAfter how long an authorization may wait unused
 */
public record Charter(String role, List<Stage> stages, Duration authorizationExpiresAfter) {
    /** How the people of a stage are found. */
    public enum Resolver {
        MANAGER,
        GROUP
    }

    /**
     * One stage of the route.
     *
     * @param group the group's path, for GROUP
     * @param quorum how many must approve
     */
    public record Stage(
            String name,
            Resolver resolver,
            Optional<String> group,
            int quorum,
            Duration expiresAfter) {}
}
