package dev.remit.cli;

import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.TrustPolicy;
import dev.remit.ledger.witness.TimestampAuthority;
import dev.remit.ledger.witness.WitnessFolder;
import dev.remit.ledger.witness.WitnessServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "witness",
        mixinStandardHelpOptions = true,
        description =
                "Runs witnesses of a log (C2SP tlog-witness): each cosigns only what extends what it cosigned before. Prints the lines for the log's policy, then serves until it is ended.",
        footer = {
            "",
            "Needs: the log's policy or vkeys, and a folder of its own. Never restore that folder from a backup: a witness that forgot would cosign another history."
        })
final class RunWitness implements Callable<Integer> {
    @Option(
            names = "--folder",
            required = true,
            paramLabel = "DIR",
            description = "Where keys, made at the first start, and cosigned checkpoints are.")
    Path folder;

    @Option(
            names = "--name",
            required = true,
            paramLabel = "NAME",
            description = "A witness's name, a URL without scheme; may be given several times.")
    List<String> names;

    @Option(
            names = "--logs",
            required = true,
            paramLabel = "FILE",
            description = "A trust policy (C2SP tlog-policy): the logs in it are cosigned.")
    Path logs;

    @Option(
            names = "--port",
            defaultValue = "7108",
            paramLabel = "PORT",
            description = "Default: ${DEFAULT-VALUE}.")
    int port;

    @Option(
            names = "--address",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "To listen on (default: ${DEFAULT-VALUE}).")
    InetAddress address;

    @Option(
            names = "--timestamps",
            description = "Answers timestamp requests (RFC 3161) too, by a key of its own.")
    boolean timestamps;

    @Override
    public Integer call() throws Exception {
        List<NoteKey> keys =
                TrustPolicy.parse(Files.readString(logs)).logs().stream()
                        .map(TrustPolicy.Member::key)
                        .toList();
        try (WitnessServer server =
                WitnessServer.start(
                        new InetSocketAddress(address, port),
                        folder,
                        names,
                        keys,
                        timestamps
                                ? Optional.of(TimestampAuthority.open(folder, Instant.now()))
                                : Optional.empty(),
                        InstantSource.system())) {
            for (String name : names) {
                String segment = WitnessServer.segment(name);
                for (var signer :
                        new WitnessFolder(WitnessServer.folder(folder, name)).signers(name)) {
                    System.out.printf(
                            "witness %s %s http://%s:%d/%s%n",
                            segment,
                            signer.verifier(),
                            address.getHostAddress(),
                            server.port(),
                            segment);
                }
            }
            new CountDownLatch(1).await();
        }
        return 0;
    }
}
