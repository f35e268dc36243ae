package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.stack.Home;
import dev.remit.stack.Requests;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What stands in the log about changes, and how their data was judged. */
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

    @Option(
            names = "--facts",
            description =
                    "Of one change also how its data was judged: each fact's state, value, source and age, and why.")
    boolean facts;

    @Spec CommandSpec spec;

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
            if (facts) {
                throw new ParameterException(spec.commandLine(), "--facts: of which CHANGE?");
            }
            list(home);
            return 0;
        }
        show(as.get(home, "evidence-ledger", "/changes/" + change));
        if (facts) {
            facts(home).forEach(System.out::println);
        }
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

    private List<String> facts(Home home) throws IOException, InterruptedException {
        Requests.Answer answer = as.ask(home, "data-readiness", "/changes/" + change, null);
        return answer.status() == 404
                ? List.of("readiness: not judged yet")
                : readiness(As.expect(answer).json(), Instant.now());
    }

    /** How a change's data was judged, a line each fact. */
    static List<String> readiness(JsonNode judged, Instant now) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "readiness: "
                        + judged.path("state").asText()
                        + ", "
                        + judged.path("reasons").asText());
        judged.path("facts")
                .forEach(fact ->
                        lines.add(
                                "  "
                                        + Decisions.fact(fact, now)
                                        + "; "
                                        + fact.path("reason").asText()));
        return lines;
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
