package dev.remit.approval.domain;

import dev.remit.approval.domain.Amending.Amended;
import dev.remit.approval.domain.Attempt.Result;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Duty.Part;
import dev.remit.approval.domain.Eligibility.Bar;
import dev.remit.approval.domain.Eligibility.Barring;
import dev.remit.approval.domain.Event.Answered;
import dev.remit.approval.domain.Event.Attempted;
import dev.remit.approval.domain.Event.Deadline;
import dev.remit.approval.domain.Event.Executed;
import dev.remit.approval.domain.Event.GrantEnded;
import dev.remit.approval.domain.Event.Lacking;
import dev.remit.approval.domain.Event.News;
import dev.remit.approval.domain.Event.Readied;
import dev.remit.approval.domain.Event.Resubmitted;
import dev.remit.approval.domain.Event.Withdrawn;
import dev.remit.approval.domain.Happened.Decided;
import dev.remit.approval.domain.Happened.Requested;
import dev.remit.approval.domain.Route.Barred;
import dev.remit.approval.domain.Route.CharterUnknown;
import dev.remit.approval.domain.Route.Course;
import dev.remit.approval.domain.Route.End;
import dev.remit.approval.domain.Route.Ended;
import dev.remit.approval.domain.Route.Granted;
import dev.remit.approval.domain.Route.Open;
import dev.remit.approval.domain.Route.Scheduled;
import dev.remit.approval.domain.Route.Unplanned;
import dev.remit.approval.domain.Route.Unrouted;
import dev.remit.approval.domain.Signing.Checked;
import dev.remit.approval.domain.Signing.Signature;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a route moves: every state with every event. Pure. What is not known holds; a held route ends
 * at its deadline; nothing is ever approved by default.
 */
public final class Routing {
    private record Cell(Route state, Event event) {}

    private Routing() {}

