package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate that a demo made must verify with every build after it. */
class VerifyTest {
    private static final Path KEPT = Path.of("src/test/resources/certificate");
    private static final Path GOOD = KEPT.resolve("completed.json");

    @TempDir Path scratch;

    @Test
    void aGoodCertificateVerifies() {
        Run run = Run.of("verify", GOOD.toString(), "--trust", KEPT.toString());
        assertThat(run.out()).contains("VERIFIED: COMPLETED").doesNotContain("WRONG");
        assertThat(run.exit()).isZero();
    }

    @Test
    void aTamperedOneDoesNot() throws Exception {
        byte[] bytes = Files.readAllBytes(GOOD);
        bytes[bytes.length / 3] ^= 1;
        Path tampered = Files.write(scratch.resolve("tampered.json"), bytes);
        Run run = Run.of("verify", tampered.toString(), "--trust", KEPT.toString());
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).contains("WRONG", "NOT VERIFIED: do not rely on this file");
    }

    @Test
    void withoutTrustedKeysItSaysWhoseKeysItWentBy() {
        Run run = Run.of("verify", GOOD.toString(), "--data", scratch.toString());
        assertThat(run.out()).contains("keys taken from the file itself");
    }

    @Test
    void aGoodCertificateOfAnotherInstallationIsNotTrusted() {
        assertThat(Run.of("prepare", "--keys", scratch.toString(), "--origin", "other/log").exit())
                .isZero();
        Run run = Run.of("verify", GOOD.toString(), "--trust", scratch.toString());
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).contains("NOT VERIFIED");
    }

    @Test
    void aMissingFileAFolderAndAnythingElseAreSaidToBeThat() throws Exception {
        Run missing = Run.of("verify", scratch.resolve("none.json").toString());
        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.err()).contains("there is no file " + scratch.resolve("none.json"));

        Run folder = Run.of("verify", scratch.toString());
        assertThat(folder.exit()).isEqualTo(1);
        assertThat(folder.err()).contains("is a directory");

        Path other = Files.writeString(scratch.resolve("other.txt"), "not a certificate");
        Run text = Run.of("verify", other.toString());
        assertThat(text.exit()).isEqualTo(1);
        assertThat(text.out()).contains("NOT VERIFIED");

        Run trust = Run.of("verify", GOOD.toString(), "--trust", scratch.toString());
        assertThat(trust.exit()).isEqualTo(1);
        assertThat(trust.err()).contains("holds no trust.vkeys");
    }
}
