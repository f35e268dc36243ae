package dev.remit.connector.domain;

import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the connector needs of a charter.
 *
 * @param hash SHA-256 of the canonical document, hexadecimal
 * @param systems the target systems it may touch
 * @param modes each of its actions with its mode, ASSIST or OWN
 * @param effects each of its actions with what it does: its steps, sorted; the same steps are the
 *     same effect, whatever the action is called
 * @param triggers what opens changes by itself, each event once
 * @param bound the condition over the subject's account that its domain sets
 * @param employee the digital employee that proposes when a trigger fires
 * @param principal the person responsible for that digital employee
 * @param trackRecord when the digital employee is demoted; empty for never
 * @param ofWorkers whether it is about accounts of workers only: it asks that the account is
 *     correlated, which one that nobody is behind never is
 */
public record Charter(
        String name,
        String version,
        String hash,
        Set<String> systems,
        Map<String, String> modes,
        Map<String, String> effects,
        List<Trigger> triggers,
        Optional<String> bound,
        String employee,
        String principal,
        Limits limits,
        Optional<TrackRecord> trackRecord,
        Proposers proposers,
        boolean ofWorkers) {

    /** About accounts of workers only. */
    public Charter(
            String name,
            String version,
            String hash,
            Set<String> systems,
            Map<String, String> modes,
            Map<String, String> effects,
            List<Trigger> triggers,
            Optional<String> bound,
            String employee,
            String principal,
            Limits limits,
            Optional<TrackRecord> trackRecord,
            Proposers proposers) {
        this(
                name,
                version,
                hash,
                systems,
                modes,
                effects,
                triggers,
                bound,
                employee,
                principal,
                limits,
                trackRecord,
                proposers,
                true);
    }

    public Charter(
            String name,
            String version,
            String hash,
            Set<String> systems,
            Map<String, String> modes,
            Map<String, String> effects,
            List<Trigger> triggers,
            Optional<String> bound,
            String employee,
            String principal,
            Limits limits,
            Optional<TrackRecord> trackRecord) {
        this(
                name,
                version,
                hash,
                systems,
                modes,
                effects,
                triggers,
                bound,
                employee,
                principal,
                limits,
                trackRecord,
                Proposers.ALL);
    }

    /**
     * Who may propose under it, beside the digital employee that it names.
     *
     * @param roles of which a person or a copilot needs one; empty for all who may propose at all
     * @param copilots by their OAuth clients; empty for all that are registered to propose
     * @param byAction which of them may propose an action, for those that say
     */
    public record Proposers(
            Optional<Set<String>> roles,
            Optional<Set<String>> copilots,
            Map<String, Set<String>> byAction) {
        /** All who may propose at all. */
        public static final Proposers ALL =
                new Proposers(Optional.empty(), Optional.empty(), Map.of());

        boolean admits(String client, String action) {
            return copilots.map(each -> each.contains(client)).orElse(true)
                    && (!byAction.containsKey(action)
                            || byAction.getOrDefault(action, Set.of()).contains(client));
        }

        boolean admits(Set<String> held) {
            return roles.map(each -> !Collections.disjoint(each, held)).orElse(true);
        }
    }

    /**
     * When it holds and how much may happen under it.
     *
     * @param from from when on changes may be proposed under it
     * @param until from when on no more
     * @param changesPerHour how many changes may be proposed within an hour
     * @param shareOfPopulation of a target's accounts, how many may be touched in any hour, what is
     *     still open included; above 0, at most 1
     */
    public record Limits(
            Optional<Instant> from,
            Optional<Instant> until,
            Optional<Long> changesPerHour,
            Optional<Double> shareOfPopulation) {
        public static Limits none() {
            return new Limits(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    /** Whether it limits how much may happen under it. */
    public boolean isLimited() {
        return limits.changesPerHour().isPresent() || limits.shareOfPopulation().isPresent();
    }

    /**
     * What opens a change by itself.
     *
     * @param after how long it must have been so
     * @param schedule when, if the clock does
     * @param resource what alone it answers for, by each of its names; empty for whatever an event
     *     is about
     */
    public record Trigger(
            Event event,
            String action,
            String target,
            Optional<Period> after,
            Optional<Schedule> schedule,
            Set<String> resource) {
        /** One that answers for whatever an event is about. */
        public Trigger(
                Event event,
                String action,
                String target,
                Optional<Period> after,
                Optional<Schedule> schedule) {
            this(event, action, target, after, schedule, Set.of());
        }

        /** Opened by what a feed says, at once. */
        public static Trigger of(Event event, String action, String target) {
            return new Trigger(event, action, target, Optional.empty(), Optional.empty());
        }

        /** Whether one event opens a change by both. A schedule is nobody else's. */
        boolean meets(Trigger other) {
            return event == other.event
                    && event != Event.SCHEDULE
                    && target.equals(other.target)
                    && (resource.isEmpty()
                            || other.resource.isEmpty()
                            || !Collections.disjoint(resource, other.resource));
        }

        /** Whether it answers for this; what says nothing of it is no one's in particular. */
        public boolean answersFor(Optional<String> about) {
            return resource.isEmpty() || about.filter(resource::contains).isPresent();
        }
    }

    /**
     * Whether another charter, in a version that is in force or to be, opens a change by the same
     * event while this one does.
     *
     * @param published all versions of all names, the one published last at the end
     */
    public Optional<Refusal> claimedTwice(Collection<Charter> published, Instant now) {
        Map<String, List<Charter>> others =
                published.stream()
                        .filter(each -> !each.name().equals(name))
                        .collect(
                                Collectors.groupingBy(
                                        Charter::name, TreeMap::new, Collectors.toList()));
        for (List<Charter> versions : others.values()) {
            Instant next = Instant.MAX;
            for (Charter each : versions.reversed()) {
                Instant from = latest(now, begins(), each.begins());
                boolean meet = from.isBefore(earliest(next, ends(), each.ends()));
                for (Trigger one : meet ? triggers : List.<Trigger>of()) {
                    if (each.triggers.stream().anyMatch(one::meets)) {
                        return Optional.of(
                                new Refusal(
                                        409,
                                        "spec.triggers",
                                        "TRIGGER_CLAIMED_TWICE",
                                        "%s on %s opens a change of %s too, in version %s; one charter may claim it"
                                                .formatted(
                                                        one.event(),
                                                        one.target(),
                                                        each.name,
                                                        each.version)));
                    }
                }
                // it takes the place of those before it then
                next = earliest(next, each.begins());
            }
        }
        return Optional.empty();
    }

    private Instant begins() {
        return limits.from().orElse(Instant.MIN);
    }

    private Instant ends() {
        return limits.until().orElse(Instant.MAX);
    }

    private static Instant latest(Instant... times) {
        return Collections.max(List.of(times));
    }

    private static Instant earliest(Instant... times) {
        return Collections.min(List.of(times));
    }

    /** The trigger of this event, if there is one. */
    public Optional<Trigger> on(Event event) {
        return triggers.stream().filter(each -> each.event() == event).findFirst();
    }

    /** The change that this event opens, if it opens one. */
    public Optional<Proposal> opens(WorkerEvent event) {
        return on(Event.valueOf(event.type().name()))
                .map(each ->
                        new Proposal(
                                name,
                                version,
                                hash,
                                String.valueOf(modes.get(each.action())),
                                "hr",
                                event.workerId(),
                                each.target(),
                                each.action(),
                                event.type()
                                        + " on "
                                        + event.effectiveDate()
                                        + (event.reason().isEmpty() ? "" : ": " + event.reason()),
                                employee,
                                Optional.of(principal),
                                Optional.empty()));
    }

    /**
     * What it opens in place of what a version before it was to open, for the same reason: while
     * nothing is proposed, the version in force says what is done and how.
     *
     * @param event what opened it; empty where only what it was to do is known
     */
    public Optional<Proposal> opensAnew(Proposal waiting, Optional<Event> event) {
        return (event.isPresent()
                        ? on(event.get())
                        : triggers.stream()
                                .filter(each ->
                                        each.action().equals(waiting.action())
                                                && each.target().equals(waiting.target()))
                                .findFirst())
                .map(each ->
                        new Proposal(
                                name,
                                version,
                                hash,
                                String.valueOf(modes.get(each.action())),
                                waiting.subjectSystem(),
                                waiting.subjectId(),
                                each.target(),
                                each.action(),
                                waiting.reason(),
                                employee,
                                Optional.of(principal),
                                waiting.agent()));
    }

    /** What an action does; its name where the charter says no steps. */
    public String effect(String action) {
        return effects.getOrDefault(action, action);
    }

    /** Whether an action makes the account of its subject, who has none yet. */
    public boolean makes(String action) {
        return List.of(effect(action).split(" ", -1)).contains("create-account");
    }

    /** Whether it is in force at this time. */
    public Optional<Refusal> refusesAt(Instant now) {
        if (limits.from().filter(now::isBefore).isPresent()) {
            return Optional.of(
                    Rule.CHARTER_NOT_IN_FORCE.refuses(
                            "charter",
                            "charter " + name + " is in force from " + limits.from().get()));
        }
        return limits.until()
                .filter(until -> !now.isBefore(until))
                .map(until ->
                        Rule.CHARTER_EXPIRED.refuses(
                                "charter", "charter " + name + " was in force until " + until));
    }

    /**
     * Whether this one may propose under it: of digital employees, only the one it names, and only
     * for whom it names as the one who answers for it; of people and copilots, those in a role that
     * it names; of copilots, those that it and the action admit.
     */
    public Optional<Refusal> refuses(Proposer proposer, String action) {
        if (proposer.kind() != Proposer.Kind.DIGITAL_EMPLOYEE
                && !proposers.admits(proposer.roles())) {
            return Optional.of(
                    Rule.PROPOSER_OUTSIDE_CHARTER.refuses(
                            "charter",
                            "charter "
                                    + name
                                    + " is proposed under by who holds one of "
                                    + new TreeSet<>(proposers.roles().orElse(Set.of()))));
        }
        if (proposer.kind() == Proposer.Kind.COPILOT
                && !proposers.admits(proposer.agent().map(Agent::client).orElse(""), action)) {
            return Optional.of(
                    Rule.PROPOSER_OUTSIDE_CHARTER.refuses(
                            "charter",
                            "charter " + name + " lets this copilot not propose '" + action + "'"));
        }
        if (proposer.kind() == Proposer.Kind.DIGITAL_EMPLOYEE && !proposer.id().equals(employee)) {
            return Optional.of(
                    Rule.PROPOSER_OUTSIDE_CHARTER.refuses(
                            "charter", "charter " + name + " names another digital employee"));
        }
        return proposer.kind() == Proposer.Kind.DIGITAL_EMPLOYEE
                        && !proposer.byCharter()
                        && proposer.principal().filter(principal::equals).isEmpty()
                ? Optional.of(
                        Rule.PROPOSER_OUTSIDE_CHARTER.refuses(
                                "charter",
                                "charter "
                                        + name
                                        + " names another person who answers for this digital employee"))
                : Optional.empty();
    }

    /** Whether the charter covers the request; if not, which field breaks which rule. */
    public Optional<Refusal> refuses(String target, String action) {
        if (!systems.contains(target)) {
            return Optional.of(
                    Rule.TARGET_OUTSIDE_CHARTER.refuses(
                            "target",
                            "charter " + name + " covers " + systems + ", not '" + target + "'"));
        }
        if (!modes.containsKey(action)) {
            return Optional.of(
                    Rule.ACTION_OUTSIDE_CHARTER.refuses(
                            "action",
                            "charter "
                                    + name
                                    + " covers "
                                    + modes.keySet()
                                    + ", not '"
                                    + action
                                    + "'"));
        }
        return Optional.empty();
    }

    /**
     * Why a proposal is not taken.
     *
     * @param status the HTTP status that says so
     * @param field the member at fault; null if no single one is
     */
    public record Refusal(int status, @Nullable String field, String code, String detail) {}

    /** The one id of the change that an event opens under a charter. */
    public static UUID changeId(String charter, WorkerEvent event) {
        return changeId(charter, event.workerId(), event.effectiveDate(), event.type());
    }

    private static UUID changeId(
            String charter, String worker, LocalDate day, WorkerEvent.Type type) {
        return dev.remit.handoff.Ids.derived(
                Ids.NAMESPACE,
                String.join("|", "change", charter, worker, day.toString(), type.name()));
    }

    /**
     * What HR said that opened this change; empty if HR did not.
     *
     * @param day on which it holds
     */
    public static Optional<Event> openedBy(
            UUID change, String charter, String worker, LocalDate day) {
        return Arrays.stream(WorkerEvent.Type.values())
                .filter(type -> changeId(charter, worker, day, type).equals(change))
                .map(type -> Event.valueOf(type.name()))
                .findFirst();
    }
}