    /** Decides. An event that no longer fits the state changes nothing. */
    public static Outcome decide(Route state, Event event, Known known) {
        return switch (new Cell(state, event)) {
            case Cell(Unrouted _, Readied(Ready ready)) -> begin(ready, known);
            case Cell(Unrouted _, Lacking what) -> setAside(what, known);
            case Cell(Unrouted _, Attempted _) -> Outcome.refused(state, Attempt.CHANGE_UNKNOWN);
            case Cell(Unrouted _, Answered _) -> Outcome.refused(state, Attempt.CHANGE_UNKNOWN);
            case Cell(Unrouted _, Withdrawn _) -> Outcome.refused(state, Attempt.CHANGE_UNKNOWN);
            case Cell(Unrouted _, Resubmitted _) -> Outcome.refused(state, Attempt.CHANGE_UNKNOWN);
            case Cell(Unrouted _, News _) -> Outcome.nothing(state);
            case Cell(Unrouted _, Deadline _) -> Outcome.nothing(state);
            case Cell(Unrouted _, Executed _) -> Outcome.nothing(state);
            case Cell(Unrouted _, GrantEnded _) -> Outcome.nothing(state);

            case Cell(Unplanned _, Readied(Ready ready)) -> begin(ready, known);
            case Cell(Unplanned _, Lacking _) -> Outcome.nothing(state);
            case Cell(Unplanned _, Attempted tried) -> closed(state, tried);
            case Cell(Unplanned _, Answered _) -> notAsked(state);
            case Cell(Unplanned _, Resubmitted _) -> notSentBack(state);
            case Cell(Unplanned held, Withdrawn back) ->
                    withdraw(state, held.what().parties(), "", Optional.empty(), back, known);
            case Cell(Unplanned _, News _) -> Outcome.nothing(state);
            case Cell(Unplanned held, Deadline _) ->
                    lapse(state, held.until(), "no message with a plan came in time", known);
            case Cell(Unplanned _, Executed _) -> Outcome.nothing(state);
            case Cell(Unplanned _, GrantEnded _) -> Outcome.nothing(state);

            case Cell(CharterUnknown _, Readied _) -> Outcome.nothing(state);
            case Cell(CharterUnknown _, Lacking _) -> Outcome.nothing(state);
            case Cell(CharterUnknown _, Attempted tried) -> closed(state, tried);
            case Cell(CharterUnknown _, Answered _) -> notAsked(state);
            case Cell(CharterUnknown _, Resubmitted _) -> notSentBack(state);
            case Cell(CharterUnknown held, Withdrawn back) ->
                    withdraw(state, held.ready(), Optional.empty(), back, known);
            case Cell(CharterUnknown held, News _) -> found(held, known);
            case Cell(CharterUnknown held, Deadline _) -> late(held, known);
            case Cell(CharterUnknown _, Executed _) -> Outcome.nothing(state);
            case Cell(CharterUnknown _, GrantEnded _) -> Outcome.nothing(state);

            case Cell(Barred _, Readied _) -> Outcome.nothing(state);
            case Cell(Barred _, Lacking _) -> Outcome.nothing(state);
            case Cell(Barred _, Attempted tried) -> closed(state, tried);
            case Cell(Barred _, Answered _) -> notAsked(state);
            case Cell(Barred _, Resubmitted _) -> notSentBack(state);
            case Cell(Barred barred, Withdrawn back) ->
                    withdraw(state, barred.ready(), Optional.empty(), back, known);
            case Cell(Barred barred, News _) -> judgeAgain(barred, known);
            case Cell(Barred barred, Deadline _) -> halt(barred, known);
            case Cell(Barred _, Executed _) -> Outcome.nothing(state);
            case Cell(Barred _, GrantEnded _) -> Outcome.nothing(state);

            case Cell(Open _, Readied _) -> Outcome.nothing(state);
            case Cell(Open _, Lacking _) -> Outcome.nothing(state);
            case Cell(Open open, Attempted tried) -> attempt(open, tried, known);
            case Cell(Open open, Answered answer) -> answered(open, answer, known);
            case Cell(Open open, Resubmitted again) -> resubmitted(open, again, known);
            case Cell(Open open, Withdrawn _) when isReview(open, known) ->
                    Outcome.refused(state, Attempt.notWaiting("looked at afterwards"));
            case Cell(Open open, Withdrawn back) ->
                    withdraw(state, open.course().ready(), Optional.of(open.course()), back, known);
            case Cell(Open open, News _) -> again(open, known);
            case Cell(Open open, Deadline _) -> due(open, known);
            case Cell(Open _, Executed _) -> Outcome.nothing(state);
            case Cell(Open _, GrantEnded _) -> Outcome.nothing(state);

            case Cell(Scheduled _, Readied _) -> Outcome.nothing(state);
            case Cell(Scheduled _, Lacking _) -> Outcome.nothing(state);
            case Cell(Scheduled _, Attempted tried) -> closed(state, tried);
            case Cell(Scheduled _, Answered _) -> notAsked(state);
            case Cell(Scheduled _, Resubmitted _) -> notSentBack(state);
            case Cell(Scheduled waits, Withdrawn back) ->
                    withdraw(state, waits.ready(), Optional.empty(), back, known);
            case Cell(Scheduled waits, News _) -> start(waits, known);
            case Cell(Scheduled waits, Deadline _) -> start(waits, known);
            case Cell(Scheduled _, Executed _) -> Outcome.nothing(state);
            case Cell(Scheduled _, GrantEnded _) -> Outcome.nothing(state);

            case Cell(Granted _, Readied _) -> Outcome.nothing(state);
            case Cell(Granted _, Lacking _) -> Outcome.nothing(state);
            case Cell(Granted _, Attempted tried) -> closed(state, tried);
            case Cell(Granted _, Answered _) -> notAsked(state);
            case Cell(Granted _, Resubmitted _) -> notSentBack(state);
            case Cell(Granted _, Withdrawn _) ->
                    Outcome.refused(state, Attempt.notWaiting(state.state()));
            case Cell(Granted granted, News _) -> reviewHeld(granted, known);
            case Cell(Granted granted, Deadline _) -> reviewHeld(granted, known);
            case Cell(Granted granted, Executed report) -> executed(granted, report, known);
            case Cell(Granted granted, GrantEnded _) -> review(granted, known);

            case Cell(Ended _, Readied _) -> Outcome.nothing(state);
            case Cell(Ended _, Lacking _) -> Outcome.nothing(state);
            case Cell(Ended _, Attempted tried) -> closed(state, tried);
            case Cell(Ended _, Answered _) -> notAsked(state);
            case Cell(Ended _, Resubmitted _) -> notSentBack(state);
            case Cell(Ended _, Withdrawn _) ->
                    Outcome.refused(state, Attempt.notWaiting(state.state()));
            case Cell(Ended _, News _) -> Outcome.nothing(state);
            case Cell(Ended _, Deadline _) -> Outcome.nothing(state);
            case Cell(Ended _, Executed _) -> Outcome.nothing(state);
            case Cell(Ended _, GrantEnded _) -> Outcome.nothing(state);
        };
    }

    /** Every stage that a change would come to if it came now; nothing is kept. */
    public static Forecast forecast(Ready arrived, Known known) {
        Ready ready = arrived.seen(known);
        return switch (known.charterInForce()) {
            case Lookup.Missing(String why) -> Forecast.none(why);
            case Lookup.Found(Charter charter) -> {
                List<Forecast.Stage> stages = stages(ready, List.of(), 0, charter, known);
                yield new Forecast(
                        stages,
                        Optional.empty(),
                        from(ready, 0, List.of(), charter, known).duties(),
                        Optional.of(
                                ModeDecision.of(
                                        ready, charter, new Forecast.Foreseen(stages), known)));
            }
        };
    }

