package dev.remit.connector.adapter.mesh;

import dev.remit.connector.application.Forecasts;
import dev.remit.connector.domain.Proposal;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;

/** Asks data-readiness and approval-routing for their previews. */
@Singleton
class MeshForecasts implements Forecasts {
    private final Neighbours neighbours;

    MeshForecasts(Neighbours neighbours) {
        this.neighbours = neighbours;
    }

    @Override
    public Uni<Forecast> readiness(Proposal proposal, String authorization) {
        return neighbours.readiness(service -> service.preview(authorization, request(proposal)));
    }

    @Override
    public Uni<Forecast> route(
            Proposal proposal, Map<String, Object> readiness, String authorization) {
        Map<String, Object> request = request(proposal);
        request.put("proposer", proposal.proposer());
        proposal.principal().ifPresent(principal -> request.put("principal", principal));
        request.put("reason", proposal.reason());
        request.put("mode", proposal.mode());
        for (String known :
                new String[] {"verdict", "facts", "account", "manager", "plan", "planHash"}) {
            Object value = readiness.get(known);
            if (value != null) {
                request.put(known, value);
            }
        }
        return neighbours.approval(service -> service.preview(authorization, request));
    }

    private static Map<String, Object> request(Proposal proposal) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("charter", proposal.charter());
        request.put("charterHash", proposal.charterHash());
        request.put(
                "subject", Map.of("system", proposal.subjectSystem(), "id", proposal.subjectId()));
        request.put("target", proposal.target());
        request.put("action", proposal.action());
        return request;
    }
}
