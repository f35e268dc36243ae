package dev.remit.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
final class Grants extends Group {
    @Command(
            name = "end",
            mixinStandardHelpOptions = true,
            description = "Has it taken away at once.",
            footer = {
                "",
                "Needs: a running mesh; who holds it, whose change it is, or the role operator or admin."
            })
    static final class End implements Callable<Integer> {
        @ParentCommand Grants parent;

        @Parameters(paramLabel = "CHANGE", description = "The change's id.")
        String change;

        @Mixin As.Named as = new As.Named();

        @Option(
                names = "--reason",
                required = true,
                description = "Why; in the signed record of its end.")
        String reason;

        @Override
        public Integer call() throws Exception {
            as.post(
                    parent.remit.home(),
                    "executor",
                    "/executions/" + change + "/grant-end",
                    Json.object().put("reason", reason));
            System.out.println(
                    "ended as " + as.user() + "; it is taken away now: ./remit changes " + change);
            return 0;
        }
    }
}
