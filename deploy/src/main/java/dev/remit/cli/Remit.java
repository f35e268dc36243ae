package dev.remit.cli;

import dev.remit.stack.Home;
import dev.remit.stack.Stack;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line. Exit codes: 0 done, 1 failed or refused, 2 wrong usage. */
@Command(
        name = "remit",
        mixinStandardHelpOptions = true,
        version = "remit 0.1.0",
        description =
                "Governs identity changes: every handoff of authority is signed, and a change closes only when it is proved.",
        subcommands = {
            Local.Up.class,
            Local.Warm.class,
            Local.Down.class,
            Local.Status.class,
            Local.Logs.class,
            Doctor.class,
            Demo.class,
            Bench.class,
            ChaosCommand.class,
            Prepare.class,
            Compose.class,
            ShowChanges.class,
            ProposeChange.class,
            WithdrawChange.class,
            FindOwner.class,
            Decisions.Approve.class,
            Decisions.Ask.class,
            Decisions.Answer.class,
            Decisions.Amend.class,
            Delegations.class,
            Decisions.Review.class,
            Executions.TakeOn.class,
            Executions.ShowRunbook.class,
            Grants.class,
            SupplyCorrection.class,
            Halts.Halt.class,
            Halts.Resume.class,
            Halts.Listing.class,
            Brakes.class,
            Events.class,
            Trust.class,
            ShowInbox.class,
            Violations.class,
            PasskeyCommands.class,
            Debt.class,
            Charters.class,
            DeadLetters.class,
            Verify.class,
            Verify.Withhold.class,
            Evidence.GetCertificate.class,
            Evidence.GetSigstoreTrust.class,
            Evidence.GetPack.class,
            Evidence.Erase.class,
            ShowRetention.class,
            AuditLog.class,
            LedgerFsck.OfLedger.class,
            RunWitness.class,
            CommandLine.HelpCommand.class
        },
        footer = {"", "Start with: remit demo"})
public final class Remit implements Runnable {
    @Option(
            names = "--data",
            scope = ScopeType.INHERIT,
            paramLabel = "DIR",
            description =
                    "Where the local mesh keeps its data (default: .remit at the top of the repository).")
    @Nullable Path data;

    /** Runs one command. */
    public static void main(String[] arguments) {
        System.setOut(
                new PrintStream(
                        new java.io.FileOutputStream(java.io.FileDescriptor.out),
                        true,
                        StandardCharsets.UTF_8));
        System.exit(execute(arguments));
    }

    /** Runs one command in this process; gives its exit code. */
    static int execute(String... arguments) {
        return new CommandLine(new Remit())
                .setExecutionExceptionHandler((failure, line, result) -> {
                    System.err.println("remit: " + words(failure));
                    if (failure instanceof ConnectException) {
                        System.err.println(
                                "The mesh does not answer. Start it with: ./remit up   See what runs with: ./remit status");
                    }
                    return 1;
                })
                .execute(arguments);
    }

    private static String words(Exception failure) {
        if (failure instanceof NoSuchFileException) {
            return "there is no file " + failure.getMessage();
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    /** The repository, as the launcher found it. */
    static Path top() {
        return Path.of(System.getProperty("remit.top", "")).toAbsolutePath().normalize();
    }

    Home home() {
        return new Home(
                data == null ? top().resolve(".remit") : data.toAbsolutePath().normalize(), top());
    }

    Stack stack() throws IOException {
        return new Stack(home());
    }
}
