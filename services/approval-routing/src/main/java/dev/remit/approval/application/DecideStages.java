package dev.remit.approval.application;

import dev.remit.approval.application.Advance.Step;
import dev.remit.approval.application.Answers.Claim;
import dev.remit.approval.application.Answers.Request;
import dev.remit.approval.application.Answers.Result;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Attempt.Result.Refused;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Outcome;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Someone decides stages, or tries to. Each decision is judged and recorded on its own, all in one
 * transaction. A refused attempt is evidence: it is recorded, then answered.
 */
@Singleton
public class DecideStages {

    /**
     * What someone decides of one change.
     *
     * @param planHash the plan that the decider saw
     * @param stage the stage's name; empty for the first that the decider may decide
     * @param onBehalfOf in whose place
     * @param nonce of the stage as the decider saw it
     */
    public record Item(
            UUID change,
            Attempt.Kind decision,
            String reason,
            String planHash,
            Optional<String> stage,
            Optional<String> onBehalfOf,
            Optional<UUID> nonce) {}

    /**
     * Who decides, from the access token.
     *
     * @param by immutable id
     */
    public record Decider(String by, Set<String> roles, Authentication authentication) {}

    private final Routes routes;
    private final Advance advance;
    private final Answers answers;
    private final Handoffs handoffs;
    private final MeterRegistry meters;

    DecideStages(
            Routes routes,
            Advance advance,
            Answers answers,
            Handoffs handoffs,
            MeterRegistry meters) {
        this.routes = routes;
        this.advance = advance;
        this.answers = answers;
        this.handoffs = handoffs;
        this.meters = meters;
    }

    /**
     * Decides the open stages of these changes.
     *
     * @param request if it may be repeated: a repetition is answered as before
     * @return a result for each item, in their order
     * @throws Problem 409 IDEMPOTENCY_KEY_REUSED if the key came with another request before
     */
    public Uni<List<Result>> decide(List<Item> items, Decider decider, Optional<Request> request) {
        Map<UUID, Item> first = new LinkedHashMap<>();
        items.forEach(item -> first.putIfAbsent(item.change(), item));
        return handoffs.transact(
                List.of(),
                outbox ->
                        // only what was routed here is locked: a lock outlives the request
                        routes.routed(first.keySet())
                                .call(outbox::lock)
                                .chain(routed ->
                                        once(
                                                request,
                                                routed,
                                                () ->
                                                        judge(
                                                                items, first, routed, decider,
                                                                outbox))));
    }

    private Uni<List<Result>> once(Optional<Request> request, Set<UUID> changes, Work work) {
        if (request.isEmpty()) {
            return work.run();
        }
        return answers.claim(request.get())
                .chain(claim ->
                        switch (claim) {
                            case Claim.Taken _ ->
                                    work.run()
                                            .call(results ->
                                                    answers.keep(request.get(), changes, results));
                            case Claim.Answered(List<Result> results) ->
                                    Uni.createFrom().item(results);
                            case Claim.Contradicted _ ->
                                    throw Problem.of(
                                            409,
                                            "IDEMPOTENCY_KEY_REUSED",
                                            "Idempotency-Key: was used before with another request");
                        });
    }

    private Uni<List<Result>> judge(
            List<Item> items,
            Map<UUID, Item> first,
            Set<UUID> routed,
            Decider decider,
            Outbox outbox) {
        List<Step> steps =
                first.values().stream()
                        .filter(item -> routed.contains(item.change()))
                        .map(item -> step(item, decider, items.size() > 1, outbox))
                        .toList();
        return advance.all(steps, outbox)
                .map(outcomes -> {
                    Map<UUID, Result> results = new HashMap<>();
                    for (int n = 0; n < steps.size(); n++) {
                        UUID change = steps.get(n).change();
                        results.put(change, result(change, outcomes.get(n)));
                    }
                    Set<UUID> seen = new HashSet<>();
                    List<Result> all = new ArrayList<>();
                    for (Item item : items) {
                        UUID change = item.change();
                        all.add(
                                !seen.add(change)
                                        ? repeated(change)
                                        : results.getOrDefault(
                                                change, refused(change, Attempt.CHANGE_UNKNOWN)));
                    }
                    return List.copyOf(all);
                });
    }

    private static Step step(Item item, Decider decider, boolean bulk, Outbox outbox) {
        return new Step(
                item.change(),
                new Event.Attempted(
                        new Attempt(
                                decider.by(),
                                item.decision(),
                                item.reason(),
                                item.planHash(),
                                item.stage(),
                                item.onBehalfOf(),
                                item.nonce(),
                                bulk,
                                outbox.now()),
                        decider.roles(),
                        decider.authentication()),
                null);
    }

    private Result result(UUID change, Outcome outcome) {
        return outcome.refused()
                .map(refused -> {
                    meters.counter("remit.approval.refused", "code", refused.code()).increment();
                    return refused(change, refused);
                })
                .orElse(new Result(change, 201, null, null));
    }

    private static Result refused(UUID change, Refused refused) {
        return new Result(change, refused.status(), refused.code(), refused.words());
    }

    private static Result repeated(UUID change) {
        return new Result(
                change, 409, "CHANGE_REPEATED", "the request decides this change before already");
    }

    /** What is done once. */
    private interface Work {
        Uni<List<Result>> run();
    }
}
