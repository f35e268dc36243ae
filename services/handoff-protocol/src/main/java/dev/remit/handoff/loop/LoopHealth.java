package dev.remit.handoff.loop;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/** Ready while handoffs flow; says which part does not answer. */
@Readiness
@ApplicationScoped
class LoopHealth implements HealthCheck {
    private volatile @Nullable String consuming;
    private volatile boolean stopped;
    private volatile @Nullable String publishing;
    private volatile @Nullable String outbox;

    /** What has stopped stays stopped until a restart. */
    void works() {
        if (!stopped) {
            consuming = null;
        }
    }

    void waitsFor(Throwable failure) {
        if (!stopped) {
            consuming = "waits: " + failure;
        }
    }

    void stopped(Throwable failure) {
        stopped = true;
        consuming = "stopped: " + failure;
    }

    /** Kafka has what the last batch handed on. */
    void publishes() {
        publishing = null;
    }

    void publishingWaitsFor(Throwable failure) {
        publishing = "waits: " + failure;
    }

    void outboxWorks() {
        outbox = null;
    }

    void outboxWaitsFor(Throwable failure) {
        outbox = "waits: " + failure;
    }

    @Override
    public HealthCheckResponse call() {
        String in = consuming;
        String on = publishing;
        String out = outbox;
        HealthCheckResponseBuilder answer =
                HealthCheckResponse.named("handoffs")
                        .status(in == null && on == null && out == null);
        if (in != null) {
            answer.withData("consuming", in);
        }
        if (on != null) {
            answer.withData("publishing", on);
        }
        if (out != null) {
            answer.withData("outbox", out);
        }
        return answer.build();
    }
}
