package dev.remit.cli;

import dev.remit.fault.LedgerKills;
import dev.remit.stack.Ending;
import dev.remit.stack.Home;
import dev.remit.stack.Progress;
import dev.remit.stack.Stack;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "ledger",
        mixinStandardHelpOptions = true,
        description = {
            "Kills the log's writer again and again, at any moment and before each step of its protocol, on a PostgreSQL of its own.",
            "After each death the log is derived anew and compared. Exit code 0: no leaf lost, none twice, never two roots for a size."
        },
        footer = {
            "",
            "Needs: what ./remit build makes. Its data: chaos-ledger, in the data directory."
        })
final class ChaosLedger implements Callable<Integer> {
    @ParentCommand ChaosCommand chaos;

    @Option(
            names = "--kills",
            defaultValue = "1000",
            paramLabel = "N",
            description = "How many deaths (default: ${DEFAULT-VALUE}).")
    int kills;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The same seed gives the same deaths (default: one at random, printed).")
    @Nullable Long seed;

    @Override
    public Integer call() throws Exception {
        if (kills < 1 || kills > 100_000) {
            System.err.println("remit: --kills: " + kills + " is not 1 to 100000");
            return 2;
        }
        long chosen = seed == null ? new SecureRandom().nextInt(1_000_000) : seed;
        System.out.printf("%d deaths, seed %d%n", kills, chosen);
        Home home = new Home(chaos.remit.home().data().resolve("chaos-ledger"), Remit.top());
        Stack stack = new Stack(home);
        stack.stop("postgres");
        home.delete();
        Progress progress = Progress.printed();
        Ending ending = Ending.with(() -> stack.stop("postgres"));
        try {
            stack.start("postgres");
            // two at a time, each with logs of its own: each waits much of the time
            LedgerKills.Outcome outcome;
            try (var lanes = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<LedgerKills.Outcome> other =
                        lanes.submit(() -> run(home, "b", chosen + 1, kills / 2, progress));
                outcome = run(home, "a", chosen, kills - kills / 2, progress).and(other.get());
            }
            System.out.println();
            System.out.println(
                    outcome.holds()
                            ? "HOLDS: no leaf lost, none twice, never two roots for a size"
                            : "DOES NOT HOLD");
            System.out.printf(
                    "  %d deaths, %,d messages, %,d leaves, %,d checkpoints, %,d shards%n",
                    outcome.kills(),
                    outcome.messages(),
                    outcome.leaves(),
                    outcome.checkpoints(),
                    outcome.shards());
            outcome.steps()
                    .forEach((step, number) -> System.out.printf("  %4d  %s%n", number, step));
            outcome.wrong().forEach(each -> System.out.println("  WRONG  " + each));
            return outcome.holds() ? 0 : 1;
        } finally {
            ending.now();
        }
    }

    private static LedgerKills.Outcome run(
            Home home, String lane, long seed, int number, Progress progress) throws Exception {
        return new LedgerKills(home, lane, seed, words -> progress.say(lane + ": " + words))
                .run(number);
    }
}
