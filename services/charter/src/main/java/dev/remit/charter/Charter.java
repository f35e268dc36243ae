package dev.remit.charter;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A charter, whole. The form and each member's meaning: {@code charter.schema.json}.
 *
 * @param hash SHA-256 of the canonical JSON, hexadecimal
 * @param document canonical JSON (RFC 8785), which the hash covers
 * @param owner immutable account id
 * @param askRoles roles that may supply missing data, where a fact does not say
 * @param holdFor how long a change waits for data, where a fact does not say
 * @param approvalRole what everybody who approves must hold
 * @param review whom a change asks afterwards, as a stage named {@link #REVIEW}
 * @param trackRecord when a digital employee is demoted; empty for never
 * @param retentionDays how long evidence is kept
 */
public record Charter(
        String name,
        String version,
        String hash,
        String document,
        String owner,
        Validity validity,
        Domain domain,
        Proposers proposers,
        List<Trigger> triggers,
        List<Fact> facts,
        List<String> askRoles,
        Duration holdFor,
        String approvalRole,
        List<Stage> stages,
        Optional<Stage> review,
        Map<String, Calendar> calendars,
        Map<String, Rota> onCall,
        List<Duty> duties,
        Duration authorizationExpiresAfter,
        List<String> proofs,
        Optional<TrackRecord> trackRecord,
        int retentionDays) {
    /** The name of the stage that looks at a change afterwards; no other has it. */
    public static final String REVIEW = "review";

    /**
     * When it takes proposals.
     *
     * @param from from this moment on
     * @param until before this moment
     * @param sunset before this moment; then it must be looked at again
     */
    public record Validity(
            Optional<Instant> from, Optional<Instant> until, Optional<Instant> sunset) {
        /** Why it takes no proposals at this moment; empty if it does. */
        public Optional<String> refuses(Instant now) {
            if (from.isPresent() && now.isBefore(from.get())) {
                return Optional.of("is in force from " + from.get() + " on");
            }
            if (until.isPresent() && !now.isBefore(until.get())) {
                return Optional.of("was in force until " + until.get());
            }
            if (sunset.isPresent() && !now.isBefore(sunset.get())) {
                return Optional.of(
                        "had its sunset at " + sunset.get() + " and was not looked at again");
            }
            return Optional.empty();
        }
    }

    /**
     * What it may touch.
     *
     * @param subject condition
     * @param resource condition
     * @param protectedEntitlements paths of groups whose last holder may never be removed
     */
    public record Domain(
            List<String> systems,
            Optional<String> subject,
            Optional<String> resource,
            List<Action> actions,
            OptionalInt changesPerHour,
            OptionalDouble shareOfPopulation,
            Set<String> protectedEntitlements) {
        /** Whether it limits how much happens at once; a share that is all of it limits nothing. */
        public boolean isBounded() {
            return changesPerHour.isPresent() || shareOfPopulation.orElse(1) < 1;
        }

        public Optional<Action> action(String actionName) {
            return actions.stream().filter(each -> each.name().equals(actionName)).findFirst();
        }
    }

    /**
     * Of the versions of one name, the one in force: the last that has begun; before any has, the
     * last.
     *
     * @param versions the one published last at the end; not empty
     */
    public static Charter inForce(List<Charter> versions, Instant now) {
        return versions.reversed().stream()
                .filter(each -> each.validity().from().filter(now::isBefore).isEmpty())
                .findFirst()
                .orElseGet(versions::getLast);
    }

    /** OWN: a digital employee executes; ASSIST: a person does. */
    public enum Mode {
        OWN,
        ASSIST
    }

    /**
     * How much may go wrong before a digital employee is demoted to ASSIST: one more than these.
     *
     * @param within counted over so long
     * @param overrides its own proposals that were denied or taken back
     */
    public record TrackRecord(
            Duration within,
            OptionalInt failures,
            OptionalInt compensations,
            OptionalInt overrides,
            OptionalInt refusedClosures) {}

    /** Whether an action can be undone. */
    public enum Reversibility {
        REVERSIBLE,
        COMPENSABLE,
        IRREVERSIBLE
    }

    /**
     * What may be done.
     *
     * @param compensation the step that takes a step back if a later one fails for good, or {@link
     *     #STAYS}, by step
     * @param copilots the OAuth clients of copilots that may propose it; empty for all that the
     *     charter admits
     * @param grant what it gives for a time
     * @param group what leave-group takes
     * @param groups what join-groups gives
     * @param manager HR worker id that set-manager sets
     * @param owner HR worker id, or account id, that set-owner sets
     * @param account what create-account makes
     */
    public record Action(
            String name,
            Mode mode,
            List<String> steps,
            Map<String, String> compensation,
            Optional<Reversibility> reversibility,
            Optional<List<String>> copilots,
            Optional<Grant> grant,
            Optional<Group> group,
            List<Group> groups,
            Optional<String> manager,
            Optional<String> owner,
            Optional<NewAccount> account) {
        /** What is done stays done, and whoever answers for the change owes the rest. */
        public static final String STAYS = "stays";
    }

    /**
     * An account that is made.
     *
     * @param username {@code {worker}} in it stands for the subject's HR worker id
     * @param enabled whether it can sign in at once; no credential is made with it
     * @param manager whether it carries the worker id of the manager that readiness found
     */
    public record NewAccount(String username, boolean enabled, boolean manager) {}

    /** A group: immutable id in the target, and path. */
    public record Group(String id, String path) {}

    /**
     * A membership for a time.
     *
     * @param groupId immutable id in the target
     * @param groupPath as people read it
     * @param lasts from the authorization on
     */
    public record Grant(String groupId, String groupPath, Duration lasts) {}

    /**
     * Who may propose.
     *
     * @param copilots the OAuth clients of copilots that may propose; empty for all that are
     *     registered to propose
     * @param employee immutable account id of the digital employee
     * @param principal immutable account id of the person responsible for it
     */
    public record Proposers(
            List<String> roles,
            Optional<List<String>> copilots,
            String employee,
            String principal) {}

    /**
     * What opens a change by itself.
     *
     * @param event JOINED, MOVED, LEFT, OWNER_LEFT, ORPHAN_FOUND, CREDENTIAL_EXPOSED,
     *     CREDENTIAL_TOO_OLD, CERTIFICATION_REVOKED or SCHEDULE
     * @param after how long it must have been so
     * @param every for a schedule, the time between two runs
     * @param from for a schedule, when the first run is due
     * @param subjects for a schedule, for whom a change is opened at each run
     */
    public record Trigger(
            String event,
            String action,
            String target,
            Optional<Duration> after,
            Optional<Duration> every,
            Optional<Instant> from,
            List<Subject> subjects) {
        /** What the clock does. */
        public static final String SCHEDULE = "SCHEDULE";

        /** Found in what was read of the target, if it lasts. */
        public static final String ORPHAN = "ORPHAN_FOUND";

        /** Told of one entitlement; where the action takes a named group, of that one. */
        public static final String REVOKED = "CERTIFICATION_REVOKED";

        /** Found in what was read of the target, at an age. */
        public static final String TOO_OLD = "CREDENTIAL_TOO_OLD";
    }

    /**
     * Whom a schedule is about.
     *
     * @param system {@code hr}, or the system of the account
     * @param id the worker id, or the account's immutable id
     */
    public record Subject(String system, String id) {}

    /**
     * A fact that must hold.
     *
     * @param maxAge how old may be what was read of it
     * @param minShare the share of the target's enabled accounts that must have it
     * @param agreesWith systems that must say the same
     */
    public record Fact(
            String name,
            Optional<Duration> maxAge,
            OptionalDouble minShare,
            List<String> agreesWith,
            Gap onGap) {}

    /**
     * What happens when a fact does not hold.
     *
     * @param enrichFrom systems that may say it instead, in order
     * @param ask roles that may supply it; empty for those of the whole charter
     * @param hold how long the change waits for it; empty for as long as the whole charter says
     * @param halt whether the change is halted at once
     */
    public record Gap(
            List<String> enrichFrom, List<String> ask, Optional<Duration> hold, boolean halt) {}

    /**
     * An approval stage.
     *
     * @param when condition
     * @param policy the rule that approves instead of a person
     * @param filter condition
     * @param deadline elapsed time, or working time of a calendar
     */
    public record Stage(
            String name,
            boolean alongside,
            Optional<String> when,
            List<Resolver> resolvers,
            Optional<Policy> policy,
            Optional<String> filter,
            Threshold quorum,
            Threshold denyQuorum,
            boolean reasonRequired,
            Optional<Authentication> authentication,
            Deadline deadline,
            List<Duration> reminders,
            List<Escalation> escalation,
            Optional<Outcome> outcome,
            boolean bulk) {
        /** Whether a person decides it, whatever a rule may do. */
        public boolean needsPerson() {
            return policy.isEmpty();
        }
    }

    /** One source of people. */
    public record Resolver(Kind kind, List<String> names) {
        /** Where they come from. */
        public enum Kind {
            MANAGER,
            OWNER,
            GROUP,
            ROLE,
            NAMED,
            ON_CALL,
            PREVIOUS_APPROVERS
        }
    }

    /** A rule that approves. */
    public record Policy(String name, String version, List<String> verdicts) {}

    /** How many are enough. */
    public sealed interface Threshold {
        /** So many. */
        record Count(int count) implements Threshold {}

        /** This share of those asked, rounded up. */
        record Share(double share) implements Threshold {}

        /** Of so many asked. */
        default int of(int asked) {
            return switch (this) {
                case Count(int count) -> count;
                case Share(double share) -> Math.max(1, (int) Math.ceil(share * asked));
            };
        }
    }

    /**
     * How the approver must have signed in.
     *
     * @param passkey whether they must sign each decision with a passkey
     */
    public record Authentication(
            Optional<String> acr, Optional<Duration> maxAge, boolean passkey) {}

    /** When a stage is over. */
    public record Deadline(Duration within, Optional<String> calendar) {}

    /** Who is asked besides, and when. */
    public record Escalation(Duration after, List<Resolver> to) {}

    /** What happens at the deadline. */
    public enum Outcome {
        DENY,
        HALT,
        ESCALATE
    }

    /** Working time. */
    public record Calendar(
            ZoneId zone,
            Set<DayOfWeek> days,
            LocalTime from,
            LocalTime to,
            Set<LocalDate> holidays) {}

    /** Who is on call. */
    public record Rota(ZoneId zone, List<String> rotation) {}

    /** A rule of separation of duties. */
    public record Duty(
            String rule,
            String version,
            String owner,
            String source,
            Demand demand,
            List<Exemption> exceptions) {}

    /** What a rule demands. */
    public sealed interface Demand {
        /** Two parts that one person may not play. */
        record Apart(String one, String other) implements Demand {}

        /** Entitlements that nobody may hold together. */
        record Toxic(Set<String> entitlements) implements Demand {}

        /** Who holds one of these must hold all of those. */
        record MustHold(Set<String> when, Set<String> must) implements Demand {}
    }

    /** Who is excepted from a rule. */
    public record Exemption(String subject, String control, String owner, Instant until) {}
}
