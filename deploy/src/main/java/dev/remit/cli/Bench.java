package dev.remit.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.bench.ApprovalLoad;
import dev.remit.bench.Campaign;
import dev.remit.bench.LedgerLoad;
import dev.remit.bench.LedgerPicture;
import dev.remit.stack.Home;
import dev.remit.stack.Progress;
import dev.remit.stack.Stack;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures the mesh beside raw Kafka and Kafka with PostgreSQL, in one run, and prints ratios.",
            "It starts a mesh of its own from nothing and takes about ten minutes; nothing else should run meanwhile."
        },
        subcommands = {Bench.OfApprovals.class, Bench.OfLedger.class},
        footer = {"", "Needs: what ./remit doctor checks, and an idle machine."})
final class Bench implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Option(
            names = "--changes",
            defaultValue = "3000",
            paramLabel = "N",
            description = "Changes of the mesh's run at saturation (default: ${DEFAULT-VALUE}).")
    int changes;

    @Option(
            names = "--rate",
            defaultValue = "50",
            paramLabel = "N",
            description =
                    "Changes per second of the runs at a low rate (default: ${DEFAULT-VALUE}).")
    double rate;

    @Option(
            names = "--seconds",
            defaultValue = "8",
            paramLabel = "N",
            description = "How long each run at a rate lasts (default: ${DEFAULT-VALUE}).")
    int seconds;

    @Option(
            names = "--only",
            defaultValue = "a,b,c",
            split = ",",
            paramLabel = "PART",
            description =
                    "Some of a (raw Kafka), b (Kafka and PostgreSQL), c (the mesh; c1: without people), with commas between (default: ${DEFAULT-VALUE}).")
    Set<String> only = new TreeSet<>();

    @Option(
            names = "--profile",
            description = "Also says in which methods the services spend their CPU (JFR).")
    boolean profile;

    @Option(
            names = "--soak",
            defaultValue = "0",
            paramLabel = "MINUTES",
            description =
                    "Instead: keeps the mesh at --rate for so long; memory, latency and CPU of each minute.")
    int soak;

    @Option(
            names = "--grow",
            defaultValue = "0",
            paramLabel = "N",
            description =
                    "Instead: puts N changes through the mesh, --changes at a time; what each costs as the databases grow.")
    int grow;

    @Option(
            names = "--train",
            description =
                    "The services' JVMs write down what this load does: with that they start from now on, until the next build.")
    boolean train;

    @Override
    public Integer call() throws Exception {
        Campaign.Options options;
        try {
            options =
                    new Campaign.Options(changes, rate, seconds, only, profile, soak, grow, train);
        } catch (IllegalArgumentException e) {
            System.err.println("remit: " + e.getMessage());
            return 2;
        }
        Path results = remit.home().data().resolve("bench");
        Campaign campaign = new Campaign(options, results, Remit.top(), Progress.printed());
        Campaign.Outcome outcome;
        try (FileChannel alone = reserve(results)) {
            outcome = campaign.run(remit.home());
        }
        System.out.println();
        System.out.print(outcome.text());
        System.out.println();
        System.out.println("written: " + outcome.json());
        System.out.println("         " + outcome.picture());
        return outcome.complete() ? 0 : 1;
    }

    @Command(
            name = "approvals",
            mixinStandardHelpOptions = true,
            description = {
                "Measures approval-routing alone with a large directory: how long it takes to find whom a change asks, and decisions a second.",
                "It starts a mesh of its own from nothing and takes about two minutes."
            },
            footer = {"", "Needs: what ./remit doctor checks, and an idle machine."})
    static final class OfApprovals implements Callable<Integer> {
        @ParentCommand Bench bench;

        @Option(
                names = "--people",
                defaultValue = "100000",
                paramLabel = "N",
                description = "People in the directory (default: ${DEFAULT-VALUE}).")
        int people;

        @Option(
                names = "--groups",
                defaultValue = "5000",
                paramLabel = "N",
                description =
                        "Groups, of which each person is in three (default: ${DEFAULT-VALUE}).")
        int groups;

        @Option(
                names = "--changes",
                defaultValue = "4000",
                paramLabel = "N",
                description = "Changes to route and decide (default: ${DEFAULT-VALUE}).")
        int changes;

        @Override
        public Integer call() throws Exception {
            ApprovalLoad.Options options;
            try {
                options = new ApprovalLoad.Options(people, groups, changes);
            } catch (IllegalArgumentException e) {
                System.err.println("remit: " + e.getMessage());
                return 2;
            }
            bench.alone(
                    "approvals", (own, progress) -> new ApprovalLoad(options, own, progress).run());
            return 0;
        }
    }

    @Command(
            name = "ledger",
            mixinStandardHelpOptions = true,
            description = {
                "Measures the evidence ledger alone: sealed handoffs to logged, closed and witnessed entries, as the log grows; then proofs and certificates.",
                "It starts a mesh of its own from nothing and takes about four minutes."
            },
            footer = {"", "Needs: what ./remit doctor checks, and an idle machine."})
    static final class OfLedger implements Callable<Integer> {
        @ParentCommand Bench bench;

        @Option(
                names = "--entries",
                defaultValue = "150000",
                paramLabel = "N",
                description =
                        "Entries by which the log grows while it is measured (default: ${DEFAULT-VALUE}).")
        int entries;

        @Option(
                names = "--step",
                defaultValue = "30000",
                paramLabel = "N",
                description =
                        "Entries that are measured together; as many come before as a warm-up (default: ${DEFAULT-VALUE}).")
        int step;

        @Option(
                names = "--rate",
                defaultValue = "140",
                paramLabel = "N",
                description =
                        "Entries per second of the run at a low rate (default: ${DEFAULT-VALUE}).")
        double rate;

        @Option(
                names = "--sustained",
                defaultValue = "8000",
                paramLabel = "N",
                description =
                        "Entries per second of a run that it is to keep up with (default: ${DEFAULT-VALUE}).")
        double sustained;

        @Option(
                names = "--seconds",
                defaultValue = "10",
                paramLabel = "N",
                description = "How long each run at a rate lasts (default: ${DEFAULT-VALUE}).")
        int seconds;

        @Option(
                names = "--profile",
                description =
                        "Also says in which methods the ledger spends its CPU (JFR, which slows it down), and PostgreSQL in which statements.")
        boolean profile;

        @Override
        public Integer call() throws Exception {
            LedgerLoad.Options options;
            try {
                options = new LedgerLoad.Options(entries, step, rate, sustained, seconds, profile);
            } catch (IllegalArgumentException e) {
                System.err.println("remit: " + e.getMessage());
                return 2;
            }
            Path json =
                    bench.alone(
                            "ledger",
                            (own, progress) -> new LedgerLoad(options, own, progress).run());
            Path picture = Path.of(json.toString().replace(".json", ".svg"));
            Files.writeString(
                    picture, LedgerPicture.of(new ObjectMapper().readTree(json.toFile())));
            System.out.println("         " + picture);
            return 0;
        }
    }

    /** A benchmark of one service, in a mesh of its own. */
    private interface Alone {
        ObjectNode run(Home own, Progress progress) throws Exception;
    }

    /** Runs it in an empty home, and writes what was measured. */
    private Path alone(String name, Alone alone) throws Exception {
        Path results = remit.home().data().resolve("bench");
        Home own = new Home(results.resolve(name), Remit.top());
        ObjectNode measured;
        try (FileChannel reserved = reserve(results)) {
            new Stack(own).down();
            own.delete();
            measured = alone.run(own, Progress.printed());
        }
        String stamp = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace(':', '-');
        Path json = results.resolve(name + "-" + stamp + ".json");
        Files.writeString(json, measured.toPrettyString() + "\n");
        System.out.println("written: " + json);
        return json;
    }

    /**
     * Keeps every other benchmark from these results until it is closed: it would measure this one
     * too, and take its data away.
     *
     * @throws IOException if another one runs
     */
    static FileChannel reserve(Path results) throws IOException {
        Path file = Files.createDirectories(results).resolve("running.lock");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // in this very process
        }
        channel.close();
        throw new IOException(
                "another ./remit bench is running in "
                        + results
                        + "; wait for it, and for the machine to be idle");
    }
}
