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

/** The proposer takes a change back that waits for approval; once authorized, it is too late. */
@Singleton
public class WithdrawChange {
    private final Routes routes;
    private final Advance advance;
    private final Handoffs handoffs;

    WithdrawChange(Routes routes, Advance advance, Handoffs handoffs) {
        this.routes = routes;
        this.advance = advance;
        this.handoffs = handoffs;
    }

    /**
     * Takes the change back.
     *
     * @return why it was not; empty if it was
     */
    public Uni<Optional<Refused>> withdraw(UUID change, Decider who, String reason) {
        return say(
                change, new Event.Withdrawn(who.by(), reason, Optional.of(who.authentication())));
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
