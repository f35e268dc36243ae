package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.ledger.certificate.Verification;
import dev.remit.stack.Accounts;
import dev.remit.stack.Home;
import dev.remit.stack.Requests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Starts the mesh and takes two leavers through it, from a line in the HR feed to certificates that verify offline.",
        footer = {"", "Needs: what ./remit doctor checks."})
final class Demo implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final As AUDITOR = new As.Somebody("auditor");
    private static final As OPERATOR = new As.Somebody("operator");

    @ParentCommand Remit remit;
    private final long start = System.nanoTime();

    @Override
    public Integer call() throws Exception {
        Home home = remit.home();
        Local.start(remit.stack());
        int run =
                Integer.parseInt(
                        Home.read(home.data().resolve("demo.properties"))
                                .getOrDefault("runs", "0"));
        if (run > 0) {
            tell(
                    "This demo ran before on this data: the two accounts are restored in Keycloak first.");
            Accounts.restore(home);
            Thread.sleep(8_000);
        }
        Home.write(home.data().resolve("demo.properties"), Map.of("runs", String.valueOf(run + 1)));

        stricter(home);

        chapter("1. HR says that two people have left");
        Set<String> before = new HashSet<>();
        changes(home).forEach(change -> before.add(change.path("changeId").asText()));
        String date = LocalDate.now(ZoneOffset.UTC).minusDays(run).toString();
        String csv =
                "event_id,worker_id,event,effective_date,reason\n"
                        + "demo-%1$d-1,E1002,LEFT,%2$s,resigned\n".formatted(run, date)
                        + "demo-%1$d-2,E1003,LEFT,%2$s,resigned\n".formatted(run, date)
                        + "demo-%1$d-3,E1004,GONE,%2$s,a row that breaks a rule\n"
                                .formatted(run, date);
        Path file = home.hr().resolve("leavers-" + run + ".csv");
        Files.writeString(file, csv);
        tell("dropped " + home.data().relativize(file) + " into the HR folder:");
        csv.lines().forEach(line -> System.out.println("      " + line));
        JsonNode first = await(home, "E1002", before, change -> true);
        JsonNode second = await(home, "E1003", before, change -> true);
        String change = first.path("changeId").asText();
        String held = second.path("changeId").asText();
        tell("the charter leaver-offboarding opened change " + change + " for E1002");
        tell("and change " + held + " for E1003; the broken row was set aside:");
        JsonNode letter = AUDITOR.get(home, "evidence-ledger", "/evidence/dead-letters").path(0);
        System.out.println(
                "      "
                        + letter.path("code").asText()
                        + " "
                        + letter.path("origin").asText()
                        + ": "
                        + letter.path("reason").asText());

        chapter("2. Is the data fit to act on?");
        awaitId(home, change, each -> each.path("sequence").asInt() >= 3);
        facts(home, change);
        awaitId(home, held, each -> each.path("state").asText().startsWith("held"));
        facts(home, held);
        JsonNode question = question(home, held);
        tell("asked: " + question.path("question").asText());
        OPERATOR.post(
                home,
                "data-readiness",
                "/corrections/" + question.path("correctionId").asText(),
                Json.object().put("value", "E1001"));
        tell("operator supplies E1001; judged again:");
        awaitId(home, held, each -> each.path("holder").asText().startsWith("approvers"));
        facts(home, held);

        chapter("3. Who may approve?");
        JsonNode route = AUDITOR.get(home, "approval-routing", "/changes/" + change);
        for (JsonNode step : route.path("plan").path("steps")) {
            System.out.println(
                    "      "
                            + step.path("name").asText()
                            + ": "
                            + step.path("before")
                            + " -> "
                            + step.path("after"));
        }
        decide(home, change, "offboarding.owner", false);
        decide(home, change, "intern", false);
        decide(home, change, "sales.manager", true);
        decide(home, change, "security.one", true);
        decide(home, held, "sales.manager", true);
        decide(home, held, "security.two", true);

        chapter("4. Executed on Keycloak, read back, corroborated, closed");
        for (String each : List.of(change, held)) {
            JsonNode closed = awaitId(home, each, one -> one.path("certified").asBoolean());
            System.out.println("   change " + each + " (" + closed.path("subject").asText() + ")");
            ShowChanges.show(closed);
        }

        chapter("5. Proved, offline");
        List<Path> certificates = new ArrayList<>();
        for (String each : List.of(change, held)) {
            Path certificate = home.certificates().resolve(each + ".json");
            Files.createDirectories(home.certificates());
            Files.write(
                    certificate,
                    AUDITOR.bytes(
                            home,
                            "evidence-ledger",
                            "/changes/" + each + "/certificate",
                            Map.of()));
            certificates.add(certificate);
        }
        Verification verification = Verify.run(certificates.getFirst(), home.keys());
        Verify.print(verification);
        Path altered = home.certificates().resolve("altered.json");
        byte[] bytes = Files.readAllBytes(certificates.getFirst());
        bytes[bytes.length / 2] ^= 1;
        Files.write(altered, bytes);
        tell("the same file with one bit changed, " + home.data().relativize(altered) + ":");
        Verification forged = Verify.run(altered, home.keys());
        Verify.print(forged);
        boolean secondHolds = Verify.run(certificates.get(1), home.keys()).holds();

        chapter("The mesh goes on running");
        System.out.println(
                "   Keycloak        http://127.0.0.1:"
                        + home.port("keycloak")
                        + "/admin/acme/console");
        System.out.println(
                "   the log         http://127.0.0.1:"
                        + home.port("evidence-ledger")
                        + "/log/checkpoint");
        System.out.println("   certificates    " + home.certificates());
        System.out.println("   look on         ./remit changes    ./remit status    ./remit logs");
        System.out.println(
                "   verify          ./remit verify "
                        + Remit.top().relativize(certificates.getFirst()));
        System.out.println("   stop            ./remit down");
        if (!verification.holds() || !secondHolds || forged.holds()) {
            throw new IOException("the story did not end as it should: see above");
        }
        return 0;
    }

    /**
     * A version with stricter limits: drafted by one person, approved by another, once for this
     * data.
     */
    private void stricter(Home home) throws Exception {
        String text;
        try (var in =
                Objects.requireNonNull(
                        Demo.class.getResourceAsStream("/charters/next/leaver-offboarding.yaml"))) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        As admin = new As.Somebody("admin");
        Requests.Answer drafted =
                admin.ask(
                        home,
                        "connector",
                        "/charter-drafts",
                        Json.object()
                                .put("document", text)
                                .put(
                                        "reason",
                                        "no more leavers at once than people can look after"));
        if (drafted.json().path("code").asText().equals("CHARTER_PUBLISHED")) {
            return;
        }
        chapter("0. The leavers' charter gets stricter limits");
        JsonNode draft = As.expect(drafted).json();
        tell(
                "admin drafts version "
                        + draft.path("version").asText()
                        + ", which only makes it harder");
        String path = "/charter-drafts/" + draft.path("draftId").asText() + "/approve";
        ObjectNode hash = Json.object().put("hash", draft.path("hash").asText());
        Requests.Answer refused = admin.ask(home, "connector", path, hash);
        tell(
                "admin is refused: "
                        + refused.json().path("code").asText()
                        + ", "
                        + refused.json().path("detail").asText());
        new As.Somebody("offboarding.owner").post(home, "connector", path, hash);
        tell(
                "offboarding.owner, who owns it, approves; look at: ./remit charter history leaver-offboarding");
        for (int second = 0; second < PATIENCE.toSeconds(); second++) {
            for (JsonNode each : AUDITOR.get(home, "connector", "/charters")) {
                if (each.path("hash").equals(draft.path("hash"))) {
                    return;
                }
            }
            Thread.sleep(1_000);
        }
        throw new IOException("the next version of leaver-offboarding is not in force");
    }

    private void decide(Home home, String change, String user, boolean expected) throws Exception {
        JsonNode route = AUDITOR.get(home, "approval-routing", "/changes/" + change);
        Requests.Answer answer =
                new As.Somebody(user)
                        .ask(
                                home,
                                "approval-routing",
                                "/changes/" + change + "/decisions",
                                Decisions.decision(route, "APPROVED", "checked"));
        if (answer.ok() != expected) {
            throw new IOException(
                    user
                            + " was "
                            + (answer.ok() ? "accepted" : "refused: " + answer.text())
                            + ", expected otherwise");
        }
        tell(
                answer.ok()
                        ? user + " approves stage " + route.path("stage").asText()
                        : user
                                + " is refused: "
                                + answer.json().path("code").asText()
                                + ", "
                                + answer.json().path("detail").asText());
    }

    private static void facts(Home home, String change) throws Exception {
        JsonNode readiness = AUDITOR.get(home, "data-readiness", "/changes/" + change);
        System.out.println("   change " + change + ": " + readiness.path("state").asText());
        for (JsonNode fact : readiness.path("facts")) {
            System.out.printf(
                    "      %-20s %-13s %s%n",
                    fact.path("name").asText(),
                    fact.path("state").asText(),
                    fact.path("reason").asText());
        }
    }

    private static JsonNode question(Home home, String change) throws Exception {
        for (JsonNode each : OPERATOR.get(home, "data-readiness", "/corrections")) {
            if (each.path("changeId").asText().equals(change)) {
                return each;
            }
        }
        throw new IOException("no correction was asked for change " + change);
    }

    private static List<JsonNode> changes(Home home) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        AUDITOR.get(home, "evidence-ledger", "/changes").forEach(all::add);
        return all;
    }

    private static JsonNode await(
            Home home, String worker, Set<String> before, Predicate<JsonNode> when)
            throws Exception {
        return until(
                () ->
                        changes(home).stream()
                                .filter(each ->
                                        each.path("subject").asText().equals("hr:" + worker))
                                .filter(each -> !before.contains(each.path("changeId").asText()))
                                .filter(when)
                                .findFirst()
                                .orElse(null),
                "a change for " + worker);
    }

    private static JsonNode awaitId(Home home, String change, Predicate<JsonNode> when)
            throws Exception {
        return until(
                () -> {
                    Requests.Answer answer =
                            AUDITOR.ask(home, "evidence-ledger", "/changes/" + change, null);
                    return answer.ok() && when.test(answer.json()) ? answer.json() : null;
                },
                "change " + change);
    }

    private static JsonNode until(Callable<JsonNode> look, String what) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            JsonNode found = look.call();
            if (found != null) {
                return found;
            }
            Thread.sleep(300);
        }
        throw new IOException(
                what
                        + " did not come this far in "
                        + PATIENCE.toSeconds()
                        + " s; see ./remit changes and ./remit logs");
    }

    private void chapter(String title) {
        System.out.printf(
                "%n%s  (%.1f s)%n",
                title, Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0);
    }

    private static void tell(String words) {
        System.out.println("   " + words);
    }
}
