package dev.remit.approval.application;

import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Happened;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Route;
import dev.remit.approval.domain.Violation;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What people are to be told. A notice only tells: it holds nothing by which anybody could decide.
 * Each method runs in the caller's transaction.
 */
public interface Notices {
    /** By which way someone is told. */
    enum Channel {
        WEBHOOK,
        MAIL
    }

    /** Why someone is told. */
    enum Kind {
        ASKED,
        REMINDED,
        /**
         * A passkey was registered in their name; {@code change} is its id, {@code stage} empty.
         */
        PASSKEY_REGISTERED,
        /** One of theirs was revoked. */
        PASSKEY_REVOKED,
        /** The proposer is asked something. */
        QUESTIONED,
        /** The proposer is to amend the change, or to take it back. */
        SENT_BACK,
        /** Their change ends without having been approved. */
        ENDED,
        /**
         * Nobody may decide a stage, and nobody is left to escalate to: its charter's owner and
         * operators are told. With {@code stage} empty the whole change is held, and its proposer
         * and who answers for the rule that holds it are told too.
         */
        HELD,
        /**
         * Somebody holds what a rule forbids; {@code change} is the violation's id, {@code stage}
         * empty. Those who are told of one rule are told once for all that were found of it
         * together.
         */
        VIOLATION_FOUND,
        /** A draft of a charter waits for them; {@code change} is its id, {@code stage} empty. */
        CHARTER_DRAFTED
    }

    /**
     * Something to tell one person.
     *
     * @param person immutable account id
     * @param expiresAt when the stage lapses
     */
    record Notice(
            UUID change, String stage, String person, Kind kind, Instant expiresAt, Instant at) {}

    /**
     * A notice that waits to be sent.
     *
     * @param position names it
     */
    record Due(long position, Notice notice) {}

    /** That something became of a passkey of this person's, whoever did it. */
    static Notice ofPasskey(UUID passkey, String person, Kind kind, Instant now) {
        return new Notice(passkey, "", person, kind, now, now);
    }

    /** That a draft of a charter may be approved by these people, once each. */
    static List<Notice> ofDraft(UUID draft, Set<String> people, Instant until, Instant now) {
        return people.stream()
                .sorted()
                .map(person -> new Notice(draft, "", person, Kind.CHARTER_DRAFTED, until, now))
                .toList();
    }

    /**
     * That these hold what rules forbid: once for each rule, by the first of those found of it.
     *
     * @param guardians of the charter that a violation is of: its owner and the operators
     */
    static List<Notice> ofViolations(
            List<AccessViolations.Found> found,
            Function<AccessViolations.Found, Set<String>> guardians,
            Instant now) {
        Map<List<String>, AccessViolations.Found> first = new LinkedHashMap<>();
        found.forEach(each ->
                first.putIfAbsent(
                        List.of(
                                each.charter().name(),
                                each.violation().rule(),
                                each.violation().version()),
                        each));
        return first.values().stream()
                .flatMap(each ->
                        with(guardians.apply(each), Stream.of(each.violation().owner())).stream()
                                .map(person ->
                                        new Notice(
                                                each.id(),
                                                "",
                                                person,
                                                Kind.VIOLATION_FOUND,
                                                now,
                                                now)))
                .toList();
    }

    private static Set<String> with(Set<String> people, Stream<String> others) {
        Set<String> all = new TreeSet<>(people);
        others.forEach(all::add);
        all.remove("");
        return all;
    }

    /** Keeps each once for every way that there is. */
    Uni<Void> add(Collection<Notice> notices);

    /**
     * Takes the next to be sent this way, and puts them off, each time longer: another replica, or
     * this one after a crash, takes them again if they are not sent by then. Given up after 10
     * attempts.
     */
    Uni<List<Due>> claim(Channel channel, Instant now);

    /** These were sent. */
    Uni<Void> sent(Collection<Long> positions);

