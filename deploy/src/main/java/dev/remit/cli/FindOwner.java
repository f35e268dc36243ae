package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "owner",
        mixinStandardHelpOptions = true,
        description =
                "Says whose an account is and who answers for it, as it was read last; or whom a resource belongs to of which an event feed tells. Exit 1 when nobody is known.",
        footer = {"", "Needs: a running mesh (./remit up)."})
final class FindOwner implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Parameters(
            index = "0",
            paramLabel = "SYSTEM",
            description = "A system, for example keycloak:acme; or the name of an event feed.")
    String system;

    @Parameters(
            index = "1",
            paramLabel = "ID",
            description = "The account's immutable id, or the resource as the feed names it.")
    String id;

    @Mixin As.Somebody as = new As.Somebody("operator");

    @Override
    public Integer call() throws Exception {
        JsonNode answer =
                as.get(
                        remit.home(),
                        "connector",
                        "/owners?system="
                                + URLEncoder.encode(system, StandardCharsets.UTF_8)
                                + "&id="
                                + URLEncoder.encode(id, StandardCharsets.UTF_8));
        for (String about : List.of("worker", "owner", "from")) {
            System.out.printf(
                    "%s: %s%n",
                    about,
                    answer.path(about).isTextual() ? answer.path(about).asText() : "not known");
        }
        return answer.path("owner").isTextual() ? 0 : 1;
    }
}
