package dev.remit.ledger.certificate;

import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.handoff.seal.VerifierKey;
import dev.remit.ledger.log.EarlierPolicy;
import dev.remit.ledger.log.Timestamp;
import dev.remit.ledger.log.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder that an auditor obtains apart from any certificate: {@code trust.vkeys}, the services'
 * keys; {@code log.vkey}, the log's; where they are, {@code log.policy}, which witnesses must have
 * cosigned (C2SP tlog-policy), each {@code *.earlier.policy}, which must have until a state of the
 * log ({@link EarlierPolicy}), and {@code tsa.pem}, whose timestamps are believed.
 */
public final class TrustPack {
    private static final String SERVICES = "trust.vkeys";
    private static final String LOG = "log.vkey";
    private static final String POLICY = "log.policy";
    private static final String EARLIER = ".earlier.policy";
    private static final String AUTHORITIES = "tsa.pem";

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
        Path policy = folder.resolve(POLICY);
        Path authorities = folder.resolve(AUTHORITIES);
        return new CertificateVerifier.Trust(
                TrustedKeys.read(folder.resolve(SERVICES)),
                VerifierKey.parse(Files.readString(folder.resolve(LOG))),
                Files.exists(policy)
                        ? Optional.of(TrustPolicy.parse(Files.readString(policy)))
                        : Optional.empty(),
                earlier(folder),
                Files.exists(authorities) ? Timestamp.certificates(authorities) : List.of());
    }

    private static List<EarlierPolicy> earlier(Path folder) throws IOException {
        List<EarlierPolicy> earlier = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path each : files.sorted().toList()) {
                if (String.valueOf(each.getFileName()).endsWith(EARLIER)) {
                    earlier.add(EarlierPolicy.parse(Files.readString(each)));
                }
            }
        }
        if (!earlier.isEmpty() && !Files.exists(folder.resolve(POLICY))) {
            throw new NoSuchFileException(folder.resolve(POLICY).toString());
        }
        return earlier;
    }
}
