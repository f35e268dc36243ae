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
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Changes as JSON lines: what was proposed, and how its data was judged. No names and no accounts:
 * ids only.
 */
final class RecordedChanges {
    private RecordedChanges() {}

    /**
     * A line, read.
     *
     * @param proposedAt empty in what was saved before this was kept
     */
    record Line(String change, String charter, Optional<Instant> proposedAt, Facts facts) {
        /** Whether it was proposed then or later; what does not say when was not. */
        boolean isSince(Instant since) {
            return since.equals(Instant.MIN)
                    || proposedAt.filter(at -> !at.isBefore(since)).isPresent();
        }
    }

    /** Where changes are recorded. */
    interface Records {
        /**
         * A page of changes, the newest first: {@code items} and {@code next}.
         *
         * @param after the next of the page before; empty at first
         */
        JsonNode changes(String after) throws IOException, InterruptedException;

        /** How the data of a change was judged; empty if that is not known. */
        Optional<JsonNode> judged(String change) throws IOException, InterruptedException;
    }

    /**
     * Reads a line.
     *
     * @param number of the line, from 1
     * @throws IOException naming the line and the member
     */
    static Line read(int number, String text) throws IOException {
        JsonNode json;
        try {
            json = Json.read(text);
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
        return new Line(
                text(number, json, "changeId"),
                text(number, json, "charter"),
                since(number, json),
                facts);
    }

    private static Optional<Instant> since(int number, JsonNode json) throws IOException {
        try {
            return json.path("since").isTextual()
                    ? Optional.of(Instant.parse(json.path("since").asText()))
                    : Optional.empty();
        } catch (DateTimeException e) {
            throw new IOException("line " + number + ": since is not a time", e);
        }
    }

    /**
     * Changes of a charter in the running mesh, the newest first.
     *
     * @param since none that was proposed before
     * @param most at most so many
     */
    static List<String> ofMesh(As as, Home home, String charter, Instant since, int most)
            throws IOException, InterruptedException {
        return of(
                new Records() {
                    @Override
                    public JsonNode changes(String after) throws IOException, InterruptedException {
                        return as.get(
                                home,
                                "connector",
                                "/changes?limit=200"
                                        + (after.isEmpty()
                                                ? ""
                                                : "&after="
                                                        + URLEncoder.encode(
                                                                after, StandardCharsets.UTF_8)));
                    }

                    @Override
                    public Optional<JsonNode> judged(String change)
                            throws IOException, InterruptedException {
                        Requests.Answer answer =
                                as.ask(home, "data-readiness", "/changes/" + change, null);
                        return answer.ok() ? Optional.of(answer.json()) : Optional.empty();
                    }
                },
                charter,
                since,
                most);
    }

    /** The same from anywhere. */
    static List<String> of(Records records, String charter, Instant since, int most)
            throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        String next = "";
        do {
            JsonNode page = records.changes(next);
            for (JsonNode each : page.path("items")) {
                if (lines.size() == most
                        || Instant.parse(each.path("since").asText()).isBefore(since)) {
                    return lines;
                }
                if (each.path("charter").asText().equals(charter)) {
                    lines.add(line(records, each));
                }
            }
            next = page.path("next").asText("");
        } while (!next.isEmpty() && !next.equals("null"));
        return lines;
    }

    private static String line(Records records, JsonNode change)
            throws IOException, InterruptedException {
        ObjectNode line = Json.object();
        for (String name :
                List.of("changeId", "charter", "action", "target", "reason", "mode", "since")) {
            line.put(name, change.path(name).asText());
        }
        line.put("subject", change.path("subject").path("id").asText());
        records.judged(change.path("changeId").asText())
                .ifPresent(judged -> {
                    line.put("verdict", judged.path("state").asText());
                    ObjectNode facts = line.putObject("facts");
                    judged.path("facts")
                            .forEach(fact ->
                                    facts.put(
                                            fact.path("name").asText(),
                                            fact.path("state").asText()));
                });
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
