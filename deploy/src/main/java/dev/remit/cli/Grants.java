package dev.remit.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What was granted for a time. */
@Command(
        name = "grant",
        mixinStandardHelpOptions = true,
        description = "Ends what a change granted for a time, before its time.",
        subcommands = Grants.End.class,
        footer = {"", "Needs: a running mesh (./remit up)."})
final class Grants implements Runnable {
    @ParentCommand Remit remit;

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    @Command(
            name = "end",
            mixinStandardHelpOptions = true,
            description =
                    "Has it taken away at once: by who holds it, whose change it is, an operator or an admin.")
    static final class End implements Callable<Integer> {
        @ParentCommand Grants parent;

        @Parameters(paramLabel = "CHANGE", description = "The change's id.")
        String change;

        @Option(names = "--as", required = true, paramLabel = "USER", description = "Who ends it.")
        String user;

        @Option(
                names = "--reason",
                required = true,
                description = "Why; in the signed record of its end.")
        String reason;

        @Override
        public Integer call() throws Exception {
            Remit.expect(
                    Remit.ask(
                            parent.remit.home(),
                            "POST",
                            "executor",
                            "/executions/" + change + "/grant-end",
                            user,
                            People.JSON.createObjectNode().put("reason", reason).toString()));
            System.out.println(
                    "ended as " + user + "; it is taken away now: ./remit changes " + change);
            return 0;
        }
    }
}
