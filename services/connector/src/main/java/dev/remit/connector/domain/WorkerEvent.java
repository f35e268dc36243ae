package dev.remit.connector.domain;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Map;

/**
 * One line of the HR feed.
 *
 * @param eventId the feed's own id of the event
 * @param workerId whom it is about
 * @param type what happened
 * @param effectiveDate the day from which it holds
 * @param reason HR's reason, may be empty
 */
public record WorkerEvent(
        String eventId, String workerId, Type type, LocalDate effectiveDate, String reason) {
    /** What HR says happened to a worker. */
    public enum Type {
        JOINED,
        MOVED,
        LEFT
    }

    /** A row that reads, or one that does not. */
    public sealed interface Row {
        /** It reads. */
        record Good(WorkerEvent event) implements Row {}

        /** It does not; the fault names the field and the rule. */
        record Broken(String fault) implements Row {}
    }

    /** Reads one row, column name to text. */
    public static Row read(Map<String, String> row) {
        String eventId = row.getOrDefault("event_id", "");
        String workerId = row.getOrDefault("worker_id", "");
        String reason = row.getOrDefault("reason", "");
        if (eventId.isBlank()) {
            return new Row.Broken("event_id: is empty");
        }
        if (eventId.length() > 128 || eventId.chars().anyMatch(Character::isISOControl)) {
            return new Row.Broken("event_id: is not 1 to 128 printable characters");
        }
        if (!workerId.matches("[A-Za-z0-9._-]{1,64}")) {
            return new Row.Broken(
                    "worker_id: is not 1 to 64 letters, digits, dots, dashes or underscores");
        }
        String type = row.getOrDefault("event", "");
        if (Arrays.stream(Type.values()).noneMatch(known -> known.name().equals(type))) {
            return new Row.Broken("event: is not one of JOINED, MOVED, LEFT");
        }
        if (reason.length() > 1000 || reason.indexOf(0) >= 0) {
            return new Row.Broken("reason: is not a text of at most 1000 characters");
        }
        try {
            LocalDate date = LocalDate.parse(row.getOrDefault("effective_date", ""));
            if (date.getYear() < 1900 || date.getYear() > 2999) {
                return new Row.Broken("effective_date: is not in the years 1900 to 2999");
            }
            return new Row.Good(
                    new WorkerEvent(
                            eventId.strip(), workerId, Type.valueOf(type), date, reason.strip()));
        } catch (DateTimeParseException e) {
            return new Row.Broken("effective_date: is not a date of the form 2026-01-31");
        }
    }
}