    /**
     * Every stage that a change under way is still to come to, as things are; none while it can go
     * by no charter.
     *
     * @param decisions all of the route so far
     * @param open the stages that are open
     */
    public static List<Forecast.Stage> later(
            Ready ready, List<Decision> decisions, List<OpenStage> open, Known known) {
        if (!(known.charterInForce() instanceof Lookup.Found(Charter charter))) {
            return List.of();
        }
        // stages open in their order: what lies behind the last that was opened was not
        int last =
                Stream.concat(
                                open.stream().map(OpenStage::index),
                                Decision.standing(decisions).stream()
                                        .filter(each ->
                                                each.isVote()
                                                        || each.kind() == Decision.Kind.PASSED_OVER)
                                        .map(Decision::stage))
                        .max(Comparator.naturalOrder())
                        .orElse(-1);
        return stages(ready, Decision.standing(decisions), last + 1, charter, known);
    }

    private static List<Forecast.Stage> stages(
            Ready ready, List<Decision> decisions, int first, Charter charter, Known known) {
        Map<String, Forecast.Stage> stages = new LinkedHashMap<>();
        for (int index = first; index < charter.stages().size(); index++) {
            if (!stages.containsKey(charter.stages().get(index).name())) {
                from(ready, index, decisions, charter, known)
                        .proceed()
                        .happened()
                        .forEach(each -> foresee(each, stages));
            }
        }
        return List.copyOf(stages.values());
    }

    private static void foresee(Happened happened, Map<String, Forecast.Stage> stages) {
        switch (happened) {
            case Happened.Requested requested -> {
                if (!requested.stage().isEmpty()) {
                    stages.putIfAbsent(
                            requested.stage(),
                            new Forecast.Stage(
                                    requested.stage(),
                                    requested.quorum(),
                                    requested.held(),
                                    Optional.empty(),
                                    requested.dropped(),
                                    requested.candidates()));
                }
            }
            case Happened.Decided decided ->
                    stages.put(
                            decided.decision().stageName(),
                            new Forecast.Stage(
                                    decided.decision().stageName(),
                                    0,
                                    Optional.empty(),
                                    Optional.of(decided.decision().reason()),
                                    List.of(),
                                    List.of()));
            case Happened.Reassigned _, Happened.Authorized _ -> {}
        }
    }

    private static Outcome begin(Ready arrived, Known known) {
        Ready ready = arrived.seen(known);
        return switch (known.charterInForce()) {
            case Lookup.Found(Charter charter) -> {
                Progress progress = from(ready, 0, List.of(), charter, known);
                List<Violation> violations = progress.duties();
                yield violations.isEmpty() ? progress.proceed() : progress.bar(violations);
            }
            case Lookup.Missing(String why) -> {
                Instant until = known.now().plus(known.patience());
                Instant wake =
                        known.charter() instanceof Lookup.Found(Charter later)
                                ? later.from()
                                        .filter(known.now()::isBefore)
                                        .filter(until::isAfter)
                                        .orElse(until)
                                : until;
                yield Outcome.of(
                        new CharterUnknown(ready, why, known.now(), until, wake),
                        held(why, ready.planHash(), until));
            }
        };
    }

    private static Progress from(
            Ready ready, int next, List<Decision> decisions, Charter charter, Known known) {
        return new Progress(new Course(ready, List.of(), next, decisions), charter, known);
    }

    private static Outcome setAside(Lacking what, Known known) {
        Instant until = known.now().plus(known.patience());
        return Outcome.of(new Unplanned(what, known.now(), until), held(what.why(), "", until));
    }

    private static Requested held(String why, String planHash, Instant until) {
        return new Requested(
                "", 0, 1, List.of(), Optional.of(why), List.of(), List.of(), planHash, until);
    }

    private static Outcome found(CharterUnknown held, Known known) {
        return switch (known.charterInForce()) {
            case Lookup.Found _ -> begin(held.ready(), known);
            case Lookup.Missing _ -> Outcome.nothing(held);
        };
    }

    /** A charter may have come into force in the meantime. */
    private static Outcome late(CharterUnknown held, Known known) {
        return known.charterInForce() instanceof Lookup.Found
                ? begin(held.ready(), known)
                : lapse(held, held.until(), "its charter did not come in time", known);
    }

    private static Outcome judgeAgain(Barred barred, Known known) {
        if (!(known.charterInForce() instanceof Lookup.Found(Charter charter))) {
            return Outcome.nothing(barred);
        }
        // before anybody is asked the route has not begun: who was not known may be now
        boolean begun = barred.next() > 0 || !barred.decisions().isEmpty();
        Ready ready = begun ? barred.ready() : barred.ready().seen(known);
        Progress progress = from(ready, barred.next(), barred.decisions(), charter, known);
        List<Violation> violations = progress.violations();
        if (violations.isEmpty()) {
            return progress.proceed();
        }
        return Violation.words(violations).equals(barred.why())
                ? Outcome.nothing(barred)
                : progress.bar(violations, barred.since(), barred.until());
    }

