package dev.remit.readiness.domain;

import dev.remit.handoff.directory.Account;
import dev.remit.readiness.domain.Event.Corrected;
import dev.remit.readiness.domain.Event.News;
import dev.remit.readiness.domain.Event.Overdue;
import dev.remit.readiness.domain.Event.Proposed;
import dev.remit.readiness.domain.Event.Withdrawn;
import dev.remit.readiness.domain.Judgement.Fact;
import dev.remit.readiness.domain.Judgement.Verdict;
import dev.remit.readiness.domain.Outcome.AlreadyDone;
import dev.remit.readiness.domain.Outcome.Happened;
import dev.remit.readiness.domain.Outcome.Happening;
import dev.remit.readiness.domain.Outcome.Refusal;
import dev.remit.readiness.domain.Outcome.Refused;
import dev.remit.readiness.domain.Outcome.Remembered;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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
 * How a change stands with its data: never proposed, taken back before it came, held until
 * something is known, or judged.
 */
public sealed interface Readiness {
    /** How long a change is held whose charter does not say. */
    Duration DEFAULT_HOLD = Duration.ofDays(2);

    /** A held change is looked at again after this long, then at doubling intervals. */
    Duration FIRST_LOOK = Duration.ofSeconds(5);

    /** The longest time between two looks at a held change. */
    Duration LONGEST_LOOK = Duration.ofMinutes(10);

    record New() implements Readiness {}

    /** It was taken back before it came: whenever it comes, it ends here. */
    record TakenBack(Withdrawal withdrawal) implements Readiness {}

    /** A change that was proposed. */
    sealed interface Kept extends Readiness {
        Proposal proposal();

        /** As last judged. */
        List<Fact> facts();

        /** What people supplied, by the fact's name. */
        Map<String, String> corrections();
    }

    /**
     * Waits.
     *
     * @param reasons why, as last told: see {@link Judgement#held()}
     * @param waitsFor what may change the judgement
     * @param asked the facts that people were asked for
     * @param since when it was first held
     * @param until when it is halted
     * @param lookAt when it is looked at again without news, at the latest when it is halted; this
     *     finds what became known while the change was being stored
     */
    record Held(
            Proposal proposal,
            List<Fact> facts,
            String reasons,
            Set<Concern> waitsFor,
            Set<String> asked,
            Map<String, String> corrections,
            Instant since,
            Instant until,
            Instant lookAt)
            implements Kept {

        /** Whether its time is over. */
        public boolean isOverdue(Instant now) {
            return !until.isAfter(now);
        }
    }

    /** Judged for good: READY, ENRICHED or HALTED; or taken back before: WITHDRAWN. */
    record Judged(
            Proposal proposal,
            List<Fact> facts,
            Verdict verdict,
            String reason,
            Optional<Plan> plan,
            Map<String, String> corrections)
            implements Kept {}

    /** What to look up in the table of {@link #decide}. */
    record Cell(Readiness readiness, Event event) {}

    /** What becomes of a change when something happens. Pure. */
    static Outcome decide(Readiness readiness, Event event) {
        return switch (new Cell(readiness, event)) {
            case Cell(New _, Proposed(Proposal proposal, Known known)) ->
                    judge(proposal, Optional.empty(), Map.of(), known, proposal.message());
            case Cell(New _, News _) -> new AlreadyDone();
            case Cell(New _, Corrected _) ->
                    new Refused(Refusal.CORRECTION_UNKNOWN, "no such change is known here");
            case Cell(New _, Overdue _) -> new AlreadyDone();
            case Cell(New _, Withdrawn(Withdrawal withdrawal)) ->
                    new Remembered(new TakenBack(withdrawal));

            case Cell(TakenBack(Withdrawal withdrawal), Proposed(Proposal proposal, _)) ->
                    end(proposal, List.of(), Map.of(), withdrawal);
            case Cell(TakenBack _, News _) -> new AlreadyDone();
            case Cell(TakenBack _, Corrected _) ->
                    new Refused(Refusal.CORRECTION_UNKNOWN, "no such change is known here");
            case Cell(TakenBack _, Overdue _) -> new AlreadyDone();
            case Cell(TakenBack _, Withdrawn _) -> new AlreadyDone();

            case Cell(Held held, Proposed(Proposal proposal, _)) -> again(held, proposal);
            case Cell(Held held, News(Optional<UUID> cause, Known known)) ->
                    judge(
                            held.proposal(),
                            Optional.of(held),
                            held.corrections(),
                            known,
                            cause.orElse(null));
            case Cell(Held held, Corrected corrected) -> correct(held, corrected);
            case Cell(Held held, Overdue(Instant now)) ->
                    held.isOverdue(now) ? halt(held) : new AlreadyDone();
            case Cell(Held held, Withdrawn(Withdrawal withdrawal)) ->
                    end(held.proposal(), held.facts(), held.corrections(), withdrawal);

            case Cell(Judged judged, Proposed(Proposal proposal, _)) -> again(judged, proposal);
            case Cell(Judged _, News _) -> new AlreadyDone();
            case Cell(Judged _, Corrected _) -> answered();
            case Cell(Judged _, Overdue _) -> new AlreadyDone();
            case Cell(Judged judged, Withdrawn(Withdrawal withdrawal)) ->
                    judged.plan().isPresent()
                            ? new Happened(judged, List.of(new Happening.Relayed(withdrawal)))
                            : new AlreadyDone();
        };
    }

