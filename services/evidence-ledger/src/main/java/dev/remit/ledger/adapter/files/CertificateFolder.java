package dev.remit.ledger.adapter.files;

import dev.remit.ledger.application.CertificateFiles;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Certificates in a folder, a file each. */
@Singleton
public class CertificateFolder implements CertificateFiles {
    private final Folder folder;

    CertificateFolder(@ConfigProperty(name = "remit.ledger.directory") Path directory) {
        this.folder = new Folder(directory.resolve("certificates"));
    }

    @Override
    public Optional<byte[]> kept(UUID change, Form form) {
        return folder.read(change + form.extension());
    }

    @Override
    public void keep(UUID change, Form form, byte[] certificate) {
        folder.write(Map.of(change + form.extension(), certificate));
    }

    @Override
    public void forget(UUID change) {
        for (Form form : Form.values()) {
            folder.remove(change + form.extension());
        }
    }
}
