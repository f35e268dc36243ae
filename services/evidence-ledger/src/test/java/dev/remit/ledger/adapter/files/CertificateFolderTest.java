package dev.remit.ledger.adapter.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.ledger.application.CertificateFiles.Form;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFolderTest {
    private static final UUID CHANGE = new UUID(0, 1);
    private static final byte[] CERTIFICATE = "{\"payload\":\"\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir Path directory;

    @Test
    void aCertificateThatWasAlteredWhereItIsKeptIsNotGivenOut() throws IOException {
        CertificateFolder folder = new CertificateFolder(directory);
        folder.keep(CHANGE, Form.OWN, CERTIFICATE);
        Path file = directory.resolve("certificates/" + CHANGE + ".json");
        for (int n = 0; n < CERTIFICATE.length; n++) {
            byte[] altered = CERTIFICATE.clone();
            altered[n] ^= (byte) (1 << (n % 8));
            Files.write(file, altered);
            assertThat(folder.kept(CHANGE, Form.OWN)).as("byte " + n).isEmpty();
        }
        folder.keep(CHANGE, Form.OWN, CERTIFICATE);
        assertThat(folder.kept(CHANGE, Form.OWN)).contains(CERTIFICATE);
    }

    @Test
    void oneThatWasKeptWithoutASumIsStillGivenOut() throws IOException {
        CertificateFolder folder = new CertificateFolder(directory);
        folder.keep(CHANGE, Form.OWN, CERTIFICATE);
        Files.delete(directory.resolve("certificates/" + CHANGE + ".json.sha256"));
        assertThat(folder.kept(CHANGE, Form.OWN)).contains(CERTIFICATE);
    }

    @Test
    void whatIsForgottenLeavesNothing() throws IOException {
        CertificateFolder folder = new CertificateFolder(directory);
        folder.keep(CHANGE, Form.OWN, CERTIFICATE);
        folder.keep(CHANGE, Form.SIGSTORE, CERTIFICATE);
        folder.forget(CHANGE);
        try (Stream<Path> left = Files.list(directory.resolve("certificates"))) {
            assertThat(left).isEmpty();
        }
        assertThat(folder.kept(CHANGE, Form.OWN)).isEmpty();
    }
}
