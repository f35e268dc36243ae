package dev.remit.executor.adapter.http;

import dev.remit.executor.application.LeaseExecutions;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready while every target answers; says by name which does not, and why. */
@Readiness
@Singleton
class TargetHealth implements HealthCheck {
    private final LeaseExecutions leases;

    TargetHealth(LeaseExecutions leases) {
        this.leases = leases;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("targets").up();
        for (var target : leases.troubles().entrySet()) {
            if (target.getValue().isEmpty()) {
                response.withData(target.getKey(), "answers");
            } else {
                response.down().withData(target.getKey(), target.getValue());
            }
        }
        return response.build();
    }
}
