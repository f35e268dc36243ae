package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.remit.ledger.certificate.Certificate;
import dev.remit.ledger.certificate.Finding;
import dev.remit.ledger.certificate.FolderForm;
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
        assertThat(run.exit()).isIn(Finding.MALFORMED.exitCode(), Finding.BAD_SIGNATURE.exitCode());
        assertThat(run.out()).contains("WRONG", "NOT VERIFIED", "Do not rely on this file");
    }

    @Test
    void whatIsWithheldIsSaidAndHasItsOwnExitCode() {
        Path out = scratch.resolve("withheld.json");
        assertThat(Run.of("withhold", GOOD.toString(), out.toString()).exit()).isZero();
        Run run = Run.of("verify", out.toString(), "--trust", KEPT.toString());
        assertThat(run.exit()).as(run.out()).isEqualTo(Finding.WITHHELD.exitCode());
        assertThat(run.out()).contains("ApprovalDecided", "HOLDS AS FAR AS SHOWN");

        Run nothing = Run.of("withhold", GOOD.toString(), out.toString(), "--keep", "none");
        assertThat(nothing.exit()).isZero();
        assertThat(Run.of("verify", out.toString(), "--trust", KEPT.toString()).exit())
                .isEqualTo(Finding.WITHHELD.exitCode());
    }

    @Test
    void theSmallJarVerifiesByItself() throws Exception {
        Path jar =
                Path.of(System.getProperty("remit.top"), "deploy/verify/target/remit-verify.jar");
        assumeTrue(Files.exists(jar), "the jar is not packaged yet");
        assertThat(Files.size(jar)).isLessThan(8_000_000);
        assertThat(jar(jar, GOOD)).isZero();
        assertThat(Files.readString(scratch.resolve("jar.out"))).doesNotContain("SLF4J");
        byte[] bytes = Files.readAllBytes(GOOD);
        bytes[bytes.length / 3] ^= 1;
        Path tampered = Files.write(scratch.resolve("tampered.json"), bytes);
        assertThat(jar(jar, tampered))
                .isIn(Finding.MALFORMED.exitCode(), Finding.BAD_SIGNATURE.exitCode());
    }

    @Test
    void aFolderVerifiesAsItsFileDoesAndAnyOtherFileInItIsSaid() throws Exception {
        Path folder = scratch.resolve("folder");
        FolderForm.write(FolderForm.of(Certificate.read(Files.readAllBytes(GOOD))), folder);
        Files.writeString(folder.resolve(".hidden"), "as file managers leave behind");
        Run file = Run.of("verify", GOOD.toString(), "--trust", KEPT.toString());
        Run same = Run.of("verify", folder.toString(), "--trust", KEPT.toString());
        assertThat(same.out()).isEqualTo(file.out());
        assertThat(same.exit()).isZero();
        Path jar =
                Path.of(System.getProperty("remit.top"), "deploy/verify/target/remit-verify.jar");
        if (Files.exists(jar)) {
            assertThat(jar(jar, folder)).isZero();
        }
        assertThatThrownBy(() ->
                        FolderForm.write(
                                FolderForm.of(Certificate.read(Files.readAllBytes(GOOD))), folder))
                .hasMessageContaining("not empty");

        Files.writeString(folder.resolve("handoffs/99-ChangeClosed.json"), "{}");
        Run more = Run.of("verify", folder.toString(), "--trust", KEPT.toString());
        assertThat(more.exit()).isEqualTo(Finding.MALFORMED.exitCode());
        assertThat(more.out()).contains("99-ChangeClosed.json is no part of the certificate");
    }

    private int jar(Path jar, Path certificate) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-jar",
                        jar.toString(),
                        "--trust",
                        KEPT.toString(),
                        certificate.toString())
                .redirectErrorStream(true)
                .redirectOutput(scratch.resolve("jar.out").toFile())
                .start()
                .waitFor();
    }

    @Test
    void everyExitCodeIsListed() {
        String help = Run.of("verify", "--help").out();
        for (Finding finding : Finding.values()) {
            assertThat(help).contains(finding.exitCode() + "  " + finding.title());
        }
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
        assertThat(run.exit()).isEqualTo(Finding.BAD_SIGNATURE.exitCode());
        assertThat(run.out()).contains("NOT VERIFIED");
    }

    @Test
    void aMissingFileAFolderAndAnythingElseAreSaidToBeThat() throws Exception {
        Run missing = Run.of("verify", scratch.resolve("none.json").toString());
        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.err()).contains("there is no file " + scratch.resolve("none.json"));

        Run folder = Run.of("verify", scratch.toString());
        assertThat(folder.exit()).isEqualTo(Finding.MALFORMED.exitCode());
        assertThat(folder.out()).contains("statement.dsse.json is missing");

        Path other = Files.writeString(scratch.resolve("other.txt"), "not a certificate");
        Run text = Run.of("verify", other.toString());
        assertThat(text.exit()).isEqualTo(Finding.MALFORMED.exitCode());
        assertThat(text.out()).contains("NOT VERIFIED");

        Run trust = Run.of("verify", GOOD.toString(), "--trust", scratch.toString());
        assertThat(trust.exit()).isEqualTo(1);
        assertThat(trust.err()).contains("holds no trust.vkeys");
    }
}
