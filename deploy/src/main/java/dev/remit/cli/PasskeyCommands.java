package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.stack.Home;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Someone's passkeys. Registering and signing need a browser, or another WebAuthn client. */
@Command(
        name = "passkeys",
        mixinStandardHelpOptions = true,
        description = "Shows someone's passkeys, and where to register one and sign decisions.",
        subcommands = PasskeyCommands.Revoke.class,
        footer = {"", "Needs: a running mesh (./remit up)."})
final class PasskeyCommands implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Option(names = "--as", paramLabel = "USER", description = "Whose; only their own.")
    String user = "";

    @Override
    public Integer call() throws Exception {
        if (user.isEmpty()) {
            System.err.println("remit: --as USER is needed");
            return 2;
        }
        Home home = remit.home();
        JsonNode own = new As.Somebody(user).get(home, "approval-routing", "/passkeys");
        own.forEach(each ->
                System.out.printf(
                        "%s  %s  %s%n",
                        each.path("id").asText(),
                        each.path("registeredAt").asText(),
                        each.path("label").asText()));
        System.out.println(
                (own.isEmpty() ? user + " has none; r" : "R")
                        + "egister one and sign with it at: http://localhost:"
                        + home.port("approval-routing")
                        + "/#passkeys");
        return 0;
    }

    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description =
                    "Gives a passkey up; what it signed stands. An admin may revoke anybody's.")
    static final class Revoke implements Callable<Integer> {
        @ParentCommand PasskeyCommands passkeys;

        @Parameters(paramLabel = "PASSKEY", description = "The passkey's id.")
        String id;

        @Mixin As.Named as = new As.Named();

        @Option(names = "--reason", required = true, description = "Why.")
        String reason;

        @Override
        public Integer call() throws Exception {
            as.post(
                    passkeys.remit.home(),
                    "approval-routing",
                    "/passkeys/" + id + "/revocation",
                    Json.object().put("reason", reason));
            System.out.println("revoked");
            return 0;
        }
    }
}
