package dev.remit.connector.application;

import dev.remit.connector.domain.Proposal;
import io.smallrye.mutiny.Uni;
import java.util.Map;

/**
 * What other services would make of a change. Each asks with the caller's own rights, and in time.
 */
public interface Forecasts {
    /** What came back. */
    sealed interface Forecast {
        /** The part's own words, a JSON object. */
        record Answered(Map<String, Object> answer) implements Forecast {}

        /** Nothing that can be gone by. */
        record Unanswered(String reason) implements Forecast {}
    }

    /** The verdict, the facts, the plan. */
    Uni<Forecast> readiness(Proposal proposal, String authorization);

    /**
     * The stages with their candidates.
     *
     * @param readiness as it was answered
     */
    Uni<Forecast> route(Proposal proposal, Map<String, Object> readiness, String authorization);
}
