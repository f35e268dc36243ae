package dev.remit.executor.domain;

import dev.remit.executor.domain.Plan.Step;
import dev.remit.executor.domain.TargetState.Standing;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One attempt to execute an authorization. The target is never touched blindly: each attempt reads
 * it first and goes by what it says.
 *
 * <p>A first attempt needs the account exactly as the plan's approvers saw it, or as the plan wants
 * it. One that follows an interruption may also find it in between. Nothing is touched once the
 * authorization, or what the plan grants, has ended; what was begun in time and is found complete
 * still counts.
 */
public sealed interface Attempt {
    Order order();

    /** When the authorization was first taken up. */
    Instant startedAt();

    /** Nobody has touched the account for this authorization. */
    record First(Order order, Instant startedAt) implements Attempt {}

    /**
     * An earlier attempt may have touched the account.
     *
     * @param ours names of the steps that were yet to be done when the first call was made; kept
     *     for a plan that takes steps back
     */
    record Again(Order order, Instant startedAt, Optional<Set<String>> ours) implements Attempt {
        /** One of a plan that takes nothing back. */
        public Again(Order order, Instant startedAt) {
            this(order, startedAt, Optional.empty());
        }
    }

    /**
     * A step failed for good, and what was done before is taken back, as it was approved with the
     * plan: the last step first. Neither the end of the authorization nor a halt keeps it, since it
     * leaves nothing half done. What cannot be done now is tried again, without end; what can never
     * be done is left, and owed.
     *
     * @param failed what would have been reported otherwise
     * @param undo names of the steps that are to be taken back
     */
    record Compensating(Order order, Instant startedAt, Report failed, Set<String> undo)
            implements Attempt {}

    /**
     * A person executes (mode ASSIST): nothing is called here. Once somebody has taken it on, the
     * target is read until it is as the plan wants it.
     *
     * @param person immutable id of who has taken it on
     */
    record Watched(Order order, Instant startedAt, Optional<String> person) implements Attempt {}

    /**
     * What the plan granted for a time is taken away, its time being over. Neither the end of the
     * authorization nor a halt nor mode ASSIST keeps it: it was approved with the grant, and less
     * is held by it. What cannot be done now is tried again, without end.
     */
    record Ending(Order order, Instant startedAt) implements Attempt {}

    /** An attempt and what it knows. */
    record Situation(Attempt attempt, Finding finding) {}

    /** What to do, knowing this of the target. */
    static Next decide(Attempt attempt, Finding finding, Instant now) {
        return switch (new Situation(attempt, finding)) {
            case Situation(First first, Finding.Nothing _) -> open(first, now);
            case Situation(Again again, Finding.Nothing _) -> open(again, now);
            case Situation(Watched watched, Finding.Nothing _) -> open(watched, now);
            case Situation(Ending ending, Finding.Nothing _) -> open(ending);
            case Situation(Compensating undoing, Finding.Nothing _) -> open(undoing);
            case Situation(Compensating undoing, Finding.Found(TargetState found)) ->
                    takeBack(undoing, found, now);
            case Situation(Compensating undoing, Finding.ReadBack back) ->
                    takenBack(undoing, back, now);
            case Situation(Compensating undoing, Finding.Impossible(String reason, _)) ->
                    notTakenBack(undoing, reason, now);
            case Situation(Compensating _, Finding.Unanswered(String reason, _)) ->
                    new Next.Later(reason, true);
            case Situation(Ending ending, Finding.Found(TargetState found)) ->
                    take(ending, found, now);
            case Situation(Ending ending, Finding.ReadBack back) -> taken(ending, back, now);
            case Situation(Ending _, Finding.Impossible(String reason, _)) ->
                    new Next.Later(reason, true);
            case Situation(Ending _, Finding.Unanswered(String reason, _)) ->
                    new Next.Later(reason, true);
            case Situation(Watched watched, Finding.Found(TargetState found)) ->
                    look(watched, found, now);
            case Situation(Watched watched, Finding.ReadBack back) ->
                    look(watched, back.after(), now);
            // the person is at work, and what the target refuses to tell now it may tell later
            case Situation(Watched watched, Finding.Impossible(String reason, _)) ->
                    waitOrFail(watched, reason, now);
            case Situation(Watched watched, Finding.Unanswered(String reason, _)) ->
                    waitOrFail(watched, reason, now);
            case Situation(First first, Finding.Found(TargetState found)) ->
                    begin(first, found, now);
            case Situation(Again again, Finding.Found(TargetState found)) ->
                    goOn(again, found, now);
            case Situation(First first, Finding.ReadBack back) ->
                    judge(first, back, false, first(first, back.before()), back.obstacle(), now);
            case Situation(Again again, Finding.ReadBack back) ->
                    judge(again, back, true, again.ours(), back.obstacle(), now);
            case Situation(First first, Finding.Impossible(String reason, boolean touched)) ->
                    touched ? failTouched(first, reason, now) : fail(first, reason, now);
            case Situation(Again again, Finding.Impossible(String reason, _)) ->
                    failTouched(again, reason, now);
            case Situation(First first, Finding.Unanswered(String reason, boolean touched)) ->
                    touched
                            ? waitOrFail(first, reason, now)
                            : first.order().intent().isExpired(now)
                                    ? refuse(expired(first) + "; " + reason, now)
                                    : new Next.Later(reason, false);
            case Situation(Again again, Finding.Unanswered(String reason, _)) ->
                    waitOrFail(again, reason, now);
        };
    }

