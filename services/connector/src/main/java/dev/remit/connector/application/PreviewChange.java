package dev.remit.connector.application;

import dev.remit.connector.application.Forecasts.Forecast;
import dev.remit.connector.domain.Admission;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Proposal;
import dev.remit.connector.domain.Wish;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Someone asks what would come of a proposal. Opens nothing, records nothing. */
@Singleton
public class PreviewChange {
    private final AskForChanges ask;
    private final Forecasts forecasts;

    PreviewChange(AskForChanges ask, Forecasts forecasts) {
        this.ask = ask;
        this.forecasts = forecasts;
    }

    /**
     * Says what would come of it.
     *
     * @param authorization the caller's own Authorization header: nobody learns by a preview what
     *     they may not see
     */
    public Uni<Preview> preview(Wish wish, String authorization) {
        return ask.tryOut(wish)
                .chain(admission ->
                        switch (admission) {
                            case Admission.Refused(Charter.Refusal refusal) ->
                                    Uni.createFrom().item(refused(refusal));
                            case Admission.Admitted(Proposal proposal) ->
                                    forecasts
                                            .readiness(proposal, authorization)
                                            .chain(readiness ->
                                                    routed(proposal, readiness, authorization));
                        });
    }

    private Uni<Preview> routed(Proposal proposal, Forecast readiness, String authorization) {
        return switch (readiness) {
            case Forecast.Unanswered(String reason) ->
                    Uni.createFrom()
                            .item(
                                    preview(
                                            proposal,
                                            null,
                                            null,
                                            List.of(
                                                    new Preview.Unanswered(
                                                            "data-readiness", reason),
                                                    new Preview.Unanswered(
                                                            "approval-routing",
                                                            "was not asked: it needs the readiness"))));
            case Forecast.Answered(Map<String, Object> judged) ->
                    forecasts
                            .route(proposal, judged, authorization)
                            .map(route ->
                                    switch (route) {
                                        case Forecast.Answered(Map<String, Object> stages) ->
                                                preview(proposal, judged, stages, List.of());
                                        case Forecast.Unanswered(String reason) ->
                                                preview(
                                                        proposal,
                                                        judged,
                                                        null,
                                                        List.of(
                                                                new Preview.Unanswered(
                                                                        "approval-routing",
                                                                        reason)));
                                    });
        };
    }

    private static Preview refused(Charter.Refusal refusal) {
        return new Preview(
                false,
                new Preview.Refusal(
                        refusal.status(), refusal.code(), refusal.field(), refusal.detail()),
                null,
                null,
                null,
                null,
                null,
                List.of());
    }

    private static Preview preview(
            Proposal proposal,
            @Nullable Map<String, Object> readiness,
            @Nullable Map<String, Object> route,
            List<Preview.Unanswered> unanswered) {
        return new Preview(
                true,
                null,
                proposal.charter(),
                proposal.charterVersion(),
                proposal.mode(),
                readiness,
                route,
                unanswered);
    }
}
