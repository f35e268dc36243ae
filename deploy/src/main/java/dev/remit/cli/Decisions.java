package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.stack.Home;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The commands by which people decide changes, ask about them and answer. */
final class Decisions {
    private Decisions() {}

    /** Which stage is decided, and in whose place. */
    static final class Seat {
        @Option(
                names = "--stage",
                paramLabel = "NAME",
                description = "The stage, where several are open (default: the first of yours).")
        @Nullable String stage;

        @Option(
                names = "--for",
                paramLabel = "USER",
                description = "In whose place, for one who delegated to you.")
        @Nullable String onBehalfOf;

        /** What is decided of this change, bound to the plan and the stage that were shown. */
        ObjectNode decision(Home home, JsonNode route, String kind, String reason)
                throws IOException, InterruptedException {
            ObjectNode body = Decisions.decision(route, kind, reason);
            if (onBehalfOf != null) {
                body.put("onBehalfOf", Delegations.id(home, onBehalfOf));
            }
            if (stage != null) {
                body.put("stage", stage);
            }
            stage(route).ifPresent(each -> body.put("nonce", each.path("nonce").asText()));
            return body;
        }

        /** The stage that is meant, if that is known: a person uses its nonce once. */
        private Optional<JsonNode> stage(JsonNode route) {
            List<JsonNode> open = new ArrayList<>();
            route.path("stages").forEach(open::add);
            return open.stream()
                    .filter(each ->
                            stage == null
                                    ? open.size() == 1
                                    : each.path("name").asText().equals(stage))
                    .findFirst();
        }
    }

    /** What is decided of a change, bound to the plan that was shown. */
    static ObjectNode decision(JsonNode route, String kind, String reason) {
        return Json.object()
                .put("decision", kind)
                .put("reason", reason)
                .put("planHash", route.path("planHash").asText());
    }

    private static JsonNode route(As as, Home home, String change)
            throws IOException, InterruptedException {
        return as.get(home, "approval-routing", "/changes/" + change);
    }

    /** Prints what whoever decides must see. */
    static void show(JsonNode route) {
        System.out.println(ShowInbox.title(route));
        for (JsonNode step : route.path("plan").path("steps")) {
            System.out.println(
                    "  "
                            + step.path("name").asText()
                            + ": "
                            + step.path("before")
                            + " -> "
                            + step.path("after"));
        }
        if (route.path("plan").has("notBefore")) {
            System.out.println("  starts at " + route.path("plan").path("notBefore").asText());
        }
        System.out.println("  " + risk(route.path("risk")));
        for (JsonNode fact : route.path("evidence")) {
            System.out.println("  " + fact(fact, Instant.now()));
        }
        for (JsonNode stage : route.path("stages")) {
            System.out.printf(
                    "  stage %s: %d of %d approvals%s%s%n",
                    stage.path("name").asText(),
                    stage.path("approvals").asInt(),
                    stage.path("quorum").asInt(),
                    stage.path("held").isTextual() ? ", held: " + stage.path("held").asText() : "",
                    stage.path("question").isTextual()
                            ? ", asked: " + stage.path("question").asText()
                            : "");
        }
    }

    /** The blast radius in a line. */
    static String risk(JsonNode risk) {
        return risk.isObject()
                ? "risk %d of 100, reaches %d %% of what the account holds: %s"
                        .formatted(
                                risk.path("score").asInt(),
                                risk.path("reach").asInt(),
                                risk.path("words").asText())
                : "risk: not known";
    }

    /** A readiness fact with its value, age and source. */
    static String fact(JsonNode fact, Instant now) {
        String read = fact.path("observedAt").asText("");
        return "%s: %s%s%s%s"
                .formatted(
                        fact.path("name").asText(),
                        fact.path("state").asText(),
                        fact.path("value").asText("").isEmpty() || fact.path("value").isNull()
                                ? ""
                                : " " + fact.path("value").asText(),
                        fact.path("source").asText("").isEmpty()
                                ? ""
                                : ", from " + fact.path("source").asText(),
                        read.isEmpty() || read.equals("null")
                                ? ""
                                : ", "
                                        + Math.max(
                                                0,
                                                Duration.between(Instant.parse(read), now)
                                                        .toSeconds())
                                        + " s old");
    }

    @Command(
            name = "approve",
            mixinStandardHelpOptions = true,
            description =
                    "Decides the open stage of a change, after showing what it does; of several, each on its own.",
            footer = {
                "",
                "Needs: a running mesh; one of those whom the open stage asks, who is neither the subject nor proposed it."
            })
    static final class Approve implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Parameters(
                arity = "1..*",
                paramLabel = "CHANGE",
                description = "The changes' ids; what is of high risk is decided alone.")
        List<String> changes;

        @Mixin As.Named as = new As.Named();

        @Mixin Seat seat = new Seat();

        @Option(names = "--deny", description = "Denies instead of approving.")
        boolean deny;

        @Option(names = "--reason", defaultValue = "", description = "Why; needed to deny.")
        String reason;

