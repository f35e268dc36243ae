package dev.remit.approval.application;

import dev.remit.approval.application.Advance.Step;
import dev.remit.approval.application.DecideStages.Decider;
import dev.remit.approval.domain.Attempt.Result.Refused;
import dev.remit.approval.domain.Event;
import dev.remit.handoff.loop.Handoffs;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The proposer answers what an approver asked; the stage can be approved again then. */
@Singleton
public class AnswerQuestion {
    private final Routes routes;
    private final Advance advance;
    private final Handoffs handoffs;

    AnswerQuestion(Routes routes, Advance advance, Handoffs handoffs) {
        this.routes = routes;
        this.advance = advance;
        this.handoffs = handoffs;
    }

    /**
     * Answers.
     *
     * @param stage the stage's name; empty for the first that waits for an answer
     * @return why it was not taken; empty if it was
     */
    public Uni<Optional<Refused>> answer(
            UUID change, Decider who, Optional<String> stage, String text) {
        return say(change, new Event.Answered(who.by(), stage, text, who.authentication()));
    }

    private Uni<Optional<Refused>> say(UUID change, Event event) {
        return handoffs.transact(
                List.of(),
                outbox ->
                        routes.routed(List.of(change))
                                .call(outbox::lock)
                                .chain(() ->
                                        advance.all(List.of(new Step(change, event, null)), outbox))
                                .map(outcomes -> outcomes.getFirst().refused()));
    }
}
