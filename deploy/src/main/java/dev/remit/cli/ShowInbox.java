package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.stack.Home;
import dev.remit.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Shows what waits for someone's decision. */
@Command(
        name = "inbox",
        mixinStandardHelpOptions = true,
        description = "Shows the changes that someone may decide now, the oldest first.",
        subcommands = ReconcileInbox.class,
        footer = {"", "Needs: a running mesh (./remit up)."})
final class ShowInbox implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Option(names = "--as", paramLabel = "USER", description = "Whose inbox; only their own.")
    String user = "";

    @Option(
            names = "--watch",
            description = "Goes on and shows what comes and goes, until the sign-in ends.")
    boolean watch;

    @Override
    public Integer call() throws Exception {
        if (user.isEmpty()) {
            System.err.println("remit: --as USER is needed");
            return 2;
        }
        Home home = remit.home();
        if (watch) {
            follow(home);
            return 0;
        }
        List<JsonNode> waiting = new As.Somebody(user).all(home, "approval-routing", "/inbox");
        for (JsonNode each : waiting) {
            System.out.println(
                    line(
                            each.path("changeId").asText(),
                            each.path("stage").asText(),
                            each.path("stages").path(0).path("openedAt").asText(),
                            each.path("expiresAt").asText(),
                            each.path("stages").path(0).path("review").asText(""),
                            Instant.now()));
            System.out.println("  " + title(each));
        }
        System.out.println(
                waiting.isEmpty()
                        ? "nothing waits for " + user
                        : "decide one with: ./remit approve CHANGE --as "
                                + user
                                + ", close a review with: ./remit review CHANGE --reason WHY --as "
                                + user
                                + ", or in a browser at http://localhost:"
                                + home.port("approval-routing")
                                + "/");
        return 0;
    }

    /** What a change does, to whom and why, in a line. */
    static String title(JsonNode change) {
        String account = change.path("account").asText();
        return "%s %s in %s, charter %s: %s"
                .formatted(
                        change.path("action").asText(),
                        change.path("labels").path(account).asText(account),
                        change.path("target").asText(),
                        change.path("charter").asText(),
                        change.path("reason").asText());
    }

    /**
     * @param review empty for a stage of a route, OPEN or OVERDUE for a review
     */
    static String line(
            String change, String stage, String since, String until, String review, Instant now) {
        return "%s  stage %-16s waits %s, %s in %s%s"
                .formatted(
                        change,
                        stage,
                        time(Duration.between(Instant.parse(since), now)),
                        review.isEmpty() ? "expires" : "escalates",
                        time(Duration.between(now, Instant.parse(until))),
                        review.equals("OVERDUE") ? ", OVERDUE" : "");
    }

    private static String time(Duration time) {
        return time.toMinutes() < 2
                ? Math.max(0, time.toSeconds()) + " s"
                : time.toHours() < 2
                        ? time.toMinutes() + " min"
                        : time.toHours() < 48 ? time.toHours() + " h" : time.toDays() + " d";
    }

    private void follow(Home home) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:"
                                                + home.port("approval-routing")
                                                + "/inbox/events"))
                        .header("Authorization", "Bearer " + Tokens.of(home, "remit-cli", user))
                        .header("Accept", "text/event-stream")
                        .build();
        try (HttpClient client = HttpClient.newHttpClient();
                Stream<String> lines =
                        client.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
            String name = "";
            for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
                String line = each.next();
                if (line.startsWith("event:")) {
                    name = line.substring(6).strip();
                } else if (line.startsWith("data:")) {
                    show(name, Json.read(line.substring(5)));
                }
            }
        }
        System.out.println("the sign-in has ended");
    }

    private static void show(String name, JsonNode data) {
        if (name.equals("whole")) {
            System.out.println(data.path("items").size() + " wait");
            data.path("items").forEach(each -> show("        ", each));
            return;
        }
        System.out.printf(
                "%-8s %s%n",
                name,
                line(
                        data.path("changeId").asText(),
                        data.path("stage").asText(),
                        data.path("since").asText(),
                        data.path("expiresAt").asText(),
                        "",
                        Instant.now()));
    }
}
