package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.ledger.certificate.Certificate;
import dev.remit.ledger.certificate.FolderForm;
import dev.remit.ledger.domain.Closure;
import dev.remit.stack.Requests;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The commands for what the ledger keeps. */
final class Evidence {
    private Evidence() {}

    @Command(
            name = "pack",
            mixinStandardHelpOptions = true,
            description =
                    "Fetches the evidence of a period, or of a population of its changes, in one zip file: certificates, the log's leaves, tables, OSCAL. A period that is over has the same bytes for ever.",
            footer = {
                "",
                "Several restrictions hold together. The closures of the period outside the population"
                        + " are counted in the pack.",
                "For example, every change of one person in a year that was carried through:",
                "  ./remit pack --from 2026-01-01T00:00:00Z --to 2027-01-01T00:00:00Z \\",
                "      --subject hr:E1002 --outcome COMPLETED OUT.zip",
                "Needs: a running mesh. Check the pack with: ./remit verify OUT.zip"
            })
    static final class GetPack implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Option(
                names = "--from",
                required = true,
                paramLabel = "TIME",
                description = "From this time on, for example 2026-01-01T00:00:00Z.")
        Instant from;

        @Option(
                names = "--to",
                required = true,
                paramLabel = "TIME",
                description = "Until before this time, which must not lie ahead.")
        Instant to;

        @Option(
                names = "--charter",
                paramLabel = "NAME",
                description = "Only changes under this charter (default: all).")
        @Nullable String charter;

        @Option(
                names = "--subject",
                paramLabel = "SYSTEM:ID",
                description = "Only changes of this subject, for example hr:E1002 (default: all).")
        @Nullable String subject;

        @Option(
                names = "--account",
                paramLabel = "ID",
                description =
                        "Only changes of this account of a target, by its immutable id (default: all).")
        @Nullable String account;

        @Option(
                names = "--outcome",
                paramLabel = "OUTCOME",
                description =
                        "Only changes that ended so: ${COMPLETION-CANDIDATES} (default: all).")
        Closure.@Nullable Outcome outcome;

        @Mixin As.Somebody as = new As.Somebody("auditor");

        @Parameters(paramLabel = "OUT", description = "Where the zip file goes.")
        Path out;

        @Override
        public Integer call() throws Exception {
            String path =
                    "/evidence/pack?from="
                            + encoded(from.toString())
                            + "&to="
                            + encoded(to.toString())
                            + parameter("charter", charter)
                            + parameter("subject", subject)
                            + parameter("account", account)
                            + parameter("outcome", outcome == null ? null : outcome.name());
            Files.write(
                    out,
                    as.bytes(
                            remit.home(),
                            "evidence-ledger",
                            path,
                            Map.of("Accept", "application/zip, application/json")));
            System.out.println("Written to " + out + ". Check it with: ./remit verify " + out);
            return 0;
        }

