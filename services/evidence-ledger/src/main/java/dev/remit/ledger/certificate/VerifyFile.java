package dev.remit.ledger.certificate;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The verifier as a program of its own: {@code java -jar remit-verify.jar}. */
public final class VerifyFile {
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private VerifyFile() {}

    /** Runs it; exits with the finding's code. */
    public static void main(String[] arguments) {
        System.exit(
                run(
                        List.of(arguments),
                        new PrintStream(
                                new FileOutputStream(FileDescriptor.out),
                                true,
                                StandardCharsets.UTF_8)));
    }

    /** Runs it with these arguments; gives the exit code. */
    static int run(List<String> arguments, PrintStream out) {
        List<String> files = new ArrayList<>();
        Path trust = null;
        for (int n = 0; n < arguments.size(); n++) {
            String argument = arguments.get(n);
            if (argument.equals("--help")) {
                usage(out);
                return 0;
            } else if (argument.equals("--trust") && n + 1 < arguments.size()) {
                trust = Path.of(arguments.get(++n));
            } else if (argument.startsWith("-")) {
                out.println("remit-verify: " + argument + " is no option, or lacks its value");
                usage(out);
                return WRONG_USAGE;
            } else {
                files.add(argument);
            }
        }
        if (files.size() != 1) {
            usage(out);
            return WRONG_USAGE;
        }
        return verify(files.getFirst(), trust, out);
    }

    private static int verify(String file, @Nullable Path trust, PrintStream out) {
        try {
            Verification verification =
                    verify(
                            Path.of(file),
                            trust == null ? Optional.empty() : Optional.of(TrustPack.read(trust)));
            verification.lines().forEach(out::println);
            return verification.finding().exitCode();
        } catch (NoSuchFileException e) {
            out.println("remit-verify: there is no file " + e.getMessage());
        } catch (IOException | IllegalArgumentException e) {
            out.println("remit-verify: " + e.getMessage());
        }
        return FAILED;
    }

    /**
     * Verifies a certificate, as a file or as a folder, or a pack.
     *
     * @throws IllegalArgumentException if it is a pack, and there is no trust
     */
    public static Verification verify(Path path, Optional<CertificateVerifier.Trust> trust)
            throws IOException {
        return Files.isDirectory(path)
                ? folder(FolderForm.read(path), trust)
                : verify(Files.readAllBytes(path), trust);
    }

    /** Verifies the files of a folder by the one file that they make. */
    static Verification folder(
            Map<String, byte[]> files, Optional<CertificateVerifier.Trust> trust) {
        byte[] file;
        try {
            file = FolderForm.file(files);
        } catch (IllegalArgumentException e) {
            return new Verification(List.of(malformed("folder", e)), List.of(), "");
        }
        Verification found = CertificateVerifier.verify(file, trust);
        if (found.finding().isRefusal()) {
            return found;
        }
        try {
            FolderForm.check(file, files);
            return found;
        } catch (IllegalArgumentException e) {
            List<Verification.Check> checks = new ArrayList<>(found.checks());
            checks.add(malformed("folder", e));
            return new Verification(List.copyOf(checks), found.words(), found.outcome());
        }
    }

    private static Verification.Check malformed(String what, IllegalArgumentException e) {
        return new Verification.Check(what, Finding.MALFORMED, String.valueOf(e.getMessage()));
    }

    /**
     * Verifies a certificate, or a pack.
     *
     * @throws IllegalArgumentException if it is a pack, and there is no trust
     */
    public static Verification verify(byte[] file, Optional<CertificateVerifier.Trust> trust) {
        boolean zipped = file.length > 1 && file[0] == 'P' && file[1] == 'K';
        if (!zipped) {
            return CertificateVerifier.verify(file, trust);
        }
        CertificateVerifier.Trust given =
                trust.orElseThrow(() ->
                        new IllegalArgumentException(
                                "a pack is verified with keys obtained apart from it: give --trust"));
        Map<String, byte[]> files;
        try {
            files = Pack.unzip(file);
        } catch (IllegalArgumentException e) {
            return new Verification(List.of(malformed("pack", e)), List.of(), "");
        }
        return PackVerifier.verify(files, given);
    }

    private static void usage(PrintStream out) {
        out.println("Usage: java -jar remit-verify.jar [--trust DIR] FILE|FOLDER");
        out.println(
                "Checks a closure certificate, in one file or a folder, or a pack offline. DIR holds trust.vkeys and log.vkey, obtained apart");
        out.println(
                "from the certificate; without it the keys in the certificate are used, and that is said.");
        out.println();
        exitCodes().forEach(out::println);
    }

    /** What each exit code means, a line each. */
    public static List<String> exitCodes() {
        List<String> lines = new ArrayList<>();
        lines.add("Exit codes:");
        lines.add(code(FAILED, "could not run: a file is not there or does not read"));
        lines.add(code(WRONG_USAGE, "wrong usage"));
        Arrays.stream(Finding.values())
                .sorted((one, other) -> Integer.compare(one.exitCode(), other.exitCode()))
                .map(each -> code(each.exitCode(), each.title() + ": " + each.meaning()))
                .forEach(lines::add);
        return lines;
    }

    private static String code(int code, String meaning) {
        return "  %2d  %s".formatted(code, meaning);
    }
}