        @Override
        public Integer call() throws Exception {
            Home home = remit.home();
            String kind = deny ? "DENIED" : "APPROVED";
            String done = deny ? "denied" : "approved";
            if (changes.size() == 1) {
                JsonNode route = route(as, home, changes.getFirst());
                show(route);
                send(home, as, changes.getFirst(), seat.decision(home, route, kind, reason));
                System.out.println(
                        done
                                + " stage "
                                + (seat.stage == null ? route.path("stage").asText() : seat.stage)
                                + " as "
                                + as.user());
                return 0;
            }
            ObjectNode many = Json.object();
            ArrayNode items = many.putArray("items");
            for (String change : changes) {
                JsonNode route = route(as, home, change);
                show(route);
                items.add(seat.decision(home, route, kind, reason).put("changeId", change));
            }
            JsonNode answer =
                    as.post(
                            home,
                            "approval-routing",
                            "/decisions",
                            many,
                            Map.of("Idempotency-Key", UUID.randomUUID().toString()));
            boolean all = true;
            for (JsonNode each : answer.path("results")) {
                boolean taken = each.path("status").asInt() == 201;
                all &= taken;
                System.out.println(
                        each.path("changeId").asText()
                                + "  "
                                + (taken
                                        ? done
                                        : "refused ("
                                                + each.path("code").asText()
                                                + ") "
                                                + each.path("detail").asText()));
            }
            return all ? 0 : 1;
        }
    }

    private static void send(Home home, As as, String change, ObjectNode decision)
            throws IOException, InterruptedException {
        as.post(
                home,
                "approval-routing",
                "/changes/" + change + "/decisions",
                decision,
                Map.of("Idempotency-Key", UUID.randomUUID().toString()));
    }

    @Command(
            name = "ask",
            mixinStandardHelpOptions = true,
            description =
                    "Asks the proposer something, or sends the change back to them; until then nobody can approve the stage.",
            footer = {"", "Needs: a running mesh; one of those whom the open stage asks."})
    static final class Ask implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Parameters(index = "0", paramLabel = "CHANGE", description = "The change's id.")
        String change;

        @Parameters(index = "1", paramLabel = "TEXT", description = "The question, or why.")
        String text;

        @Mixin As.Named as = new As.Named();

        @Mixin Seat seat = new Seat();

        @Option(
                names = "--send-back",
                description =
                        "Sends it back: the proposer amends it, or takes it back; an answer is not enough.")
        boolean back;

        @Override
        public Integer call() throws Exception {
            Home home = remit.home();
            JsonNode route = route(as, home, change);
            send(
                    home,
                    as,
                    change,
                    seat.decision(home, route, back ? "SENT_BACK" : "QUESTIONED", text));
            System.out.println(
                    back
                            ? "sent back; the proposer amends it with ./remit amend, or takes it back"
                            : "asked; the proposer answers with ./remit answer "
                                    + change
                                    + " TEXT");
            return 0;
        }
    }

    @Command(
            name = "answer",
            mixinStandardHelpOptions = true,
            description = "Answers what an approver asked about a change.",
            footer = {
                "",
                "Needs: a running mesh; who proposed the change, or is responsible for it."
            })
    static final class Answer implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Parameters(index = "0", paramLabel = "CHANGE", description = "The change's id.")
        String change;

        @Parameters(index = "1", paramLabel = "TEXT", description = "The answer.")
        String text;

        @Option(names = "--stage", paramLabel = "NAME", description = "The stage that asked.")
        @Nullable String stage;

        @Mixin As.Named as = new As.Named();

        @Override
        public Integer call() throws Exception {
            ObjectNode body = Json.object().put("text", text);
            if (stage != null) {
                body.put("stage", stage);
            }
            as.post(
                    remit.home(),
                    "approval-routing",
                    "/changes/" + change + "/answers",
                    body,
                    Map.of("Idempotency-Key", UUID.randomUUID().toString()));
            System.out.println("answered");
            return 0;
        }
    }

    @Command(
            name = "amend",
            mixinStandardHelpOptions = true,
            description =
                    "Makes a plan narrower: what it grants ends sooner, or it starts later. Every stage is asked anew.",
            footer = {
                "",
                "Needs: a running mesh; one of those whom the open stage asks, or the proposer of a change that was sent back."
            })
    static final class Amend implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Parameters(paramLabel = "CHANGE", description = "The change's id.")
        String change;

        @Mixin As.Named as = new As.Named();

        @Mixin Seat seat = new Seat();

        @Option(
                names = "--lasts",
                paramLabel = "DURATION",
                description = "How long what it grants lasts, ISO 8601; shorter than before.")
        @Nullable String duration;

        @Option(
                names = "--starts",
                paramLabel = "TIME",
                description = "Not to be executed before, for example 2026-01-31T06:00:00Z.")
        @Nullable String start;

        @Option(names = "--reason", required = true, description = "Why.")
        String reason;

        @Option(
                names = "--as-proposer",
                description = "Of a change that was sent back, as its proposer.")
        boolean proposer;

        @Override
        public Integer call() throws Exception {
            Home home = remit.home();
            ObjectNode body =
                    proposer
                            ? Json.object().put("text", reason)
                            : seat.decision(home, route(as, home, change), "AMENDED", reason);
            if (duration != null) {
                body.put("duration", duration);
            }
            if (start != null) {
                body.put("notBefore", start);
            }
            as.post(
                    home,
                    "approval-routing",
                    "/changes/" + change + (proposer ? "/amendments" : "/decisions"),
                    body,
                    Map.of("Idempotency-Key", UUID.randomUUID().toString()));
            System.out.println("amended; every stage is asked anew");
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
            Home home = remit.home();
            JsonNode route = route(new As.Somebody("auditor"), home, change);
            String found = unjustified ? "UNJUSTIFIED" : "JUSTIFIED";
            as.post(
                    home,
                    "approval-routing",
                    "/changes/" + change + "/decisions",
                    decision(route, found, reason));
            System.out.println("found " + found + " as " + as.user());
            return 0;
        }
    }
}
