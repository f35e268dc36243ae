package dev.remit.approval.application;

import dev.remit.approval.application.Advance.Step;
import dev.remit.approval.application.Answers.Claim;
import dev.remit.approval.application.Answers.Request;
import dev.remit.approval.application.Answers.Result;
import dev.remit.approval.domain.Attempt.Result.Refused;
import dev.remit.approval.domain.Event;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Someone says something about a change that waits: one event, in a transaction of its own. */
@Singleton
class Say {
    private final Routes routes;
    private final Advance advance;
    private final Answers answers;
    private final Handoffs handoffs;

    Say(Routes routes, Advance advance, Answers answers, Handoffs handoffs) {
        this.routes = routes;
        this.advance = advance;
        this.answers = answers;
        this.handoffs = handoffs;
    }

    /**
     * Says it.
     *
     * @param request if it may be repeated: a repetition is answered as before
     * @return why it was not taken; empty if it was
     */
    Uni<Optional<Refused>> say(UUID change, Event event, Optional<Request> request) {
        return handoffs.transact(
                List.of(),
                outbox ->
                        routes.routed(List.of(change))
                                .call(outbox::lock)
                                .chain(routed ->
                                        request.isEmpty()
                                                ? event(change, event, outbox)
                                                : once(
                                                        request.get(),
                                                        change,
                                                        routed,
                                                        event,
                                                        outbox)));
    }

    private Uni<Optional<Refused>> once(
            Request request, UUID change, Set<UUID> routed, Event event, Outbox outbox) {
        return answers.claim(request)
                .chain(claim ->
                        switch (claim) {
                            case Claim.Taken _ ->
                                    event(change, event, outbox)
                                            .call(refused ->
                                                    answers.keep(
                                                            request,
                                                            routed,
                                                            List.of(result(change, refused))));
                            case Claim.Answered(List<Result> before) ->
                                    Uni.createFrom().item(refusal(before.getFirst()));
                            case Claim.Contradicted _ -> throw Answers.reused();
                        });
    }

    private Uni<Optional<Refused>> event(UUID change, Event event, Outbox outbox) {
        return advance.all(List.of(new Step(change, event, null)), outbox)
                .map(outcomes -> outcomes.getFirst().refused());
    }

    private static Result result(UUID change, Optional<Refused> refused) {
        return refused.map(each -> new Result(change, each.status(), each.code(), each.words()))
                .orElseGet(() -> new Result(change, 201, null, null));
    }

    private static Optional<Refused> refusal(Result before) {
        return before.status() == 201
                ? Optional.empty()
                : Optional.of(
                        new Refused(
                                before.status(),
                                String.valueOf(before.code()),
                                String.valueOf(before.detail()),
                                false));
    }
}