        private static String parameter(String name, @Nullable String value) {
            return value == null ? "" : "&" + name + "=" + encoded(value);
        }
    }

    @Command(
            name = "certificate",
            mixinStandardHelpOptions = true,
            description =
                    "Fetches the certificate of a closed change; as a folder to look through with"
                            + " --form folder, as a bundle for Sigstore's clients with --form"
                            + " sigstore.",
            footer = {
                "",
                "A Sigstore bundle holds what the log states of the change, and no message. Its"
                        + " signature is logged when it is",
                "first asked for; this waits until it is. What to verify it by: ./remit"
                        + " sigstore-trust DIR",
                "Needs: a running mesh."
            })
    static final class GetCertificate implements Callable<Integer> {
        /** What it is written as. */
        enum Form {
            own,
            folder,
            sigstore
        }

        private static final Duration PATIENCE = Duration.ofSeconds(60);

        @ParentCommand Remit remit;

        @Parameters(index = "0", paramLabel = "CHANGE", description = "The change's id.")
        String change;

        @Parameters(
                index = "1",
                paramLabel = "OUT",
                description = "Where the file, or the folder, goes.")
        Path out;

        @Option(
                names = "--form",
                defaultValue = "own",
                paramLabel = "FORM",
                description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
        Form form;

        @Mixin As.Somebody as = new As.Somebody("auditor");

        @Override
        public Integer call() throws Exception {
            Instant until = Instant.now().plus(PATIENCE);
            Requests.Answer answer = ask();
            while (isOnItsWay(answer) && Instant.now().isBefore(until)) {
                Thread.sleep(500);
                answer = ask();
            }
            byte[] file = As.expect(answer).body();
            if (form == Form.folder) {
                FolderForm.write(FolderForm.of(Certificate.read(file)), out);
            } else {
                Files.write(out, file);
            }
            System.out.println(
                    "Written to "
                            + out
                            + (form != Form.sigstore
                                    ? ". Check it with: ./remit verify " + out
                                    : ". Check it with a Sigstore client and what ./remit"
                                            + " sigstore-trust gives."));
            return 0;
        }

        private Requests.Answer ask() throws IOException, InterruptedException {
            return as.ask(
                    remit.home(),
                    "evidence-ledger",
                    "/changes/"
                            + change
                            + "/certificate?form="
                            + (form == Form.sigstore ? "sigstore" : "own"),
                    null);
        }

        private static boolean isOnItsWay(Requests.Answer answer) throws IOException {
            return answer.status() == 409
                    && answer.json().path("code").asText().equals("NOT_LOGGED_YET");
        }
    }

    @Command(
            name = "sigstore-trust",
            mixinStandardHelpOptions = true,
            description =
                    "Fetches what a Sigstore client verifies the ledger's bundles by:"
                            + " trusted-root.json and statement.pem.",
            footer = {
                "",
                "Obtain them once, apart from any bundle, and keep them. Needs: a running mesh."
            })
    static final class GetSigstoreTrust implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Parameters(paramLabel = "DIR", description = "The folder that they go to.")
        Path out;

        @Override
        public Integer call() throws Exception {
            Files.createDirectories(out);
            for (String file : List.of("trusted-root.json", "statement.pem")) {
                Requests.Answer answer =
                        As.expect(
                                Requests.send(
                                        "GET",
                                        "http://127.0.0.1:"
                                                + remit.home().port("evidence-ledger")
                                                + "/log/"
                                                + file,
                                        null,
                                        null,
                                        Map.of("Accept", "*/*")));
                Files.write(out.resolve(file), answer.body());
            }
            System.out.println("Written to " + out + ".");
            return 0;
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Command(
            name = "erase",
            mixinStandardHelpOptions = true,
            description =
                    "Erases what the ledger keeps of a closed change, or of all changes of a person or account. That it happened, in what order, stays proved; what it said is gone.",
            footer = {"", "It cannot be undone.", "Needs: a running mesh, and the role admin."})
    static final class Erase implements Callable<Integer> {
        @ParentCommand Remit remit;

        @ArgGroup(multiplicity = "1")
        What what = new What();

        @Mixin Why why = new Why();

        @Mixin As.Named as = new As.Named();

        /** One change, or whose. */
        static final class What {
            @Parameters(paramLabel = "CHANGE", description = "The change's id.")
            @Nullable String change;

            @Option(
                    names = "--subject",
                    paramLabel = "SYSTEM:ID",
                    description =
                            "All changes of this subject, for example hr:E1002; none while one of them goes on.")
            @Nullable String subject;

            @Option(
                    names = "--account",
                    paramLabel = "ID",
                    description = "The same, of this target account.")
            @Nullable String account;
        }

        @Override
        public Integer call() throws Exception {
            if (what.change == null) {
                JsonNode erased =
                        as.post(
                                remit.home(),
                                "evidence-ledger",
                                "/evidence/erasure",
                                why.body()
                                        .put("subject", what.subject)
                                        .put("account", what.account));
                System.out.printf("%d changes erased.%n", erased.size());
                erased.forEach(each -> System.out.println(each.asText()));
                return 0;
            }
            as.post(
                    remit.home(),
                    "evidence-ledger",
                    "/changes/" + what.change + "/erasure",
                    why.body());
            System.out.println(
                    "Erased. Its certificate proves, from the next checkpoint on, that it was.");
            return 0;
        }
    }
}
