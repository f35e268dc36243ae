package dev.remit.ledger.application;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/** Timestamps by an authority (RFC 3161). The calls block. */
public interface Timestamps {
    /** Whether checkpoints are to have them. */
    boolean areWanted();

    /** Certificates of authorities that are believed, and of those who certify them. */
    List<X509Certificate> trusted();

    /**
     * A token over these bytes, verified.
     *
     * @throws IllegalStateException saying why there is none
     */
    byte[] over(byte[] content, Duration patience);
}
