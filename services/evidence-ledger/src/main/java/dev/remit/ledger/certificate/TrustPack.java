package dev.remit.ledger.certificate;

import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.handoff.seal.VerifierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The folder that an auditor obtains apart from any certificate: {@code trust.vkeys}, the services'
 * keys, and {@code log.vkey}, the log's.
 */
public final class TrustPack {
    private static final String SERVICES = "trust.vkeys";
    private static final String LOG = "log.vkey";

    private TrustPack() {}

    /** Whether the folder is one. */
    public static boolean isAt(Path folder) {
        return Files.isRegularFile(folder.resolve(SERVICES));
    }

    /**
     * Reads the folder.
     *
     * @throws NoSuchFileException naming the file that is not there
     * @throws IllegalArgumentException naming the key that does not read
     */
    public static CertificateVerifier.Trust read(Path folder) throws IOException {
        return new CertificateVerifier.Trust(
                TrustedKeys.read(folder.resolve(SERVICES)),
                VerifierKey.parse(Files.readString(folder.resolve(LOG))));
    }
}