    /**
     * What follows from an outcome: those who may decide now and could not before, once each; the
     * proposer, of what is asked and of an end; of what is held, those who look after it, and of
     * what is held as a whole the proposer too.
     *
     * @param proposer the person who proposed it, or is responsible for what did
     * @param guardians the charter's owner and the operators
     */
    static List<Notice> of(
            UUID change,
            Route before,
            Outcome outcome,
            Optional<String> proposer,
            Supplier<Set<String>> guardians,
            Instant now) {
        List<Notice> notices = new ArrayList<>();
        Set<String> held = held(before);
        for (Happened each : outcome.happened()) {
            switch (each) {
                case Happened.Requested asked -> {
                    add(
                            notices,
                            change,
                            asked.stage(),
                            asked.candidates(),
                            Set.of(),
                            asked.until(),
                            now);
                    if (asked.held().isPresent()) {
                        held(
                                notices,
                                change,
                                asked.stage(),
                                asked.stage().isEmpty()
                                        ? with(guardians.get(), behind(asked, proposer))
                                        : guardians.get(),
                                asked.until(),
                                now);
                    }
                }
                case Happened.Reassigned moved -> {
                    add(
                            notices,
                            change,
                            moved.stage(),
                            moved.now(),
                            eligible(moved.before()),
                            moved.until(),
                            now);
                    if (moved.held().isPresent() && !held.contains(moved.stage())) {
                        held(notices, change, moved.stage(), guardians.get(), moved.until(), now);
                    }
                }
                case Happened.Decided decided ->
                        kind(decided.decision(), outcome.next(), proposer)
                                .ifPresent(kind ->
                                        proposer.ifPresent(id ->
                                                notices.add(
                                                        new Notice(
                                                                change,
                                                                decided.decision().stageName(),
                                                                id,
                                                                kind,
                                                                until(outcome.next(), now),
                                                                now))));
                case Happened.Authorized _ -> {}
            }
        }
        for (OpenStage stage : outcome.remind()) {
            for (String person : eligible(stage.candidates())) {
                notices.add(
                        new Notice(
                                change, stage.name(), person, Kind.REMINDED, stage.until(), now));
            }
        }
        return notices;
    }

    /** What a decision tells the proposer; who takes a change back themselves knows it. */
    private static Optional<Kind> kind(Decision decided, Route next, Optional<String> proposer) {
        return switch (decided.kind()) {
            case QUESTIONED -> Optional.of(Kind.QUESTIONED);
            case SENT_BACK -> Optional.of(Kind.SENT_BACK);
            case DENIED, EXPIRED, HALTED ->
                    next instanceof Route.Ended ? Optional.of(Kind.ENDED) : Optional.empty();
            case WITHDRAWN ->
                    decided.by().equals(proposer) ? Optional.empty() : Optional.of(Kind.ENDED);
            case APPROVED, REFUSED, PASSED_OVER, ANSWERED, AMENDED, JUSTIFIED, UNJUSTIFIED ->
                    Optional.empty();
        };
    }

    private static Instant until(Route next, Instant now) {
        return next instanceof Route.Open open
                ? open.course().open().stream()
                        .map(OpenStage::until)
                        .min(Comparator.naturalOrder())
                        .orElse(now)
                : now;
    }

    private static Set<String> held(Route before) {
        return before instanceof Route.Open open
                ? open.course().open().stream()
                        .filter(each -> each.held().isPresent())
                        .map(OpenStage::name)
                        .collect(Collectors.toSet())
                : Set.of();
    }

    /** Who proposed a change that is held as a whole, and who answers for what holds it. */
    private static Stream<String> behind(Happened.Requested held, Optional<String> proposer) {
        return Stream.concat(proposer.stream(), held.violations().stream().map(Violation::owner));
    }

    private static void held(
            List<Notice> notices,
            UUID change,
            String stage,
            Set<String> people,
            Instant until,
            Instant now) {
        for (String person : people) {
            notices.add(new Notice(change, stage, person, Kind.HELD, until, now));
        }
    }

    private static void add(
            List<Notice> notices,
            UUID change,
            String stage,
            List<Candidate> candidates,
            Set<String> told,
            Instant until,
            Instant now) {
        for (String person : eligible(candidates)) {
            if (!told.contains(person) && !person.startsWith("policy:")) {
                notices.add(new Notice(change, stage, person, Kind.ASKED, until, now));
            }
        }
    }

    private static Set<String> eligible(List<Candidate> candidates) {
        Set<String> ids = new HashSet<>();
        candidates.stream().filter(Candidate::eligible).forEach(each -> ids.add(each.id()));
        return ids;
    }
}