    private static Next open(First attempt, Instant now) {
        Optional<String> refusal = attempt.order().refusal();
        if (refusal.isPresent()) {
            return refuse(refusal.get(), now);
        }
        Intent intent = attempt.order().intent();
        if (now.isBefore(intent.authorizedAt())) {
            return refuse(notYet(attempt, now), now);
        }
        return intent.isExpired(now) ? refuse(expired(attempt), now) : new Next.Read();
    }

    private static Next open(Again attempt, Instant now) {
        return attempt.order()
                .refusal()
                .<Next>map(refusal ->
                        failTouched(
                                attempt,
                                refusal + "; an earlier attempt may have touched the account",
                                now))
                .orElseGet(Next.Read::new);
    }

    private static Next open(Watched attempt, Instant now) {
        Optional<String> refusal =
                attempt.order()
                        .refusal()
                        .or(() ->
                                now.isBefore(attempt.order().intent().authorizedAt())
                                        ? Optional.of(notYet(attempt, now))
                                        : Optional.empty());
        if (attempt.person().isPresent()) {
            return refusal.<Next>map(reason ->
                            failTouched(
                                    attempt,
                                    reason + "; who took it on may have touched the account",
                                    now))
                    .orElseGet(Next.Read::new);
        }
        if (refusal.isPresent()) {
            return refuse(refusal.get(), now);
        }
        return attempt.order().intent().isExpired(now)
                ? refuse(expired(attempt) + "; nobody took it on", now)
                : new Next.Later(
                        "waits for a person who takes it on: " + names(attempt.order().readPlan()),
                        false);
    }

    private static Next open(Ending attempt) {
        return attempt.order()
                .refusal()
                .<Next>map(reason -> new Next.Later(reason, true))
                .orElseGet(Next.Read::new);
    }

    private static Next open(Compensating attempt) {
        return attempt.order()
                .refusal()
                .<Next>map(reason -> new Next.Later(reason, true))
                .orElseGet(Next.Read::new);
    }

    private static Next takeBack(Compensating attempt, TargetState found, Instant now) {
        Plan plan = attempt.order().readPlan();
        if (attempt.undone(found).isEmpty()) {
            // whoever has done the rest meanwhile: it is as it was approved
            return new Next.End(
                    Report.of(
                            plan,
                            found,
                            found,
                            true,
                            Optional.empty(),
                            Optional.empty(),
                            attempt.startedAt(),
                            now));
        }
        List<Call> calls =
                plan.steps().reversed().stream()
                        .filter(step -> attempt.undo().contains(step.name()))
                        .filter(step -> !isStrange(step, found))
                        .map(plan.compensations()::get)
                        .filter(Objects::nonNull)
                        // what somebody else made of it since is theirs
                        .filter(step -> found.standing(step) != Standing.ELSEWHERE)
                        .flatMap(step -> found.calls(step).stream())
                        .toList();
        return calls.isEmpty()
                ? takenBack(attempt, unchanged(found), now)
                : new Next.Perform(found, calls);
    }

    private static Next takenBack(Compensating attempt, Finding.ReadBack back, Instant now) {
        return new Next.End(
                Report.compensated(
                        attempt.order().readPlan(),
                        attempt.failed(),
                        attempt.undo(),
                        back.before(),
                        back.after(),
                        back.obstacle(),
                        steps -> remainder(attempt, steps),
                        now));
    }

    private static Next notTakenBack(Compensating attempt, String reason, Instant now) {
        Plan plan = attempt.order().readPlan();
        List<String> left =
                plan.steps().stream()
                        .map(Step::name)
                        .filter(name ->
                                attempt.undo().contains(name)
                                        || attempt.failed()
                                                .remainder()
                                                .filter(each -> each.steps().contains(name))
                                                .isPresent())
                        .toList();
        Report failed = attempt.failed();
        return new Next.End(
                new Report(
                        Report.Outcome.FAILED,
                        failed.steps(),
                        false,
                        failed.reason()
                                + "; left half done: "
                                + String.join(", ", left)
                                + "; "
                                + reason,
                        failed.startedAt(),
                        now,
                        Optional.of(remainder(attempt, left))));
    }

