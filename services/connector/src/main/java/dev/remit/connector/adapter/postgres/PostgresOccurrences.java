package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.remit.connector.application.Occurrences;
import dev.remit.connector.domain.Occurrence;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Occurrences, kept as JSON. */
@Singleton
class PostgresOccurrences implements Occurrences {
    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .registerModule(new Jdk8Module())
                    .registerModule(new JavaTimeModule())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);

    @Override
    public Uni<Map<Key, Occurrence>> add(Collection<Occurrence> occurrences, Instant now) {
        return new Statement(
                        "insert into occurrence (source, event_id, content, change_id, observation, seen_at, looked_at)"
                                + " select source, event_id, content, cast(nullif(change_id, '') as uuid), cast(observation as uuid),"
                                + " cast(?6 as timestamptz), cast(?6 as timestamptz)"
                                + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]), cast(?5 as text[]))"
                                + " as told (source, event_id, content, change_id, observation)"
                                + " order by source, event_id on conflict do nothing returning source, event_id",
                        texts(occurrences, Occurrence::source),
                        texts(occurrences, Occurrence::id),
                        texts(occurrences, PostgresOccurrences::text),
                        texts(occurrences, PostgresOccurrences::change),
                        texts(occurrences, PostgresOccurrences::observation),
                        time(now))
                .rows()
                .chain(added -> {
                    Set<Key> fresh = new HashSet<>();
                    added.forEach(row -> fresh.add(new Key((String) row[0], (String) row[1])));
                    List<Occurrence> known =
                            occurrences.stream()
                                    .filter(each ->
                                            !fresh.contains(new Key(each.source(), each.id())))
                                    .toList();
                    return known.isEmpty() ? Uni.createFrom().item(Map.of()) : standing(known);
                });
    }

    private static String observation(Occurrence occurrence) {
        return occurrence.observation().toString();
    }

    /** The change that a finding opens; nothing else is looked at by how that ended. */
    private static String change(Occurrence occurrence) {
        return occurrence.wasFound()
                ? occurrence.charter().map(occurrence::change).map(UUID::toString).orElse("")
                : "";
    }

    private static Uni<Map<Key, Occurrence>> standing(List<Occurrence> known) {
        return new Statement(
                        "select content from occurrence where (source, event_id) in"
                                + " (select source, event_id from unnest(cast(?1 as text[]), cast(?2 as text[])) as told (source, event_id))",
                        texts(known, Occurrence::source),
                        texts(known, Occurrence::id))
                .values(String.class)
                .map(contents ->
                        contents.stream()
                                .map(PostgresOccurrences::read)
                                .collect(
                                        Collectors.toMap(
                                                each -> new Key(each.source(), each.id()),
                                                Function.identity())));
    }

    @Override
    public Uni<Void> settle(
            Collection<Occurrence> occurrences, Collection<Occurrence> held, Instant now) {
        Set<Occurrence> wait = Set.copyOf(held);
        return occurrences.isEmpty()
                ? Uni.createFrom().voidItem()
                : new Statement(
                                "update occurrence set held = told.held = 'true', looked_at = cast(?5 as timestamptz),"
                                        + " observation = cast(told.observation as uuid)"
                                        + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]))"
                                        + " as told (source, event_id, held, observation)"
                                        + " where occurrence.source = told.source and occurrence.event_id = told.event_id"
                                        + " and (occurrence.held or told.held = 'true')",
                                texts(occurrences, Occurrence::source),
                                texts(occurrences, Occurrence::id),
                                texts(occurrences, each -> String.valueOf(wait.contains(each))),
                                texts(occurrences, PostgresOccurrences::observation),
                                time(now))
                        .execute();
    }

    @Override
    public Uni<List<Occurrence>> held(Instant since, int atMost) {
        return new Statement(
                        "select content from occurrence where held and looked_at < cast(?1 as timestamptz)"
                                + " order by looked_at limit ?2 for update skip locked",
                        time(since),
                        atMost)
                .values(String.class)
                .map(contents -> contents.stream().map(PostgresOccurrences::read).toList());
    }

    @Override
    public Uni<Optional<Held>> held(UUID observation) {
        return new Statement(
                        "select content, seen_at from occurrence where observation = ?1 and held for update",
                        observation)
                .rows()
                .map(rows ->
                        rows.stream()
                                .findFirst()
                                .map(row -> new Held(read((String) row[0]), instant(row[1]))));
    }

    @Override
    public Uni<Void> dismiss(Occurrence occurrence, Dismissal dismissal) {
        return new Statement(
                        "update occurrence set held = false, dismissed_by = ?3, dismissed_reason = ?4, dismissed_at = cast(?5 as timestamptz)"
                                + " where source = ?1 and event_id = ?2",
                        occurrence.source(),
                        occurrence.id(),
                        dismissal.by(),
                        dismissal.reason(),
                        time(dismissal.at()))
                .execute();
    }

    @Override
    public Uni<Void> forget(Collection<Occurrence> occurrences) {
        return occurrences.isEmpty()
                ? Uni.createFrom().voidItem()
                : new Statement(
                                "delete from occurrence where (source, event_id) in"
                                        + " (select source, event_id from unnest(cast(?1 as text[]), cast(?2 as text[])) as told (source, event_id))",
                                texts(occurrences, Occurrence::source),
                                texts(occurrences, Occurrence::id))
                        .execute();
    }

    @Override
    public Uni<Long> holding() {
        return new Statement("select count(*) from occurrence where held").single(Long.class);
    }

    @Override
    public Uni<List<Held>> waiting(int atMost) {
        return new Statement(
                        "select content, seen_at from occurrence where held order by seen_at, source, event_id limit ?1",
                        atMost)
                .rows(row -> new Held(read((String) row[0]), instant(row[1])));
    }

    private static String text(Occurrence occurrence) {
        try {
            return JSON.writeValueAsString(occurrence);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an occurrence is always JSON", e);
        }
    }

    private static Occurrence read(String text) {
        try {
            return JSON.readValue(text, Occurrence.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a kept occurrence does not read", e);
        }
    }
}
