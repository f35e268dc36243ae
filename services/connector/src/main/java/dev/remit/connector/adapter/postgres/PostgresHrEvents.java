package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.texts;

import dev.remit.connector.application.HrEvents;
import dev.remit.connector.domain.Presence;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
                        texts(contents.keySet()),
                        texts(contents.values()))
                .values(String.class)
                .chain(added -> {
                    Set<String> known = new HashSet<>(contents.keySet());
                    added.forEach(known::remove);
                    return known.isEmpty() ? Uni.createFrom().item(Map.of()) : standing(known);
                });
    }

    /** As {@link Presence#then}. */
    @Override
    public Uni<Void> state(Collection<Presence> next) {
        return new Statement(
                        """
                        insert into worker as known (worker_id, left_on, back_on)
                        select worker_id, cast(nullif(left_on, '') as date), cast(nullif(back_on, '') as date)
                        from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[])) as told (worker_id, left_on, back_on)
                        order by worker_id on conflict (worker_id) do update set
                          left_on = case
                            when greatest(known.left_on, excluded.left_on) = greatest(known.back_on, excluded.back_on)
                              and excluded.left_on is distinct from greatest(known.left_on, excluded.left_on) then null
                            else greatest(known.left_on, excluded.left_on) end,
                          back_on = case
                            when greatest(known.left_on, excluded.left_on) = greatest(known.back_on, excluded.back_on)
                              and excluded.left_on = greatest(known.left_on, excluded.left_on) then null
                            else greatest(known.back_on, excluded.back_on) end
                        """,
                        texts(next, Presence::workerId),
                        texts(next, each -> text(each.leftOn())),
                        texts(next, each -> text(each.backOn())))
                .execute();
    }

    /** As {@link Presence#hasLeft}; of the worker in column worker, by the day in ?1. */
    static final String LEFT =
            " worker.left_on <= cast(?1 as date) and (worker.back_on is null"
                    + " or worker.back_on <= worker.left_on or worker.back_on > cast(?1 as date))";

    @Override
    public Uni<Set<String>> left(Set<String> workers, LocalDate day) {
        return workers.isEmpty()
                ? Uni.createFrom().item(Set.of())
                : new Statement(
                                "select worker_id from worker where"
                                        + LEFT
                                        + " and worker_id = any(cast(?2 as text[]))",
                                day,
                                texts(workers))
                        .values(String.class)
                        .map(Set::copyOf);
    }

    @Override
    public Uni<Set<String>> back(Set<String> workers, LocalDate day) {
        return workers.isEmpty()
                ? Uni.createFrom().item(Set.of())
                : new Statement(
                                "select worker_id from worker where not coalesce("
                                        + LEFT
                                        + ", false) and worker_id = any(cast(?2 as text[]))",
                                day,
                                texts(workers))
                        .values(String.class)
                        .map(Set::copyOf);
    }

    private static String text(Optional<LocalDate> day) {
        return day.map(LocalDate::toString).orElse("");
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
                .execute();
    }

    private static Uni<Map<String, String>> standing(Set<String> ids) {
        return new Statement(
                        "select event_id, content from hr_event where event_id = any(cast(?1 as text[]))",
                        texts(ids))
                .rows()
                .map(rows ->
                        rows.stream()
                                .collect(
                                        Collectors.toMap(
                                                row -> (String) row[0], row -> (String) row[1])));
    }
}
