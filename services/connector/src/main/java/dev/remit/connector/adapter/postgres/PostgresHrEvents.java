package dev.remit.connector.adapter.postgres;

import dev.remit.connector.application.HrEvents;
import dev.remit.connector.domain.WorkerEvent;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Files and events of the HR feed. */
@Singleton
class PostgresHrEvents implements HrEvents {
    @Override
    public Uni<Map<String, String>> add(Map<String, String> contents) {
        return new Statement(
                        "insert into hr_event (event_id, content)"
                                + " select event_id, content from unnest(cast(?1 as text[]), cast(?2 as text[])) as sent (event_id, content)"
                                + " order by event_id on conflict do nothing returning event_id",
                        Statement.texts(contents.keySet()),
                        Statement.texts(contents.values()))
                .values(String.class)
                .chain(added -> {
                    Set<String> known = new HashSet<>(contents.keySet());
                    added.forEach(known::remove);
                    return known.isEmpty() ? Uni.createFrom().item(Map.of()) : standing(known);
                });
    }

    @Override
    public Uni<Void> state(Collection<WorkerEvent> last) {
        return new Statement(
                        "insert into worker as known (worker_id, event, since)"
                                + " select worker_id, event, cast(since as date)"
                                + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[])) as told (worker_id, event, since)"
                                + " order by worker_id on conflict (worker_id) do update set event = excluded.event, since = excluded.since"
                                + " where known.since <= excluded.since",
                        column(last, WorkerEvent::workerId),
                        column(last, each -> each.type().name()),
                        column(last, each -> each.effectiveDate().toString()))
                .execute()
                .replaceWithVoid();
    }

    private static String[] column(
            Collection<WorkerEvent> events, Function<WorkerEvent, String> column) {
        return events.stream().map(column).toArray(String[]::new);
    }

    @Override
    public Uni<Boolean> wasRead(String contentHash) {
        return new Statement("select name from hr_file where content_hash = ?1", contentHash)
                .values(String.class)
                .map(found -> !found.isEmpty());
    }

    @Override
    public Uni<Void> fileRead(String contentHash, String name) {
        return new Statement(
                        "insert into hr_file (content_hash, name, read_at) values (?1, ?2, now()) on conflict do nothing",
                        contentHash,
                        name)
                .execute()
                .replaceWithVoid();
    }

    private static Uni<Map<String, String>> standing(Set<String> ids) {
        return new Statement(
                        "select event_id, content from hr_event where event_id = any(cast(?1 as text[]))",
                        (Object) Statement.texts(ids))
                .rows()
                .map(rows ->
                        rows.stream()
                                .collect(
                                        Collectors.toMap(
                                                row -> (String) row[0], row -> (String) row[1])));
    }
}
