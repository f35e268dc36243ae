package dev.remit.approval.application;

import dev.remit.approval.domain.Forecast;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Ready;
import dev.remit.handoff.loop.Handoffs;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Someone asks whom a change would be put to if it were proposed now. Nothing is stored and nobody
 * is told; the route is found again when the change comes, by what is known then.
 */
@Singleton
public class PreviewRoute {
    private final Handoffs handoffs;
    private final Advance advance;

    PreviewRoute(Handoffs handoffs, Advance advance) {
        this.handoffs = handoffs;
        this.advance = advance;
    }

    /** Every stage with those who may decide it, and those who may not with the rule that bars. */
    public Uni<Forecast> preview(Ready ready) {
        return handoffs.transact(List.of(), outbox -> advance.preview(List.of(ready), outbox.now()))
                .map(List::getFirst);
    }

    /**
     * Whom a change that waits for a decision is still to be put to after that, as things are; none
     * for one that waits for none.
     */
    public Uni<List<Forecast.Stage>> later(RouteViews.View view) {
        return view.state().equals("OPEN")
                        && !view.stages().isEmpty()
                        && view.stages().stream().noneMatch(OpenStage::afterwards)
                ? handoffs.transact(
                        List.of(),
                        outbox ->
                                advance.later(
                                        view.ready(),
                                        view.decisions(),
                                        view.stages(),
                                        outbox.now()))
                : Uni.createFrom().item(List.of());
    }
}
