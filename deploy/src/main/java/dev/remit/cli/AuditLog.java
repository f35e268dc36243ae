package dev.remit.cli;

import dev.remit.ledger.audit.Audit;
import dev.remit.ledger.log.EarlierPolicy;
import dev.remit.ledger.log.Timestamp;
import dev.remit.ledger.log.TrustPolicy;
import dev.remit.stack.Home;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description =
                "Follows the log as an outsider: from what it saw last, through every entry, to the checkpoint that the log shows now. Run it from time to time, each time with the same --seen.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:consistent with all that was seen",
            "2:wrong usage",
            "3:the log does not answer, or lacks a file",
            "4:not signed by the log",
            "5:too few witnesses cosigned it",
            "6:smaller than what was seen",
            "7:a fork: what was seen is not part of it",
            "8:its entries are not those of its tree",
            "9:its timestamp does not verify",
            "10:consistent, and its manifests show messages that it never read; the next audit goes on from there"
        },
        footer = {"", "Needs: the log's address and its policy, obtained apart from it; no token."})
final class AuditLog implements Callable<Integer> {
    private static final int MOST_BYTES = 20 << 20;

    @ParentCommand Remit remit;

    @Option(
            names = "--log",
            paramLabel = "URL",
            description = "The log's prefix (default: the local mesh's ledger).")
    @Nullable URI log;

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description = "Its keys and witnesses, C2SP tlog-policy (default: the local mesh's).")
    @Nullable Path policy;

    @Option(
            names = "--earlier",
            paramLabel = "FILE",
            description =
                    "A policy that held until a state of the log, with a line 'until ORIGIN SIZE'; may be given more than once.")
    List<Path> earlier = new ArrayList<>();

    @Option(
            names = "--authorities",
            paramLabel = "FILE",
            description =
                    "Certificates of timestamp authorities, PEM; without them timestamps are not asked for.")
    @Nullable Path authorities;

    @Option(
            names = "--seen",
            paramLabel = "FILE",
            description = "What was seen last; written anew (default: in the data directory).")
    @Nullable Path seen;

    @Override
    public Integer call() throws Exception {
        Home home = remit.home();
        URI prefix =
                log == null
                        ? URI.create("http://127.0.0.1:" + home.port("evidence-ledger") + "/log")
                        : log;
        Path state = seen == null ? home.data().resolve("audit.seen") : seen;
        TrustPolicy trust =
                TrustPolicy.parse(
                        Files.readString(
                                policy == null ? home.keys().resolve("log.policy") : policy));
        List<EarlierPolicy> before = new ArrayList<>();
        for (Path each : earlier) {
            before.add(EarlierPolicy.parse(Files.readString(each)));
        }
        List<X509Certificate> trusted =
                authorities == null ? List.of() : Timestamp.certificates(authorities);
        Audit.Result result;
        try (HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(5))
                        .build()) {
            result =
                    new Audit(path -> get(client, prefix, path), trust, before, trusted)
                            .follow(
                                    Files.exists(state)
                                            ? Optional.of(Files.readString(state))
                                            : Optional.empty());
        }
        System.out.println(result.outcome() + ": " + result.words());
        if (result.seen().isPresent()) {
            Path fresh = state.resolveSibling(state.getFileName() + ".new");
            Files.writeString(fresh, result.seen().get());
            Files.move(fresh, state, StandardCopyOption.ATOMIC_MOVE);
        }
        return result.outcome().code();
    }

    private static Optional<byte[]> get(HttpClient client, URI prefix, String path)
            throws IOException {
        try {
            HttpResponse<InputStream> response =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    prefix.toString().replaceAll("/+$", "")
                                                            + "/"
                                                            + path))
                                    .timeout(Duration.ofSeconds(30))
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                byte[] bytes = body.readNBytes(MOST_BYTES);
                return switch (response.statusCode()) {
                    case 200 -> Optional.of(bytes);
                    case 404, 410 -> Optional.empty();
                    default -> throw new IOException(path + ": status " + response.statusCode());
                };
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
