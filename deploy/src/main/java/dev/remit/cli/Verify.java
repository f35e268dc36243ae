package dev.remit.cli;

import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.handoff.seal.VerifierKey;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description =
                "Checks a closure certificate offline: no service runs, nothing is asked. Exit 0 when every check holds, 1 when any does not.",
        footer = {"", "Needs: the file, and the keys to trust; no service and no network."})
final class Verify implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Parameters(paramLabel = "FILE", description = "The certificate.")
    Path file;

    @Option(
            names = "--trust",
            paramLabel = "DIR",
            description =
                    "Folder with trust.vkeys and log.vkey, obtained apart from the certificate (default: keys in the data directory, else those in the certificate, which is said).")
    @Nullable Path trust;

    @Override
    public Integer call() throws Exception {
        Path folder = trust == null ? remit.home().keys() : trust;
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a directory, not a certificate");
        }
        if (trust != null && !Files.exists(folder.resolve("trust.vkeys"))) {
            throw new IOException(folder + " holds no trust.vkeys");
        }
        Verification verification = run(file, folder);
        print(verification);
        return verification.holds() ? 0 : 1;
    }

    /** Verifies with the keys in a folder, if they are there. */
    static Verification run(Path file, Path folder) throws IOException {
        Optional<CertificateVerifier.Trust> trust =
                Files.exists(folder.resolve("trust.vkeys"))
                        ? Optional.of(
                                new CertificateVerifier.Trust(
                                        TrustedKeys.read(folder.resolve("trust.vkeys")),
                                        VerifierKey.parse(
                                                Files.readString(folder.resolve("log.vkey")))))
                        : Optional.empty();
        return CertificateVerifier.verify(Files.readAllBytes(file), trust);
    }

    static void print(Verification verification) {
        for (Verification.Check check : verification.checks()) {
            System.out.printf(
                    "  %-6s %-22s %s%n",
                    check.holds() ? "ok" : "WRONG", check.name(), check.words());
        }
        if (verification.holds()) {
            verification.words().forEach(line -> System.out.println("  " + line));
            System.out.println("VERIFIED: " + verification.outcome());
        } else {
            System.out.println("NOT VERIFIED: do not rely on this file");
        }
    }
}