    private static Outcome halt(Barred barred, Known known) {
        if (known.now().isBefore(barred.until())) {
            return Outcome.nothing(barred);
        }
        return Outcome.of(
                new Ended(End.HALTED, known.now(), Optional.empty()),
                Progress.ofNobody(
                        barred.next(),
                        "",
                        Decision.Kind.HALTED,
                        barred.why(),
                        barred.ready().planHash(),
                        known.now()));
    }

    /** It is time: what was approved is judged once more by what is so now. */
    private static Outcome start(Scheduled waits, Known known) {
        if (known.now().isBefore(waits.start())) {
            return Outcome.nothing(waits);
        }
        return switch (known.charterInForce()) {
            case Lookup.Found(Charter charter) ->
                    from(waits.ready(), charter.stages().size(), waits.decisions(), charter, known)
                            .proceed();
            case Lookup.Missing(String why) ->
                    known.now().isBefore(waits.until())
                            ? overslept(waits, why)
                            : lapse(waits, waits.until(), why, known);
        };
    }

    /** Its start is over: until when it waits is said, once. */
    private static Outcome overslept(Scheduled waits, String why) {
        return waits.wake().equals(waits.until())
                ? Outcome.nothing(waits)
                : Outcome.of(
                        waits.wakingAt(waits.until()),
                        held(why, waits.ready().planHash(), waits.until()));
    }

    /** Nobody looks at what was not begun. Who executed it is kept: they do not review it. */
    private static Outcome executed(Granted granted, Executed report, Known known) {
        if (!report.begun()) {
            return Outcome.of(new Ended(End.APPROVED, known.now(), Optional.empty()));
        }
        Granted executed = granted.executedBy(report.by(), report.worker());
        return executed.ready().effect().timed() ? Outcome.of(executed) : review(executed, known);
    }

    private static Outcome reviewHeld(Granted granted, Known known) {
        return granted.held().isEmpty() ? Outcome.nothing(granted) : review(granted, known);
    }

    /** Without its charter it waits for it, however long that takes. */
    private static Outcome review(Granted granted, Known known) {
        return switch (known.charter()) {
            case Lookup.Missing(String why) ->
                    granted.held().filter(each -> known.now().isBefore(each.wake())).isPresent()
                            ? Outcome.nothing(granted)
                            : Outcome.of(granted.held(why, known.now().plus(known.patience())));
            case Lookup.Found(Charter charter) ->
                    charter.review().isEmpty()
                            ? Outcome.of(new Ended(End.APPROVED, known.now(), Optional.empty()))
                            : from(
                                            granted.ready(),
                                            charter.stages().size(),
                                            granted.decisions(),
                                            charter,
                                            known)
                                    .review();
        };
    }

    /** A review gives nothing: neither a halt nor the end of its charter keeps it from closing. */
    private static Lookup goneBy(Open open, Known known) {
        return isReview(open, known) ? known.charter() : known.charterInForce();
    }

    /**
     * Also when its stages are lost: then by how far it has come. Without its charter nobody knows
     * how far that is, and it may have been executed.
     */
    private static boolean isReview(Open open, Known known) {
        Course course = open.course();
        return course.isReview()
                || (course.open().isEmpty()
                        && !(known.charter() instanceof Lookup.Found(Charter charter)
                                && course.next() <= charter.stages().size()));
    }

