package dev.remit.approval.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What of a plan can be amended, and only so that it does less: what it grants ends sooner, or it
 * starts later.
 *
 * @param duration how long what it grants lasts; shorter than before
 * @param notBefore when it starts; in the future
 */
public record Terms(Optional<Duration> duration, Optional<Instant> notBefore) {
    /** The plan stays; it is only asked anew. */
    public static final Terms NONE = new Terms(Optional.empty(), Optional.empty());

    boolean isEmpty() {
        return duration.isEmpty() && notBefore.isEmpty();
    }
}
