package dev.remit.readiness.domain;

import dev.remit.handoff.directory.Account;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What data-readiness needs of a charter.
 *
 * @param systems the systems it may touch
 * @param steps each action with the steps of its plan
 * @param facts what must hold, in the charter's order
 * @param hold how long a change waits for a correction
 * @param bounds what holds of every subject and resource inside
 * @param protectedEntitlements paths of groups whose last holder may never lose them
 * @param grants what actions give for a time, by action
 * @param details what else actions say of their steps, by action
 */
public record Charter(
        String name,
        String version,
        String hash,
        Set<String> systems,
        Map<String, List<String>> steps,
        List<Required> facts,
        Duration hold,
        List<Bound> bounds,
        Set<String> protectedEntitlements,
        Map<String, Grant> grants,
        Map<String, Details> details) {

    /** A charter whose actions say nothing else of their steps. */
    public Charter(
            String name,
            String version,
            String hash,
            Set<String> systems,
            Map<String, List<String>> steps,
            List<Required> facts,
            Duration hold,
            List<Bound> bounds,
            Set<String> protectedEntitlements,
            Map<String, Grant> grants) {
        this(
                name,
                version,
                hash,
                systems,
                steps,
                facts,
                hold,
                bounds,
                protectedEntitlements,
                grants,
                Map.of());
    }

    /** A charter without bounds and without protected entitlements. */
    public Charter(
            String name,
            String version,
            String hash,
            Set<String> systems,
            Map<String, List<String>> steps,
            List<Required> facts,
            Duration hold) {
        this(name, version, hash, systems, steps, facts, hold, List.of(), Set.of());
    }

    /** A charter that grants nothing. */
    public Charter(
            String name,
            String version,
            String hash,
            Set<String> systems,
            Map<String, List<String>> steps,
            List<Required> facts,
            Duration hold,
            List<Bound> bounds,
            Set<String> protectedEntitlements) {
        this(
                name,
                version,
                hash,
                systems,
                steps,
                facts,
                hold,
                bounds,
                protectedEntitlements,
                Map.of());
    }

    /**
     * A membership for a time.
     *
     * @param lasts from the authorization on
     */
    public record Grant(Account.Group group, Duration lasts) {}

    /**
     * What an action says of its steps.
     *
     * @param compensation the step that takes a step back, by step; without those that stay
     * @param group what leave-group takes
     * @param groups what join-groups gives
     * @param manager HR worker id that set-manager sets
     */
    public record Details(
            Map<String, String> compensation,
            Optional<Account.Group> group,
            List<Account.Group> groups,
            Optional<String> manager) {
        /** Nothing. */
        public static final Details NONE =
                new Details(Map.of(), Optional.empty(), List.of(), Optional.empty());
    }

    /** What an action says of its steps. */
    Details details(String action) {
        return details.getOrDefault(action, Details.NONE);
    }

    /** A condition of the charter's domain. */
    public interface Bound {
        /** The condition as it was written. */
        String text();

        /** Whether the change to this account is inside. */
        Side of(Request request, Account account);
    }

    /** On which side of a bound a change is. */
    public enum Side {
        INSIDE,
        OUTSIDE,
        UNKNOWN
    }

    /**
     * A fact that must hold.
     *
     * @param maxAge how old what was read may be
     */
    public record Required(String name, Optional<Duration> maxAge) {}
}
