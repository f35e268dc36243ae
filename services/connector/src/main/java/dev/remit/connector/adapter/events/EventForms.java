package dev.remit.connector.adapter.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.adapter.events.EventFeeds.EventFeed;
import dev.remit.connector.domain.Event;
import dev.remit.connector.domain.Occurrence;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the forms say, read without trust in more than their signature: no name identifies anybody,
 * and no text that may hold a secret goes on.
 */
public final class EventForms {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST = 200;

    /** Far more than any clock is wrong by. */
    private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("3000-01-01T00:00:00Z");

    /** What may identify: never an address, which is no immutable id and personal data besides. */
    private static final String ID = "[^@\\s]{1,100}";

    /** As many as one batch may carry. */
    private static final int BATCH = 200;

    /** CloudEvents by type; a review only if it says REVOKE. */
    private static final Map<String, Event> TYPES =
            Map.of(
                    "dev.remit.identity.credential.exposed.v1", Event.CREDENTIAL_EXPOSED,
                    "dev.remit.identity.credential.expired.v1", Event.CREDENTIAL_TOO_OLD,
                    "dev.remit.identity.account.orphaned.v1", Event.ORPHAN_FOUND,
                    "dev.remit.identity.owner.removed.v1", Event.OWNER_LEFT,
                    "dev.remit.identity.review.decided.v1", Event.CERTIFICATION_REVOKED);

    /** OpenID RISC Profile 1.0, section 2.7. */
    private static final String COMPROMISE =
            "https://schemas.openid.net/secevent/risc/event-type/credential-compromise";

    private static final Set<String> EXPOSING = Set.of("created", "reopened", "publicly_leaked");

    private EventForms() {}

