package dev.remit.connector.application;

import dev.remit.connector.application.AccessTasks.Item;
import dev.remit.connector.application.AccessTasks.Task;
import dev.remit.connector.application.Answers.Request;
import dev.remit.connector.application.Answers.Result;
import dev.remit.connector.application.Proposals.Standing;
import dev.remit.connector.domain.Ids;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
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
    /**
     * A task as it stands.
     *
     * @param changes the changes it opened, by their ids
     */
    public record State(Task task, Map<UUID, Standing> changes, boolean bulk) {}

    private final AskForChanges ask;
    private final ShowChanges show;
    private final WithdrawChange withdraw;
    private final AccessTasks tasks;
    private final Handoffs handoffs;

    RequestAccess(
            AskForChanges ask,
            ShowChanges show,
            WithdrawChange withdraw,
            AccessTasks tasks,
            Handoffs handoffs) {
        this.ask = ask;
        this.show = show;
        this.withdraw = withdraw;
        this.tasks = tasks;
        this.handoffs = handoffs;
    }

    /**
     * Opens what no rule is against.
     *
     * @param bulk whether the answer speaks of items even if there is one only
     * @throws Problem the first refusal, when every item is refused
     */
    public Uni<State> request(List<Wish> wishes, boolean bulk, Optional<Request> request) {
        return ask.ask(wishes, request)
                .chain(results -> {
                    UUID first =
                            results.stream()
                                    .map(Result::change)
                                    .filter(Objects::nonNull)
                                    .findFirst()
                                    .orElseThrow(() -> refusal(results.getFirst()));
                    Task task = task(first, wishes, results, bulk);
                    // kept after the changes are: who asks again with the same key gets it
                    // again
                    return (bulk ? keep(task) : Uni.createFrom().voidItem())
                            .chain(() -> state(task, wishes.getFirst().proposer(), true, bulk));
                });
    }

    private Uni<Void> keep(Task task) {
        return handoffs.transact(List.of(), outbox -> tasks.add(task, outbox.now()));
    }

    private static Problem refusal(Result result) {
        return Problem.of(
                result.status(),
                String.valueOf(result.code()),
                String.valueOf(result.detail()),
                result.field());
    }

    private static Task task(UUID first, List<Wish> wishes, List<Result> results, boolean bulk) {
        Proposer by = wishes.getFirst().proposer();
        List<Item> items = new ArrayList<>();
        for (int n = 0; n < results.size(); n++) {
            Result result = results.get(n);
            items.add(
                    new Item(
                            wishes.get(n).target(),
                            wishes.get(n).action(),
                            result.change(),
                            result.code(),
                            result.detail()));
        }
        return new Task(
                bulk ? dev.remit.handoff.Ids.derived(Ids.NAMESPACE, "task|" + first) : first,
                by.id(),
                by.principal(),
                List.copyOf(items));
    }

    /**
     * A task as it stands now.
     *
     * @throws Problem 404 CHANGE_UNKNOWN if there is none, or it is not the caller's
     */
    public Uni<State> find(UUID id, Proposer by, boolean all) {
        return handoffs.transact(List.of(), outbox -> tasks.find(id))
                .chain(found ->
                        found.isPresent()
                                ? state(found.get(), by, all, true)
                                : show.one(id, by, all)
                                        .map(standing ->
                                                new State(
                                                        single(standing),
                                                        Map.of(id, standing),
                                                        false)));
    }

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
                                null)));
    }

    private Uni<State> state(Task task, Proposer by, boolean all, boolean bulk) {
        List<UUID> changes =
                task.items().stream().map(Item::change).filter(Objects::nonNull).toList();
        return show.some(changes, by, all)
                .map(found -> {
                    if (found.isEmpty()) {
                        throw WithdrawChange.unknown(task.id());
                    }
                    Map<UUID, Standing> known = new HashMap<>();
                    found.forEach(each -> known.put(each.change(), each));
                    return new State(task, known, bulk);
                });
    }

    /**
     * Takes back what has not ended.
     *
     * @throws Problem 409 ALREADY_ENDED if everything has
     */
    public Uni<State> cancel(UUID id, Proposer by, boolean all, String reason) {
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
                            .chain(() -> find(id, by, all));
                });
    }
}
