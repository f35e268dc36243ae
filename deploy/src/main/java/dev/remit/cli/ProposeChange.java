package dev.remit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The front door for a person. */
@Command(
        name = "propose",
        mixinStandardHelpOptions = true,
        description = "Proposes a change.",
        footer = {"", "Needs: a running mesh (./remit up)."})
final class ProposeChange implements Callable<Integer> {
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
                Json.object()
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
            ArrayNode items = Json.array();
            for (String line : asked.subList(from, Math.min(from + MOST, asked.size()))) {
                try {
                    items.add(Json.read(line));
                } catch (JsonProcessingException e) {
                    throw new IOException("line " + (from + items.size() + 1) + " is not JSON", e);
                }
            }
            ObjectNode body = Json.object();
            body.set("items", items);
            JsonNode answer =
                    as.post(
                            remit.home(),
                            "connector",
                            "/proposals",
                            body,
                            key == null ? Map.of() : Map.of("Idempotency-Key", key + "-" + from));
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
            for (JsonNode each : stage.path("dropped")) {
                lines.add("  without " + each.asText());
            }
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
}