    /** A member that is missing or of another kind. */
    private static final class Unfit extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unfit(String words) {
            super(words, null, false, false);
        }
    }

    private interface Reading {
        List<Occurrence> read() throws IOException;
    }

    private static Told told(Reading reading) {
        try {
            return new Told.Events(reading.read());
        } catch (Unfit e) {
            return new Told.Broken(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new Told.Broken("body: is not JSON");
        }
    }

    /** The source of what this feed tells. */
    static String source(String feed) {
        return "events:" + feed;
    }

    /** CloudEvents 1.0 in JSON: one, or a batch of at most 200. */
    public static Told cloudEvents(String feed, EventFeed from, byte[] body) {
        return told(() -> {
            JsonNode root = JSON.readTree(body);
            List<JsonNode> events = new ArrayList<>();
            if (root.isArray()) {
                root.forEach(events::add);
            } else {
                events.add(root);
            }
            if (events.size() > BATCH) {
                throw new Unfit("body: is a batch of more than " + BATCH);
            }
            return events.stream().flatMap(each -> cloudEvent(feed, from, each).stream()).toList();
        });
    }

    private static Optional<Occurrence> cloudEvent(String feed, EventFeed from, JsonNode event) {
        if (!text(event, "specversion").equals("1.0")) {
            throw new Unfit("specversion: is not 1.0");
        }
        String id = text(event, "source") + "|" + text(event, "id");
        Event what = TYPES.get(text(event, "type"));
        JsonNode data = event.path("data");
        if (what == null
                || (what == Event.CERTIFICATION_REVOKED
                        && !data.path("decision").asText().equals("REVOKE"))) {
            return Optional.empty();
        }
        Optional<String> resource = optional(data, "resource");
        return Optional.of(
                occurrence(
                        feed,
                        from,
                        id,
                        what,
                        optional(event, "subject").orElse(""),
                        resource,
                        shortened(data.path("detail")).orElse("told by " + feed),
                        time("time", text(event, "time"))));
    }

    /**
     * The claims of a security event token (RFC 8417) whose signature, issuer and audience hold.
     */
    public static Told set(String feed, EventFeed from, String claims) {
        return told(() -> {
            JsonNode root = JSON.readTree(claims);
            JsonNode events = root.path("events");
            if (events.size() != 1) {
                throw new Unfit("events: is not one event");
            }
            JsonNode event = events.path(COMPROMISE);
            if (event.isMissingNode()) {
                return List.of();
            }
            // older drafts say the subject inside the event
            JsonNode subject = root.has("sub_id") ? root.path("sub_id") : event.path("subject");
            JsonNode iat = root.path("iat");
            if (!iat.isNumber() || !iat.canConvertToLong()) {
                throw new Unfit("iat: is missing or not a time");
            }
            return List.of(
                    occurrence(
                            feed,
                            from,
                            text(root, "jti"),
                            Event.CREDENTIAL_EXPOSED,
                            identified(from, subject),
                            Optional.empty(),
                            optional(event, "credential_type")
                                    .map(type ->
                                            "a credential of type " + type + " was compromised")
                                    .orElse("a credential was compromised"),
                            plausible("iat", seconds(iat.asLong()))));
        });
    }

    /**
     * RFC 9493: only what is immutable within the issuer identifies; a name or address does not.
     */
    private static String identified(EventFeed from, JsonNode subject) {
        return switch (subject.path("format").asText()) {
            case "iss_sub" ->
                    from.issuer().filter(subject.path("iss").asText()::equals).isPresent()
                            ? optional(subject, "sub").orElse("")
                            : "";
            case "opaque" -> optional(subject, "id").orElse("");
            case "complex" -> identified(from, subject.path("user"));
            default -> "";
        };
    }

    /** Some say milliseconds where the specification says seconds. */
    private static Instant seconds(long time) {
        return time > 100_000_000_000L || time < -100_000_000_000L
                ? Instant.ofEpochMilli(time)
                : Instant.ofEpochSecond(time);
    }

    private static Instant plausible(String name, Instant time) {
        if (time.isBefore(EARLIEST) || !time.isBefore(LATEST)) {
            throw new Unfit(name + ": is not in the years 1900 to 2999");
        }
        return time;
    }

    /** GitHub's webhook of this event, by its header, whose signature holds. */
    public static Told github(String feed, EventFeed from, String event, byte[] body) {
        return told(() -> {
            JsonNode root = JSON.readTree(body);
            String action = root.path("action").asText();
            if (!event.equals("secret_scanning_alert") || !EXPOSING.contains(action)) {
                return List.of();
            }
            JsonNode alert = root.path("alert");
            JsonNode repository = root.path("repository");
            String at =
                    Stream.of("updated_at", "created_at")
                            .flatMap(name -> optional(alert, name).stream())
                            .findFirst()
                            .orElseThrow(() -> new Unfit("alert.created_at: is missing"));
            return List.of(
                    occurrence(
                            feed,
                            from,
                            String.join(
                                    "/",
                                    number(repository, "id"),
                                    number(alert, "number"),
                                    action,
                                    at),
                            Event.CREDENTIAL_EXPOSED,
                            "",
                            Optional.of(text(repository, "full_name")),
                            "secret scanning alert "
                                    + number(alert, "number")
                                    + " of "
                                    + text(repository, "full_name")
                                    + " ("
                                    + text(alert, "secret_type")
                                    + ", "
                                    + action
                                    + ")",
                            time("alert.updated_at", at)));
        });
    }

    /**
     * @param subject as the source names it; empty where it names nobody
     */
    private static Occurrence occurrence(
            String feed,
            EventFeed from,
            String id,
            Event what,
            String subject,
            Optional<String> resource,
            String words,
            Instant at) {
        return new Occurrence(
                source(feed),
                id,
                what,
                from.system(),
                subject.matches(ID) ? subject : "",
                !subject.isEmpty(),
                resource,
                words,
                at,
                Optional.empty(),
                Optional.empty());
    }

    private static Instant time(String name, String text) {
        try {
            return plausible(name, OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            throw new Unfit(name + ": is not a time of the form 2026-01-31T00:00:00Z");
        }
    }

    private static String number(JsonNode node, String name) {
        if (!node.path(name).isIntegralNumber()) {
            throw new Unfit(name + ": is missing or not a number");
        }
        return node.path(name).asText();
    }

    private static String text(JsonNode node, String name) {
        return optional(node, name)
                .orElseThrow(() -> new Unfit(name + ": is missing or not a text"));
    }

    /** Words for people, which identify nothing: what is too long of them is left out. */
    private static Optional<String> shortened(JsonNode words) {
        if (!words.isTextual() || words.asText().isBlank()) {
            return Optional.empty();
        }
        String text = words.asText().replaceAll("\\p{Cntrl}", " ").strip();
        return Optional.of(
                text.codePointCount(0, text.length()) <= LONGEST
                        ? text
                        : text.substring(0, text.offsetByCodePoints(0, LONGEST - 1)) + "…");
    }

    /** A text of at most 200 printable characters; of another kind it is at fault. */
    private static Optional<String> optional(JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull() || value.asText().isBlank()) {
            return Optional.empty();
        }
        String text = value.asText();
        if (!value.isTextual()
                || text.length() > LONGEST
                || text.chars().anyMatch(Character::isISOControl)) {
            throw new Unfit(name + ": is not a text of at most " + LONGEST + " characters");
        }
        return Optional.of(text);
    }
}