    private static Outcome again(Kept kept, Proposal proposal) {
        return kept.proposal().says(proposal)
                ? new AlreadyDone()
                : new Refused(
                        Refusal.CHANGE_CONTRADICTED,
                        "change "
                                + proposal.change()
                                + " was proposed before with another content");
    }

    private static Outcome correct(Held held, Corrected corrected) {
        Request request = held.proposal().request();
        if (!held.asked().contains(corrected.fact())
                || held.corrections().containsKey(corrected.fact())) {
            return answered();
        }
        Set<String> asked =
                corrected
                        .known()
                        .charter()
                        .map(charter -> charter.ask(corrected.fact()))
                        .orElse(Set.of());
        if (corrected.roles().stream().noneMatch(asked::contains)) {
            return new Refused(
                    Refusal.NOT_ASKED,
                    "the charter asks " + String.join(", ", new TreeSet<>(asked)) + " for this");
        }
        if (corrected.own().stream().anyMatch(own -> own.id().equals(corrected.by()))
                || corrected.value().equals(corrected.by())
                // whose account was supplied is the subject, whatever worker id it carries
                || corrected.by().equals(held.corrections().get(Judgement.ACCOUNT))) {
            return new Refused(
                    Refusal.SOD_SUBJECT, "the subject of a change cannot supply its facts");
        }
        if (request.proposers().stream().anyMatch(corrected::isBy)) {
            return new Refused(
                    Refusal.SOD_PROPOSER,
                    "who proposed a change, or is responsible for who did, cannot supply its"
                            + " facts");
        }
        Optional<Refused> wrong =
                corrected.fact().equals(Judgement.ACCOUNT)
                        ? account(request, corrected)
                        : manager(request, corrected);
        if (wrong.isPresent()) {
            return wrong.get();
        }
        Map<String, String> corrections = new TreeMap<>(held.corrections());
        corrections.put(corrected.fact(), corrected.value());
        UUID correction = Correction.id(request.change(), corrected.fact());
        Happened judged =
                judge(
                        held.proposal(),
                        Optional.of(held),
                        corrections,
                        corrected.known(),
                        Correction.provided(correction));
        if (judged.readiness().facts().stream()
                .anyMatch(fact ->
                        fact.name().equals(corrected.fact())
                                && fact.state() == Judgement.State.CONTRADICTED)) {
            // the target says it by now, and otherwise
            return answered();
        }
        List<Happening> happenings = new ArrayList<>();
        happenings.add(
                new Happening.Answered(
                        correction, corrected.fact(), corrected.value(), corrected.by()));
        happenings.addAll(judged.happenings());
        return new Happened(judged.readiness(), happenings);
    }

    private static Optional<Refused> manager(Request request, Corrected corrected) {
        if (corrected.value().equals(request.subjectId())) {
            return Optional.of(
                    new Refused(Refusal.MANAGER_IS_SUBJECT, "nobody manages themselves"));
        }
        Observed observed = corrected.known().observed();
        List<Account> found = observed.active(corrected.value());
        if (corrected.worker().filter(corrected.value()::equals).isPresent()
                || found.stream().anyMatch(each -> each.id().equals(corrected.by()))) {
            return Optional.of(
                    new Refused(
                            Refusal.MANAGER_IS_CORRECTOR,
                            "a manager is asked to approve: nobody names themselves"));
        }
        int active = found.size();
        return active == 1
                ? Optional.empty()
                : Optional.of(
                        new Refused(
                                Refusal.MANAGER_NOT_ACTIVE,
                                "worker '"
                                        + corrected.value()
                                        + "' has "
                                        + active
                                        + " enabled accounts in "
                                        + observed.people()
                                        + ", expected one"));
    }

    /** An account that nobody is correlated with; what the target says of another one holds. */
    private static Optional<Refused> account(Request request, Corrected corrected) {
        Optional<Account> found = corrected.known().observed().account(corrected.value());
        if (found.isEmpty()) {
            return Optional.of(
                    new Refused(
                            Refusal.ACCOUNT_UNKNOWN,
                            request.target() + " has no account '" + corrected.value() + "'"));
        }
        return found.flatMap(Account::workerId)
                .filter(worker -> !worker.equals(request.subjectId()))
                .map(worker ->
                        new Refused(
                                Refusal.ACCOUNT_OF_ANOTHER,
                                "account '" + corrected.value() + "' is worker " + worker + "'s"));
    }

