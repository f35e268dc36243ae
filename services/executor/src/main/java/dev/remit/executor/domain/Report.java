package dev.remit.executor.domain;

import dev.remit.executor.domain.Plan.Step;
import dev.remit.executor.domain.TargetState.Standing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What became of an authorization. */
public record Report(
        Outcome outcome,
        List<StepReport> steps,
        boolean readBackMatches,
        String reason,
        Instant startedAt,
        Instant completedAt) {
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");

    /** Replicas' clocks differ a little: no report ends before it starts. */
    public Report {
        reason = CONTROLS.matcher(reason).replaceAll(" ");
        completedAt = completedAt.isBefore(startedAt) ? startedAt : completedAt;
    }

    /** How it ended. */
    public enum Outcome {
        SUCCEEDED,
        FAILED,
        REFUSED
    }

    /** What became of a step. */
    public enum Done {
        DONE,
        ALREADY_DONE,
        FAILED,
        /** Its time is yet to come. */
        SKIPPED
    }

    /** One step, with the target before and after. */
    public record StepReport(
            String step,
            Done state,
            Map<String, String> before,
            Map<String, String> after,
            String detail) {}

    /** The same, for this reason too. */
    public Report because(String why) {
        return new Report(
                outcome, steps, readBackMatches, why + "; " + reason, startedAt, completedAt);
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
     * @param obstacle why it could not be done; does not count if the target is as planned all the
     *     same
     */
    public static Report of(
            Plan plan,
            TargetState before,
            TargetState after,
            boolean interrupted,
            Optional<String> obstacle,
            Instant startedAt,
            Instant now) {
        List<StepReport> steps = new ArrayList<>();
        for (Step step : plan.steps()) {
            boolean was = before.standing(step) == Standing.AFTER;
            boolean is = after.standing(step) == Standing.AFTER;
            Done state = !is ? Done.FAILED : was && !interrupted ? Done.ALREADY_DONE : Done.DONE;
            String detail =
                    !is
                            ? "the target, read again, is not as the plan says"
                            : was
                                    ? interrupted
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
        Report report = of(plan, found, found, true, obstacle, startedAt, now);
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
