package dev.remit.approval.application;

import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Happened;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Route;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

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
         * operators are told.
         */
        HELD,
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
     * proposer, of what is asked and of an end; of what is held, those who look after it.
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
                    if (asked.held().isPresent() && !asked.stage().isEmpty()) {
                        held(notices, change, asked.stage(), guardians, asked.until(), now);
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
                        held(notices, change, moved.stage(), guardians, moved.until(), now);
                    }
                }
                case Happened.Decided decided ->
                        kind(decided.decision().kind(), outcome.next())
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

    /** What a decision tells the proposer. */
    private static Optional<Kind> kind(Decision.Kind decided, Route next) {
        return switch (decided) {
            case QUESTIONED -> Optional.of(Kind.QUESTIONED);
            case SENT_BACK -> Optional.of(Kind.SENT_BACK);
            case DENIED, EXPIRED, HALTED ->
                    next instanceof Route.Ended ? Optional.of(Kind.ENDED) : Optional.empty();
            case APPROVED,
                    REFUSED,
                    PASSED_OVER,
                    ANSWERED,
                    AMENDED,
                    WITHDRAWN,
                    JUSTIFIED,
                    UNJUSTIFIED ->
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

    private static void held(
            List<Notice> notices,
            UUID change,
            String stage,
            Supplier<Set<String>> guardians,
            Instant until,
            Instant now) {
        for (String person : guardians.get()) {
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
