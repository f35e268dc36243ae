package dev.remit.executor.domain;

import dev.remit.executor.domain.Plan.Step;
import dev.remit.executor.domain.TargetState.Standing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What became of an authorization.
 *
 * @param readBackMatches whether the target, read again, is as the plan says
 * @param remainder what is left half done
 */
public record Report(
        Outcome outcome,
        List<StepReport> steps,
        boolean readBackMatches,
        String reason,
        Instant startedAt,
        Instant completedAt,
        Optional<Remainder> remainder) {
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");

    /** Replicas' clocks differ a little: no report ends before it starts. */
    public Report {
        reason = CONTROLS.matcher(reason).replaceAll(" ");
        completedAt = completedAt.isBefore(startedAt) ? startedAt : completedAt;
    }

    /** Nothing is left half done. */
    public Report(
            Outcome outcome,
            List<StepReport> steps,
            boolean readBackMatches,
            String reason,
            Instant startedAt,
            Instant completedAt) {
        this(outcome, steps, readBackMatches, reason, startedAt, completedAt, Optional.empty());
    }

    /** How it ended. */
    public enum Outcome {
        SUCCEEDED,
        FAILED,
        REFUSED,
        /** A step failed for good, and what was done is taken back. */
        COMPENSATED
    }

    /**
     * What is left half done.
     *
     * @param steps that were done, or may have been, and were not taken back
     * @param owedBy immutable id of who owes the rest; empty if nobody is known
     * @param capacity as what, in words
     */
    public record Remainder(List<String> steps, Optional<String> owedBy, String capacity) {}

    /** What became of a step. */
    public enum Done {
        DONE,
        ALREADY_DONE,
        FAILED,
        /** Its time is yet to come. */
        SKIPPED
    }

    /**
     * One step, with the target before and after.
     *
     * @param undoes the step of the plan that it takes back
     */
    public record StepReport(
            String step,
            Done state,
            Map<String, String> before,
            Map<String, String> after,
            String detail,
            Optional<String> undoes) {
        /** A step of the plan itself. */
        public StepReport(
                String step,
                Done state,
                Map<String, String> before,
                Map<String, String> after,
                String detail) {
            this(step, state, before, after, detail, Optional.empty());
        }
    }

    /** The same, for this reason too. */
    public Report because(String why) {
        return new Report(
                outcome,
                steps,
                readBackMatches,
                why + "; " + reason,
                startedAt,
                completedAt,
                remainder);
    }

    /** The same, with what is left half done. */
    Report leaving(Optional<Remainder> left) {
        return new Report(outcome, steps, readBackMatches, reason, startedAt, completedAt, left);
    }

    /**
     * What became of taking back what was done.
     *
     * @param failed what would have been reported otherwise
     * @param undo names of the steps that are to be taken back
     * @param before the target when it was looked at to take them back
     * @param after the target, read again
     * @param obstacle why a call can never succeed
     * @param owner who owes what is left, by the names of its steps
     */
    static Report compensated(
            Plan plan,
            Report failed,
            Set<String> undo,
            TargetState before,
            TargetState after,
            Optional<String> obstacle,
            Function<List<String>, Remainder> owner,
            Instant now) {
        List<StepReport> all = new ArrayList<>(failed.steps());
        List<String> left =
                new ArrayList<>(failed.remainder().map(Remainder::steps).orElse(List.of()));
        List<String> back = new ArrayList<>();
        for (Step step : plan.steps().reversed()) {
            Step compensation = plan.compensations().get(step);
            if (compensation == null || !undo.contains(step.name())) {
                continue;
            }
            boolean was = before.standing(compensation) == Standing.AFTER;
            boolean is = after.standing(compensation) == Standing.AFTER;
            (is ? back : left).add(step.name());
            all.add(
                    new StepReport(
                            compensation.name(),
                            !is ? Done.FAILED : was ? Done.ALREADY_DONE : Done.DONE,
                            before.facts(compensation),
                            after.facts(compensation),
                            !is
                                    ? "the target, read again, is not as it was before"
                                    : was
                                            ? "the target, read before, was as before already"
                                            : "taken back; the target, read again, is as it was before",
                            Optional.of(step.name())));
        }
        String words =
                (back.isEmpty() ? "" : "; taken back: " + String.join(", ", back))
                        + (left.isEmpty() ? "" : "; left half done: " + String.join(", ", left))
                        + obstacle.filter(_ -> !left.isEmpty()).map("; "::concat).orElse("");
        return new Report(
                left.isEmpty() ? Outcome.COMPENSATED : Outcome.FAILED,
                List.copyOf(all),
                false,
                failed.reason() + words,
                failed.startedAt(),
                now,
                left.isEmpty() ? Optional.empty() : Optional.of(owner.apply(List.copyOf(left))));
    }

    /** An authorization that did not hold: the target was not touched. */
    public static Report refused(String reason, Instant now) {
        return new Report(Outcome.REFUSED, List.of(), false, reason, now, now);
    }

    /** It could not be done. */
    public static Report failed(String reason, Instant startedAt, Instant now) {
        return new Report(Outcome.FAILED, List.of(), false, reason, startedAt, now);
    }

    /** What was granted is not held any more. */
    public static Report ended(
            Step step, TargetState before, TargetState after, Instant startedAt, Instant now) {
        boolean was = before.standing(step) == Standing.AFTER;
        String words =
                was
                        ? "the target, read when it was to be taken away, did not have it any more"
                        : "taken away; the target, read again, does not have it any more";
        return new Report(
                Outcome.SUCCEEDED,
                List.of(
                        new StepReport(
                                step.name(),
                                was ? Done.ALREADY_DONE : Done.DONE,
                                before.facts(step),
                                after.facts(step),
                                words)),
                true,
                words,
                startedAt,
                now);
    }

    /**
     * Judges a performed plan from what the target said before and says after.
     *
     * @param interrupted whether an earlier attempt of the same authorization may have done some of
     *     it
     * @param ours names of the steps that were yet to be done when the first call was made; empty
     *     if that was not kept
     * @param obstacle why it could not be done; does not count if the target is as planned all the
     *     same
     */
    public static Report of(
            Plan plan,
            TargetState before,
            TargetState after,
            boolean interrupted,
            Optional<Set<String>> ours,
            Optional<String> obstacle,
            Instant startedAt,
            Instant now) {
        List<StepReport> steps = new ArrayList<>();
        for (Step step : plan.steps()) {
            boolean mayBeOurs =
                    interrupted && ours.map(each -> each.contains(step.name())).orElse(true);
            boolean was = before.standing(step) == Standing.AFTER;
            boolean is = after.standing(step) == Standing.AFTER;
            Done state = !is ? Done.FAILED : was && !mayBeOurs ? Done.ALREADY_DONE : Done.DONE;
            String detail =
                    !is
                            ? "the target, read again, is not as the plan says"
                            : was
                                    ? mayBeOurs
                                            ? "found done after an interruption of this authorization"
                                            : "the target was so already"
                                    : "done";
            steps.add(
                    new StepReport(
                            step.name(), state, before.facts(step), after.facts(step), detail));
        }
        List<String> strange = strangeGroups(plan, after);
        boolean matches = steps.stream().noneMatch(step -> step.state() == Done.FAILED);
        plan.end()
                .ifPresent(end ->
                        steps.add(
                                new StepReport(
                                        end.step().name(),
                                        Done.SKIPPED,
                                        Map.of(),
                                        Map.of(),
                                        "is done "
                                                + end.after()
                                                + " after the authorization, and reported then")));
        String reason =
                matches
                        ? "the target, read again, is as the plan says"
                        : obstacle.orElse(
                                strange.isEmpty()
                                        ? "the target, read again, is not as the plan says"
                                        : "the account is in groups that the plan does not name: "
                                                + String.join(", ", strange));
        return new Report(
                matches ? Outcome.SUCCEEDED : Outcome.FAILED,
                steps,
                matches,
                reason,
                startedAt,
                now);
    }

    /**
     * Judges what a person did, from what the target says.
     *
     * @param obstacle why it is over although the target is not as planned
     */
    public static Report watched(
            Plan plan,
            TargetState found,
            Optional<String> obstacle,
            Instant startedAt,
            Instant now) {
        Report report = of(plan, found, found, true, Optional.empty(), obstacle, startedAt, now);
        return new Report(
                report.outcome(),
                report.steps().stream()
                        .map(step ->
                                step.state() == Done.DONE
                                        ? new StepReport(
                                                step.step(),
                                                step.state(),
                                                step.before(),
                                                step.after(),
                                                "a person executes; found done")
                                        : step)
                        .toList(),
                report.readBackMatches(),
                report.reason(),
                report.startedAt(),
                report.completedAt());
    }

    /** Groups that are left and that the plan does not name. */
    private static List<String> strangeGroups(Plan plan, TargetState after) {
        return plan.steps().stream()
                .filter(step -> after.standing(step) == Standing.ELSEWHERE)
                .flatMap(step ->
                        step instanceof Step.LeaveGroups leave
                                ? after.groups().stream()
                                        .filter(group ->
                                                leave.groups().stream()
                                                        .noneMatch(planned ->
                                                                planned.id().equals(group.id())))
                                        .map(Plan.Group::path)
                                : Stream.empty())
                .toList();
    }
}
