package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What a person executes by hand. */
final class Executions {
    private Executions() {}

    @Command(
            name = "take-on",
            mixinStandardHelpOptions = true,
            description =
                    "Takes a change on that a person is to execute: from then on its target is read until it is as planned.",
            footer = {
                "",
                "What is to be done: ./remit runbook CHANGE. Who proposed or approved it may not.",
                "Needs: a running mesh (./remit up); the role operator."
            })
    static final class TakeOn implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Parameters(paramLabel = "CHANGE", description = "The change's id.")
        String change;

        @Mixin As.Named as = new As.Named();

        @Override
        public Integer call() throws Exception {
            as.post(remit.home(), "executor", "/executions/" + change + "/take-on", Json.object());
            System.out.println(
                    "taken on as " + as.user() + "; what is to be done: ./remit runbook " + change);
            return 0;
        }
    }

    @Command(
            name = "runbook",
            mixinStandardHelpOptions = true,
            description =
                    "Prints what is to be done by hand for a change, until when, and what will be looked at (Markdown).",
            footer = {"", "Needs: a running mesh (./remit up), and an authorized change."})
    static final class ShowRunbook implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Parameters(paramLabel = "CHANGE", description = "The change's id.")
        String change;

        @Mixin As.Somebody as = new As.Somebody("operator");

        @Option(names = "--json", description = "As JSON.")
        boolean json;

        @Override
        public Integer call() throws Exception {
            String path = "/executions/" + change + "/runbook";
            if (json) {
                JsonNode runbook = as.get(remit.home(), "executor", path);
                System.out.println(Json.pretty(runbook));
            } else {
                System.out.print(
                        as.text(remit.home(), "executor", path, Map.of("Accept", "text/markdown")));
            }
            return 0;
        }
    }
}
