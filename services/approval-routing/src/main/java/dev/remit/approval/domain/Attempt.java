package dev.remit.approval.domain;

import dev.remit.approval.domain.Eligibility.Bar;
import dev.remit.approval.domain.Eligibility.Barring;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Someone tries to decide a stage. Pure: the stage as it is and the attempt give what follows.
 *
 * @param by immutable id, from the token
 * @param reason why; the question, for QUESTIONED
 * @param planHash the plan that the decider saw
 * @param stage the stage's name; empty for the first that the decider may decide
 * @param onBehalfOf in whose place; empty for their own, or else the first who delegated
 * @param nonce of the stage as the decider saw it
 * @param bulk whether it comes together with others
 * @param terms what the plan is amended to, for AMENDED
 */
public record Attempt(
        String by,
        Kind decision,
        String reason,
        String planHash,
        Optional<String> stage,
        Optional<String> onBehalfOf,
        Optional<UUID> nonce,
        boolean bulk,
        Instant at,
        Terms terms) {
    /** One that amends nothing. */
    public Attempt(
            String by,
            Kind decision,
            String reason,
            String planHash,
            Optional<String> stage,
            Optional<String> onBehalfOf,
            Optional<UUID> nonce,
            boolean bulk,
            Instant at) {
        this(by, decision, reason, planHash, stage, onBehalfOf, nonce, bulk, at, Terms.NONE);
    }

    /** What can be decided. */
    public enum Kind {
        APPROVED,
        DENIED,
        /** The proposer is asked something first; the stage's time goes on. */
        QUESTIONED,
        /** The proposer is to amend the change, or to take it back; the stage's time goes on. */
        SENT_BACK,
        /** The plan is made narrower, and every stage is asked anew. */
        AMENDED,
        /** A review finds the change right. */
        JUSTIFIED,
        /** A review finds that it should not have been. */
        UNJUSTIFIED;

        /** What is kept of it. */
        Decision.Kind decision() {
            return Decision.Kind.valueOf(name());
        }

        private boolean isOf(OpenStage stage) {
            return switch (this) {
                case APPROVED, DENIED, SENT_BACK, AMENDED -> !stage.afterwards();
                case JUSTIFIED, UNJUSTIFIED -> stage.afterwards();
                case QUESTIONED -> true;
            };
        }
    }

    /** The answer about a change that was never routed here. */
    public static final Result.Refused CHANGE_UNKNOWN =
            new Result.Refused(404, "CHANGE_UNKNOWN", "no such change was routed here", false);

    /**
     * A stage that waits.
     *
     * @param voted whether the decider, or the one they act for, has decided it already, with
     *     whichever account and whoever acted for them
     * @param candidate as whom the decider may decide it; empty if not among those asked
     * @param votes the decisions of people at this stage so far
     * @param risk of the plan, 0 to 100; empty if it is not known
     */
    public record Waiting(
            OpenStage stage,
            UUID nonce,
            String planHash,
            Charter.Stage rules,
            boolean voted,
            Optional<Candidate> candidate,
            List<Decision> votes,
            Optional<Integer> risk) {}

    /** What follows. */
    public sealed interface Result {
        /** Taken; the stage still waits for others. */
        record Counted() implements Result {}

        /** Taken; the stage is approved. */
        record StageApproved() implements Result {}

        /** Taken; the route ends. */
        record RouteDenied() implements Result {}

        /** Taken; the review is closed, and the route with it. */
        record Reviewed() implements Result {}

        /** Taken; the proposer is asked. */
        record Questioned() implements Result {}

        /** Taken; the proposer is to amend the change. */
        record SentBack() implements Result {}

        /** To be taken, if the plan can be amended like this. */
        record Amends() implements Result {}

        /**
         * Not taken.
         *
         * @param recorded whether the attempt is kept as evidence
         */
        record Refused(int status, String code, String words, boolean recorded) implements Result {}
    }

    /** The answer where nothing waits for a decision. */
    public Result.Refused closed(String state) {
        return isRule() ? notAPerson() : notWaiting(state);
    }

    static Result.Refused notWaiting(String state) {
        return new Result.Refused(
                409, "NOT_WAITING", "this change waits for no decision: it is " + state, false);
    }

    static Result.Refused expired(OpenStage stage) {
        return new Result.Refused(409, "EXPIRED", "the stage expired at " + stage.until(), false);
    }

    private boolean isRule() {
        return by.startsWith(Charter.Policy.PREFIX);
    }

    private static Result.Refused notAPerson() {
        return new Result.Refused(
                403, "NOT_A_PERSON", "the caller has an id that only rules have", false);
    }

    /**
     * Decides. A stage that is held counts votes and is not approved.
     *
     * @param barring what {@link Eligibility} says of the one who tries, and of the one they act
     *     for
     * @param signs whether a signature comes with it, which is checked when all else holds
     */
    public Result on(
            Waiting waiting,
            Optional<Barring> barring,
            Authentication authentication,
            boolean signs) {
        OpenStage at = waiting.stage();
        if (isRule()) {
            return notAPerson();
        }
        if (barring.isPresent()) {
            return refused(barring.get());
        }
        if (at.isOver(this.at)) {
            return expired(at);
        }
        if (waiting.voted()) {
            return refused(Barring.by(Bar.STAGE_ALREADY_DECIDED_BY_YOU));
        }
        if (waiting.candidate().filter(Candidate::eligible).isEmpty()) {
            return refused(Barring.by(Bar.NOT_A_CANDIDATE));
        }
        if (!planHash.equals(waiting.planHash())) {
            return new Result.Refused(
                    422,
                    "PLAN_MISMATCH",
                    "planHash: is not the plan that waits for approval, " + waiting.planHash(),
                    true);
        }
        if (nonce.filter(each -> !each.equals(waiting.nonce())).isPresent()) {
            return new Result.Refused(
                    409, "NONCE_USED", "nonce: is not that of the stage as it is open now", true);
        }
        return onRules(waiting, authentication, signs);
    }

    private Result onRules(Waiting waiting, Authentication authentication, boolean signs) {
        Charter.Stage rules = waiting.rules();
        if (!decision.isOf(waiting.stage())) {
            return new Result.Refused(
                    409,
                    "DECISION_NOT_OFFERED",
                    "decision: stage %s is decided by %s"
                            .formatted(
                                    waiting.stage().name(),
                                    waiting.stage().afterwards()
                                            ? "JUSTIFIED or UNJUSTIFIED: it was executed, and is looked at afterwards"
                                            : "APPROVED, DENIED, SENT_BACK or AMENDED"),
                    false);
        }
        if (bulk && !rules.bulk()) {
            return new Result.Refused(
                    409, "NOT_IN_BULK", "this stage is decided one by one", false);
        }
        if (bulk && waiting.risk().filter(risk -> risk <= Risk.MOST_IN_BULK).isEmpty()) {
            return new Result.Refused(
                    409,
                    "NOT_IN_BULK",
                    "it is decided alone: its risk is %s"
                            .formatted(
                                    waiting.risk()
                                            .map(risk -> risk + ", above " + Risk.MOST_IN_BULK)
                                            .orElse("not known")),
                    false);
        }
        if (bulk && decision == Kind.AMENDED) {
            return new Result.Refused(409, "NOT_IN_BULK", "a plan is amended alone", false);
        }
        if (decision == Kind.AMENDED && terms.isEmpty()) {
            return new Result.Refused(
                    422,
                    "TERMS_MISSING",
                    "duration, notBefore: one of them is needed to amend a plan",
                    false);
        }
        if (reason.isEmpty() && (rules.reasonRequired() || decision != Kind.APPROVED)) {
            return new Result.Refused(
                    422, "REASON_MISSING", "reason: must not be empty here", false);
        }
        Optional<String> lacking =
                rules.stepUp()
                        .filter(asked -> !(signs && asked.isMetBySigning()))
                        .flatMap(asked ->
                                authentication
                                        .lacks(asked, at)
                                        .map(words ->
                                                asked.isMetBySigning()
                                                        ? words
                                                                + "; or sign the decision with a passkey"
                                                        : words));
        if (lacking.isPresent()) {
            return new Result.Refused(401, "STEP_UP_REQUIRED", lacking.get(), false);
        }
        return switch (decision) {
            case QUESTIONED -> new Result.Questioned();
            case SENT_BACK -> new Result.SentBack();
            case AMENDED -> new Result.Amends();
            case DENIED ->
                    count(waiting, Decision.Kind.DENIED) + 1 >= waiting.stage().denies()
                            ? new Result.RouteDenied()
                            : new Result.Counted();
            // who proposed it may have gone: no question of a review keeps it open
            case JUSTIFIED, UNJUSTIFIED -> new Result.Reviewed();
            case APPROVED -> {
                Optional<Result> open = open(waiting);
                if (open.isPresent()) {
                    yield open.get();
                }
                // how many it needs may not be known
                yield waiting.stage().held().isEmpty()
                                && count(waiting, Decision.Kind.APPROVED) + 1
                                        >= waiting.stage().needed()
                        ? new Result.StageApproved()
                        : new Result.Counted();
            }
        };
    }

    private static Optional<Result> open(Waiting waiting) {
        if (waiting.stage().back()) {
            return Optional.of(
                    new Result.Refused(
                            409,
                            "SENT_BACK",
                            "it was sent back, and the proposer has not amended it yet",
                            false));
        }
        return waiting.stage()
                .question()
                .map(question ->
                        new Result.Refused(
                                409,
                                "QUESTION_OPEN",
                                "the proposer has not answered yet: " + question,
                                false));
    }

    private static long count(Waiting waiting, Decision.Kind kind) {
        return waiting.votes().stream().filter(each -> each.kind() == kind).count();
    }

    private static Result refused(Barring barring) {
        return new Result.Refused(403, barring.bar().name(), "the caller " + barring.words(), true);
    }
}
