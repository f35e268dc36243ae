package dev.remit.cli;

import dev.remit.fault.Chaos;
import dev.remit.fault.MeshCheck;
import dev.remit.stack.Home;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Sends changes through a mesh of its own while processes die, connections break, old messages come again and one clock is wrong.",
            "Then an independent check reads Kafka, the databases, Keycloak and the log. Exit code 0: nothing lost, nothing twice, all proved."
        },
        footer = {"", "Needs: what ./remit doctor checks. Its data: chaos, in the data directory."})
final class ChaosCommand implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Option(
            names = "--changes",
            defaultValue = "500",
            paramLabel = "N",
            description = "How many changes (default: ${DEFAULT-VALUE}).")
    int changes;

    @Option(
            names = "--faults",
            defaultValue = "100",
            paramLabel = "N",
            description =
                    "How many faults, five seconds apart on average (default: ${DEFAULT-VALUE}).")
    int faults;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The same seed gives the same faults (default: one at random, printed).")
    @Nullable Long seed;

    @Override
    public Integer call() throws Exception {
        Chaos.Options options;
        try {
            options =
                    new Chaos.Options(
                            changes,
                            faults,
                            seed == null ? new SecureRandom().nextInt(1_000_000) : seed);
        } catch (IllegalArgumentException e) {
            System.err.println("remit: " + e.getMessage());
            return 2;
        }
        System.out.printf(
                "%d changes, %d faults, seed %d%n",
                options.changes(), options.faults(), options.seed());
        Home home = new Home(remit.home().data().resolve("chaos"), Remit.top());
        long start = System.nanoTime();
        Chaos.Outcome outcome =
                new Chaos(
                                home,
                                options,
                                words ->
                                        System.out.printf(
                                                "[%4d s] %s%n",
                                                (System.nanoTime() - start) / 1_000_000_000, words))
                        .run();
        print(options, outcome);
        return outcome.holds() ? 0 : 1;
    }

    private static void print(Chaos.Options options, Chaos.Outcome outcome) {
        MeshCheck.Report report = outcome.report();
        System.out.println();
        row("seed", options.seed());
        row("faults", outcome.faults());
        row("processes started again", outcome.restarts());
        row("old messages redelivered", outcome.redelivered());
        row("wrong clock", outcome.clock());
        row("seconds", outcome.seconds());
        row("changes proposed", report.changes());
        row("closed COMPLETED", report.closed());
        row("effects on the target", report.effects());
        row("handoffs of these changes", report.handoffs());
        row("on a topic twice, same bytes", report.redelivered());
        row("leaves of the log", report.leaves());
        list("not accepted", outcome.refused());
        list("lost", report.lost());
        list("duplicated", report.duplicated());
        list("unverified", report.unverified());
        System.out.println(
                outcome.holds()
                        ? "HOLDS: nothing lost, nothing twice, everything proved"
                        : "DOES NOT HOLD");
    }

    private static void row(String name, Object value) {
        System.out.printf("  %-29s %s%n", name, value);
    }

    private static void list(String name, List<String> all) {
        row(name, all.size());
        all.stream().limit(20).forEach(each -> System.out.println("      " + each));
    }
}