    private static Outcome attempt(Open open, Attempted tried, Known known) {
        Attempt attempt = tried.attempt();
        Course course = open.course();
        if (!(goneBy(open, known) instanceof Lookup.Found(Charter charter))) {
            return goneBy(open, known) instanceof Lookup.Missing(String why)
                    ? Outcome.refused(
                            open,
                            new Result.Refused(
                                    409,
                                    known.halted().isPresent() ? "HALTED" : "CHARTER_NOT_IN_FORCE",
                                    why,
                                    false))
                    : Outcome.nothing(open);
        }
        Progress progress = new Progress(course, charter, known);
        Optional<OpenStage> chosen = choose(course, attempt, progress);
        if (chosen.isEmpty()) {
            return Outcome.refused(
                    open,
                    new Result.Refused(
                            409,
                            "STAGE_NOT_OPEN",
                            "stage: %s is not open".formatted(attempt.stage().orElse("")),
                            false));
        }
        OpenStage at = chosen.get();
        Person decider = known.person(attempt.by());
        Optional<Candidate> as = as(at, attempt);
        Result result =
                attempt.on(
                        new Attempt.Waiting(
                                at,
                                progress.nonce(at),
                                course.ready().planHash(),
                                charter.stageAt(at.index()),
                                progress.voted(at.index(), attempt.by(), as),
                                as,
                                progress.votes(at.index()),
                                progress.risk()),
                        barring(tried, at, as, progress, known),
                        tried.authentication(),
                        tried.signing().isPresent());
        if (attempt.decision() == Attempt.Kind.APPROVED && !(result instanceof Result.Refused)) {
            List<Violation> violations = progress.duties();
            if (!violations.isEmpty()) {
                result =
                        new Result.Refused(
                                403, Duties.code(violations), Violation.words(violations), true);
            }
        }
        Optional<String> onBehalfOf = as.flatMap(Candidate::onBehalfOf);
        Ready ready = course.ready();
        if (result instanceof Result.Amends) {
            switch (amended(course.ready(), attempt.terms(), tried.amending(), known)) {
                case Amended.Flawed(Result.Refused refused) -> result = refused;
                case Amended.Plan plan -> ready = course.ready().amended(plan);
            }
        }
        Optional<Signature> signature = Optional.empty();
        if (!(result instanceof Result.Refused)) {
            switch (signed(
                    tried,
                    at,
                    charter.stageAt(at.index()),
                    onBehalfOf,
                    ready.planHash(),
                    progress)) {
                case Checked.Flawed(Result.Refused refused) -> result = refused;
                case Checked.Holds(Signature holds) -> signature = Optional.of(holds);
                case null -> {}
            }
        }
        if (result instanceof Result.Amends) {
            return anew(
                    open,
                    ready,
                    decision(
                            progress,
                            tried,
                            at,
                            decider,
                            onBehalfOf,
                            Decision.Kind.AMENDED,
                            Optional.empty()),
                    attempt.terms(),
                    tried.authentication(),
                    signature,
                    at,
                    charter,
                    known);
        }
        return apply(open, new Trial(progress, tried, at, decider, onBehalfOf, signature), result);
    }

    private static Amended amended(
            Ready ready, Terms terms, Optional<Amending> amending, Known known) {
        return amending.map(each -> each.amend(ready.plan(), terms, known.now()))
                .orElseGet(() ->
                        new Amended.Flawed(
                                new Result.Refused(
                                        409, "PLAN_FIXED", "this plan is not amended", false)));
    }

    /** Nobody has approved this plan yet: every stage is asked from the first on. */
    private static Outcome anew(
            Open open,
            Ready ready,
            Decision decision,
            Terms terms,
            Authentication authentication,
            Optional<Signature> signature,
            OpenStage at,
            Charter charter,
            Known known) {
        Progress progress = from(ready, 0, List.of(), charter, known);
        progress.amended(
                at,
                decision,
                new Happened.Amendment(open.course().ready().planHash(), ready.plan(), terms),
                authentication,
                signature);
        List<Violation> violations = progress.duties();
        return violations.isEmpty() ? progress.proceed() : progress.bar(violations);
    }

