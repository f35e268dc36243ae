package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What was too much at once, for operators. */
@Command(
        name = "brakes",
        mixinStandardHelpOptions = true,
        description =
                "What was too much at once: changes that a trigger would open beyond its charter's limits, and sources that suddenly list too few. List, release or discard.",
        subcommands = {Brakes.Listing.class, Brakes.Release.class, Brakes.Discard.class},
        footer = {"", "Needs: a running mesh (./remit up)."})
final class Brakes extends Group {
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the brakes that are on, with how much each holds.")
    static final class Listing implements Callable<Integer> {
        @ParentCommand Brakes parent;

        @Mixin As.Somebody as = new As.Somebody("auditor");

        @Override
        public Integer call() throws Exception {
            JsonNode brakes = as.get(parent.remit.home(), "connector", "/brakes");
            for (JsonNode brake : brakes) {
                System.out.printf(
                        "%s  since %s  %s%n    %s; holds %d changes%n",
                        brake.path("brakeId").asText(),
                        brake.path("appliedAt").asText(),
                        brake.path("rule").asText(),
                        brake.path("words").asText(),
                        brake.path("holding").asLong());
            }
            System.out.println(
                    brakes.isEmpty()
                            ? "no brake is on"
                            : "decide with: ./remit brakes release|discard ID --reason TEXT --as USER");
            return 0;
        }
    }

    @Command(
            name = "release",
            mixinStandardHelpOptions = true,
            description = {
                "Lets what the brake holds go on, past the limit. A source is believed once, if no more are gone than the brake says."
            },
            footer = {"", "Needs: a running mesh, and the role operator or admin."})
    static final class Release extends Decision {
        Release() {
            super("release", "goes on");
        }
    }

    @Command(
            name = "discard",
            mixinStandardHelpOptions = true,
            description = {
                "Ends what the brake holds; each change leaves a record. The same event of the same worker and day opens none again: propose by hand what is still wanted."
            },
            footer = {"", "Needs: a running mesh, and the role operator or admin."})
    static final class Discard extends Decision {
        Discard() {
            super("discard", "is discarded");
        }
    }

    /** What both decisions ask for. */
    abstract static class Decision implements Callable<Integer> {
        @ParentCommand Brakes parent;

        @Parameters(paramLabel = "BRAKE", description = "The brake's id; see ./remit brakes list.")
        String brake;

        @Mixin Why why = new Why();

        @Mixin As.Named as = new As.Named();

        private final String verb;
        private final String said;

        Decision(String verb, String said) {
            this.verb = verb;
            this.said = said;
        }

        @Override
        public Integer call() throws Exception {
            JsonNode ended =
                    as.post(
                            parent.remit.home(),
                            "connector",
                            "/brakes/" + brake + "/" + verb,
                            why.body());
            System.out.printf(
                    "%s %s: %d changes%n",
                    ended.path("scope").asText(), said, ended.path("holding").asLong());
            return 0;
        }
    }
}
