package dev.remit.connector.adapter.mesh;

import dev.remit.connector.application.Explanations;
import dev.remit.connector.application.Forecasts.Forecast;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.UUID;

/** Asks data-readiness and the ledger. */
@Singleton
class MeshExplanations implements Explanations {
    private final Neighbours neighbours;

    MeshExplanations(Neighbours neighbours) {
        this.neighbours = neighbours;
    }

    @Override
    public Uni<Forecast> readiness(UUID change, String authorization) {
        return neighbours.readiness(service -> service.change(authorization, change.toString()));
    }

    @Override
    public Uni<Forecast> story(UUID change, String authorization) {
        return neighbours.ledger(service -> service.change(authorization, change.toString()));
    }

    @Override
    public Uni<Forecast> certificate(UUID change, String authorization) {
        return neighbours.ledger(service -> service.certificate(authorization, change.toString()));
    }

    @Override
    public Uni<Forecast> corrections(String authorization) {
        return neighbours.readiness(
                service -> service.corrections(authorization).map(open -> Map.of("open", open)));
    }
}
