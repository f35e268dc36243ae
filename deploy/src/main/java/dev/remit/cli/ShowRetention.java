package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "retention",
        mixinStandardHelpOptions = true,
        description =
                "Shows how long the evidence of closed changes is kept, by the charters' versions, and what is due to be erased.",
        footer = {
            "",
            "The ledger erases what is due by itself, every ten minutes; the log's proofs stay.",
            "Needs: a running mesh, and the role auditor or admin."
        })
final class ShowRetention implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Mixin As.Somebody as = new As.Somebody("auditor");

    @Override
    public Integer call() throws Exception {
        lines(as.get(remit.home(), "evidence-ledger", "/evidence/retention"))
                .forEach(System.out::println);
        return 0;
    }

    /** As it is printed. */
    static List<String> lines(JsonNode answer) {
        List<String> lines = new ArrayList<>();
        if (answer.path("held").asBoolean()) {
            lines.add("HELD: nothing is erased");
        }
        lines.add(
                "%-24s %-12s %-10s %8s %8s %12s"
                        .formatted("charter", "hash", "kept", "changes", "due", "in 30 days"));
        answer.path("kept")
                .forEach(each ->
                        lines.add(
                                "%-24s %-12s %-10s %8d %8d %12d"
                                        .formatted(
                                                each.path("charter").asText(),
                                                start(each.path("charterHash").asText()),
                                                kept(each),
                                                each.path("changes").asLong(),
                                                each.path("due").asLong(),
                                                each.path("soon").asLong())));
        return lines;
    }

    /** A charter that cannot be read may say anything: what ran under it stays. */
    private static String kept(JsonNode each) {
        if (!each.path("read").asBoolean()) {
            return "not read";
        }
        return each.path("days").isNull() ? "for ever" : each.path("days").asLong() + " days";
    }

    private static String start(String hash) {
        return hash.substring(0, Math.min(12, hash.length()));
    }
}
