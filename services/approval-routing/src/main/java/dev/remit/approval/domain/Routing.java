package dev.remit.approval.domain;

import dev.remit.approval.domain.Attempt.Result;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Charter.Policy;
import dev.remit.approval.domain.Charter.Stage;
import dev.remit.approval.domain.Event.Attempted;
import dev.remit.approval.domain.Event.Deadline;
import dev.remit.approval.domain.Event.Lacking;
import dev.remit.approval.domain.Event.News;
import dev.remit.approval.domain.Event.Readied;
import dev.remit.approval.domain.Happened.Authorized;
import dev.remit.approval.domain.Happened.Decided;
import dev.remit.approval.domain.Happened.Reassigned;
import dev.remit.approval.domain.Happened.Requested;
import dev.remit.approval.domain.Route.CharterUnknown;
import dev.remit.approval.domain.Route.End;
import dev.remit.approval.domain.Route.Ended;
import dev.remit.approval.domain.Route.Held;
import dev.remit.approval.domain.Route.Open;
import dev.remit.approval.domain.Route.Unplanned;
import dev.remit.approval.domain.Route.Unrouted;
import dev.remit.approval.domain.Route.Waiting;
import dev.remit.handoff.directory.Account;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
            case Cell(Unrouted _, Attempted _) -> refused(state, Attempt.CHANGE_UNKNOWN);
            case Cell(Unrouted _, News _) -> Outcome.nothing(state);
            case Cell(Unrouted _, Deadline _) -> Outcome.nothing(state);

            case Cell(Unplanned _, Readied(Ready ready)) -> begin(ready, known);
            case Cell(Unplanned _, Lacking _) -> Outcome.nothing(state);
            case Cell(Unplanned _, Attempted tried) -> closed(state, tried);
            case Cell(Unplanned _, News _) -> Outcome.nothing(state);
            case Cell(Unplanned held, Deadline _) ->
                    lapse(state, held.until(), "no message with a plan came in time", known);

            case Cell(CharterUnknown _, Readied _) -> Outcome.nothing(state);
            case Cell(CharterUnknown _, Lacking _) -> Outcome.nothing(state);
            case Cell(CharterUnknown _, Attempted tried) -> closed(state, tried);
            case Cell(CharterUnknown held, News _) -> found(held, known);
            case Cell(CharterUnknown held, Deadline _) ->
                    lapse(state, held.until(), "its charter did not come in time", known);

            case Cell(Open _, Readied _) -> Outcome.nothing(state);
            case Cell(Open _, Lacking _) -> Outcome.nothing(state);
            case Cell(Open open, Attempted tried) -> attempt(open, tried, known);
            case Cell(Open open, News _) -> again(open, known);
            case Cell(Open open, Deadline _) -> expire(open, known);

            case Cell(Ended _, Readied _) -> Outcome.nothing(state);
            case Cell(Ended _, Lacking _) -> Outcome.nothing(state);
            case Cell(Ended _, Attempted tried) -> closed(state, tried);
            case Cell(Ended _, News _) -> Outcome.nothing(state);
            case Cell(Ended _, Deadline _) -> Outcome.nothing(state);
        };
    }

    private static Outcome begin(Ready ready, Known known) {
        Instant until = known.now().plus(known.patience());
        return switch (known.charter()) {
            case Lookup.Found(Charter charter) -> enter(ready, charter, 0, List.of(), known);
            case Lookup.Missing(String why) ->
                    Outcome.of(
                            new CharterUnknown(ready, why, known.now(), until),
                            new Requested(
                                    "", 0, List.of(), Optional.of(why), ready.planHash(), until));
        };
    }

    private static Outcome setAside(Lacking what, Known known) {
        Instant until = known.now().plus(known.patience());
        return Outcome.of(
                new Unplanned(what, known.now(), until),
                new Requested("", 0, List.of(), Optional.of(what.why()), "", until));
    }

    private static Outcome found(CharterUnknown held, Known known) {
        return switch (known.charter()) {
            case Lookup.Found _ -> begin(held.ready(), known);
            case Lookup.Missing _ -> Outcome.nothing(held);
        };
    }

    /** Opens a stage, and every one after it that a rule approves on the spot. */
    private static Outcome enter(
            Ready ready, Charter charter, int first, List<Decision> before, Known known) {
        List<Happened> happened = new ArrayList<>();
        List<Decision> decisions = before;
        Optional<OpenStage> last = Optional.empty();
        for (int index = first; index < charter.stages().size(); index++) {
            Stage stage = charter.stages().get(index);
            Optional<Policy> rule =
                    stage.policy().filter(policy -> policy.approves(ready.verdict()));
            OpenStage empty =
                    new OpenStage(
                            ready,
                            index,
                            stage.name(),
                            rule.isPresent() ? Optional.empty() : stage.asks(ready),
                            List.of(),
                            known.now(),
                            known.now().plus(stage.expiresAfter()),
                            decisions);
            OpenStage open =
                    empty.asking(
                            rule.map(policy -> List.of(candidate(policy)))
                                    .orElseGet(() -> resolve(empty, stage, charter, known)));
            Optional<String> held = held(open, stage);
            happened.add(
                    new Requested(
                            stage.name(),
                            stage.quorum(),
                            open.candidates(),
                            held,
                            ready.planHash(),
                            open.until()));
            if (rule.isEmpty()) {
                return new Outcome(state(open, held), List.copyOf(happened), Optional.empty());
            }
            Decided decided = approved(open, rule.get(), known);
            happened.add(decided);
            last = Optional.of(open.with(decided.decision()));
            decisions = last.get().decisions();
        }
        happened.add(new Authorized(ready, known.now().plus(charter.authorizationExpiresAfter())));
        return new Outcome(
                new Ended(End.APPROVED, known.now(), last),
                List.copyOf(happened),
                Optional.empty());
    }

    /** The same record as a person's, so that nothing is approved unseen. */
    private static Decided approved(OpenStage open, Policy rule, Known known) {
        return new Decided(
                new Decision(
                        open.index(),
                        open.name(),
                        Decision.Kind.APPROVED,
                        Optional.of(rule.id()),
                        Optional.empty(),
                        "the readiness verdict is " + open.ready().verdict(),
                        known.now()),
                open.ready().planHash(),
                Optional.empty(),
                Optional.of(rule));
    }

    private static Candidate candidate(Policy rule) {
        return new Candidate(
                rule.id(), rule.name() + "@" + rule.version(), true, "rule of the charter");
    }

    private static Outcome attempt(Open open, Attempted tried, Known known) {
        Attempt attempt = tried.attempt();
        if (!(known.charter() instanceof Lookup.Found(Charter charter))) {
            return closed(open, tried);
        }
        OpenStage at = open.stage();
        Result result =
                attempt.on(
                        new Attempt.Stage.Waiting(
                                at.ready().planHash(),
                                at.until(),
                                charter.stages().get(at.index()).quorum(),
                                at.candidates(),
                                at.approvals()),
                        Eligibility.bars(
                                attempt.by(),
                                known.accounts(Concern.account(attempt.by())).stream().findFirst(),
                                tried.roles(),
                                charter.role(),
                                at.parties()));
        return switch (result) {
            case Result.Refused refused -> {
                if (!refused.recorded() || at.refusedBefore(attempt.by(), refused.code())) {
                    yield refused(open, refused);
                }
                Decided decided =
                        decided(at, tried, Decision.Kind.REFUSED, Optional.of(refused.code()));
                yield new Outcome(
                        same(open, at.with(decided.decision())),
                        List.of(decided),
                        Optional.of(refused));
            }
            case Result.Counted _ -> {
                Decided decided = decided(at, tried, Decision.Kind.APPROVED, Optional.empty());
                yield Outcome.of(same(open, at.with(decided.decision())), decided);
            }
            case Result.StageApproved _ -> {
                Decided decided = decided(at, tried, Decision.Kind.APPROVED, Optional.empty());
                OpenStage done = at.with(decided.decision());
                Outcome next = enter(at.ready(), charter, at.index() + 1, done.decisions(), known);
                List<Happened> happened = new ArrayList<>(List.of(decided));
                happened.addAll(next.happened());
                yield new Outcome(
                        next.next() instanceof Ended(End how, Instant when, Optional<OpenStage> to)
                                ? new Ended(how, when, to.or(() -> Optional.of(done)))
                                : next.next(),
                        List.copyOf(happened),
                        Optional.empty());
            }
            case Result.RouteDenied _ -> {
                Decided decided = decided(at, tried, Decision.Kind.DENIED, Optional.empty());
                yield Outcome.of(
                        new Ended(
                                End.DENIED, known.now(), Optional.of(at.with(decided.decision()))),
                        decided);
            }
        };
    }

    private static Decided decided(
            OpenStage at, Attempted tried, Decision.Kind kind, Optional<String> refusal) {
        Attempt attempt = tried.attempt();
        return new Decided(
                new Decision(
                        at.index(),
                        at.name(),
                        kind,
                        Optional.of(attempt.by()),
                        refusal,
                        attempt.reason(),
                        attempt.at()),
                attempt.planHash(),
                Optional.of(tried.authentication()),
                Optional.empty());
    }

    /** The directory changed: the stage may ask other people now, a held one may open. */
    private static Outcome again(Open open, Known known) {
        if (!(known.charter() instanceof Lookup.Found(Charter charter))) {
            return Outcome.nothing(open);
        }
        OpenStage at = open.stage();
        Stage stage = charter.stages().get(at.index());
        List<Candidate> candidates = resolve(at, stage, charter, known);
        if (candidates.equals(at.candidates())) {
            return Outcome.nothing(open);
        }
        OpenStage now = at.asking(candidates);
        if (unlabelled(candidates).equals(unlabelled(at.candidates()))) {
            return Outcome.of(same(open, now));
        }
        Optional<String> held = held(now, stage);
        return Outcome.of(
                state(now, held), new Reassigned(at.name(), at.candidates(), candidates, held));
    }

    private static Outcome expire(Open open, Known known) {
        OpenStage at = open.stage();
        if (known.now().isBefore(at.until())) {
            return Outcome.nothing(open);
        }
        Decided decided =
                expired(
                        at.index(),
                        at.name(),
                        "nobody decided in time",
                        at.ready().planHash(),
                        known);
        return Outcome.of(
                new Ended(End.EXPIRED, known.now(), Optional.of(at.with(decided.decision()))),
                decided);
    }

    /** Ends a route that was held before its first stage. */
    private static Outcome lapse(Route held, Instant until, String reason, Known known) {
        if (known.now().isBefore(until)) {
            return Outcome.nothing(held);
        }
        String planHash = held instanceof CharterUnknown wait ? wait.ready().planHash() : "";
        return Outcome.of(
                new Ended(End.EXPIRED, known.now(), Optional.empty()),
                expired(0, "", reason, planHash, known));
    }

    private static Decided expired(
            int stage, String stageName, String reason, String planHash, Known known) {
        return new Decided(
                new Decision(
                        stage,
                        stageName,
                        Decision.Kind.EXPIRED,
                        Optional.empty(),
                        Optional.empty(),
                        reason,
                        known.now()),
                planHash,
                Optional.empty(),
                Optional.empty());
    }

    private static List<Candidate> resolve(
            OpenStage open, Stage stage, Charter charter, Known known) {
        Parties parties = open.parties();
        List<Candidate> candidates = new ArrayList<>();
        for (Account account : stage.asks(open.ready()).map(known::accounts).orElse(List.of())) {
            Optional<Eligibility.Bar> bar =
                    Eligibility.bars(
                            account.id(),
                            Optional.of(account),
                            Set.copyOf(account.roles()),
                            charter.role(),
                            parties);
            candidates.add(
                    new Candidate(
                            account.id(),
                            account.label(),
                            bar.isEmpty(),
                            bar.map(Enum::name).orElse(reason(stage))));
        }
        return List.copyOf(candidates);
    }

    private static String reason(Stage stage) {
        return switch (stage.resolver()) {
            case MANAGER -> "manager of the subject";
            case GROUP, POLICY -> "member of " + stage.group().orElse("");
        };
    }

    private static Optional<String> held(OpenStage open, Stage stage) {
        long eligible = open.candidates().stream().filter(Candidate::eligible).count();
        if (eligible >= stage.quorum()) {
            return Optional.empty();
        }
        return Optional.of(
                stage.policy().isPresent() && stage.group().isEmpty()
                        ? "stage %s: its rule does not approve the verdict %s, and it asks nobody else"
                                .formatted(stage.name(), open.ready().verdict())
                        : "stage %s needs %d and finds %d who may decide"
                                .formatted(stage.name(), stage.quorum(), eligible));
    }

    private static Open state(OpenStage stage, Optional<String> held) {
        return held.<Open>map(why -> new Held(stage, why)).orElse(new Waiting(stage));
    }

    private static Open same(Open state, OpenStage stage) {
        return switch (state) {
            case Waiting _ -> new Waiting(stage);
            case Held held -> new Held(stage, held.why());
        };
    }

    private static List<Candidate> unlabelled(List<Candidate> candidates) {
        return candidates.stream()
                .map(each -> new Candidate(each.id(), "", each.eligible(), each.reason()))
                .toList();
    }

    private static Outcome closed(Route state, Attempted tried) {
        return tried.attempt().on(new Attempt.Stage.Closed(state.state()), Optional.empty())
                        instanceof Result.Refused refused
                ? refused(state, refused)
                : Outcome.nothing(state);
    }

    private static Outcome refused(Route state, Result.Refused refused) {
        return new Outcome(state, List.of(), Optional.of(refused));
    }
}
