package dev.remit.approval.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What approval-routing needs of a charter.
 *
 * @param owner immutable account id of its owner; empty if it names none
 * @param from in force from then on
 * @param until not any more from then on
 * @param role the realm role that every approver must hold
 * @param stages in the order they are asked; their names and their rules are all different
 * @param review the stage that looks at a change afterwards; decided by one person, and ended by no
 *     time
 * @param duties its rules about the separation of duties
 * @param agents the digital employees it lets propose, each with the person responsible
 * @param authorizationExpiresAfter how long an authorization may wait unused
 * @param protectedEntitlements paths of the groups whose last holder is never removed, and whose
 *     coming and going counts as a risk
 * @param domain what a digital employee may own of it
 * @param routeHash SHA-256 of its approval route and duties, lower-case hex
 */
public record Charter(
        String owner,
        Optional<Instant> from,
        Optional<Instant> until,
        String role,
        List<Stage> stages,
        Optional<Stage> review,
        List<Duty> duties,
        Map<String, String> agents,
        Duration authorizationExpiresAfter,
        Set<String> protectedEntitlements,
        Domain domain,
        String routeHash) {
    /**
     * What it covers and how that is proved.
     *
     * @param modes the mode granted for each action, OWN or ASSIST
     * @param unprovable by system, why proofs that it names cannot be given there
     * @param reversibility what it says of each action: REVERSIBLE, COMPENSABLE or IRREVERSIBLE;
     *     none where it says nothing
     * @param bounded whether it limits how much happens at once
     * @param demotes whether it limits how much may go wrong before a digital employee is demoted
     */
    public record Domain(
            Set<String> systems,
            Map<String, String> modes,
            List<String> proofs,
            Map<String, List<String>> unprovable,
            Map<String, String> reversibility,
            boolean bounded,
            boolean demotes) {}

    /** The name of the stage that looks at a change afterwards. */
    public static final String REVIEW = "review";

    /** The stage in this place; the review's is behind the last of the route. */
    public Stage stageAt(int index) {
        return index == stages.size() && review.isPresent() ? review.get() : stages.get(index);
    }

    /** Whether the stage in this place looks at a change afterwards. */
    boolean isReview(int index) {
        return index == stages.size();
    }

    /** Every stage that may ask people. */
    public Stream<Stage> all() {
        return Stream.concat(stages.stream(), review.stream());
    }

    /** What it protects, in each system that it may touch. */
    public Set<Entitlement> guarded() {
        return domain.systems().stream()
                .flatMap(system ->
                        protectedEntitlements.stream().map(path -> new Entitlement(system, path)))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether a stage asks those who approved an earlier change. */
    public boolean asksPreviousApprovers() {
        return all().flatMap(Stage::sources).anyMatch(Source.PreviousApprovers.class::isInstance);
    }

    /** Whether a stage asks those who answer for something. */
    public boolean asksOwners() {
        return all().flatMap(Stage::sources).anyMatch(Source.Owner.class::isInstance);
    }

    /**
     * One stage of the route.
     *
     * @param alongside whether it opens together with the stage before it
     * @param when the condition under which it is asked at all
     * @param policy the rule that decides where it applies; the sources are asked where it does not
     * @param asks whom it asks, all of them together
     * @param filter a condition over each reviewer
     * @param quorum how many must approve
     * @param denials how many must deny
     * @param within how long it may stay undecided; in working time where there is a calendar, and
     *     so are reminders and escalation
     * @param reminders after which times those asked are reminded, ascending
     * @param escalation whom it asks too after a time, ascending
     * @param bulk whether it may be decided together with other changes
     */
    public record Stage(
            String name,
            boolean alongside,
            Optional<Condition> when,
            Optional<Policy> policy,
            List<Source> asks,
            Optional<Condition> filter,
            Threshold quorum,
            Threshold denials,
            boolean reasonRequired,
            Optional<StepUp> stepUp,
            Duration within,
            Optional<WorkingTime> calendar,
            List<Duration> reminders,
            List<Escalation> escalation,
            Lapse lapse,
            boolean bulk) {
        /** When so much of the stage's time has passed since then. */
        public Instant after(Instant since, Duration time) {
            return calendar.map(each -> each.after(since, time)).orElseGet(() -> since.plus(time));
        }

        /** Everybody the stage may come to ask. */
        public Stream<Source> sources() {
            return Stream.concat(
                    asks.stream(), escalation.stream().flatMap(each -> each.to().stream()));
        }

        /** Whom it asks after so many steps of its escalation. */
        Stream<Source> sources(int level) {
            return Stream.concat(
                    asks.stream(),
                    escalation.stream().limit(level).flatMap(each -> each.to().stream()));
        }
    }

    /** After a time others are asked too. */
    public record Escalation(Duration after, List<Source> to) {}

    /**
     * How a decider must be signed in (RFC 9470).
     *
     * @param acr the authentication context class; a number means that level or a higher one
     * @param maxAge how long ago the sign-in may be
     * @param passkey whether each decision must be signed by a passkey of the decider's
     */
    public record StepUp(Optional<String> acr, Optional<Duration> maxAge, boolean passkey) {
        /**
         * The level that a signed decision reaches by itself: a passkey with user verification,
         * used there and then (NIST SP 800-63B-4, 2.2: authenticator assurance level 2).
         */
        private static final int SIGNED = 2;

        /** Whether who signs the decision with a passkey needs no other sign-in. */
        boolean isMetBySigning() {
            return acr.map(level -> level.matches("[0-9]") && Integer.parseInt(level) <= SIGNED)
                    .orElse(true);
        }
    }

    /** What becomes of a stage that nobody decided in time. Never an approval. */
    public enum Lapse {
        EXPIRE,
        DENY,
        HALT,
        /** Everybody of the escalation is asked, for the same time once more; then it expires. */
        ESCALATE
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

    /**
     * Why a change cannot go by it now; empty if it can.
     *
     * @param proposedAt when the change was proposed: an end after that is none for it
     */
    public Optional<String> notInForce(Instant now, Instant proposedAt) {
        if (from.filter(now::isBefore).isPresent()) {
            return Optional.of("its charter is in force from " + from.get() + " on");
        }
        return until.filter(end -> !proposedAt.isBefore(end))
                .map(end -> "its charter was not in force any more since " + end);
    }

    /** Whether it has rules about what a subject may hold. */
    public boolean judgesAccess() {
        return duties.stream().anyMatch(each -> !(each.demand() instanceof Duty.Demand.Apart));
    }
}
