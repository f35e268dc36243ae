package dev.remit.handoff.loop;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/** Ready while handoffs flow; says which part does not answer. */
@Readiness
@ApplicationScoped
class LoopHealth implements HealthCheck {
    private volatile @Nullable String trouble;

    void works() {
        trouble = null;
    }

    void waitsFor(Throwable failure) {
        trouble = "waits: " + failure;
    }

    void stopped(Throwable failure) {
        trouble = "stopped: " + failure;
    }

    @Override
    public HealthCheckResponse call() {
        String now = trouble;
        return now == null
                ? HealthCheckResponse.up("handoffs")
                : HealthCheckResponse.named("handoffs").down().withData("reason", now).build();
    }
}
