package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.application.Removals;
import dev.remit.approval.domain.Entitlement;
import dev.remit.approval.domain.Holders;
import dev.remit.approval.domain.Removal;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

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

    /**
     * A row for each enabled holder and change that is about to take it from them; of those who
     * keep it as many as are asked for.
     */
    static final String HOLDERS =
            "select asked.system, asked.path, stays.id, cast(null as uuid)"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[])) as asked (system, path)"
                    + " cross join lateral (select a.id from directory_account a"
                    + " where a.system = asked.system and a.group_paths @> array[asked.path] and a.enabled and not a.removed"
                    + " and not exists (select from protected_removal r where r.system = asked.system"
                    + " and r.account = a.id and r.entitlement = asked.path) limit ?3) as stays"
                    + " union all select r.system, r.entitlement, r.account, r.change_id"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[])) as asked (system, path)"
                    + " join protected_removal r on r.system = asked.system and r.entitlement = asked.path"
                    + " join directory_account a on a.system = r.system and a.id = r.account"
                    + " and a.group_paths @> array[r.entitlement] and a.enabled and not a.removed";

    static final String ADD =
            "insert into protected_removal (change_id, system, entitlement, account, assisted, since_at, until_at)"
                    + " select change_id, system, entitlement, account, assisted, cast(since_at as timestamptz),"
                    + " cast(nullif(until_at, '') as timestamptz)"
                    + " from unnest(cast(?1 as uuid[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]),"
                    + " cast(?5 as boolean[]), cast(?6 as text[]), cast(?7 as text[]))"
                    + " as row (change_id, system, entitlement, account, assisted, since_at, until_at)";

    /** Mostly there is none, and then nothing else is asked. */
    static final String ANY = "select 1 from protected_removal limit 1";

    /**
     * What was begun is over with the report, what was given for a time once that has ended, and so
     * is what was not begun: a person may have done it by hand although the executor refused it,
     * also where a digital employee was to do it and was demoted.
     */
    static final String REPORTED =
            "update protected_removal set until_at = least(until_at, cast(?1 as timestamptz)),"
                    + " succeeded = succeeded or change_id = any(cast(?3 as uuid[])) or change_id = any(cast(?5 as uuid[]))"
                    + " where (until_at is not null and change_id = any(cast(?3 as uuid[]) || cast(?4 as uuid[])))"
                    + " or change_id = any(cast(?5 as uuid[]))"
                    + " or change_id = any(cast(?2 as uuid[]))";

    /** What another replica has locked is left to it: waiting for it could be a deadlock. */
    static final String READ =
            "with first as (select r.change_id, r.system, r.entitlement, s.read_at"
                    + " from protected_removal r join directory_source s on s.system = r.system"
                    + " where r.system = any(cast(?1 as text[])) and r.read_at is null and s.read_at > r.until_at"
                    + " for update of r skip locked)"
                    + " update protected_removal r set read_at = first.read_at from first"
                    + " where r.change_id = first.change_id and r.system = first.system and r.entitlement = first.entitlement";

    /**
     * What is over is forgotten once its account was observed not to hold it since the
     * authorization, or was observed at all well after the end, whatever it holds then. What was
     * not executed may leave nothing to observe: a second complete read does then. An account and
     * the word that its system was read travel apart, so that the margin is for what comes late,
     * and for clocks.
     */
    static final String OVER =
            "with over as (select r.change_id, r.system, r.entitlement from protected_removal r"
                    + " where r.until_at <= cast(?1 as timestamptz)"
                    + " and (r.change_id = any(cast(?2 as uuid[])) or r.system = any(cast(?3 as text[]))"
                    + " or (r.system, r.account) in (select system, account"
                    + " from unnest(cast(?4 as text[]), cast(?5 as text[])) as seen (system, account)))"
                    + " and (exists (select from directory_account a where a.system = r.system and a.id = r.account"
                    + " and (a.observed_at > r.until_at + interval '10 minutes'"
                    + " or (a.observed_at > r.since_at - interval '1 minute'"
                    + " and not (a.enabled and not a.removed and a.group_paths @> array[r.entitlement]))))"
                    + " or (not r.succeeded and exists (select from directory_source s"
                    + " where s.system = r.system and s.read_at > r.read_at + interval '10 minutes')))"
                    + " for update of r skip locked)"
                    + " delete from protected_removal r using over"
                    + " where r.change_id = over.change_id and r.system = over.system and r.entitlement = over.entitlement"
                    + " returning r.system, r.entitlement";

    @Override
    public Uni<Map<Entitlement, Holders>> lock(Set<Entitlement> entitlements, int losers) {
        List<Entitlement> all = List.copyOf(new TreeSet<>(entitlements));
        return new Statement(LOCK, texts(all, Entitlement::system), texts(all, Entitlement::path))
                .values(String.class)
                .chain(() ->
                        new Statement(
                                        HOLDERS,
                                        texts(all, Entitlement::system),
                                        texts(all, Entitlement::path),
                                        losers + 1L)
                                .rows())
                .map(rows -> holders(all, rows));
    }

    static Map<Entitlement, Holders> holders(List<Entitlement> all, List<Object[]> rows) {
        Map<Entitlement, Set<String>> enabled = new HashMap<>();
        Map<Entitlement, Map<String, UUID>> leaving = new HashMap<>();
        for (Object[] row : rows) {
            Entitlement of = new Entitlement((String) row[0], (String) row[1]);
            enabled.computeIfAbsent(of, _ -> new HashSet<>()).add((String) row[2]);
            if (row[3] != null) {
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
        return new Statement(
                        ADD,
                        ids(removals, Removal::change),
                        texts(removals, each -> each.entitlement().system()),
                        texts(removals, each -> each.entitlement().path()),
                        texts(removals, Removal::account),
                        removals.stream().map(Removal::assisted).toArray(Boolean[]::new),
                        texts(removals, each -> each.since().toString()),
                        texts(removals, each -> each.until().map(Instant::toString).orElse("")))
                .execute();
    }

    @Override
    public Uni<Set<Entitlement>> settle(Reports reports, Observed observed, Instant now) {
        return new Statement(ANY)
                .values(Integer.class)
                .chain(any ->
                        any.isEmpty()
                                ? Uni.createFrom().item(Set.of())
                                : over(reports, observed, now));
    }

    private static Uni<Set<Entitlement>> over(Reports reports, Observed observed, Instant now) {
        List<Object[]> freed = new ArrayList<>();
        return reported(reports, now)
                .chain(() -> read(observed.systems()))
                .chain(() ->
                        new Statement(
                                        OVER,
                                        time(now),
                                        ids(reports.all()),
                                        texts(observed.systems()),
                                        texts(observed.accounts(), Holder::system),
                                        texts(observed.accounts(), Holder::account))
                                .rows())
                .invoke(freed::addAll)
                .map(_ -> {
                    Set<Entitlement> all = new TreeSet<>();
                    freed.forEach(
                            row -> all.add(new Entitlement((String) row[0], (String) row[1])));
                    return all;
                });
    }

    private static Uni<Void> reported(Reports reports, Instant now) {
        return reports.all().isEmpty()
                ? Uni.createFrom().voidItem()
                : new Statement(
                                REPORTED,
                                time(now),
                                ids(reports.untouched()),
                                ids(reports.succeeded()),
                                ids(reports.failed()),
                                ids(reports.ended()))
                        .execute();
    }

    private static Uni<Void> read(Set<String> systems) {
        return systems.isEmpty()
                ? Uni.createFrom().voidItem()
                : new Statement(READ, texts(systems)).execute();
    }
}
