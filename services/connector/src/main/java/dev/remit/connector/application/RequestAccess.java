package dev.remit.connector.application;

import dev.remit.connector.application.AccessEvaluations.Evaluation;
import dev.remit.connector.application.AccessTasks.Item;
import dev.remit.connector.application.AccessTasks.Task;
import dev.remit.connector.application.Answers.Request;
import dev.remit.connector.application.Answers.Result;
import dev.remit.connector.application.Courses.Route;
import dev.remit.connector.application.Proposals.Standing;
import dev.remit.connector.domain.AccessApproval;
import dev.remit.connector.domain.Ids;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Someone requests access in the words of OpenID AuthZEN's Access Request and Approval Profile,
 * draft 1: a task stands for what is asked. The task of a single request is its change.
 */
@Singleton
public class RequestAccess {
    /** So many are asked about at a time. */
    private static final int AT_A_TIME = 8;

    /**
     * One thing that is requested.
     *
     * @param asked subject, resource and action in canonical JSON
     * @param evaluation the denial that it answers
     * @param until until when it is wanted
     */
    public record Wanted(Wish wish, String asked, UUID evaluation, Optional<Instant> until) {}

    /**
     * A task as it stands.
     *
     * @param changes the changes it opened, by their ids
     * @param approvals what was approved, by change
     * @param route where it is, of a single one that is on its way and if that is known
     */
    public record State(
            Task task,
            Map<UUID, Standing> changes,
            Map<UUID, AccessApproval> approvals,
            Optional<Route> route) {}

    private final AskForChanges ask;
    private final ShowChanges show;
    private final WithdrawChange withdraw;
    private final AccessTasks tasks;
    private final AccessEvaluations evaluations;
    private final Courses courses;
    private final Handoffs handoffs;

    RequestAccess(
            AskForChanges ask,
            ShowChanges show,
            WithdrawChange withdraw,
            AccessTasks tasks,
            AccessEvaluations evaluations,
            Courses courses,
            Handoffs handoffs) {
        this.ask = ask;
        this.show = show;
        this.withdraw = withdraw;
        this.tasks = tasks;
        this.evaluations = evaluations;
        this.courses = courses;
        this.handoffs = handoffs;
    }

    /**
     * Opens what no rule is against.
     *
     * @param bulk whether the answer speaks of items even if there is one only
     * @throws Problem the first refusal, when every item is refused; 400 INVALID_DENIAL_BINDING or
     *     410 EXPIRED_DENIAL if one does not answer a denial
     */
    public Uni<State> request(List<Wanted> wanted, boolean bulk, Optional<Request> request) {
        List<Wish> wishes = wanted.stream().map(Wanted::wish).toList();
        return ask.ask(
                        wishes,
                        request,
                        new AskForChanges.Terms() {
                            @Override
                            public Uni<Void> before(Outbox outbox) {
                                return bound(wanted, outbox.now());
                            }

                            @Override
                            public Uni<Void> after(List<Result> results, Outbox outbox) {
                                return first(results)
                                        .map(first ->
                                                tasks.add(
                                                        task(
                                                                first,
                                                                wanted,
                                                                results,
                                                                bulk,
                                                                outbox.now())))
                                        .orElseGet(() -> Uni.createFrom().voidItem());
                            }
                        })
                .chain(results -> {
                    UUID first = first(results).orElseThrow(() -> refusal(results.getFirst()));
                    return find(taskId(first, bulk), wishes.getFirst().proposer(), true);
                });
    }

    private static Optional<UUID> first(List<Result> results) {
        return results.stream().map(Result::change).filter(Objects::nonNull).findFirst();
    }

    private static UUID taskId(UUID first, boolean bulk) {
        return bulk ? dev.remit.handoff.Ids.derived(Ids.NAMESPACE, "task|" + first) : first;
    }

    /** Each answers a denial of the same requester, about the same, that is not over. */
    private Uni<Void> bound(List<Wanted> wanted, Instant now) {
        // who may propose nothing is refused for that, and recorded
        return wanted.getFirst().wish().proposer().barred().isPresent()
                ? Uni.createFrom().voidItem()
                : evaluations
                        .find(wanted.stream().map(Wanted::evaluation).distinct().toList())
                        .invoke(found -> {
                            Map<UUID, Evaluation> known = new HashMap<>();
                            found.forEach(each -> known.put(each.id(), each));
                            wanted.forEach(each -> check(each, known.get(each.evaluation()), now));
                        })
                        .replaceWithVoid();
    }

