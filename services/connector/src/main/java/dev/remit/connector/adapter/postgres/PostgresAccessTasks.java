package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.time;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.application.AccessTasks;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Access requests, their items as JSON. */
@Singleton
class PostgresAccessTasks implements AccessTasks {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<List<Item>> ITEMS = new TypeReference<>() {};

    private static final String TASK =
            "select id, proposer, principal, items, bulk, created_at from access_task where ";

    @Override
    public Uni<Void> add(Task task) {
        return new Statement(
                        "insert into access_task (id, proposer, principal, changes, items, bulk, created_at)"
                                + " values (?1, ?2, nullif(cast(?3 as text), ''), cast(?4 as uuid[]), ?5, ?6, cast(?7 as timestamptz)) on conflict do nothing",
                        task.id(),
                        task.proposer(),
                        task.principal().orElse(""),
                        task.items().stream()
                                .map(Item::change)
                                .filter(Objects::nonNull)
                                .toArray(UUID[]::new),
                        text(task.items()),
                        task.bulk(),
                        time(task.since()))
                .execute();
    }

    @Override
    public Uni<Optional<Task>> find(UUID id) {
        return new Statement(TASK + "id = ?1", id).rows().map(PostgresAccessTasks::first);
    }

    @Override
    public Uni<Optional<Task>> of(UUID change) {
        return new Statement(TASK + "changes @> cast(?1 as uuid[])", ids(List.of(change)))
                .rows()
                .map(PostgresAccessTasks::first);
    }

    private static Optional<Task> first(List<Object[]> rows) {
        return rows.stream()
                .map(row ->
                        new Task(
                                (UUID) row[0],
                                (String) row[1],
                                Optional.ofNullable((String) row[2]),
                                items((String) row[3]),
                                (Boolean) row[4],
                                instant(row[5])))
                .findFirst();
    }

    @Override
    public Uni<Void> prune(Instant now) {
        return new Statement(
                        "delete from access_task where created_at < cast(?1 as timestamptz)",
                        time(now.minus(LIFETIME).minus(Duration.ofDays(1))))
                .execute();
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
