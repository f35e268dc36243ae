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
    public Optional<byte[]> kept(UUID change) {
        return folder.read(change + ".json");
    }

    @Override
    public void keep(UUID change, byte[] certificate) {
        folder.write(Map.of(change + ".json", certificate));
    }

    @Override
    public void forget(UUID change) {
        folder.remove(change + ".json");
    }
}
