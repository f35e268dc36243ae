package dev.remit.approval.domain;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What approval-routing needs of a charter.
 *
 * @param role the realm role that every approver must hold
 * @param stages in the order they are asked; their names and their rules are all different
 * @param authorizationExpiresAfter how long an authorization may wait unused
 */
public record Charter(String role, List<Stage> stages, Duration authorizationExpiresAfter) {
    /** How a stage is decided. */
    public enum Resolver {
        MANAGER,
        GROUP,
        /** By a rule; where the rule does not apply, by a group if the stage names one. */
        POLICY
    }

    /**
     * One stage of the route.
     *
     * @param group the group's path, for GROUP and for POLICY
     * @param policy the rule that decides, for POLICY
     * @param quorum how many must approve
     */
    public record Stage(
            String name,
            Resolver resolver,
            Optional<String> group,
            Optional<Policy> policy,
            int quorum,
            Duration expiresAfter) {
        /** Whom the stage asks; empty when there is nobody to ask. */
        public Optional<Concern> asks(Ready ready) {
            return switch (resolver) {
                case MANAGER -> ready.manager().map(Concern::account);
                case GROUP, POLICY -> group.map(Concern::group);
            };
        }
    }

    /**
     * A rule that approves in a person's place.
     *
     * @param verdicts the readiness verdicts on which it approves: READY, ENRICHED
     */
    public record Policy(String name, String version, Set<String> verdicts) {
        /** Starts the id of every rule, and of no person. */
        public static final String PREFIX = "policy:";

        /** The rule's id as a decider, for example {@code policy:low-risk-leaver@1}. */
        public String id() {
            return PREFIX + name + "@" + version;
        }

        public boolean approves(String verdict) {
            return verdicts.contains(verdict);
        }
    }

    /** A charter as it was looked up. */
    public sealed interface Lookup {
        /** It was published and reads. */
        record Found(Charter charter) implements Lookup {}

        /** It cannot be gone by. */
        record Missing(String why) implements Lookup {}
    }
}
