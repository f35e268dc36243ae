package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.stack.Home;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** What people hold that charters' rules about access forbid. */
@Command(
        name = "sod",
        mixinStandardHelpOptions = true,
        description =
                "What people hold already that the charters' rules about access forbid (spec.separationOfDuties: toxic, mustHold), whoever gave it to them.",
        subcommands = {Violations.Listing.class, Violations.RunNow.class},
        footer = {"", "Needs: a running mesh (./remit up)."})
final class Violations extends Group {
    private static final int PAGE = 500;

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description =
                    "Shows each violation: who, which rule, what was found, what would resolve it.")
    static final class Listing implements Callable<Integer> {
        @ParentCommand Violations parent;

        @Option(names = "--all", description = "Those too that have ended.")
        boolean all;

        @Mixin As.Somebody as = new As.Somebody("auditor");

        @Override
        public Integer call() throws Exception {
            Home home = parent.remit.home();
            String after = "";
            int shown = 0;
            while (true) {
                JsonNode page =
                        as.get(
                                home,
                                "approval-routing",
                                "/sod/violations?state=%s&limit=%d%s"
                                        .formatted(all ? "ALL" : "STANDING", PAGE, after));
                page.forEach(each -> System.out.print(lines(each)));
                shown += page.size();
                if (page.size() < PAGE) {
                    break;
                }
                after = "&after=" + page.get(page.size() - 1).path("id").asText();
            }
            JsonNode run = as.get(home, "approval-routing", "/sod/run");
            System.out.println(summary(shown, run));
            return 0;
        }
    }

    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description =
                    "Holds everybody in the directory against the rules now, and waits until that is done; remit.sod.run.every does so by itself.")
    static final class RunNow implements Callable<Integer> {
        @ParentCommand Violations parent;

        @Option(
                names = "--wait",
                defaultValue = "PT2M",
                paramLabel = "TIME",
                description = "How long to wait for its end (default: ${DEFAULT-VALUE}).")
        Duration wait;

        @Mixin As.Somebody as = new As.Somebody("operator");

        @Override
        public Integer call() throws Exception {
            Home home = parent.remit.home();
            String before = finished(as.get(home, "approval-routing", "/sod/run"));
            as.post(home, "approval-routing", "/sod/run", Json.object());
            Instant end = Instant.now().plus(wait);
            while (Instant.now().isBefore(end)) {
                JsonNode run = as.get(home, "approval-routing", "/sod/run");
                if (!finished(run).equals(before)) {
                    System.out.printf(
                            "%d people were looked at: ./remit sod list%n",
                            run.path("looked").asLong());
                    return 0;
                }
                Thread.sleep(500);
            }
            throw new IOException("the run did not end within " + wait + "; it goes on by itself");
        }
    }

    private static String finished(JsonNode run) {
        return run.path("finishedAt").asText("");
    }

    /** A violation as people read it. */
    static String lines(JsonNode each) {
        String ended =
                each.path("endedAt").isTextual()
                        ? "        ended %s: %s%n"
                                .formatted(
                                        each.path("endedAt").asText(),
                                        each.path("endReason").asText())
                        : "";
        return "%s  %s, rule %s@%s of %s %s (%s)%n        %s, since %s; %s%n%s"
                .formatted(
                        each.path("id").asText(),
                        each.path("worker").asText(),
                        each.path("rule").asText(),
                        each.path("version").asText(),
                        each.path("charter").asText(),
                        each.path("charterVersion").asText(),
                        each.path("source").asText(),
                        each.path("facts").asText(),
                        each.path("foundAt").asText(),
                        each.path("remedy").asText(),
                        ended);
    }

    /** How many there are, and as of when. */
    static String summary(int shown, JsonNode run) {
        return "%d %s, %s"
                .formatted(
                        shown,
                        shown == 1 ? "violation" : "violations",
                        finished(run).isEmpty()
                                ? "before the first run has ended"
                                : "as of the run that ended at " + finished(run));
    }
}
