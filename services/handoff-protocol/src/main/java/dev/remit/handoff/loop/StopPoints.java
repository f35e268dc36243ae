package dev.remit.handoff.loop;

import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Ends the process at a named point of a transaction that touches a change, as a crash or a kill
 * would: nothing is flushed, nothing is closed. For fault tests only ({@code remit.stop-at}); a
 * production installation refuses to start with it.
 */
@Singleton
class StopPoints {
    private static final Logger LOG = Logger.getLogger(StopPoints.class);

    /** The exit status of a process that was ended by SIGKILL. */
    private static final int KILLED = 137;

    /** Where a transaction can be cut off. */
    enum StopPoint {
        /** Everything is written, nothing is committed. */
        BEFORE_COMMIT,
        /** Committed, nothing is published. */
        AFTER_COMMIT,
        /** Published, and neither marked so nor are offsets committed. */
        AFTER_PUBLISH
    }

    private final Optional<StopPoint> chosen;

    StopPoints(@ConfigProperty(name = "remit.stop-at") Optional<StopPoint> chosen) {
        this.chosen = chosen;
    }

    /**
     * @param changes whether the transaction has touched any change
     */
    void reached(StopPoint point, boolean changes) {
        if (changes && chosen.filter(point::equals).isPresent()) {
            LOG.warnf("stops here: %s", point);
            Runtime.getRuntime().halt(KILLED);
        }
    }
}