    /** Who owes what is left: who had taken it on, or who answers for the proposal. */
    private static Report.Remainder remainder(Attempt attempt, List<String> steps) {
        Optional<String> person =
                attempt instanceof Watched watched ? watched.person() : Optional.empty();
        Intent.Terms terms = attempt.order().intent().terms();
        return new Report.Remainder(
                steps,
                person.or(terms::accountable),
                person.isPresent()
                        ? "who took it on"
                        : terms.accountable().isPresent()
                                ? terms.capacity()
                                : "the owner of the charter");
    }

    /** The steps that are yet to be done, by name. */
    default Set<String> undone(TargetState found) {
        return order().readPlan().steps().stream()
                .filter(step -> found.standing(step) != Standing.AFTER)
                .map(Step::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Optional<Set<String>> first(First attempt, TargetState before) {
        return Optional.of(attempt.undone(before));
    }

    /** The steps that were done, or half done, and that leave something. */
    private static List<Step> touched(Plan plan, TargetState after, Optional<Set<String>> ours) {
        return plan.steps().stream()
                .filter(plan::mayRemain)
                .filter(step -> ours.map(each -> each.contains(step.name())).orElse(true))
                .filter(step -> after.isBegun(step) || isStrange(step, after))
                .toList();
    }

    /**
     * Where an account was to be made there is one now that is not as planned: whether it is the
     * one that was made, nothing says. It is never touched, and somebody has to look at it.
     */
    private static boolean isStrange(Step step, TargetState found) {
        return step instanceof Step.CreateAccount && found.standing(step) == Standing.ELSEWHERE;
    }

    /** An account was to be made, and what there is now is not known to be it. */
    private static boolean isUnsure(Step step, TargetState found) {
        return step instanceof Step.CreateAccount && found.standing(step) != Standing.AFTER;
    }

    /**
     * An earlier attempt may have made an account that the target does not show yet, and that is
     * not to be made again: the target refuses to, or the authorization has ended.
     */
    private static List<Step> withHidden(Plan plan, List<Step> touched, TargetState found) {
        return found.there()
                ? touched
                : Stream.concat(plan.creation().stream(), touched.stream()).distinct().toList();
    }

    private static Next take(Ending attempt, TargetState found, Instant now) {
        List<Call> calls = found.calls(end(attempt));
        return calls.isEmpty()
                ? taken(attempt, unchanged(found), now)
                : new Next.Perform(found, calls);
    }

    private static Next taken(Ending attempt, Finding.ReadBack back, Instant now) {
        Step step = end(attempt);
        return back.after().standing(step) == Standing.AFTER
                ? new Next.End(
                        Report.ended(step, back.before(), back.after(), attempt.startedAt(), now))
                : new Next.Later(
                        back.obstacle().orElse("the target, read again, still has it"), true);
    }

    private static Step end(Ending attempt) {
        return attempt.order().readPlan().end().orElseThrow().step();
    }

    private static Next look(Watched attempt, TargetState found, Instant now) {
        Plan plan = attempt.order().readPlan();
        boolean done = attempt.undone(found).isEmpty();
        if (done || attempt.order().intent().isExpired(now)) {
            List<String> left =
                    touched(plan, found, Optional.empty()).stream().map(Step::name).toList();
            return new Next.End(
                    Report.watched(
                                    plan,
                                    found,
                                    done ? Optional.empty() : Optional.of(expired(attempt)),
                                    attempt.startedAt(),
                                    now)
                            .leaving(
                                    done || left.isEmpty()
                                            ? Optional.empty()
                                            : Optional.of(remainder(attempt, left))));
        }
        return new Next.Later(
                "waits for the person who took it on: "
                        + plan.steps().stream()
                                .filter(step -> found.standing(step) != Standing.AFTER)
                                .map(Step::name)
                                .collect(Collectors.joining(", ")),
                false);
    }

    private static String notYet(Attempt attempt, Instant now) {
        return "NOT_YET: the authorization begins at "
                + attempt.order().intent().authorizedAt()
                + ", here it is "
                + now;
    }

    private static String names(Plan plan) {
        return plan.steps().stream().map(Step::name).collect(Collectors.joining(", "));
    }

    private static Next begin(First attempt, TargetState found, Instant now) {
        Plan plan = attempt.order().readPlan();
        if (attempt.order().intent().isExpired(now)) {
            return refuse(expired(attempt), now);
        }
        Optional<String> drift = drift(plan, found, Set.of(Standing.BETWEEN, Standing.ELSEWHERE));
        if (drift.isPresent()) {
            return refuse(drift.get(), now);
        }
        List<Call> calls = calls(plan, found);
        return calls.isEmpty()
                ? judge(
                        attempt,
                        unchanged(found),
                        false,
                        first(attempt, found),
                        Optional.empty(),
                        now)
                : new Next.Perform(found, calls);
    }

    private static Next goOn(Again attempt, TargetState found, Instant now) {
        Plan plan = attempt.order().readPlan();
        Optional<String> obstacle =
                drift(plan, found, Set.of(Standing.ELSEWHERE)).or(() -> ended(attempt, now));
        List<Call> calls = calls(plan, found);
        return calls.isEmpty() || obstacle.isPresent()
                ? judge(attempt, unchanged(found), true, attempt.ours(), obstacle, now)
                : new Next.Perform(found, calls);
    }

    private static Next judge(
            Attempt attempt,
            Finding.ReadBack back,
            boolean interrupted,
            Optional<Set<String>> ours,
            Optional<String> obstacle,
            Instant now) {
        Plan plan = attempt.order().readPlan();
        Report report =
                Report.of(
                        plan,
                        back.before(),
                        back.after(),
                        interrupted,
                        ours,
                        obstacle,
                        attempt.startedAt(),
                        now);
        List<Step> touched =
                report.outcome() == Report.Outcome.SUCCEEDED
                        ? List.of()
                        : touched(plan, back.after(), ours);
        if (interrupted && obstacle.isPresent()) {
            touched = withHidden(plan, touched, back.after());
        }
        Map<Boolean, List<String>> byCompensation =
                touched.stream()
                        .collect(
                                Collectors.partitioningBy(
                                        step ->
                                                plan.compensations().containsKey(step)
                                                        && !isUnsure(step, back.after()),
                                        Collectors.mapping(Step::name, Collectors.toList())));
        List<String> undo = byCompensation.getOrDefault(true, List.of());
        // all that was done to an account that is removed again goes with it
        List<String> left =
                plan.creation().filter(made -> undo.contains(made.name())).isPresent()
                        ? List.of()
                        : byCompensation.getOrDefault(false, List.of());
        Report leaving =
                report.leaving(
                        left.isEmpty() ? Optional.empty() : Optional.of(remainder(attempt, left)));
        return undo.isEmpty()
                ? new Next.End(leaving)
                : new Next.Compensate(leaving, Set.copyOf(undo));
    }

    private static Next waitOrFail(Attempt attempt, String reason, Instant now) {
        boolean takesBack =
                !(attempt instanceof Watched)
                        && attempt.order()
                                .plan()
                                .filter(each -> !each.compensations().isEmpty())
                                .isPresent();
        return attempt.order().intent().isExpired(now) && !takesBack
                ? failTouched(
                        attempt,
                        "the target did not answer until the authorization ended: " + reason,
                        now)
                : new Next.Later(reason, !(attempt instanceof Watched));
    }

    /** It is over, and what became of the account is not known. */
    private static Next failTouched(Attempt attempt, String reason, Instant now) {
        List<String> left =
                attempt.order().plan().stream()
                        .flatMap(plan -> plan.steps().stream().filter(plan::mayRemain))
                        .map(Step::name)
                        .toList();
        return new Next.End(
                Report.failed(reason, attempt.startedAt(), now)
                        .leaving(
                                left.isEmpty()
                                        ? Optional.empty()
                                        : Optional.of(remainder(attempt, left))));
    }

    private static Next refuse(String reason, Instant now) {
        return new Next.End(Report.refused(reason, now));
    }

    private static Next fail(Attempt attempt, String reason, Instant now) {
        return new Next.End(Report.failed(reason, attempt.startedAt(), now));
    }

    /** Why nothing more is called for this attempt; empty while its authorization holds. */
    static Optional<String> ended(Attempt attempt, Instant now) {
        return attempt.order().intent().isExpired(now)
                ? Optional.of(expired(attempt))
                : Optional.empty();
    }

    private static String expired(Attempt attempt) {
        Intent intent = attempt.order().intent();
        boolean granted =
                intent.ends(attempt.order().plan()).filter(intent.expiresAt()::equals).isPresent();
        return "EXPIRED: "
                + (granted ? "what is granted" : "the authorization")
                + " ended at "
                + intent.expiresAt();
    }

    /** Where somebody else changed the account since the plan was made. */
    private static Optional<String> drift(Plan plan, TargetState found, Set<Standing> strange) {
        List<Step> drifted =
                plan.steps().stream()
                        .filter(step -> strange.contains(found.standing(step)))
                        .toList();
        return drifted.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "DRIFTED: the account is not as the plan was made for: "
                                + drifted.stream()
                                        .map(found::difference)
                                        .collect(Collectors.joining("; ")));
    }

    private static List<Call> calls(Plan plan, TargetState found) {
        return plan.steps().stream().flatMap(step -> found.calls(step).stream()).toList();
    }

    private static Finding.ReadBack unchanged(TargetState found) {
        return new Finding.ReadBack(found, found, Optional.empty());
    }
}
