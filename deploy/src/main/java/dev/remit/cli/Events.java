package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Events that open no change yet, for operators. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description =
                "What other systems told and that opens no change yet: list what is held, look again at once, or dismiss it with a reason.",
        subcommands = {Events.Listing.class, Events.Look.class, Events.Dismiss.class},
        footer = {"", "Needs: a running mesh (./remit up)."})
final class Events extends Group {
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the events that wait, the oldest first, at most 200.")
    static final class Listing implements Callable<Integer> {
        @ParentCommand Events parent;

        @Mixin As.Somebody as = new As.Somebody("auditor");

        @Override
        public Integer call() throws Exception {
            JsonNode held = as.get(parent.remit.home(), "connector", "/events/held");
            for (JsonNode event : held) {
                System.out.printf(
                        "%s  since %s  %s of %s%n    %s: %s%s%n",
                        event.path("observationId").asText(),
                        event.path("heldSince").asText(),
                        event.path("event").asText(),
                        event.path("source").asText(),
                        event.path("subjectId").asText().isEmpty()
                                ? "about nobody who is named"
                                : "about "
                                        + event.path("subjectId").asText()
                                        + " of "
                                        + event.path("subjectSystem").asText(),
                        event.path("words").asText(),
                        event.path("resource").isTextual()
                                ? " (" + event.path("resource").asText() + ")"
                                : "");
            }
            System.out.println(
                    held.isEmpty()
                            ? "no event is held"
                            : "decide with: ./remit events look ID --as USER, or ./remit events dismiss ID --reason TEXT --as USER");
            return 0;
        }
    }

    @Command(
            name = "look",
            mixinStandardHelpOptions = true,
            description =
                    "Looks again at once whether it can open its change: once who it is about is known. Exit 1 if it still waits.",
            footer = {"", "Needs: a running mesh, and the role operator or admin."})
    static final class Look implements Callable<Integer> {
        @ParentCommand Events parent;

        @Parameters(paramLabel = "ID", description = "The event's id; see ./remit events list.")
        String id;

        @Mixin As.Named as = new As.Named();

        @Override
        public Integer call() throws Exception {
            boolean waits =
                    as.post(
                                    parent.remit.home(),
                                    "connector",
                                    "/events/held/" + id + "/look",
                                    Json.object())
                            .path("waits")
                            .asBoolean();
            System.out.println(
                    waits
                            ? "it still waits; the log says why"
                            : "it waits no more: its changes are open, or what was found is looked for anew");
            return waits ? 1 : 0;
        }
    }

    @Command(
            name = "dismiss",
            mixinStandardHelpOptions = true,
            description =
                    "Lets it wait no more: it opens nothing, told again neither. The log says who and why.",
            footer = {"", "Needs: a running mesh, and the role operator or admin."})
    static final class Dismiss implements Callable<Integer> {
        @ParentCommand Events parent;

        @Parameters(paramLabel = "ID", description = "The event's id; see ./remit events list.")
        String id;

        @Mixin Why why = new Why();

        @Mixin As.Named as = new As.Named();

        @Override
        public Integer call() throws Exception {
            as.post(
                    parent.remit.home(),
                    "connector",
                    "/events/held/" + id + "/dismiss",
                    why.body());
            System.out.println("dismissed; the record of it stays in the log");
            return 0;
        }
    }
}
