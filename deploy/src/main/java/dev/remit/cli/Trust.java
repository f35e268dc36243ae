package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** How far digital employees are trusted. */
@Command(
        name = "trust",
        mixinStandardHelpOptions = true,
        description =
                "The track record of digital employees under each charter. Who passes a limit of spec.trackRecord is demoted: people execute (ASSIST) until somebody promotes it again.",
        subcommands = {Trust.Listing.class, Trust.Promote.class},
        footer = {"", "Needs: a running mesh (./remit up)."})
final class Trust extends Group {
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows each digital employee's mode, and what was counted against it.")
    static final class Listing implements Callable<Integer> {
        @ParentCommand Trust parent;

        @Mixin As.Somebody as = new As.Somebody("auditor");

        @Override
        public Integer call() throws Exception {
            JsonNode all = as.get(parent.remit.home(), "connector", "/trust");
            for (JsonNode each : all) {
                System.out.printf(
                        "%-6s  %s %s, employee %s%n",
                        each.path("mode").asText(),
                        each.path("charter").asText(),
                        each.path("version").asText(),
                        each.path("employee").asText());
                each.path("allowed")
                        .properties()
                        .forEach(limit ->
                                System.out.printf(
                                        "        %-17s %d of %d within %s%n",
                                        limit.getKey(),
                                        each.path("counted").path(limit.getKey()).asLong(),
                                        limit.getValue().asLong(),
                                        each.path("within").asText()));
                if (each.path("allowed").isEmpty()) {
                    System.out.println(
                            "        the charter has no trackRecord: nothing demotes it");
                }
                if (each.path("demotion").isObject()) {
                    System.out.printf(
                            "        demoted since %s: %s%n",
                            each.at("/demotion/demotedAt").asText(),
                            each.at("/demotion/reason").asText());
                }
            }
            if (all.isEmpty()) {
                System.out.println("no charter in force lets a digital employee own anything");
            }
            return 0;
        }
    }

    @Command(
            name = "promote",
            mixinStandardHelpOptions = true,
            description =
                    "Lifts the demotion under a charter: the digital employee owns again, from the next decision on, and its track record begins anew.",
            footer = {
                "",
                "Needs: a running mesh, and the role admin; not the person who answers for the digital employee."
            })
    static final class Promote implements Callable<Integer> {
        @ParentCommand Trust parent;

        @Parameters(paramLabel = "CHARTER", description = "The charter's name.")
        String charter;

        @Mixin Why why = new Why();

        @Mixin As.Named as = new As.Named();

        @Override
        public Integer call() throws Exception {
            as.post(
                    parent.remit.home(),
                    "connector",
                    "/trust/" + URLEncoder.encode(charter, StandardCharsets.UTF_8) + "/promote",
                    why.body());
            System.out.println(charter + ": the digital employee owns again");
            return 0;
        }
    }
}
