package dev.remit.ledger.adapter.files;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.application.CertificateFiles;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Certificates in a folder, a file each, with its SHA-256 beside it as {@code sha256sum} has it:
 * one that was altered there is not given out, but made again.
 */
@Singleton
public class CertificateFolder implements CertificateFiles {
    private static final Logger LOG = Logger.getLogger(CertificateFolder.class);
    private static final String SUM = ".sha256";

    private final Folder folder;

    CertificateFolder(@ConfigProperty(name = "remit.ledger.directory") Path directory) {
        this.folder = new Folder(directory.resolve("certificates"));
    }

    @Override
    public Optional<byte[]> kept(UUID change, Form form) {
        String name = change + form.extension();
        Optional<byte[]> kept = folder.read(name);
        if (kept.isPresent()
                && folder.read(name + SUM)
                        .filter(sum -> !Arrays.equals(sum, sum(name, kept.get())))
                        .isPresent()) {
            LOG.warnf("certificate %s is not as it was made: it is made again", name);
            return Optional.empty();
        }
        return kept;
    }

    @Override
    public void keep(UUID change, Form form, byte[] certificate) {
        String name = change + form.extension();
        // a stop in between leaves what does not fit, and is made again
        Map<String, byte[]> both = new LinkedHashMap<>();
        both.put(name + SUM, sum(name, certificate));
        both.put(name, certificate);
        folder.write(both);
    }

    @Override
    public void forget(UUID change) {
        for (Form form : Form.values()) {
            folder.remove(change + form.extension());
            folder.remove(change + form.extension() + SUM);
        }
    }

    private static byte[] sum(String name, byte[] certificate) {
        return (Hash.sha256(certificate).hex() + "  " + name + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
