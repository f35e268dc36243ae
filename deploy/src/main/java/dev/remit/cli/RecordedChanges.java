package dev.remit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.charter.Facts;
import dev.remit.stack.Home;
import dev.remit.stack.Requests;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes as JSON lines: what was proposed, and how its data was judged. No names and no accounts:
 * ids only.
 */
final class RecordedChanges {
    private static final String USER = "auditor";

    private RecordedChanges() {}

    /** A line, read. */
    record Line(String change, String charter, Facts facts) {}

    /**
     * Reads a line.
     *
     * @param number of the line, from 1
     * @throws IOException naming the line and the member
     */
    static Line read(int number, String text) throws IOException {
        JsonNode json;
        try {
            json = People.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException("line " + number + " is not JSON", e);
        }
        Facts facts =
                Facts.NONE.withChange(
                        new Facts.Change(
                                text(number, json, "charter"),
                                text(number, json, "action"),
                                text(number, json, "target"),
                                text(number, json, "subject"),
                                json.path("reason").asText(""),
                                text(number, json, "mode")));
        if (json.path("verdict").isTextual()) {
            Map<String, String> judged = new LinkedHashMap<>();
            json.path("facts")
                    .properties()
                    .forEach(each -> judged.put(each.getKey(), each.getValue().asText()));
            facts = facts.withReadiness(new Facts.Readiness(json.path("verdict").asText(), judged));
        }
        return new Line(text(number, json, "changeId"), text(number, json, "charter"), facts);
    }

    /** The newest changes of a charter in the running mesh. */
    static List<String> ofMesh(Home home, String charter, int most)
            throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        String next = "";
        do {
            JsonNode page =
                    Remit.expect(
                                    Remit.ask(
                                            home,
                                            "GET",
                                            "connector",
                                            "/changes" + (next.isEmpty() ? "" : "?after=" + next),
                                            USER,
                                            null))
                            .json();
            for (JsonNode each : page.path("items")) {
                if (each.path("charter").asText().equals(charter) && lines.size() < most) {
                    lines.add(line(home, each));
                }
            }
            next =
                    page.path("next").isTextual()
                            ? URLEncoder.encode(page.path("next").asText(), StandardCharsets.UTF_8)
                            : "";
        } while (!next.isEmpty() && lines.size() < most);
        return lines;
    }

    private static String line(Home home, JsonNode change)
            throws IOException, InterruptedException {
        ObjectNode line = People.JSON.createObjectNode();
        for (String name : List.of("changeId", "charter", "action", "target", "reason", "mode")) {
            line.put(name, change.path(name).asText());
        }
        line.put("subject", change.path("subject").path("id").asText());
        Requests.Answer judged =
                Remit.ask(
                        home,
                        "GET",
                        "data-readiness",
                        "/changes/" + change.path("changeId").asText(),
                        USER,
                        null);
        if (judged.ok()) {
            line.put("verdict", judged.json().path("state").asText());
            ObjectNode facts = line.putObject("facts");
            judged.json()
                    .path("facts")
                    .forEach(fact ->
                            facts.put(fact.path("name").asText(), fact.path("state").asText()));
        }
        return line.toString();
    }

    private static String text(int number, JsonNode json, String name) throws IOException {
        @Nullable String value = json.path(name).textValue();
        if (value == null || value.isBlank()) {
            throw new IOException("line " + number + ": " + name + " is missing");
        }
        return value;
    }
}
