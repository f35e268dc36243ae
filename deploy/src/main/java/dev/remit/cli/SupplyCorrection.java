package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "correct",
        mixinStandardHelpOptions = true,
        description = "Lists the facts that held changes wait for, or supplies one.",
        footer = {"", "Needs: a running mesh (./remit up)."})
final class SupplyCorrection implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Parameters(
            arity = "0..1",
            index = "0",
            paramLabel = "CORRECTION",
            description = "The request's id.")
    @Nullable String correction;

    @Parameters(
            arity = "0..1",
            index = "1",
            paramLabel = "VALUE",
            description = "The value, for example the manager's worker id.")
    @Nullable String value;

    @Mixin As.Somebody as = new As.Somebody("operator");

    @Override
    public Integer call() throws Exception {
        if (correction == null || value == null) {
            JsonNode open = as.get(remit.home(), "data-readiness", "/corrections");
            for (JsonNode each : open) {
                System.out.println(
                        each.path("correctionId").asText() + "  " + each.path("question").asText());
            }
            System.out.println(
                    open.isEmpty()
                            ? "no change waits for a correction"
                            : "supply one with: ./remit correct CORRECTION VALUE");
            return 0;
        }
        ObjectNode body = Json.object().put("value", value);
        JsonNode answer =
                as.post(remit.home(), "data-readiness", "/corrections/" + correction, body);
        System.out.println(
                "supplied; change " + answer.path("changeId").asText() + " is judged again");
        return 0;
    }
}
