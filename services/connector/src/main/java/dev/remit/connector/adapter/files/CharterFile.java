package dev.remit.connector.adapter.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.charter.CharterReader;
import dev.remit.charter.Finding;
import dev.remit.charter.Lint;
import dev.remit.connector.application.CharterText;
import dev.remit.connector.application.PublishedCharters;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Event;
import dev.remit.connector.domain.Schedule;
import dev.remit.connector.domain.TrackRecord;
import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reads a charter: YAML as people write it, canonical JSON as it is hashed and published. */
public final class CharterFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** So many findings are told at once. */
    private static final int SHOWN = 10;

    private CharterFile() {}

    /**
     * A file's text, and the charter it is: one of the form, in which {@link Lint} finds no error
     * that stays.
     */
    public static CharterText of(String file, String yaml) {
        return switch (CharterReader.read(file, yaml)) {
            case CharterReader.Read.Broken(List<Finding> findings) -> broken(file, yaml, findings);
            case CharterReader.Read.Good good -> {
                List<Finding> errors =
                        Lint.of(good, Optional.empty()).stream().filter(Finding::stops).toList();
                yield errors.isEmpty() ? good(file, yaml, good) : broken(file, yaml, errors);
            }
        };
    }

    private static CharterText good(String file, String yaml, CharterReader.Read.Good good) {
        String canonical = good.source().canonical();
        try {
            return new CharterText.Good(
                    file, yaml, new PublishedCharters.Document(read(canonical), canonical));
        } catch (IllegalArgumentException e) {
            return new CharterText.Broken(file, yaml, String.valueOf(e.getMessage()));
        }
    }

    private static CharterText broken(String file, String yaml, List<Finding> findings) {
        return new CharterText.Broken(
                file,
                yaml,
                findings.stream()
                        .limit(SHOWN)
                        .map(each ->
                                each.line()
                                        + ":"
                                        + each.column()
                                        + " "
                                        + each.code()
                                        + " "
                                        + each.words())
                        .collect(Collectors.joining(" | ")));
    }

    /**
     * Reads what the connector needs.
     *
     * @param canonical the charter as canonical JSON
     * @throws IllegalArgumentException naming the path and the rule
     */
    public static Charter read(String canonical) {
        JsonNode root;
        try {
            root = JSON.readTree(canonical);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
        equal(root, "/apiVersion", "remit.dev/v1");
        equal(root, "/kind", "Charter");
        Set<String> systems = new HashSet<>();
        root.at("/spec/domain/systems").forEach(each -> systems.add(each.asText()));
        Map<String, String> modes = new HashMap<>();
        Map<String, String> effects = new HashMap<>();
        for (JsonNode action : root.at("/spec/domain/actions")) {
            String mode = text(action, "/mode");
            if (!mode.equals("OWN") && !mode.equals("ASSIST")) {
                throw new IllegalArgumentException(
                        "/spec/domain/actions/mode: is not OWN or ASSIST");
            }
            modes.put(text(action, "/name"), mode);
            Set<String> steps = new TreeSet<>();
            action.at("/steps").forEach(each -> steps.add(each.asText()));
            if (!steps.isEmpty()) {
                effects.put(text(action, "/name"), String.join(" ", steps) + what(action));
            }
        }
        if (systems.isEmpty() || modes.isEmpty()) {
            throw new IllegalArgumentException("/spec/domain: names no system or no action");
        }
        if (root.at("/spec/approval/stages").isEmpty() || root.at("/spec/proof").isEmpty()) {
            throw new IllegalArgumentException(
                    "/spec: has no approval stage or no proof; nothing may run without them");
        }
        List<Charter.Trigger> triggers = new ArrayList<>();
        if (!root.at("/spec/trigger").isMissingNode()) {
            equal(root, "/spec/trigger/source", "hr");
            triggers.add(trigger(root.at("/spec/trigger"), "/spec/trigger", root));
        }
        for (JsonNode each : root.at("/spec/triggers")) {
            triggers.add(trigger(each, "/spec/triggers", root));
        }
        Charter charter =
                new Charter(
                        text(root, "/metadata/name"),
                        text(root, "/metadata/version"),
                        Hash.sha256(canonical.getBytes(StandardCharsets.UTF_8)).hex(),
                        systems,
                        modes,
                        effects,
                        List.copyOf(triggers),
                        root.at("/spec/domain/subject").isTextual()
                                ? Optional.of(text(root, "/spec/domain/subject"))
                                : Optional.empty(),
                        text(root, "/spec/proposers/digitalEmployee/id"),
                        text(root, "/spec/proposers/digitalEmployee/principal"),
                        limits(root),
                        trackRecord(root),
                        proposers(root),
                        ofWorkers(root));
        for (Charter.Trigger each : triggers) {
            charter.refuses(each.target(), each.action())
                    .ifPresent(refusal -> {
                        throw new IllegalArgumentException(
                                "/spec/triggers/" + refusal.field() + ": " + refusal.detail());
                    });
        }
        return charter;
    }

    private static boolean ofWorkers(JsonNode root) {
        for (JsonNode fact : root.at("/spec/readiness/facts")) {
            if (fact.path("name").asText().equals("account.correlated")) {
                return true;
            }
        }
        return false;
    }

    /** What is given, taken or set is part of what an action does. */
    private static String what(JsonNode action) {
        Set<String> what = new TreeSet<>();
        what.add(action.at("/grant/group/id").asText(""));
        what.add(action.at("/group/id").asText(""));
        action.path("groups").forEach(each -> what.add(each.path("id").asText("")));
        what.add(action.path("manager").asText(""));
        if (action.has("owner")) {
            what.add("owner:" + action.path("owner").asText(""));
        }
        what.remove("");
        return what.isEmpty() ? "" : " " + String.join(" ", what);
    }

    private static Charter.Proposers proposers(JsonNode root) {
        Map<String, Set<String>> byAction = new HashMap<>();
        for (JsonNode action : root.at("/spec/domain/actions")) {
            if (action.has("copilots")) {
                byAction.put(text(action, "/name"), clients(action.path("copilots")));
            }
        }
        JsonNode admitted = root.at("/spec/proposers/copilots");
        Set<String> roles = new HashSet<>();
        root.at("/spec/proposers/roles").forEach(each -> roles.add(each.asText()));
        return new Charter.Proposers(
                Optional.of(Set.copyOf(roles)),
                admitted.isMissingNode() ? Optional.empty() : Optional.of(clients(admitted)),
                Map.copyOf(byAction));
    }

    /** The clients that are named; the text none names nobody. */
    private static Set<String> clients(JsonNode named) {
        Set<String> clients = new HashSet<>();
        named.forEach(each -> clients.add(each.asText()));
        return Set.copyOf(clients);
    }

    /** The group that a trigger's action takes: only its revocation opens a change of it. */
    private static Set<String> taken(Event event, JsonNode trigger, JsonNode root) {
        Set<String> names = new HashSet<>();
        if (event == Event.CERTIFICATION_REVOKED) {
            for (JsonNode action : root.at("/spec/domain/actions")) {
                if (action.path("name").equals(trigger.path("action"))) {
                    action.path("group").forEach(each -> names.add(each.asText()));
                }
            }
        }
        return Set.copyOf(names);
    }

    private static Charter.Trigger trigger(JsonNode trigger, String path, JsonNode root) {
        Event event;
        try {
            event = Event.valueOf(text(trigger, "/event"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    path + "/event: is not one of " + List.of(Event.values()), e);
        }
        try {
            return new Charter.Trigger(
                    event,
                    text(trigger, "/action"),
                    text(trigger, "/target"),
                    trigger.has("after")
                            ? Optional.of(Period.parse(text(trigger, "/after")))
                            : Optional.empty(),
                    event == Event.SCHEDULE ? Optional.of(schedule(trigger)) : Optional.empty(),
                    taken(event, trigger, root));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    path + ": is not a duration of the form P30D, or no time", e);
        }
    }

    private static Schedule schedule(JsonNode trigger) {
        List<Schedule.Subject> subjects = new ArrayList<>();
        for (JsonNode each : trigger.at("/subjects")) {
            subjects.add(new Schedule.Subject(text(each, "/system"), text(each, "/id")));
        }
        return new Schedule(
                Duration.parse(text(trigger, "/every")),
                time(trigger, "/from", false)
                        .orElseThrow(() ->
                                new IllegalArgumentException("/spec/triggers/from: is missing")),
                List.copyOf(subjects));
    }

    private static Optional<TrackRecord> trackRecord(JsonNode root) {
        JsonNode record = root.at("/spec/trackRecord");
        if (record.isMissingNode()) {
            return Optional.empty();
        }
        Map<TrackRecord.Kind, Long> allowed = new EnumMap<>(TrackRecord.Kind.class);
        limit(record, "failures", TrackRecord.Kind.FAILURES, allowed);
        limit(record, "compensations", TrackRecord.Kind.COMPENSATIONS, allowed);
        limit(record, "overrides", TrackRecord.Kind.OVERRIDES, allowed);
        limit(record, "refusedClosures", TrackRecord.Kind.REFUSED_CLOSURES, allowed);
        try {
            return Optional.of(
                    new TrackRecord(
                            Duration.parse(text(root, "/spec/trackRecord/within")),
                            Map.copyOf(allowed)));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "/spec/trackRecord/within: is not a duration of the form P30D", e);
        }
    }

    private static void limit(
            JsonNode record, String name, TrackRecord.Kind kind, Map<TrackRecord.Kind, Long> to) {
        JsonNode most = record.path(name);
        if (most.isMissingNode()) {
            return;
        }
        if (!most.isIntegralNumber() || most.asLong() < 0) {
            throw new IllegalArgumentException(
                    "/spec/trackRecord/" + name + ": is not a whole number from 0 on");
        }
        to.put(kind, most.asLong());
    }

    private static Charter.Limits limits(JsonNode root) {
        Optional<Instant> until = time(root, "/metadata/effective/until", true);
        Optional<Instant> sunset = time(root, "/metadata/sunset", true);
        JsonNode hourly = root.at("/spec/domain/blastRadius/changesPerHour");
        JsonNode share = root.at("/spec/domain/blastRadius/shareOfPopulation");
        if (!hourly.isMissingNode() && !(hourly.isIntegralNumber() && hourly.asLong() > 0)) {
            throw new IllegalArgumentException(
                    "/spec/domain/blastRadius/changesPerHour: is not a whole number above 0");
        }
        if (!share.isMissingNode()
                && !(share.isNumber() && share.asDouble() > 0 && share.asDouble() <= 1)) {
            throw new IllegalArgumentException(
                    "/spec/domain/blastRadius/shareOfPopulation: is not above 0 and at most 1");
        }
        return new Charter.Limits(
                time(root, "/metadata/effective/from", false),
                until.isPresent() && sunset.isPresent()
                        ? Optional.of(
                                until.get().isBefore(sunset.get()) ? until.get() : sunset.get())
                        : until.or(() -> sunset),
                hourly.isMissingNode() ? Optional.empty() : Optional.of(hourly.asLong()),
                share.isMissingNode() ? Optional.empty() : Optional.of(share.asDouble()));
    }

    /** A time, or a date: its beginning, or for an end the end of that day, in UTC. */
    private static Optional<Instant> time(JsonNode root, String path, boolean end) {
        if (root.at(path).isMissingNode()) {
            return Optional.empty();
        }
        String text = text(root, path);
        try {
            return Optional.of(
                    text.contains("T")
                            ? Instant.parse(text)
                            : LocalDate.parse(text)
                                    .plusDays(end ? 1 : 0)
                                    .atStartOfDay(ZoneOffset.UTC)
                                    .toInstant());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    path + ": is not a date or a time of the form 2026-01-31T00:00:00Z", e);
        }
    }

    private static String text(JsonNode node, String path) {
        JsonNode value = node.at(path);
        if (!value.isTextual() || value.asText().isBlank()) {
            throw new IllegalArgumentException(path + ": is missing or not a text");
        }
        return value.asText();
    }

    private static void equal(JsonNode node, String path, String expected) {
        if (!text(node, path).equals(expected)) {
            throw new IllegalArgumentException(path + ": is not " + expected);
        }
    }
}
