package dev.remit.ledger.application;

import java.time.Duration;

/** Timestamps by an authority (RFC 3161). The calls block. */
public interface Timestamps {
    /** Whether checkpoints are to have them. */
    boolean areWanted();

    /**
     * A token over these bytes, verified.
     *
     * @throws IllegalStateException saying why there is none
     */
    byte[] over(byte[] content, Duration patience);
}
