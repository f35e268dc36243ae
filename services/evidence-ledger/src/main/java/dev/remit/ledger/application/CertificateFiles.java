package dev.remit.ledger.application;

import java.util.Optional;
import java.util.UUID;

/** The certificates made so far. They block, as {@link PublicFiles} do. */
public interface CertificateFiles {
    /** What a certificate is given as. */
    enum Form {
        /** {@link dev.remit.ledger.certificate.Certificate}. */
        OWN(".json"),
        /** {@link dev.remit.ledger.certificate.SigstoreBundle}. */
        SIGSTORE(".sigstore.json");

        private final String extension;

        Form(String extension) {
            this.extension = extension;
        }

        /** How its files end. */
        public String extension() {
            return extension;
        }
    }

    /** The certificate of a change. */
    Optional<byte[]> kept(UUID change, Form form);

    /** Keeps it; on disk when this returns, whole. */
    void keep(UUID change, Form form, byte[] certificate);

    /** Removes all its forms that are there. */
    void forget(UUID change);
}
