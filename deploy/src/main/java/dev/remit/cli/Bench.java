package dev.remit.cli;

import dev.remit.bench.Campaign;
import java.nio.file.Path;
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
                    "Some of a (raw Kafka), b (Kafka and PostgreSQL), c (the mesh), with commas between (default: ${DEFAULT-VALUE}).")
    Set<String> only = new TreeSet<>();

    @Option(
            names = "--profile",
            description = "Also says in which methods the services spend their CPU (JFR).")
    boolean profile;

    @Override
    public Integer call() throws Exception {
        Campaign.Options options;
        try {
            options = new Campaign.Options(changes, rate, seconds, only, profile);
        } catch (IllegalArgumentException e) {
            System.err.println("remit: " + e.getMessage());
            return 2;
        }
        long start = System.nanoTime();
        Path results = remit.home().data().resolve("bench");
        Campaign campaign =
                new Campaign(
                        options,
                        results,
                        Remit.top(),
                        words ->
                                System.out.printf(
                                        "[%4d s] %s%n",
                                        (System.nanoTime() - start) / 1_000_000_000, words));
        Campaign.Outcome outcome = campaign.run(remit.home());
        System.out.println();
        System.out.print(outcome.text());
        System.out.println();
        System.out.println("written: " + outcome.json());
        System.out.println("         " + outcome.picture());
        return outcome.complete() ? 0 : 1;
    }
}
