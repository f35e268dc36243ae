package dev.remit.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "withdraw",
        mixinStandardHelpOptions = true,
        description =
                "Takes a change back; whoever holds it ends it. Once authorized, it runs its course.",
        footer = {"", "Needs: a running mesh (./remit up)."})
final class WithdrawChange implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Parameters(paramLabel = "CHANGE", description = "The change's id.")
    String change;

    @Option(names = "--reason", required = true, description = "Why.")
    String reason;

    @Mixin As.Somebody as = new As.Somebody("offboarding.owner");

    @Override
    public Integer call() throws Exception {
        as.post(
                remit.home(),
                "connector",
                "/changes/" + change + "/withdraw",
                Json.object().put("reason", reason));
        System.out.println("asked for; see what becomes of it with: ./remit changes " + change);
        return 0;
    }
}
