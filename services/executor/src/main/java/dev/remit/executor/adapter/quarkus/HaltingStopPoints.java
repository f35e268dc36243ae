package dev.remit.executor.adapter.quarkus;

import dev.remit.executor.application.StopPoints;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigUtils;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Halts the JVM at the configured stop point; for fault tests, refused in production. */
@Singleton
class HaltingStopPoints implements StopPoints {
    private static final Logger LOG = Logger.getLogger(HaltingStopPoints.class);

    /** As if killed by signal 9. */
    private static final int KILLED = 137;

    private final Optional<Point> stop;

    HaltingStopPoints(@ConfigProperty(name = "remit.executor.stop-at") Optional<Point> stop) {
        this.stop = stop;
    }

    void check(@Observes StartupEvent event) {
        if (stop.isPresent() && ConfigUtils.isProfileActive("prod")) {
            throw new IllegalStateException(
                    "remit.executor.stop-at ends the process on purpose and is for fault tests;"
                            + " it is refused in the profile prod (set quarkus.profile to another)");
        }
    }

    @Override
    public void reached(Point point) {
        if (stop.isPresent() && stop.get() == point) {
            LOG.warnf("stops at %s, as configured", point);
            Runtime.getRuntime().halt(KILLED);
        }
    }
}
