package dev.remit.connector.application;

import dev.remit.connector.application.Forecasts.Forecast;
import io.smallrye.mutiny.Uni;
import java.util.UUID;

/** What other services know of a change, each asked with the caller's own rights, and in time. */
public interface Explanations {
    /** How its data was judged; see data-readiness. */
    Uni<Forecast> readiness(UUID change, String authorization);

    /** Who holds it, and its handoffs; see evidence-ledger. */
    Uni<Forecast> story(UUID change, String authorization);

    /** Its closure certificate; see evidence-ledger. */
    Uni<Forecast> certificate(UUID change, String authorization);

    /** What people are asked for, under {@code open}; see data-readiness. */
    Uni<Forecast> corrections(String authorization);
}
