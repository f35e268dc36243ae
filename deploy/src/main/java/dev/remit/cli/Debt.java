package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.stack.Home;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Shows who holds what, and how long that takes. */
@Command(
        name = "debt",
        mixinStandardHelpOptions = true,
        description =
                "Shows the coordination debt: who holds changes, since when, how long each takes, and what went back.",
        footer = {
            "",
            "What the numbers mean: docs/coordination-debt.md.",
            "Needs: a running mesh (./remit up)."
        })
final class Debt implements Callable<Integer> {
    /** By what it is summed up. */
    enum By {
        party,
        charter,
        unit,
        person
    }

    private static final int BAR = 20;
    private static final int OLDEST = 8;

    @ParentCommand Remit remit;

    @Option(
            names = "--by",
            defaultValue = "party",
            paramLabel = "WHAT",
            description =
                    "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). A charter's times are those of whole changes; person needs the role auditor or admin.")
    By by;

    @Option(
            names = "--days",
            defaultValue = "30",
            paramLabel = "N",
            description =
                    "Counts what ended in the last N days, and what goes on (default: ${DEFAULT-VALUE}).")
    int days;

    @Option(
            names = "--charter",
            paramLabel = "NAME",
            description = "Only changes under this charter (default: all).")
    @Nullable String charter;

    @Mixin As.Somebody as = new As.Somebody("auditor");

    @Override
    public Integer call() throws Exception {
        Home home = remit.home();
        String filter = charter == null ? "" : "&charter=" + encoded(charter);
        String from = encoded(Instant.now().minus(Duration.ofDays(days)).toString());
        List<JsonNode> sums =
                as.all(home, "evidence-ledger", "/debt?by=" + by.name() + "&from=" + from + filter);
        JsonNode waiting =
                as.get(home, "evidence-ledger", "/debt/waiting?limit=" + OLDEST + filter)
                        .path("items");
        lines(sums, waiting, by.name(), days).forEach(System.out::println);
        return 0;
    }

    /** As it is printed: what costs most first, then what has waited longest. */
    static List<String> lines(List<JsonNode> sums, JsonNode waiting, String by, int days) {
        List<String> lines = new ArrayList<>();
        lines.add("Coordination debt by " + by + ", the last " + days + " days");
        if (sums.isEmpty()) {
            lines.add("nothing has waited");
            return lines;
        }
        int width =
                Math.max(
                        by.length(),
                        sums.stream()
                                .mapToInt(each -> key(each).length())
                                .max()
                                .orElse(by.length()));
        double most = sums.stream().mapToDouble(Debt::cost).max().orElse(0);
        lines.add(
                ("  %-" + width + "s  %7s  %8s  %6s  %8s  %8s  %8s  %8s  %s")
                        .formatted(
                                by,
                                "waiting",
                                "oldest",
                                "ended",
                                "p50",
                                "p90",
                                "p95",
                                "handoffs",
                                "time in all"));
        sums.stream()
                .sorted((one, other) -> Double.compare(cost(other), cost(one)))
                .forEach(each ->
                        lines.add(
                                ("  %-" + width + "s  %7d  %8s  %6d  %8s  %8s  %8s  %8d  %s%s")
                                        .formatted(
                                                key(each),
                                                each.path("waiting").asLong(),
                                                time(each.path("oldestSeconds")),
                                                each.path("ended").asLong(),
                                                time(each.path("p50Seconds")),
                                                time(each.path("p90Seconds")),
                                                time(each.path("p95Seconds")),
                                                each.path("handoffs").asLong(),
                                                bar(cost(each), most),
                                                rework(each.path("rework")))));
        if (!waiting.isEmpty()) {
            lines.add("");
            lines.add("Waits longest now");
            for (JsonNode each : waiting) {
                lines.add(
                        "  %8s  %s  %s, %s"
                                .formatted(
                                        time(each.path("seconds")),
                                        each.path("changeId").asText(),
                                        words(each.path("party").asText()),
                                        each.path("unit").asText()));
            }
            lines.add("Follow one with: ./remit changes CHANGE");
        }
        return lines;
    }

    /** Seconds of all that ended, and of the oldest that goes on. */
    private static double cost(JsonNode sum) {
        return sum.path("totalSeconds").asDouble() + sum.path("oldestSeconds").asDouble(0);
    }

    private static String key(JsonNode sum) {
        return words(sum.path("key").asText());
    }

    private static String words(String party) {
        return switch (party) {
            case "APPROVERS" -> "approvers";
            case "PROPOSER" -> "proposer";
            case "DATA_OWNER" -> "data owner";
            case "NOBODY" -> "nobody";
            case "OWING" -> "owing";
            case "SERVICE" -> "service";
            default -> party;
        };
    }

    private static String bar(double cost, double most) {
        int full = most <= 0 ? 0 : (int) Math.round(BAR * cost / most);
        return "█".repeat(full) + (full == 0 ? "" : " ") + time(cost);
    }

    private static String rework(JsonNode rework) {
        List<String> parts = new ArrayList<>();
        rework.properties()
                .forEach(each -> {
                    if (each.getValue().asLong() > 0) {
                        parts.add(each.getValue().asLong() + " " + each.getKey());
                    }
                });
        return parts.isEmpty() ? "" : ", went back: " + String.join(", ", parts);
    }

    private static String time(JsonNode seconds) {
        return seconds.isNumber() ? time(seconds.asDouble()) : "-";
    }

    private static String time(double seconds) {
        if (seconds < 120) {
            return "%.1f s".formatted(seconds);
        }
        if (seconds < 7_200) {
            return "%.0f min".formatted(seconds / 60);
        }
        return seconds < 172_800
                ? "%.1f h".formatted(seconds / 3_600)
                : "%.1f d".formatted(seconds / 86_400);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
