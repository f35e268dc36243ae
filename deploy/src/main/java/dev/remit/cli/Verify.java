package dev.remit.cli;

import dev.remit.ledger.certificate.Certificate;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.TrustPack;
import dev.remit.ledger.certificate.Verification;
import dev.remit.ledger.certificate.VerifyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description =
                "Checks a closure certificate or a pack offline: no service runs, nothing is asked.")
final class Verify implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Parameters(
            paramLabel = "FILE",
            description = "The certificate, a file or a folder, or a pack of them.")
    Path file;

    @Option(
            names = "--trust",
            paramLabel = "DIR",
            description =
                    "Folder with trust.vkeys and log.vkey, obtained apart from the certificate (default: keys in the data directory, else those in the certificate, which is said).")
    @Nullable Path trust;

    /** The codes are written once, where they are defined. */
    @Spec
    void tell(CommandSpec spec) {
        List<String> footer = new ArrayList<>(List.of(""));
        footer.addAll(VerifyFile.exitCodes());
        footer.addAll(
                List.of("", "Needs: the file, and the keys to trust; no service and no network."));
        spec.usageMessage().footer(footer.toArray(String[]::new));
    }

    @Override
    public Integer call() throws Exception {
        Path folder = trust == null ? remit.home().keys() : trust;
        if (trust != null && !TrustPack.isAt(folder)) {
            throw new IOException(folder + " holds no trust.vkeys");
        }
        Verification verification = run(file, folder);
        print(verification);
        return verification.finding().exitCode();
    }

    /** Verifies with the keys in a folder, if they are there. */
    static Verification run(Path file, Path folder) throws IOException {
        Optional<CertificateVerifier.Trust> trust =
                TrustPack.isAt(folder) ? Optional.of(TrustPack.read(folder)) : Optional.empty();
        return VerifyFile.verify(file, trust);
    }

    static void print(Verification verification) {
        verification.lines().forEach(System.out::println);
    }

    @Command(
            name = "withhold",
            mixinStandardHelpOptions = true,
            description =
                    "Takes personal data out of a certificate: it still verifies, and the verifier says what was withheld.",
            footer = {
                "",
                "Kept by default: the closure and the charter, which name no person but what a reason says.",
                "Needs: the file; no service and no network."
            })
    static final class Withhold implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "FILE", description = "The certificate.")
        Path file;

        @Parameters(index = "1", paramLabel = "OUT", description = "Where the other one goes.")
        Path out;

        @Option(
                names = "--keep",
                split = ",",
                paramLabel = "TYPE",
                defaultValue = "ChangeClosed,CharterPublished",
                description =
                        "Types of the messages that stay (default: ${DEFAULT-VALUE}); none: nothing stays.")
        List<String> keep;

        @Override
        public Integer call() throws Exception {
            Files.write(
                    out,
                    Certificate.read(Files.readAllBytes(file))
                            .without(type -> !keep.contains(type))
                            .file());
            System.out.println("Written to " + out + ". Check it with: ./remit verify " + out);
            return 0;
        }
    }
}
