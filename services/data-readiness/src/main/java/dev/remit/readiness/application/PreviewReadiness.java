package dev.remit.readiness.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.readiness.application.Facts.Inquiry;
import dev.remit.readiness.domain.Judgement;
import dev.remit.readiness.domain.Request;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/**
 * Someone asks how a change would be judged if it were proposed now. Nothing is stored and nobody
 * is told; the change itself will be judged again, by what is known then.
 */
@Singleton
public class PreviewReadiness {
    private final Handoffs handoffs;
    private final Facts facts;

    PreviewReadiness(Handoffs handoffs, Facts facts) {
        this.handoffs = handoffs;
        this.facts = facts;
    }

    /** Judges by what is known now; without corrections, for nobody was asked. */
    public Uni<Judgement> preview(Request request) {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                facts.about(List.of(new Inquiry(request, Map.of())), outbox.now()))
                .map(found -> found.of(request.change()).judge(request));
    }
}
