package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.handoff.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What the services set aside, for operators. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        description =
                "Input that could not be processed: list it, look at it, replay it through the front door, or discard it with a reason.",
        subcommands = {
            DeadLetters.Listing.class,
            DeadLetters.Show.class,
            DeadLetters.Replay.class,
            DeadLetters.Discard.class
        },
        footer = {"", "Needs: a running mesh (./remit up)."})
final class DeadLetters extends Group {
    private static final As OPERATOR = new As.Somebody("operator");

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists what is open in all services, or everything with --all.")
    static final class Listing implements Callable<Integer> {
        @ParentCommand DeadLetters parent;

        @Option(names = "--all", description = "Those that were replayed or discarded too.")
        boolean all;

        @Override
        public Integer call() throws Exception {
            int count = 0;
            for (Service service : Service.values()) {
                for (JsonNode each :
                        OPERATOR.all(
                                parent.remit.home(),
                                service.id(),
                                "/dead-letters" + (all ? "" : "?state=OPEN"))) {
                    count++;
                    System.out.printf(
                            "%s  %-9s  %-17s %-20s %s%n    %s%s%n",
                            each.path("id").asText(),
                            each.path("state").asText(),
                            service.id(),
                            each.path("code").asText(),
                            each.path("origin").asText(),
                            each.path("reason").asText(),
                            each.path("resolution").isTextual()
                                    ? "; " + each.path("resolution").asText()
                                    : "");
                }
            }
            System.out.println(
                    count == 0
                            ? "no dead letters"
                            : "look at one with: ./remit dead-letters show ID");
            return 0;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows one with its headers and bytes.")
    static final class Show implements Callable<Integer> {
        @ParentCommand DeadLetters parent;

        @Parameters(paramLabel = "ID", description = "The dead letter's id.")
        String id;

        @Override
        public Integer call() throws Exception {
            Service service = parent.holder(id);
            JsonNode letter =
                    OPERATOR.get(parent.remit.home(), service.id(), "/dead-letters/" + id);
            for (String name :
                    List.of(
                            "state",
                            "code",
                            "reason",
                            "origin",
                            "key",
                            "reportedAt",
                            "resolution")) {
                if (letter.path(name).isTextual()) {
                    System.out.printf("%-11s %s%n", name, letter.path(name).asText());
                }
            }
            letter.path("headers")
                    .properties()
                    .forEach(header ->
                            System.out.printf(
                                    "  %s: %s%n",
                                    printable(header.getKey()),
                                    printable(header.getValue().asText())));
            byte[] payload = Base64.getDecoder().decode(letter.path("payload").asText());
            System.out.println("payload, " + payload.length + " bytes:");
            System.out.println(printable(new String(payload, StandardCharsets.UTF_8)));
            return 0;
        }

        /** Input that nobody vouches for must not steer the terminal. */
        private static String printable(String text) {
            return text.replaceAll("[\\p{Cntrl}&&[^\\n]]", ".");
        }
    }

    @Command(
            name = "replay",
            mixinStandardHelpOptions = true,
            description =
                    "Hands it to its service's front door again, under every check. Exit 0 when all are accepted or were seen before, 1 when one is refused again.")
    static final class Replay implements Callable<Integer> {
        @ParentCommand DeadLetters parent;

        @Parameters(paramLabel = "ID", arity = "1..*", description = "The dead letters' ids.")
        List<String> ids = List.of();

        @Option(names = "--reason", required = true, description = "Why it may pass now.")
        String reason;

        @Override
        public Integer call() throws Exception {
            boolean all = true;
            for (String id : ids) {
                String outcome = parent.end(id, "replay", reason).path("outcome").asText();
                System.out.println(id + "  " + outcome);
                all &= outcome.equals("ACCEPTED") || outcome.equals("ALREADY_SEEN");
            }
            return all ? 0 : 1;
        }
    }

    @Command(name = "discard", mixinStandardHelpOptions = true, description = "Gives it up.")
    static final class Discard implements Callable<Integer> {
        @ParentCommand DeadLetters parent;

        @Parameters(paramLabel = "ID", description = "The dead letter's id.")
        String id;

        @Option(names = "--reason", required = true, description = "Why it may be lost.")
        String reason;

        @Override
        public Integer call() throws Exception {
            parent.end(id, "discard", reason);
            System.out.println("discarded; the record of it stays in the log");
            return 0;
        }
    }

    private JsonNode end(String id, String verb, String reason)
            throws IOException, InterruptedException {
        return OPERATOR.post(
                remit.home(),
                holder(id).id(),
                "/dead-letters/" + id + "/" + verb,
                Json.object().put("reason", reason));
    }

    /** The service that keeps a dead letter: the one that set it aside. */
    private Service holder(String id) throws IOException, InterruptedException {
        for (Service service : Service.values()) {
            if (OPERATOR.ask(remit.home(), service.id(), "/dead-letters/" + id, null).ok()) {
                return service;
            }
        }
        throw new IOException(
                "no service has a dead letter "
                        + id
                        + "; list them with: ./remit dead-letters list");
    }
}
