package dev.remit.ledger.application;

import java.util.Optional;
import java.util.UUID;

/** The certificates made so far. They block, as {@link PublicFiles} do. */
public interface CertificateFiles {
    /** The certificate of a change. */
    Optional<byte[]> kept(UUID change);

    /** Keeps it; on disk when this returns, whole. */
    void keep(UUID change, byte[] certificate);

    /** Removes it, if it is there. */
    void forget(UUID change);
}