    private static Refused answered() {
        return new Refused(Refusal.CORRECTION_ANSWERED, "this correction is no longer open");
    }

    private static Happened halt(Held held) {
        Judgement judgement = Judgement.without(Verdict.HALTED, "held too long: " + held.reasons());
        return new Happened(
                new Judged(
                        held.proposal(),
                        held.facts(),
                        judgement.verdict(),
                        judgement.reason(),
                        Optional.empty(),
                        held.corrections()),
                List.of(new Happening.Judged(judgement, null)));
    }

    private static Happened end(
            Proposal proposal,
            List<Fact> facts,
            Map<String, String> corrections,
            Withdrawal withdrawal) {
        return new Happened(
                new Judged(
                        proposal,
                        facts,
                        Verdict.WITHDRAWN,
                        withdrawal.words(),
                        Optional.empty(),
                        corrections),
                List.of(new Happening.Ended(withdrawal, facts)));
    }

    private static Happened judge(
            Proposal proposal,
            Optional<Held> before,
            Map<String, String> corrections,
            Known known,
            @Nullable UUID cause) {
        Judgement judgement = known.judge(proposal.request());
        return judgement.verdict() == Verdict.HELD
                ? hold(proposal, before, corrections, known, judgement, cause)
                : new Happened(
                        new Judged(
                                proposal,
                                judgement.facts(),
                                judgement.verdict(),
                                judgement.reason(),
                                judgement.plan(),
                                corrections),
                        List.of(new Happening.Judged(judgement, cause)));
    }

    /** Others are told that a change is held only when the reasons are new. */
    private static Happened hold(
            Proposal proposal,
            Optional<Held> before,
            Map<String, String> corrections,
            Known known,
            Judgement judgement,
            @Nullable UUID cause) {
        Instant now = known.now();
        Instant since = before.map(Held::since).orElse(now);
        Instant until = until(before, since, known, judgement);
        Set<String> asked = new TreeSet<>(before.map(Held::asked).orElse(Set.of()));
        List<Happening> happenings = new ArrayList<>();
        if (!before.map(Held::reasons).equals(Optional.of(judgement.held()))) {
            happenings.add(new Happening.Judged(judgement, cause));
        }
        for (Fact fact : judgement.correctable(proposal.request())) {
            if (asked.add(fact.name())) {
                happenings.add(
                        new Happening.Asked(
                                Correction.of(
                                        proposal.request(),
                                        fact,
                                        known.charter()
                                                .map(charter -> charter.ask(fact.name()))
                                                .orElse(Set.of()),
                                        now,
                                        until)));
            }
        }
        return new Happened(
                new Held(
                        proposal,
                        judgement.facts(),
                        judgement.held(),
                        judgement.waitsFor(proposal.request(), known),
                        asked,
                        corrections,
                        since,
                        until,
                        lookAt(since, until, now)),
                happenings);
    }

    /**
     * The shortest wait of the facts that are open, for each from when it opened: one that was not
     * open before opens now, for one that was this is no earlier than was said then. Whatever opens
     * and closes meanwhile, a change waits no longer than the longest wait of its charter, from
     * when it was first held. What is held for something else, a halt or its charter, waits no
     * longer than it would have.
     */
    private static Instant until(
            Optional<Held> before, Instant since, Known known, Judgement judgement) {
        List<String> open = judgement.open().stream().map(Fact::name).toList();
        if (open.isEmpty() || known.charter().isEmpty()) {
            return before.map(Held::until)
                    .orElseGet(() ->
                            since.plus(known.charter().map(Charter::hold).orElse(DEFAULT_HOLD)));
        }
        Charter charter = known.charter().get();
        Instant said = before.map(Held::until).orElse(since);
        Set<String> was =
                before.stream()
                        .flatMap(held -> held.facts().stream())
                        .filter(fact -> fact.state() != Judgement.State.PRESENT)
                        .map(Fact::name)
                        .collect(Collectors.toSet());
        Instant shortest =
                open.stream()
                        .map(fact ->
                                was.contains(fact)
                                        ? later(said, since.plus(charter.hold(fact)))
                                        : known.now().plus(charter.hold(fact)))
                        .min(Comparator.naturalOrder())
                        .orElse(said);
        Instant longest = later(said, since.plus(charter.longestHold()));
        return shortest.isBefore(longest) ? shortest : longest;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Instant lookAt(Instant since, Instant until, Instant now) {
        Duration held = Duration.between(since, now);
        Duration wait =
                held.compareTo(FIRST_LOOK) < 0
                        ? FIRST_LOOK
                        : held.compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : held;
        return now.plus(wait).isBefore(until) ? now.plus(wait) : until;
    }
}
