package dev.remit.approval.adapter.postgres;

import dev.remit.approval.application.Removals;
import dev.remit.approval.domain.Entitlement;
import dev.remit.approval.domain.Holders;
import dev.remit.approval.domain.Removal;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * A row for each change and entitlement. The locks are advisory, by name, taken in the order of
 * their keys. Who holds what is read by a statement of its own: it sees what was committed before
 * the lock was had.
 */
@Singleton
public class PostgresRemovals implements Removals {
    static final String LOCK =
            "select cast(pg_advisory_xact_lock(key) as text) from (select distinct"
                    + " hashtextextended('protected ' || system || ' ' || path, 0) as key"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[])) as asked (system, path)"
                    + " order by key) as keys";
    static final String HOLDERS =
            "select asked.system, asked.path, a.id, cast(null as uuid)"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[])) as asked (system, path)"
                    + " join directory_account a on a.system = asked.system and a.group_paths @> array[asked.path]"
                    + " and a.enabled and not a.removed"
                    + " union all select r.system, r.entitlement, r.account, r.change_id"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[])) as asked (system, path)"
                    + " join protected_removal r on r.system = asked.system and r.entitlement = asked.path";
    static final String ADD =
            "insert into protected_removal (change_id, system, entitlement, account, until_at)"
                    + " select change_id, system, entitlement, account, cast(nullif(until_at, '') as timestamptz)"
                    + " from unnest(cast(?1 as uuid[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]), cast(?5 as text[]))"
                    + " as row (change_id, system, entitlement, account, until_at)";

    /** Mostly there is none, and then nothing else is asked. */
    static final String ANY = "select 1 from protected_removal limit 1";

    /** What was begun is over with the report, what was given for a time once that has ended. */
    static final String REPORTED =
            "with over as (update protected_removal set until_at = cast(?1 as timestamptz)"
                    + " where (change_id = any(cast(?3 as uuid[])) and until_at > cast(?1 as timestamptz))"
                    + " or (change_id = any(cast(?4 as uuid[])) and until_at is null))"
                    + " delete from protected_removal where change_id = any(cast(?2 as uuid[]))"
                    + " returning system, entitlement";

    /**
     * What was read completely then may have been read before it was over, what is read completely
     * the next time was not.
     */
    static final String READ =
            "update protected_removal r set read_at = s.read_at from directory_source s"
                    + " where s.system = r.system and r.read_at is null and s.read_at > r.until_at";

    static final String OVER =
            "delete from protected_removal r where r.until_at <= cast(?1 as timestamptz)"
                    + " and (exists (select from directory_source s where s.system = r.system and s.read_at > r.read_at)"
                    + " or not exists (select from directory_account a where a.system = r.system and a.id = r.account"
                    + " and a.enabled and not a.removed and a.group_paths @> array[r.entitlement]))"
                    + " returning r.system, r.entitlement";

    @Override
    public Uni<Map<Entitlement, Holders>> lock(Set<Entitlement> entitlements) {
        List<Entitlement> all = List.copyOf(new TreeSet<>(entitlements));
        return Panache.getSession()
                .chain(session ->
                        asking(session, LOCK, all)
                                .getResultList()
                                .chain(() ->
                                        session.createNativeQuery(HOLDERS, Object[].class)
                                                .setParameter(1, texts(all, Entitlement::system))
                                                .setParameter(2, texts(all, Entitlement::path))
                                                .getResultList()))
                .map(rows -> holders(all, rows));
    }

    private static Mutiny.SelectionQuery<String> asking(
            Mutiny.Session session, String sql, List<Entitlement> all) {
        return session.createNativeQuery(sql, String.class)
                .setParameter(1, texts(all, Entitlement::system))
                .setParameter(2, texts(all, Entitlement::path));
    }

    static Map<Entitlement, Holders> holders(List<Entitlement> all, List<Object[]> rows) {
        Map<Entitlement, Set<String>> enabled = new HashMap<>();
        Map<Entitlement, Map<String, UUID>> leaving = new HashMap<>();
        for (Object[] row : rows) {
            Entitlement of = new Entitlement((String) row[0], (String) row[1]);
            if (row[3] == null) {
                enabled.computeIfAbsent(of, _ -> new HashSet<>()).add((String) row[2]);
            } else {
                leaving.computeIfAbsent(of, _ -> new HashMap<>())
                        .putIfAbsent((String) row[2], (UUID) row[3]);
            }
        }
        Map<Entitlement, Holders> found = new HashMap<>();
        all.forEach(each ->
                found.put(
                        each,
                        new Holders(
                                enabled.getOrDefault(each, Set.of()),
                                leaving.getOrDefault(each, Map.of()))));
        return found;
    }

    @Override
    public Uni<Void> add(Collection<Removal> removals) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(ADD)
                                .setParameter(
                                        1,
                                        removals.stream().map(Removal::change).toArray(UUID[]::new))
                                .setParameter(
                                        2, texts(removals, each -> each.entitlement().system()))
                                .setParameter(3, texts(removals, each -> each.entitlement().path()))
                                .setParameter(4, texts(removals, Removal::account))
                                .setParameter(
                                        5,
                                        texts(
                                                removals,
                                                each ->
                                                        each.until()
                                                                .map(Instant::toString)
                                                                .orElse("")))
                                .executeUpdate())
                .replaceWithVoid();
    }

    @Override
    public Uni<Set<Entitlement>> settle(Reports reports, Instant now) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(ANY, Integer.class)
                                .getResultList()
                                .chain(any ->
                                        any.isEmpty()
                                                ? Uni.createFrom().item(Set.of())
                                                : settle(session, reports, now)));
    }

    private static Uni<Set<Entitlement>> settle(
            Mutiny.Session session, Reports reports, Instant now) {
        return Uni.createFrom()
                .deferred(() -> {
                    List<Object[]> freed = new ArrayList<>();
                    return reported(session, reports, now)
                            .invoke(freed::addAll)
                            .chain(() -> session.createNativeQuery(READ).executeUpdate())
                            .chain(() ->
                                    session.createNativeQuery(OVER, Object[].class)
                                            .setParameter(1, now.atOffset(ZoneOffset.UTC))
                                            .getResultList())
                            .invoke(freed::addAll)
                            .replaceWith(freed);
                })
                .map(rows -> {
                    Set<Entitlement> freed = new TreeSet<>();
                    rows.forEach(
                            row -> freed.add(new Entitlement((String) row[0], (String) row[1])));
                    return freed;
                });
    }

    private static Uni<List<Object[]>> reported(
            Mutiny.Session session, Reports reports, Instant now) {
        return reports.isEmpty()
                ? Uni.createFrom().item(List.of())
                : session.createNativeQuery(REPORTED, Object[].class)
                        .setParameter(1, now.atOffset(ZoneOffset.UTC))
                        .setParameter(2, reports.untouched().toArray(UUID[]::new))
                        .setParameter(3, reports.executed().toArray(UUID[]::new))
                        .setParameter(4, reports.ended().toArray(UUID[]::new))
                        .getResultList();
    }

    private static <T> String[] texts(Collection<T> rows, Function<T, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }
}