    private static Outcome resubmitted(Open open, Resubmitted again, Known known) {
        Course course = open.course();
        Optional<OpenStage> asked =
                course.open().stream()
                        .filter(each -> !each.afterwards())
                        .filter(each -> each.back() || each.question().isPresent())
                        .findFirst();
        if (asked.isEmpty()) {
            return notSentBack(open);
        }
        if (asked.get().isOver(known.now())) {
            return Outcome.refused(open, Attempt.expired(asked.get()));
        }
        Person person = known.person(again.by());
        Parties parties = course.ready().parties();
        // the log has their accounts: by another one of theirs the amendment would count for
        // nothing
        if (!isProposer(person, parties, known)
                || (!again.by().equals(parties.proposer())
                        && !parties.principal().equals(Optional.of(again.by())))) {
            return notTheProposer(open, "amends it");
        }
        if (!(goneBy(open, known) instanceof Lookup.Found(Charter charter))) {
            return Outcome.refused(
                    open,
                    new Result.Refused(
                            409, "CHARTER_NOT_IN_FORCE", "its charter is not in force now", false));
        }
        Ready ready = course.ready();
        if (!again.terms().isEmpty()) {
            switch (again.amending().amend(ready.plan(), again.terms(), known.now())) {
                case Amended.Flawed(Result.Refused refused) -> {
                    return Outcome.refused(open, refused);
                }
                case Amended.Plan plan -> ready = ready.amended(plan);
            }
        }
        OpenStage at = asked.get();
        return anew(
                open,
                ready,
                new Decision(
                        at.index(),
                        at.name(),
                        Decision.Kind.AMENDED,
                        Optional.of(again.by()),
                        person.worker(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        again.text(),
                        known.now()),
                again.terms(),
                again.authentication(),
                Optional.empty(),
                at,
                charter,
                known);
    }

    private static Outcome notSentBack(Route state) {
        return Outcome.refused(
                state,
                new Result.Refused(
                        409,
                        "NOT_SENT_BACK",
                        "it was not sent back, and nothing was asked",
                        false));
    }

    private static Outcome notTheProposer(Route state, String does) {
        return Outcome.refused(
                state,
                new Result.Refused(
                        403,
                        "NOT_THE_PROPOSER",
                        "only who proposed the change, or is responsible for it, " + does,
                        false));
    }

    /** What came of the signature; null if there is none and none is needed. */
    private static @Nullable Checked signed(
            Attempted tried,
            OpenStage at,
            Charter.Stage rules,
            Optional<String> onBehalfOf,
            String planHash,
            Progress progress) {
        if (tried.signing().isPresent()) {
            return tried.signing()
                    .get()
                    .over(
                            tried.attempt().by(),
                            progress.challenge(at, tried.attempt(), onBehalfOf, planHash));
        }
        return rules.stepUp().filter(Charter.StepUp::passkey).isEmpty()
                ? null
                : new Checked.Flawed(
                        new Result.Refused(
                                401,
                                "PASSKEY_REQUIRED",
                                "this stage is decided with a passkey: use the page at /, or ask for a"
                                        + " challenge at /changes/{id}/challenges, sign it, and send the answer with the decision",
                                false));
    }

    /** An attempt at a stage, by whom and in whose place. */
    private record Trial(
            Progress progress,
            Attempted tried,
            OpenStage at,
            Person decider,
            Optional<String> onBehalfOf,
            Optional<Signature> signature) {
        /** Keeps what came of it. */
        void keep(Decision.Kind kind) {
            progress.decided(
                    at,
                    decision(progress, tried, at, decider, onBehalfOf, kind, Optional.empty()),
                    tried.attempt().planHash(),
                    Optional.of(tried.authentication()),
                    Optional.empty(),
                    signature);
        }

        /** Keeps that it was refused, without what was signed. */
        void keep(Result.Refused refused) {
            progress.decided(
                    at,
                    decision(
                            progress,
                            tried,
                            at,
                            decider,
                            tried.attempt().onBehalfOf().filter(id -> isOf(at, id)),
                            Decision.Kind.REFUSED,
                            Optional.of(refused.code())),
                    tried.attempt().planHash(),
                    Optional.of(tried.authentication()),
                    Optional.empty());
        }
    }

    private static Outcome apply(Open open, Trial trial, Result result) {
        Progress progress = trial.progress();
        OpenStage at = trial.at();
        Attempt attempt = trial.tried().attempt();
        return switch (result) {
            case Result.Refused refused -> {
                if (!refused.recorded()
                        || progress.refusedBefore(at.index(), attempt.by(), refused.code())) {
                    yield Outcome.refused(open, refused);
                }
                trial.keep(refused);
                Outcome kept = progress.stay();
                yield new Outcome(kept.next(), kept.happened(), Optional.of(refused), List.of());
            }
            case Result.Questioned _ -> {
                trial.keep(Decision.Kind.QUESTIONED);
                progress.replace(at.asking(attempt.reason()));
                yield progress.stay();
            }
            case Result.SentBack _ -> {
                trial.keep(Decision.Kind.SENT_BACK);
                progress.replace(at.sentBack());
                yield progress.stay();
            }
            case Result.Amends _ -> throw new IllegalStateException("amended before");
            case Result.Counted _ -> {
                boolean approved = attempt.decision() == Attempt.Kind.APPROVED;
                trial.keep(approved ? Decision.Kind.APPROVED : Decision.Kind.DENIED);
                progress.refresh(at, "a vote was given");
                if (approved) {
                    progress.refreshOthers(at.index());
                }
                yield progress.proceed();
            }
            case Result.Reviewed _ -> {
                trial.keep(attempt.decision().decision());
                progress.close(at);
                yield progress.end(End.REVIEWED);
            }
            case Result.StageApproved _ -> {
                trial.keep(Decision.Kind.APPROVED);
                progress.close(at);
                progress.refreshOthers(at.index());
                yield progress.proceed();
            }
            case Result.RouteDenied _ -> {
                trial.keep(Decision.Kind.DENIED);
                progress.close(at);
                yield progress.end(End.DENIED);
            }
        };
    }

    /** Whether this stage asks them, or somebody in their place: no other id goes on record. */
    private static boolean isOf(OpenStage stage, String id) {
        return stage.candidates().stream()
                .anyMatch(
                        each -> each.id().equals(id) || each.onBehalfOf().equals(Optional.of(id)));
    }

    private static Decision decision(
            Progress progress,
            Attempted tried,
            OpenStage at,
            Person decider,
            Optional<String> onBehalfOf,
            Decision.Kind kind,
            Optional<String> refusal) {
        Attempt attempt = tried.attempt();
        return new Decision(
                at.index(),
                at.name(),
                kind,
                Optional.of(attempt.by()),
                decider.worker(),
                onBehalfOf,
                onBehalfOf.flatMap(id -> progress.person(id).worker()),
                refusal,
                attempt.reason(),
                attempt.at());
    }

    /** The stage that someone means, or the first that they may decide, or just the first. */
    private static Optional<OpenStage> choose(Course course, Attempt attempt, Progress progress) {
        if (attempt.stage().isPresent()) {
            return course.open().stream()
                    .filter(each -> each.name().equals(attempt.stage().get()))
                    .findFirst();
        }
        return course.open().stream()
                .filter(each -> as(each, attempt).filter(Candidate::eligible).isPresent())
                .filter(each ->
                        progress.votes(each.index()).stream()
                                .noneMatch(
                                        vote -> vote.by().filter(attempt.by()::equals).isPresent()))
                .findFirst()
                .or(() -> course.open().stream().findFirst());
    }

    /** As whom someone decides: for whom they say, else for themselves, else for another. */
    private static Optional<Candidate> as(OpenStage stage, Attempt attempt) {
        List<Candidate> seats =
                stage.candidates().stream()
                        .filter(each -> each.id().equals(attempt.by()))
                        .filter(each ->
                                attempt.onBehalfOf().isEmpty()
                                        || each.onBehalfOf().equals(attempt.onBehalfOf()))
                        .toList();
        return seats.stream()
                .min(
                        Comparator.comparing((Candidate each) -> !each.eligible())
                                .thenComparing(each -> each.onBehalfOf().isPresent()));
    }

    private static Optional<Barring> barring(
            Attempted tried, OpenStage at, Optional<Candidate> as, Progress progress, Known known) {
        Eligibility.Measure measure = progress.measure(at.index());
        String by = tried.attempt().by();
        Optional<Barring> own =
                Eligibility.bars(
                        known.person(by), known.account(by), tried.roles(), Part.APPROVER, measure);
        if (own.isPresent()) {
            return own;
        }
        if (at.asked().isAnothers(by, known.account(by))) {
            return Optional.of(Barring.by(Bar.ACCOUNT_REUSED));
        }
        Optional<String> other = as.flatMap(Candidate::onBehalfOf).or(tried.attempt()::onBehalfOf);
        if (other.isEmpty()) {
            return Optional.empty();
        }
        String from = other.get();
        List<Delegation> links =
                known.delegations().getOrDefault(from, List.of()).stream()
                        .filter(each ->
                                each.to().equals(by)
                                        && each.covers(
                                                progress.charterName(), tried.attempt().at()))
                        .toList();
        if (links.isEmpty()) {
            return Optional.of(
                    new Barring(Bar.NOT_A_CANDIDATE, "does not act for " + from + " at this time"));
        }
        return Eligibility.bars(
                        known.person(from),
                        known.account(from),
                        Resolution.roles(known.account(from)),
                        Part.DELEGATOR,
                        measure)
                .or(() ->
                        at.asked().isAnothers(from, known.account(from))
                                        || links.stream().allMatch(each -> each.isOfOthers(known))
                                ? Optional.of(Barring.by(Bar.ACCOUNT_REUSED))
                                : Optional.empty())
                .map(Barring::ofDelegator);
    }

    private static Outcome answered(Open open, Answered answer, Known known) {
        Course course = open.course();
        Optional<OpenStage> asked =
                course.open().stream()
                        .filter(each -> each.question().isPresent())
                        .filter(each ->
                                answer.stage().filter(name -> !name.equals(each.name())).isEmpty())
                        .findFirst();
        if (asked.isEmpty()) {
            return notAsked(open);
        }
        if (asked.get().isOver(known.now())) {
            return Outcome.refused(open, Attempt.expired(asked.get()));
        }
        Person person = known.person(answer.by());
        if (!isProposer(person, course.ready().parties(), known)) {
            return notTheProposer(open, "answers");
        }
        if (!(known.charter() instanceof Lookup.Found(Charter charter))) {
            return Outcome.nothing(open);
        }
        Progress progress = new Progress(course, charter, known);
        OpenStage at = asked.get();
        progress.decided(
                at,
                new Decision(
                        at.index(),
                        at.name(),
                        Decision.Kind.ANSWERED,
                        Optional.of(answer.by()),
                        person.worker(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        answer.text(),
                        known.now()),
                course.ready().planHash(),
                Optional.of(answer.authentication()),
                Optional.empty());
        progress.replace(at.answered());
        return progress.stay();
    }

    private static boolean isProposer(Person person, Parties parties, Known known) {
        return isStill(person, parties.proposer(), parties.proposerWorker(), known)
                || parties.principal()
                        .filter(id -> isStill(person, id, parties.principalWorker(), known))
                        .isPresent();
    }

    /** Whoever has their account by now is not who proposed it. */
    private static boolean isStill(Person person, String id, Optional<String> worker, Known known) {
        return worker.map(then -> person.worker().equals(Optional.of(then)))
                .orElseGet(() -> person.isSame(known.person(id)));
    }

    private static Outcome notAsked(Route state) {
        return Outcome.refused(
                state,
                new Result.Refused(409, "NOT_ASKED", "no question waits for an answer", false));
    }

    private static Outcome withdraw(
            Route state, Ready ready, Optional<Course> course, Withdrawn back, Known known) {
        return withdraw(state, ready.parties(), ready.planHash(), course, back, known);
    }

    private static Outcome withdraw(
            Route state,
            Parties parties,
            String planHash,
            Optional<Course> course,
            Withdrawn back,
            Known known) {
        Person person = known.person(back.by());
        // one without a sign-in was handed on by the service that had judged it
        if (back.authentication().isPresent() && !isProposer(person, parties, known)) {
            return notTheProposer(state, "takes it back");
        }
        Optional<OpenStage> at = course.flatMap(each -> each.open().stream().findFirst());
        return Outcome.of(
                new Ended(End.WITHDRAWN, known.now(), course),
                new Decided(
                        new Decision(
                                        at.map(OpenStage::index).orElse(0),
                                        at.map(OpenStage::name).orElse(""),
                                        Decision.Kind.WITHDRAWN,
                                        Optional.of(back.by()),
                                        person.worker(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        back.reason(),
                                        known.now())
                                .seen(known),
                        planHash,
                        Optional.empty(),
                        back.authentication(),
                        Optional.empty(),
                        Optional.empty()));
    }

    /** The directory changed: a stage may ask other people now, a held one may open. */
    private static Outcome again(Open open, Known known) {
        if (!(goneBy(open, known) instanceof Lookup.Found(Charter charter))) {
            return Outcome.nothing(open);
        }
        Progress progress = new Progress(open.course(), charter, known);
        if (progress.open().isEmpty()) {
            return progress.reopen();
        }
        progress.open().forEach(each -> progress.refresh(each, "the directory changed"));
        progress.wakeInTime();
        return progress.proceed();
    }

    private static Outcome due(Open open, Known known) {
        if (!(goneBy(open, known) instanceof Lookup.Found(Charter charter))) {
            return isReview(open, known)
                    ? asleep(open, known.now().plus(known.patience()), known)
                    : lapseOf(open, known);
        }
        Progress progress = new Progress(open.course(), charter, known);
        if (progress.open().isEmpty()) {
            return progress.reopen();
        }
        for (OpenStage each : progress.open()) {
            Optional<End> end = progress.due(each);
            if (end.isPresent()) {
                return progress.end(end.get());
            }
        }
        return progress.proceed();
    }

    /** Without a charter in force nothing moves but time. */
    private static Outcome lapseOf(Open open, Known known) {
        Optional<OpenStage> late =
                open.course().open().stream()
                        .filter(each -> !known.now().isBefore(each.until()))
                        .findFirst();
        return late.map(at ->
                        Outcome.of(
                                new Ended(End.EXPIRED, known.now(), Optional.of(open.course())),
                                Progress.ofNobody(
                                        at.index(),
                                        at.name(),
                                        Decision.Kind.EXPIRED,
                                        "nobody decided in time",
                                        open.course().ready().planHash(),
                                        known.now())))
                .orElseGet(() -> asleep(open, Instant.MAX, known));
    }

    /**
     * What is due meanwhile can wait: only the end of a stage's time, or this time if it is
     * earlier, wakes it. Otherwise it would be due again at each look, before all others.
     */
    private static Outcome asleep(Open open, Instant latest, Known known) {
        Course course = open.course();
        List<OpenStage> stages =
                course.open().stream()
                        .map(each ->
                                known.now().isBefore(each.wake())
                                        ? each
                                        : each.waking(
                                                known.now().isBefore(each.until())
                                                                && each.until().isBefore(latest)
                                                        ? each.until()
                                                        : latest))
                        .toList();
        Course slept = new Course(course.ready(), stages, course.next(), course.decisions());
        return Outcome.of(
                switch (open) {
                    case Route.Waiting _ -> new Route.Waiting(slept);
                    case Route.Held held -> new Route.Held(slept, held.why());
                });
    }

    /** Ends a route that was held before its first stage. */
    private static Outcome lapse(Route held, Instant until, String reason, Known known) {
        if (known.now().isBefore(until)) {
            return Outcome.nothing(held);
        }
        String planHash = held.underWay().map(Ready::planHash).orElse("");
        return Outcome.of(
                new Ended(End.EXPIRED, known.now(), Optional.empty()),
                Progress.ofNobody(0, "", Decision.Kind.EXPIRED, reason, planHash, known.now()));
    }

    private static Outcome closed(Route state, Attempted tried) {
        return Outcome.refused(state, tried.attempt().closed(state.state()));
    }
}
