package dev.remit.approval.domain;

import dev.remit.approval.domain.Eligibility.Bar;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Someone tries to decide a stage. Pure: the stage as it is and the attempt give what follows.
 *
 * @param by immutable id, from the token
 * @param decision APPROVED or DENIED
 * @param planHash the plan that the decider saw
 */
public record Attempt(String by, Kind decision, String reason, String planHash, Instant at) {
    /** What can be decided. */
    public enum Kind {
        APPROVED,
        DENIED
    }

    /** The answer about a change that was never routed here. */
    public static final Result.Refused CHANGE_UNKNOWN =
            new Result.Refused(404, "CHANGE_UNKNOWN", "no such change was routed here", false);

    /** How a stage stands when someone tries to decide it. */
    public sealed interface Stage {
        /**
         * It waits.
         *
         * @param approvals those who approved it so far
         */
        record Waiting(
                String planHash,
                Instant expiresAt,
                int quorum,
                List<Candidate> candidates,
                Set<String> approvals)
                implements Stage {}

        /** There is nothing to decide. */
        record Closed(String state) implements Stage {}
    }

    /** What follows. */
    public sealed interface Result {
        /** Taken; the stage still waits for others. */
        record Counted() implements Result {}

        /** Taken; the stage is approved. */
        record StageApproved() implements Result {}

        /** Taken; the route ends. */
        record RouteDenied() implements Result {}

        /**
         * Not taken.
         *
         * @param recorded whether the attempt is kept as evidence
         */
        record Refused(int status, String code, String words, boolean recorded) implements Result {}
    }

    /** Decides; {@code bar} is what {@link Eligibility} says of the one who tries. */
    public Result on(Stage stage, Optional<Bar> bar) {
        if (by.startsWith(Charter.Policy.PREFIX)) {
            return new Result.Refused(
                    403, "NOT_A_PERSON", "the caller has an id that only rules have", false);
        }
        return switch (stage) {
            case Stage.Closed(String state) ->
                    new Result.Refused(
                            409,
                            "NOT_WAITING",
                            "this change waits for no decision: it is " + state,
                            false);
            case Stage.Waiting waiting -> onWaiting(waiting, bar);
        };
    }

    private Result onWaiting(Stage.Waiting stage, Optional<Bar> bar) {
        if (bar.isPresent()) {
            return refused(bar.get());
        }
        if (!at.isBefore(stage.expiresAt())) {
            return new Result.Refused(
                    409, "EXPIRED", "the stage expired at " + stage.expiresAt(), false);
        }
        if (stage.approvals().contains(by)) {
            return refused(Bar.STAGE_ALREADY_DECIDED_BY_YOU);
        }
        if (stage.candidates().stream()
                .noneMatch(candidate -> candidate.id().equals(by) && candidate.eligible())) {
            return refused(Bar.NOT_A_CANDIDATE);
        }
        if (!planHash.equals(stage.planHash())) {
            return new Result.Refused(
                    422,
                    "PLAN_MISMATCH",
                    "planHash: is not the plan that waits for approval, " + stage.planHash(),
                    true);
        }
        return switch (decision) {
            case DENIED -> new Result.RouteDenied();
            case APPROVED ->
                    stage.approvals().size() + 1 >= stage.quorum()
                            ? new Result.StageApproved()
                            : new Result.Counted();
        };
    }

    private Result refused(Bar bar) {
        return new Result.Refused(403, bar.name(), "the caller " + bar.words(), true);
    }
}
