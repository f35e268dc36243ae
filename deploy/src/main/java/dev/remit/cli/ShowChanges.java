package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.stack.Home;
import dev.remit.stack.Requests;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What stands in the log about changes. */
@Command(
        name = "changes",
        mixinStandardHelpOptions = true,
        description = "Shows all changes, or one with its handoffs.",
        footer = {"", "Needs: a running mesh (./remit up)."})
final class ShowChanges implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Parameters(arity = "0..1", paramLabel = "CHANGE", description = "A change's id.")
    @Nullable String change;

    @Mixin As.Somebody as = new As.Somebody("auditor");

    @Option(names = "--all", description = "Shows every page, not the newest changes only.")
    boolean all;

    private void list(Home home) throws Exception {
        System.out.printf(
                "%-36s  %-9s  %-10s  %-32s  %s%n",
                "change", "subject", "outcome", "held by", "state, since");
        Optional<String> path = Optional.of("/changes");
        int shown = 0;
        while (path.isPresent()) {
            Requests.Answer page = as.page(home, "evidence-ledger", path.get());
            for (JsonNode each : page.json()) {
                shown++;
                System.out.printf(
                        "%-36s  %-9s  %-10s  %-32s  %s, %s%n",
                        each.path("changeId").asText(),
                        each.path("subject").asText(),
                        each.path("outcome").asText("open"),
                        each.path("holder").asText(),
                        each.path("state").asText(),
                        ago(each.path("since").asText()));
            }
            path = As.next(page);
            if (path.isPresent() && !all) {
                System.out.println(
                        "these are the newest "
                                + shown
                                + "; there are more: ./remit changes --all");
                return;
            }
        }
    }

    @Override
    public Integer call() throws Exception {
        Home home = remit.home();
        if (change == null) {
            list(home);
            return 0;
        }
        show(as.get(home, "evidence-ledger", "/changes/" + change));
        for (JsonNode each :
                new As.Somebody("operator").get(home, "data-readiness", "/corrections")) {
            if (each.path("changeId").asText().equals(change)) {
                System.out.println("asks: " + each.path("question").asText());
                System.out.println(
                        "      ./remit correct " + each.path("correctionId").asText() + " WORKER");
            }
        }
        return 0;
    }

    /** Prints one change's handoffs. */
    static void show(JsonNode change) {
        for (JsonNode step : change.path("handoffs")) {
            System.out.printf(
                    "  %2d  %s  %-20s %-17s %s%n",
                    step.path("sequence").asInt(),
                    step.path("time").asText().substring(11, 19),
                    step.path("type").asText(),
                    step.path("producer").asText(),
                    step.path("summary").asText());
        }
        String outcome = change.path("outcome").asText("open");
        System.out.println(
                outcome.equals("open") || outcome.equals("null")
                        ? "  held by "
                                + change.path("holder").asText()
                                + ": "
                                + change.path("state").asText()
                                + "; not proved yet: "
                                + change.path("missing")
                        : "  closed "
                                + outcome
                                + (change.path("certified").asBoolean() ? ", certified" : ""));
    }

    private static String ago(String time) {
        Duration age = Duration.between(Instant.parse(time), Instant.now());
        return age.toMinutes() < 2
                ? age.toSeconds() + " s ago"
                : age.toHours() < 2 ? age.toMinutes() + " min ago" : age.toHours() + " h ago";
    }
}
