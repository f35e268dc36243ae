package dev.remit.handoff.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Unprocessable.Code;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.postgres.Fields;
import dev.remit.handoff.postgres.Statement;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.DeadLetterAction;
import dev.remit.wire.v1.DeadLetterResolved;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jboss.logging.Logger;

/**
 * What this service set aside, and what operators do with it. A replay goes through the loop's
 * front door, under every check; it and a discard are handed on as evidence.
 */
@Singleton
public class DeadLetters {
    private static final String COLUMNS =
            "id, code, reason, origin, key, headers, payload, reported_at, state, resolved_by, resolved_at, resolution";

    private static final Fields<DeadLetterRow> ROW =
            Fields.of(DeadLetterRow.class, DeadLetterRow::new, COLUMNS);

    private static final String ONE =
            "select " + COLUMNS + " from handoff_dead_letter where id = ?1";

    /** The newest first; those of one state, or of all; those before one, or from the start. */
    static final String LIST =
            "select "
                    + COLUMNS
                    + " from handoff_dead_letter where (cast(?1 as text) = '' or state = cast(?1 as text))"
                    + " and (cast(?2 as text) = '' or (reported_at, id) <"
                    + " (select reported_at, id from handoff_dead_letter where id = cast(nullif(cast(?2 as text), '') as uuid)))"
                    + " order by reported_at desc, id desc limit cast(?3 as integer)";

    static final String OPEN = "select count(*) from handoff_dead_letter where state = 'OPEN'";

    private static final Logger LOG = Logger.getLogger(DeadLetters.class);
    private static final Pattern KAFKA = Pattern.compile("(.+)\\[([0-9]+)]@([0-9]+)");
    private static final TypeReference<LinkedHashMap<String, String>> HEADERS =
            new TypeReference<>() {};

    /**
     * Input that was set aside.
     *
     * @param origin topic, partition and offset, or file and line
     * @param headers name to bytes, as they came
     * @param state OPEN, REPLAYED or DISCARDED
     * @param resolution who ended it, when and why; empty while it is open
     */
    public record Letter(
            UUID id,
            String code,
            String reason,
            String origin,
            Optional<String> key,
            Map<String, byte[]> headers,
            byte[] payload,
            Instant reportedAt,
            String state,
            Optional<Resolution> resolution) {}

    /** How a dead letter ended. */
    public record Resolution(String by, Instant at, String words) {}

    private final PostgresHandoffs handoffs;
    private final HandoffLoop loop;
    private final ObjectMapper json;
    private final AtomicLong open = new AtomicLong();

    DeadLetters(
            PostgresHandoffs handoffs, HandoffLoop loop, ObjectMapper json, MeterRegistry meters) {
        this.handoffs = handoffs;
        this.loop = loop;
        this.json = json;
        meters.gauge("remit.handoffs.dead.letters.open", open);
    }

    /**
     * The newest first; all states, or one.
     *
     * @param before the last one of the page before; empty for the first page
     */
    public Uni<List<Letter>> list(Optional<String> state, Optional<UUID> before, int limit) {
        return Panache.withSession(() ->
                        new Statement(
                                        LIST,
                                        state.orElse(""),
                                        before.map(UUID::toString).orElse(""),
                                        limit)
                                .rows(ROW))
                .map(rows -> rows.stream().map(this::letter).toList());
    }

