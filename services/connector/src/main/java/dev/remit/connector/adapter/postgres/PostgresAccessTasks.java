package dev.remit.connector.adapter.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.application.AccessTasks;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Bulk access requests, their items as JSON. */
@Singleton
class PostgresAccessTasks implements AccessTasks {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<List<Item>> ITEMS = new TypeReference<>() {};

    @Override
    public Uni<Void> add(Task task, Instant now) {
        return new Statement(
                        "insert into access_task (id, proposer, principal, changes, items, created_at)"
                                + " values (?1, ?2, nullif(cast(?3 as text), ''), cast(?4 as uuid[]), ?5, cast(?6 as timestamptz)) on conflict do nothing",
                        task.id(),
                        task.proposer(),
                        task.principal().orElse(""),
                        task.items().stream()
                                .map(Item::change)
                                .filter(Objects::nonNull)
                                .toArray(UUID[]::new),
                        text(task.items()),
                        now.atOffset(ZoneOffset.UTC))
                .execute()
                .replaceWithVoid();
    }

    @Override
    public Uni<Optional<Task>> find(UUID id) {
        return new Statement("select proposer, principal, items from access_task where id = ?1", id)
                .rows()
                .map(rows ->
                        rows.stream()
                                .map(row ->
                                        new Task(
                                                id,
                                                (String) row[0],
                                                Optional.ofNullable((String) row[1]),
                                                items((String) row[2])))
                                .findFirst());
    }

    @Override
    public Uni<Void> prune(Instant now) {
        return new Statement(
                        "delete from access_task where created_at < cast(?1 as timestamptz) - interval '1 day'"
                                + " and not exists (select 1 from proposal where change_id = any(access_task.changes)"
                                + " and (ended_at is null or ended_at > cast(?1 as timestamptz) - interval '30 days'))",
                        now.atOffset(ZoneOffset.UTC))
                .execute()
                .replaceWithVoid();
    }

    private static List<Item> items(String text) {
        try {
            return List.copyOf(JSON.readValue(text, ITEMS));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a kept task does not read", e);
        }
    }

    private static String text(List<Item> items) {
        try {
            return JSON.writeValueAsString(items);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a task is always JSON", e);
        }
    }
}
