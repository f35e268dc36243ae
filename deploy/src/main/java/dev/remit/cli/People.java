package dev.remit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.stack.Home;
import dev.remit.stack.Requests;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/** The commands for those who propose, approve, correct and look on. */
final class People {
    static final ObjectMapper JSON = new ObjectMapper();

    private People() {}

    @Command(
            name = "changes",
            mixinStandardHelpOptions = true,
            description = "Shows all changes, or one with its handoffs.",
            footer = {"", "Needs: a running mesh (./remit up)."})
    static final class Changes implements Callable<Integer> {
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
                Requests.Answer page =
                        Remit.expect(
                                Remit.ask(
                                        home,
                                        "GET",
                                        "evidence-ledger",
                                        path.get(),
                                        as.user(),
                                        null));
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
                path = page.next().map(Changes::local);
                if (path.isPresent() && !all) {
                    System.out.println(
                            "these are the newest "
                                    + shown
                                    + "; there are more: ./remit changes --all");
                    return;
                }
            }
        }

        /** A link's path and query: the service is known already. */
        private static String local(String link) {
            URI uri = URI.create(link);
            return uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        }

        @Override
        public Integer call() throws Exception {
            Home home = remit.home();
            if (change == null) {
                list(home);
                return 0;
            }
            show(as.get(home, "evidence-ledger", "/changes/" + change));
            JsonNode corrections =
                    Remit.ask(home, "GET", "data-readiness", "/corrections", "operator", null)
                            .json();
            for (JsonNode each : corrections) {
                if (each.path("changeId").asText().equals(change)) {
                    System.out.println("asks: " + each.path("question").asText());
                    System.out.println(
                            "      ./remit correct "
                                    + each.path("correctionId").asText()
                                    + " WORKER");
                }
            }
            return 0;
        }
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

    @Command(
            name = "propose",
            mixinStandardHelpOptions = true,
            description = "Proposes a change.",
            footer = {"", "Needs: a running mesh (./remit up)."})
    static final class Propose implements Callable<Integer> {
        /** As many as one request may carry. */
        private static final int MOST = 200;

        @Spec CommandSpec spec;

        @ParentCommand Remit remit;

        @Option(
                names = "--charter",
                defaultValue = "leaver-offboarding",
                description = "The charter (default: ${DEFAULT-VALUE}).")
        String charter;

        @Option(
                names = "--subject",
                paramLabel = "WORKER",
                description = "The HR worker id of the person whose identity changes.")
        @Nullable String subject;

        @Option(
                names = "--account",
                paramLabel = "ID",
                description =
                        "Instead of --subject: the immutable id of an account of the target, theirs or one that nobody is behind.")
        @Nullable String account;

        @Option(
                names = "--file",
                paramLabel = "FILE",
                description =
                        "Instead of all that: proposals as JSON lines, with the members of POST /changes. Each is answered on its own.")
        @Nullable Path file;

        @Option(
                names = "--target",
                defaultValue = "keycloak:acme",
                description = "The system to change (default: ${DEFAULT-VALUE}).")
        String target;

        @Option(
                names = "--action",
                defaultValue = "offboard",
                description = "The charter's action (default: ${DEFAULT-VALUE}).")
        String action;

        @Option(names = "--reason", description = "Why; needed unless a file says it.")
        @Nullable String reason;

        @Mixin As.Somebody as = new As.Somebody("offboarding.owner");

        @Option(
                names = "--dry-run",
                description =
                        "Opens nothing; says what would come of it: readiness, plan, and who could approve.")
        boolean dryRun;

        @Option(
                names = "--key",
                paramLabel = "KEY",
                description = "The same key with the same proposal opens one change only.")
        @Nullable String key;

        @Override
        public Integer call() throws Exception {
            if (file != null) {
                if (subject != null || account != null || reason != null || dryRun) {
                    throw wrong(
                            "--file: stands instead of --subject, --account, --reason and --dry-run");
                }
                return many(Files.readAllLines(file));
            }
            if ((subject == null) == (account == null) || reason == null) {
                throw wrong("needs --reason, and --subject or --account; or --file");
            }
            ObjectNode body =
                    JSON.createObjectNode()
                            .put("charter", charter)
                            .put("target", target)
                            .put("action", action)
                            .put("reason", reason);
            body.putObject("subject")
                    .put("system", account == null ? "hr" : target)
                    .put("id", account == null ? subject : account);
            JsonNode answer =
                    as.post(
                            remit.home(),
                            "connector",
                            dryRun ? "/changes?dryRun=true" : "/changes",
                            body,
                            key == null ? Map.of() : Map.of("Idempotency-Key", key));
            if (dryRun) {
                foretell(answer);
                return answer.path("admitted").asBoolean() ? 0 : 1;
            }
            System.out.println("proposed change " + answer.path("changeId").asText());
            return 0;
        }

        private ParameterException wrong(String words) {
            return new ParameterException(spec.commandLine(), words);
        }

        /** As many requests as it needs; one that is refused stops no other. */
        private int many(List<String> lines) throws IOException, InterruptedException {
            List<String> asked = lines.stream().filter(each -> !each.isBlank()).toList();
            int refused = 0;
            for (int from = 0; from < asked.size(); from += MOST) {
                ArrayNode items = JSON.createArrayNode();
                for (String line : asked.subList(from, Math.min(from + MOST, asked.size()))) {
                    try {
                        items.add(JSON.readTree(line));
                    } catch (JsonProcessingException e) {
                        throw new IOException(
                                "line " + (from + items.size() + 1) + " is not JSON", e);
                    }
                }
                ObjectNode body = JSON.createObjectNode();
                body.set("items", items);
                JsonNode answer =
                        as.post(
                                remit.home(),
                                "connector",
                                "/proposals",
                                body,
                                key == null
                                        ? Map.of()
                                        : Map.of("Idempotency-Key", key + "-" + from));
                for (JsonNode each : answer.path("results")) {
                    boolean opened = each.path("changeId").isTextual();
                    refused += opened ? 0 : 1;
                    System.out.println(
                            opened
                                    ? "proposed change " + each.path("changeId").asText()
                                    : "refused ("
                                            + each.path("status").asText()
                                            + " "
                                            + each.path("code").asText()
                                            + ") "
                                            + each.path("detail").asText());
                }
            }
            System.out.printf("%d proposed, %d refused%n", asked.size() - refused, refused);
            return refused == 0 ? 0 : 1;
        }
    }

    @Command(
            name = "owner",
            mixinStandardHelpOptions = true,
            description =
                    "Says whose an account is and who answers for it, as it was read last; or whom a resource belongs to of which an event feed tells. Exit 1 when nobody is known.",
            footer = {"", "Needs: a running mesh (./remit up)."})
    static final class Owner implements Callable<Integer> {
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

    /** Prints what would come of a proposal. */
    private static void foretell(JsonNode preview) {
        JsonNode refusal = preview.path("refusal");
        if (!preview.path("admitted").asBoolean()) {
            System.out.println(
                    "would be refused: "
                            + refusal.path("code").asText()
                            + " ("
                            + refusal.path("field").asText()
                            + ") "
                            + refusal.path("detail").asText());
            return;
        }
        System.out.println(
                "would be opened under "
                        + preview.path("charter").asText()
                        + " "
                        + preview.path("charterVersion").asText()
                        + ", mode "
                        + preview.path("mode").asText());
        JsonNode readiness = preview.path("readiness");
        if (readiness.isObject()) {
            System.out.println(
                    "readiness: "
                            + readiness.path("verdict").asText()
                            + ", "
                            + readiness.path("reason").asText());
            for (JsonNode fact : readiness.path("facts")) {
                System.out.println(
                        "  "
                                + fact.path("name").asText()
                                + ": "
                                + fact.path("state").asText()
                                + ", "
                                + fact.path("reason").asText());
            }
            for (JsonNode step : readiness.path("plan").path("steps")) {
                System.out.println(
                        "  plan "
                                + step.path("name").asText()
                                + ": "
                                + step.path("before")
                                + " -> "
                                + step.path("after"));
            }
        }
        route(preview.path("route")).forEach(System.out::println);
        for (JsonNode part : preview.path("unanswered")) {
            System.out.println(
                    "not known: "
                            + part.path("part").asText()
                            + " "
                            + part.path("reason").asText());
        }
    }

    /** Whom it would ask, what would keep it from going on, and in which mode, a line each. */
    static List<String> route(JsonNode route) {
        List<String> lines = new ArrayList<>();
        if (route.path("held").isTextual()) {
            lines.add("held: " + route.path("held").asText());
        }
        for (JsonNode each : route.path("violations")) {
            lines.add("forbidden by " + each.path("words").asText());
        }
        for (JsonNode stage : route.path("stages")) {
            lines.add(
                    "stage "
                            + stage.path("stage").asText()
                            + (stage.path("passedOver").isTextual()
                                    ? " asks nobody: " + stage.path("passedOver").asText()
                                    : " needs " + stage.path("quorum").asText())
                            + (stage.path("held").isTextual()
                                    ? ", held: " + stage.path("held").asText()
                                    : ""));
            for (JsonNode each : stage.path("candidates")) {
                lines.add(
                        "  "
                                + (each.path("eligible").asBoolean() ? "may " : "barred ")
                                + each.path("label").asText(each.path("id").asText())
                                + ": "
                                + each.path("reason").asText());
            }
        }
        if (route.path("mode").isObject()) {
            lines.add("mode: " + route.at("/mode/mode").asText());
            for (JsonNode each : route.at("/mode/conditions")) {
                if (!each.path("holds").asBoolean()) {
                    lines.add(
                            "  not OWN for "
                                    + each.path("name").asText()
                                    + ": "
                                    + each.path("reason").asText());
                }
            }
        }
        return lines;
    }

    @Command(
            name = "withdraw",
            mixinStandardHelpOptions = true,
            description =
                    "Takes a change back; whoever holds it ends it. Once authorized, it runs its course.",
            footer = {"", "Needs: a running mesh (./remit up)."})
    static final class Withdraw implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Parameters(paramLabel = "CHANGE", description = "The change's id.")
        String change;

        @Option(names = "--reason", required = true, description = "Why.")
        String reason;

        @Mixin As.Somebody as = new As.Somebody("offboarding.owner");

        @Override
        public Integer call() throws Exception {
            as.post(
                    remit.home(),
                    "connector",
                    "/changes/" + change + "/withdraw",
                    JSON.createObjectNode().put("reason", reason));
            System.out.println("asked for; see what becomes of it with: ./remit changes " + change);
            return 0;
        }
    }

    @Command(
            name = "review",
            mixinStandardHelpOptions = true,
            description =
                    "Closes the review of a change that was executed: emergency access, above all.",
            footer = {
                "",
                "Needs: a running mesh; one of those whom the review asks, who neither proposed, approved nor executed it and is not its subject."
            })
    static final class Review implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Parameters(paramLabel = "CHANGE", description = "The change's id.")
        String change;

        @Mixin As.Named as = new As.Named();

        @Option(
                names = "--unjustified",
                description = "Finds that it should not have been, instead of that it was right.")
        boolean unjustified;

        @Option(names = "--reason", required = true, description = "Why.")
        String reason;

        @Override
        public Integer call() throws Exception {
            JsonNode route =
                    Remit.expect(
                                    Remit.ask(
                                            remit.home(),
                                            "GET",
                                            "approval-routing",
                                            "/changes/" + change,
                                            "auditor",
                                            null))
                            .json();
            String found = unjustified ? "UNJUSTIFIED" : "JUSTIFIED";
            Remit.expect(
                    decide(
                            remit.home(),
                            change,
                            as.user(),
                            found,
                            reason,
                            route.path("planHash").asText()));
            System.out.println("found " + found + " as " + as.user());
            return 0;
        }
    }

    /** Decides the open stage. */
    static Requests.Answer decide(
            Home home, String change, String user, boolean approve, String reason, String planHash)
            throws Exception {
        return decide(home, change, user, approve ? "APPROVED" : "DENIED", reason, planHash);
    }

    private static Requests.Answer decide(
            Home home, String change, String user, String decision, String reason, String planHash)
            throws Exception {
        String body =
                JSON.createObjectNode()
                        .put("decision", decision)
                        .put("reason", reason)
                        .put("planHash", planHash)
                        .toString();
        return Remit.ask(
                home, "POST", "approval-routing", "/changes/" + change + "/decisions", user, body);
    }

    @Command(
            name = "correct",
            mixinStandardHelpOptions = true,
            description = "Lists the facts that held changes wait for, or supplies one.",
            footer = {"", "Needs: a running mesh (./remit up)."})
    static final class Correct implements Callable<Integer> {
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
                            each.path("correctionId").asText()
                                    + "  "
                                    + each.path("question").asText());
                }
                System.out.println(
                        open.isEmpty()
                                ? "no change waits for a correction"
                                : "supply one with: ./remit correct CORRECTION VALUE");
                return 0;
            }
            ObjectNode body = JSON.createObjectNode().put("value", value);
            JsonNode answer =
                    as.post(remit.home(), "data-readiness", "/corrections/" + correction, body);
            System.out.println(
                    "supplied; change " + answer.path("changeId").asText() + " is judged again");
            return 0;
        }
    }

    private static String ago(String time) {
        Duration age = Duration.between(Instant.parse(time), Instant.now());
        return age.toMinutes() < 2
                ? age.toSeconds() + " s ago"
                : age.toHours() < 2 ? age.toMinutes() + " min ago" : age.toHours() + " h ago";
    }
}