    /** Every replica counts the same. */
    @Scheduled(every = "15s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> measure() {
        return Panache.withSession(() -> new Statement(OPEN).single(Long.class))
                .invoke(open::set)
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.warnf("open dead letters are not counted: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /** One of them, with everything that came. */
    public Uni<Optional<Letter>> find(UUID id) {
        return Panache.withSession(() -> new Statement(ONE, id).rows(ROW))
                .map(rows -> rows.stream().findFirst().map(this::letter));
    }

    /**
     * Hands it to the front door again.
     *
     * @return ACCEPTED, ALREADY_SEEN, or the code of the rule that refuses it again; then it stays
     *     open
     * @throws Problem 404 if there is none, 409 if it is not open or did not come over Kafka
     */
    public Uni<String> replay(UUID id, String by, String reason) {
        return handoffs.run(outbox ->
                        open(id).chain(row ->
                                loop.again(
                                                record(row),
                                                row.code.equals(Code.EQUIVOCATION.name()),
                                                outbox)
                                        .invoke(outcome -> {
                                            if (outcome.equals(HandoffLoop.ACCEPTED)
                                                    || outcome.equals(HandoffLoop.ALREADY_SEEN)) {
                                                row.state = "REPLAYED";
                                            }
                                            resolve(
                                                    row,
                                                    DeadLetterAction.REPLAYED,
                                                    by,
                                                    reason,
                                                    outcome,
                                                    outbox);
                                        })
                                        .call(() -> keep(row))))
                .onFailure(Unstorable::isCauseOf)
                .recoverWithItem(Code.UNSTORABLE.name());
    }

    /**
     * Gives it up.
     *
     * @throws Problem 404 if there is none, 409 if it is not open
     */
    public Uni<Void> discard(UUID id, String by, String reason) {
        return handoffs.run(outbox ->
                open(id).invoke(
                                row -> {
                                    row.state = "DISCARDED";
                                    resolve(
                                            row,
                                            DeadLetterAction.DISCARDED,
                                            by,
                                            reason,
                                            "",
                                            outbox);
                                })
                        .chain(DeadLetters::keep));
    }

    private static Uni<Void> keep(DeadLetterRow row) {
        return new Statement(
                        "update handoff_dead_letter set state = ?2, resolved_by = ?3, resolved_at = ?4,"
                                + " resolution = ?5 where id = ?1",
                        row.id,
                        row.state,
                        row.resolvedBy,
                        row.resolvedAt,
                        row.resolution)
                .execute();
    }

    private static Uni<DeadLetterRow> open(UUID id) {
        return new Statement(ONE + " for update", id)
                .rows(ROW)
                .map(rows -> {
                    if (rows.isEmpty()) {
                        throw Problem.of(
                                404, "DEAD_LETTER_UNKNOWN", "no dead letter has the id " + id);
                    }
                    DeadLetterRow row = rows.getFirst();
                    if (!row.state.equals("OPEN")) {
                        throw Problem.of(
                                409, "DEAD_LETTER_ENDED", "this dead letter was " + row.state);
                    }
                    return row;
                });
    }

    /** Notes how it ended, and hands on that it did: a person did it. */
    static void resolve(
            DeadLetterRow row,
            DeadLetterAction action,
            String by,
            String reason,
            String outcome,
            Outbox outbox) {
        row.resolvedBy = by;
        row.resolvedAt = outbox.now();
        row.resolution = outcome.isEmpty() ? reason : outcome + ": " + reason;
        outbox.publish(
                outbox.newId(),
                SealedOutbox.subject(row.key, row.origin),
                DeadLetterResolved.newBuilder()
                        .setDeadLetterId(row.id)
                        .setAction(action)
                        .setBy(Actor.newBuilder().setId(by).setKind(ActorKind.HUMAN).build())
                        .setReason(reason)
                        .setOutcome(outcome)
                        .setAt(outbox.now())
                        .build(),
                null,
                row.id);
    }

    private ConsumerRecord<String, byte[]> record(DeadLetterRow row) {
        Matcher origin = KAFKA.matcher(row.origin);
        if (!origin.matches()) {
            throw Problem.of(
                    409,
                    "NOT_REPLAYABLE",
                    "it came from " + row.origin + ": mend it there and send it again");
        }
        var headers = new RecordHeaders();
        headers(row).forEach(headers::add);
        return new ConsumerRecord<>(
                origin.group(1),
                Integer.parseInt(origin.group(2)),
                Long.parseLong(origin.group(3)),
                row.reportedAt.toEpochMilli(),
                TimestampType.CREATE_TIME,
                ConsumerRecord.NULL_SIZE,
                row.payload.length,
                row.key,
                row.payload,
                headers,
                Optional.empty());
    }

    private Map<String, byte[]> headers(DeadLetterRow row) {
        try {
            Map<String, byte[]> headers = new LinkedHashMap<>();
            json.readValue(row.headers, HEADERS)
                    .forEach((name, value) -> headers.put(name, Base64.getDecoder().decode(value)));
            return headers;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("kept headers do not read", e);
        }
    }

    private Letter letter(DeadLetterRow row) {
        return new Letter(
                row.id,
                row.code,
                row.reason,
                row.origin,
                Optional.ofNullable(row.key),
                headers(row),
                row.payload,
                row.reportedAt,
                row.state,
                row.resolvedBy == null || row.resolvedAt == null
                        ? Optional.empty()
                        : Optional.of(
                                new Resolution(
                                        row.resolvedBy,
                                        row.resolvedAt,
                                        row.resolution == null ? "" : row.resolution)));
    }
}
