package dev.remit.readiness.domain;

import dev.remit.handoff.directory.Account;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What data-readiness needs of a charter.
 *
 * @param systems the systems it may touch
 * @param steps each action with the steps of its plan
 * @param facts what must hold, in the charter's order
 * @param ask roles that may supply missing data, where a fact does not say
 * @param hold how long a change waits for a correction, where a fact does not say
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
        Set<String> ask,
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
                OPERATORS,
                hold,
                bounds,
                protectedEntitlements,
                grants,
                Map.of());
    }

    /** Who supplies data here where a charter is not asked. */
    private static final Set<String> OPERATORS = Set.of("operator", "admin");

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
                OPERATORS,
                hold,
                bounds,
                protectedEntitlements,
                Map.of(),
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
     * @param owner HR worker id, or account id, that set-owner sets
     * @param account what create-account makes
     */
    public record Details(
            Map<String, String> compensation,
            Optional<Account.Group> group,
            List<Account.Group> groups,
            Optional<String> manager,
            Optional<String> owner,
            Optional<NewAccount> account) {
        /** One that sets no owner. */
        public Details(
                Map<String, String> compensation,
                Optional<Account.Group> group,
                List<Account.Group> groups,
                Optional<String> manager,
                Optional<NewAccount> account) {
            this(compensation, group, groups, manager, Optional.empty(), account);
        }

        /** One that makes no account. */
        public Details(
                Map<String, String> compensation,
                Optional<Account.Group> group,
                List<Account.Group> groups,
                Optional<String> manager) {
            this(compensation, group, groups, manager, Optional.empty(), Optional.empty());
        }

        /** Nothing. */
        public static final Details NONE =
                new Details(Map.of(), Optional.empty(), List.of(), Optional.empty());
    }

    /**
     * An account that is to be made.
     *
     * @param pattern its name, with {@value #WORKER} for the worker id: so no two workers have one
     * @param manager whether it carries the manager's worker id
     */
    public record NewAccount(String pattern, boolean enabled, boolean manager) {
        private static final String WORKER = "{worker}";

        /**
         * Reads it.
         *
         * @throws IllegalArgumentException if the name does not hold the worker id once
         */
        public NewAccount {
            if (!pattern.matches("[a-z0-9._-]*\\{worker}[a-z0-9._@-]*")) {
                throw new IllegalArgumentException(
                        "charter: account.username does not hold " + WORKER + " once");
            }
        }

        /** Its name, lower case as the targets keep it. */
        public String username(String workerId) {
            return pattern.replace(WORKER, workerId).toLowerCase(Locale.ROOT);
        }
    }

    /** What an action makes; empty if the account must be there already. */
    public Optional<NewAccount> makes(String action) {
        return steps.getOrDefault(action, List.of()).contains(Plan.CREATE)
                ? details(action).account()
                : Optional.empty();
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
     * @param maxAge threshold: how old what was read may be
     * @param minShare threshold: the share of the target's enabled accounts that must have it
     * @param agreesWith threshold: systems that must say the same
     */
    public record Required(
            String name,
            Optional<Duration> maxAge,
            OptionalDouble minShare,
            List<String> agreesWith,
            Gap gap) {
        /** A fact without thresholds of its own, whose gap is nothing special. */
        public Required(String name, Optional<Duration> maxAge) {
            this(name, maxAge, OptionalDouble.empty(), List.of(), Gap.PLAIN);
        }
    }

    /**
     * What happens when a fact does not hold.
     *
     * @param enrichFrom systems that may say it instead, in order
     * @param ask roles that may supply it; empty for those of the charter
     * @param hold how long the change waits for it; empty for as long as the charter says
     * @param halt whether the change is halted at once
     */
    public record Gap(
            List<String> enrichFrom, Set<String> ask, Optional<Duration> hold, boolean halt) {
        /** The change waits as the charter says. */
        public static final Gap PLAIN = new Gap(List.of(), Set.of(), Optional.empty(), false);
    }

    /** A fact that it requires. */
    Optional<Required> required(String fact) {
        return facts.stream().filter(each -> each.name().equals(fact)).findFirst();
    }

    /**
     * Whom an action gives the account to, as owner or as manager: HR worker ids, or account ids.
     */
    public Set<String> recipients(String action) {
        List<String> plan = steps.getOrDefault(action, List.of());
        Set<String> recipients = new TreeSet<>();
        if (plan.contains("set-manager")) {
            details(action).manager().ifPresent(recipients::add);
        }
        if (plan.contains("set-owner")) {
            details(action).owner().ifPresent(recipients::add);
        }
        return recipients;
    }

    /** The roles that may supply a fact. */
    Set<String> ask(String fact) {
        return required(fact)
                .map(each -> each.gap().ask())
                .filter(roles -> !roles.isEmpty())
                .orElse(ask);
    }

    /** How long a change waits for a fact. */
    Duration hold(String fact) {
        return required(fact).flatMap(each -> each.gap().hold()).orElse(hold);
    }

    /** The longest that a change waits for any fact. */
    Duration longestHold() {
        return Stream.concat(
                        Stream.of(hold), facts.stream().flatMap(each -> each.gap().hold().stream()))
                .max(Comparator.naturalOrder())
                .orElse(hold);
    }

    /** Whether a change is halted at once that lacks a fact. */
    boolean halts(String fact) {
        return required(fact).filter(each -> each.gap().halt()).isPresent();
    }

    /** The systems beside the target that must say something of the subject, or may. */
    public Set<String> sources() {
        Set<String> sources = new TreeSet<>();
        facts.forEach(each -> {
            sources.addAll(each.agreesWith());
            sources.addAll(each.gap().enrichFrom());
        });
        return sources;
    }

    /** Whether a threshold is about all accounts of the target. */
    public boolean counts() {
        return facts.stream().anyMatch(each -> each.minShare().isPresent());
    }
}