    private static void check(
            Wanted wanted, @org.jspecify.annotations.Nullable Evaluation denied, Instant now) {
        if (denied == null
                || !denied.requester().equals(requester(wanted.wish().proposer()))
                || !denied.asked().equals(wanted.asked())) {
            throw Problem.of(
                    400,
                    "INVALID_DENIAL_BINDING",
                    "denial.evaluation_id: names no denied evaluation of this requester about this subject, resource and action",
                    "denial.evaluation_id");
        }
        if (!now.isBefore(denied.until())) {
            throw Problem.of(
                    410,
                    "EXPIRED_DENIAL",
                    "denial: could be answered until " + denied.until(),
                    "denial.expires_at");
        }
    }

    /** Who may request by a denial: who asked, for whom they asked. */
    static String requester(Proposer by) {
        return by.id() + "|" + by.principal().orElse("");
    }

    private static Problem refusal(Result result) {
        return Problem.of(
                result.status(),
                String.valueOf(result.code()),
                String.valueOf(result.detail()),
                result.field());
    }

    private static Task task(
            UUID first, List<Wanted> wanted, List<Result> results, boolean bulk, Instant now) {
        Proposer by = wanted.getFirst().wish().proposer();
        List<Item> items = new ArrayList<>();
        for (int n = 0; n < results.size(); n++) {
            Result result = results.get(n);
            Wanted each = wanted.get(n);
            items.add(
                    new Item(
                            each.wish().target(),
                            each.wish().action(),
                            result.change(),
                            result.code(),
                            result.detail(),
                            each.asked(),
                            each.evaluation(),
                            each.until().map(Instant::toString).orElse(null)));
        }
        return new Task(
                taskId(first, bulk), by.id(), by.principal(), List.copyOf(items), bulk, now);
    }

    /**
     * A task as it stands now, with what its approvals are good for.
     *
     * @param authorization the caller's own Authorization header, with which the services are asked
     * @throws Problem 404 CHANGE_UNKNOWN if there is none, or it is not the caller's; 410
     *     TASK_EXPIRED; 502 PART_UNANSWERED if an approval cannot be told of now
     */
    public Uni<State> find(UUID id, Proposer by, boolean all, String authorization) {
        return find(id, by, all).chain(state -> told(state, authorization));
    }

    private Uni<State> told(State state, String authorization) {
        if (!state.task().bulk()) {
            Item item = state.task().items().getFirst();
            UUID change = state.task().id();
            Standing standing = state.changes().get(change);
            if (standing != null && standing.end().isEmpty()) {
                return standing(state, item, change, authorization);
            }
        }
        return Multi.createFrom()
                .iterable(state.task().items())
                .filter(item -> isCompleted(state, item))
                .onItem()
                .transformToUni(item -> approval(state.task(), item, authorization))
                .merge(AT_A_TIME)
                .collect()
                .asMap(Map.Entry::getKey, Map.Entry::getValue)
                .map(approvals ->
                        new State(state.task(), state.changes(), approvals, Optional.empty()));
    }

    /** One that is on its way: where, and whether what it grants for a time is there. */
    private Uni<State> standing(State state, Item item, UUID change, String authorization) {
        return courses.route(change, authorization)
                .chain(route ->
                        route.flatMap(Route::lasts).isEmpty()
                                ? Uni.createFrom()
                                        .item(
                                                new State(
                                                        state.task(),
                                                        state.changes(),
                                                        Map.of(),
                                                        route))
                                : courses.story(change, authorization)
                                        .map(story ->
                                                new State(
                                                        state.task(),
                                                        state.changes(),
                                                        story.filter(each ->
                                                                        AccessApproval.wasGiven(
                                                                                route.flatMap(
                                                                                        Route
                                                                                                ::lasts),
                                                                                each.handoffs(),
                                                                                each.missing()))
                                                                .flatMap(
                                                                        Courses.Story::authorizedAt)
                                                                .map(at ->
                                                                        Map.of(
                                                                                change,
                                                                                AccessApproval.of(
                                                                                        at,
                                                                                        route
                                                                                                .flatMap(
                                                                                                        Route
                                                                                                                ::lasts),
                                                                                        wanted(
                                                                                                item),
                                                                                        state.task()
                                                                                                .until())))
                                                                .orElse(Map.of()),
                                                        route)));
    }

