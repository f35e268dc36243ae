package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The kill switch, for administrators. */
final class Halts {
    private Halts() {}

    @Command(
            name = "halt",
            mixinStandardHelpOptions = true,
            description =
                    "Stops the mesh, a charter, one version of it (which revokes it), or an AI: from the next decision on nothing is proposed, judged ready, approved, authorized or begun there.",
            footer = {
                "",
                "What is under way waits where it is, and its time goes on.",
                "Example: ./remit halt --charter leaver-offboarding --reason 'wrong groups' --as admin",
                "Needs: a running mesh, and the role admin."
            })
    static final class Halt implements Callable<Integer> {
        /** What to stop; exactly one. */
        static final class Scope {
            @Option(names = "--mesh", required = true, description = "Everything.")
            boolean mesh;

            @Option(
                    names = "--charter",
                    required = true,
                    paramLabel = "NAME",
                    description = "What is under this charter.")
            @Nullable String charter;

            @Option(
                    names = "--agent",
                    required = true,
                    paramLabel = "ID",
                    description = "What this AI proposed: its immutable id, or its OAuth client.")
            @Nullable String agent;
        }

        @ParentCommand Remit remit;

        @ArgGroup(multiplicity = "1")
        @Nullable Scope given;

        @Option(
                names = "--version-only",
                paramLabel = "VERSION",
                description = "Of the charter, only this version.")
        @Nullable String version;

        @Mixin Why why = new Why();

        @Mixin As.Named as = new As.Named();

        @Override
        public Integer call() throws Exception {
            Scope scope = Objects.requireNonNull(given, "one of them is given");
            ObjectNode body = why.body();
            if (scope.mesh) {
                body.put("mesh", true);
            }
            if (scope.charter != null) {
                body.put("charter", scope.charter);
            }
            if (scope.agent != null) {
                body.put("agent", scope.agent);
            }
            if (version != null) {
                body.put("version", version);
            }
            JsonNode halt = as.post(remit.home(), "connector", "/halts", body);
            show(halt);
            System.out.println(
                    "lift it with: ./remit resume "
                            + halt.path("haltId").asText()
                            + " --as "
                            + as.user());
            return 0;
        }
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Lifts a halt: what was held goes on.",
            footer = {"", "Needs: a running mesh, and the role admin."})
    static final class Resume implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Parameters(paramLabel = "HALT", description = "The halt's id; see ./remit halts.")
        String halt;

        @Mixin Why why = new Why();

        @Mixin As.Named as = new As.Named();

        @Override
        public Integer call() throws Exception {
            JsonNode lifted =
                    as.post(remit.home(), "connector", "/halts/" + halt + "/resume", why.body());
            System.out.println(lifted.path("scope").asText() + " goes on");
            return 0;
        }
    }

    @Command(
            name = "halts",
            mixinStandardHelpOptions = true,
            description = "Shows what is halted now, by whom and why.",
            footer = {"", "Needs: a running mesh (./remit up)."})
    static final class Listing implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Mixin As.Somebody as = new As.Somebody("auditor");

        @Override
        public Integer call() throws Exception {
            JsonNode halts = as.get(remit.home(), "connector", "/halts");
            halts.forEach(Halts::show);
            if (halts.isEmpty()) {
                System.out.println("nothing is halted");
            }
            return 0;
        }
    }

    private static void show(JsonNode halt) {
        System.out.printf(
                "%s  %s is halted since %s by %s: %s%n",
                halt.path("haltId").asText(),
                halt.path("scope").asText(),
                halt.path("haltedAt").asText(),
                halt.path("haltedBy").asText(),
                halt.path("reason").asText());
        if (!halt.path("known").asBoolean(true)) {
            System.out.println(
                    "  no registration and no charter names this AI: check that the id is right");
        }
    }
}
