package dev.remit.cli;

import dev.remit.fault.Chaos;
import dev.remit.fault.MeshCheck;
import dev.remit.stack.Home;
import dev.remit.stack.Progress;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
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
        subcommands = {ChaosLedger.class, CommandLine.HelpCommand.class},
        footer = {"", "Needs: what ./remit doctor checks. Its data: chaos, in the data directory."})
final class ChaosCommand implements Callable<Integer> {
    private static final int LINES = 40;

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
        Chaos.Outcome outcome = new Chaos(home, options, Progress.printed()).run();
        String text = text(options, outcome);
        Files.writeString(home.data().resolve("report.txt"), text);
        System.out.println();
        text.lines().limit(LINES).forEach(System.out::println);
        System.out.println("all of it: " + home.data().resolve("report.txt"));
        return outcome.holds() ? 0 : 1;
    }

    private static String text(Chaos.Options options, Chaos.Outcome outcome) {
        MeshCheck.Report report = outcome.report();
        List<String> lines = new ArrayList<>();
        lines.add(
                outcome.holds()
                        ? "HOLDS: nothing lost, nothing twice, everything proved"
                        : "DOES NOT HOLD");
        lines.add(row("seed", options.seed()));
        lines.add(row("faults", outcome.faults()));
        lines.add(row("processes started again", outcome.restarts()));
        lines.add(row("old messages redelivered", outcome.redelivered()));
        lines.add(row("wrong clock", outcome.clock()));
        lines.add(row("seconds", outcome.seconds()));
        lines.add(row("changes proposed", report.changes()));
        lines.add(row("closed COMPLETED", report.closed()));
        lines.add(row("effects on the target", report.effects()));
        lines.add(row("handoffs of these changes", report.handoffs()));
        lines.add(row("on a topic twice, same bytes", report.redelivered()));
        lines.add(row("leaves of the log", report.leaves()));
        lines.add(row("not accepted", outcome.refused().size()));
        lines.add(row("lost", report.lost().size()));
        lines.add(row("duplicated", report.duplicated().size()));
        lines.add(row("unverified", report.unverified().size()));
        outcome.refused().forEach(each -> lines.add("not accepted: " + each));
        report.lost().forEach(each -> lines.add("lost: " + each));
        report.duplicated().forEach(each -> lines.add("duplicated: " + each));
        report.unverified().forEach(each -> lines.add("unverified: " + each));
        return String.join("\n", lines) + "\n";
    }

    private static String row(String name, Object value) {
        return "  %-29s %s".formatted(name, value);
    }
}