    private static boolean isCompleted(State state, Item item) {
        return Optional.ofNullable(item.change())
                .map(state.changes()::get)
                .flatMap(Standing::end)
                .filter(end -> end.outcome().equals("COMPLETED"))
                .isPresent();
    }

    private Uni<Map.Entry<UUID, AccessApproval>> approval(
            Task task, Item item, String authorization) {
        UUID change = Objects.requireNonNull(item.change());
        return approval(courses, change, item, task, authorization)
                .map(found ->
                        Map.entry(
                                change,
                                found.orElseThrow(() ->
                                        Problem.of(
                                                502,
                                                "PART_UNANSWERED",
                                                "approval-routing or the ledger does not say now what was approved of change "
                                                        + change))));
    }

    /** What was approved of a change; empty if not both services say. */
    static Uni<Optional<AccessApproval>> approval(
            Courses courses, UUID change, Item item, Task task, String authorization) {
        return courses.story(change, authorization)
                .chain(story ->
                        courses.route(change, authorization)
                                .map(route ->
                                        story.flatMap(Courses.Story::authorizedAt)
                                                .flatMap(at ->
                                                        route.map(each ->
                                                                AccessApproval.of(
                                                                        at,
                                                                        each.lasts(),
                                                                        wanted(item),
                                                                        task.until())))));
    }

    static Optional<Instant> wanted(Item item) {
        return Optional.ofNullable(item.until()).map(Instant::parse);
    }

    private Uni<State> find(UUID id, Proposer by, boolean all) {
        return handoffs.transact(
                        List.of(),
                        outbox -> tasks.find(id).invoke(found -> checkAge(found, outbox.now())))
                .chain(found ->
                        found.isPresent()
                                ? state(found.get(), by, all)
                                : show.one(id, by, all)
                                        .map(standing ->
                                                new State(
                                                        single(standing),
                                                        Map.of(id, standing),
                                                        Map.of(),
                                                        Optional.empty())));
    }

    private static void checkAge(Optional<Task> found, Instant now) {
        found.filter(each -> !now.isBefore(each.until()))
                .ifPresent(each -> {
                    throw Problem.of(410, "TASK_EXPIRED", "the task was over at " + each.until());
                });
    }

    /** A change that was proposed in other words can be looked at as a task too. */
    private static Task single(Standing standing) {
        return new Task(
                standing.change(),
                standing.proposal().proposer(),
                standing.proposal().principal(),
                List.of(
                        new Item(
                                standing.proposal().target(),
                                standing.proposal().action(),
                                standing.change(),
                                null,
                                null,
                                null,
                                null,
                                null)),
                false,
                standing.since());
    }

    private Uni<State> state(Task task, Proposer by, boolean all) {
        List<UUID> changes =
                task.items().stream().map(Item::change).filter(Objects::nonNull).toList();
        return show.some(changes, by, all)
                .map(found -> {
                    if (found.isEmpty()) {
                        throw WithdrawChange.unknown(task.id());
                    }
                    Map<UUID, Standing> known = new HashMap<>();
                    found.forEach(each -> known.put(each.change(), each));
                    return new State(task, known, Map.of(), Optional.empty());
                });
    }

    /**
     * Takes back what has not ended.
     *
     * @throws Problem 409 ALREADY_ENDED if everything has
     */
    public Uni<State> cancel(
            UUID id, Proposer by, boolean all, String reason, String authorization) {
        return find(id, by, all)
                .chain(state -> {
                    List<UUID> open =
                            state.changes().values().stream()
                                    .filter(each -> each.end().isEmpty())
                                    .map(Standing::change)
                                    .sorted()
                                    .toList();
                    if (open.isEmpty()) {
                        throw Problem.of(409, "ALREADY_ENDED", "everything asked for has ended");
                    }
                    return Multi.createFrom()
                            .iterable(open)
                            .onItem()
                            .transformToUniAndConcatenate(
                                    change -> withdraw.withdraw(change, by, all, reason))
                            .collect()
                            .asList()
                            .chain(() -> find(id, by, all, authorization));
                });
    }
}
