package dev.remit.handoff.loop;

import dev.remit.handoff.Service;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Ends the process at a named point, once, as a crash or a kill would: nothing is flushed, nothing
 * is closed. For fault tests only: a test names the point in a file of {@code remit.stop-points}, a
 * folder that no other installation has.
 */
@Singleton
public class StopPoints {
    private static final Logger LOG = Logger.getLogger(StopPoints.class);

    /** The exit status of a process that was ended by SIGKILL. */
    private static final int KILLED = 137;

    private final Optional<Path> armed;

    StopPoints(
            @ConfigProperty(name = "remit.stop-points") Optional<Path> folder,
            @ConfigProperty(name = "quarkus.application.name") String service) {
        this.armed = folder.map(each -> each.resolve(Service.of(service).id()));
    }

    /** Ends the process if a test has armed this point; never returns then. */
    public void reached(String point) {
        if (armed.isEmpty() || Files.notExists(armed.get())) {
            return;
        }
        try {
            if (Files.readString(armed.get()).strip().equals(point)) {
                Files.delete(armed.get());
                LOG.warnf("stops here: %s", point);
                Runtime.getRuntime().halt(KILLED);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
