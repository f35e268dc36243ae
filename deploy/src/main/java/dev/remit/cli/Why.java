package dev.remit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Option;

/** Why somebody who looks after the mesh steps in: the option {@code --reason} of all that do. */
final class Why {
    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why; logged for ever, no personal data in it.")
    private String reason = "";

    /** A request that says nothing else. */
    ObjectNode body() {
        return Json.object().put("reason", reason);
    }
}
