package dev.remit.readiness.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * All that a judgement stands on.
 *
 * @param charter the one with the request's hash; empty while it is not known here
 */
public record Known(Optional<Charter> charter, Observed observed) {
    public Instant now() {
        return observed.now();
    }
}
