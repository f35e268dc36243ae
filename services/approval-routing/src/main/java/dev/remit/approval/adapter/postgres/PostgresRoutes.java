package dev.remit.approval.adapter.postgres;

import dev.remit.approval.application.Routes;
import dev.remit.approval.domain.Decision;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;

/** Routes and their decisions, a row each. */
@Singleton
public class PostgresRoutes implements Routes {
    /** The index {@code route_approved} serves exactly these. */
    static final String APPROVED = "state in ('APPROVED', 'REVIEWED')";

    static final String APPROVERS =
            "select last.account, last.name, d.stage_name, d.decided_by"
                    + " from (select distinct on (r.account, c.name) r.account, c.name, r.change_id"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[])) as asked (account, name)"
                    + " join route r on r.account = asked.account and r."
                    + APPROVED
                    + " join directory_charter c on c.hash = r.charter_hash and c.name = asked.name"
                    + " order by r.account, c.name, r.ended_at desc, r.change_id) as last"
                    + " join decision d on d.change_id = last.change_id and d.decision = 'APPROVED'"
                    + " and d.decided_by not like 'policy:%' order by d.decided_at, d.id";

    @Override
    public Uni<Set<UUID>> routed(Collection<UUID> changes) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "select change_id from route where change_id = any(cast(?1 as uuid[]))",
                                        UUID.class)
                                .setParameter(1, changes.toArray(UUID[]::new))
                                .getResultList())
                .map(Set::copyOf);
    }

    @Override
    public Uni<Set<UUID>> granted(Collection<UUID> changes) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "select change_id from route where change_id = any(cast(?1 as uuid[])) and state = 'GRANTED'",
                                        UUID.class)
                                .setParameter(1, changes.toArray(UUID[]::new))
                                .getResultList())
                .map(Set::copyOf);
    }

    @Override
    public Uni<Map<UUID, Loaded>> load(Collection<UUID> changes) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "select "
                                                + RouteRow.COLUMNS
                                                + " from route where change_id = any(cast(?1 as uuid[]))",
                                        RouteRow.class)
                                .setParameter(1, changes.toArray(UUID[]::new))
                                .getResultList()
                                .chain(rows ->
                                        decisions(session, rows)
                                                .map(decisions -> loaded(rows, decisions))));
    }

    @Override
    public Uni<Void> store(Collection<Moved> moved, Collection<Recorded> decisions) {
        return Panache.getSession()
                .chain(session ->
                        rows(session, moved)
                                .chain(added -> session.persistAll(added.toArray()))
                                .chain(() ->
                                        session.persistAll(
                                                decisions.stream().map(Rows::row).toArray())));
    }

    @Override
    public Uni<List<UUID>> due(Instant now, int limit) {
        return Panache.getSession()
                .chain(session ->
                        session.createQuery(
                                        "select changeId from RouteRow where endedAt is null and wakeAt <= ?1"
                                                + " order by wakeAt",
                                        UUID.class)
                                .setParameter(1, now)
                                .setMaxResults(limit)
                                .getResultList());
    }

    @Override
    public Uni<Map<Earlier, Map<String, List<String>>>> approvers(Set<Earlier> asked) {
        List<Earlier> all = List.copyOf(asked);
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(APPROVERS, Object[].class)
                                .setParameter(
                                        1,
                                        all.stream().map(Earlier::account).toArray(String[]::new))
                                .setParameter(
                                        2,
                                        all.stream().map(Earlier::charter).toArray(String[]::new))
                                .getResultList())
                .map(rows -> {
                    Map<Earlier, Map<String, List<String>>> found = new HashMap<>();
                    for (Object[] row : rows) {
                        found.computeIfAbsent(
                                        new Earlier((String) row[0], (String) row[1]),
                                        _ -> new HashMap<>())
                                .computeIfAbsent((String) row[2], _ -> new ArrayList<>())
                                .add((String) row[3]);
                    }
                    return found;
                });
    }

    @Override
    public Uni<Census> census() {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "select count(*), count(held), min(requested_at), count(review), count(*) filter (where review = 'OVERDUE')"
                                                + " from route where ended_at is null and (state <> 'GRANTED' or held is not null)",
                                        Object[].class)
                                .getSingleResult())
                .map(row ->
                        new Census(
                                ((Number) row[0]).longValue(),
                                ((Number) row[1]).longValue(),
                                Optional.ofNullable(row[2]).map(PostgresRoutes::instant),
                                ((Number) row[3]).longValue(),
                                ((Number) row[4]).longValue()));
    }

    /** A time as a native query gives it. */
    static Instant instant(Object column) {
        return switch (column) {
            case Instant instant -> instant;
            case OffsetDateTime time -> time.toInstant();
            default -> throw new IllegalStateException("not a time: " + column.getClass());
        };
    }

    /** Those of routes that have not ended; an ended route's do not matter any more. */
    static Uni<List<DecisionRow>> decisions(Mutiny.Session session, List<RouteRow> rows) {
        UUID[] open =
                rows.stream()
                        .filter(row -> row.endedAt == null)
                        .map(row -> row.changeId)
                        .toArray(UUID[]::new);
        return open.length == 0
                ? Uni.createFrom().item(List.of())
                : session.createNativeQuery(
                                "select * from decision where change_id = any(cast(?1 as uuid[])) order by decided_at, id",
                                DecisionRow.class)
                        .setParameter(1, open)
                        .getResultList();
    }

    private static Map<UUID, Loaded> loaded(List<RouteRow> rows, List<DecisionRow> decisions) {
        Map<UUID, List<DecisionRow>> of =
                decisions.stream().collect(Collectors.groupingBy(row -> row.changeId));
        Map<UUID, Loaded> loaded = new HashMap<>();
        for (RouteRow row : rows) {
            List<DecisionRow> made = of.getOrDefault(row.changeId, List.of());
            loaded.put(
                    row.changeId,
                    new Loaded(
                            Rows.route(row, made.stream().map(Rows::decision).toList()),
                            made.stream()
                                    .filter(each ->
                                            each.decision.equals(Decision.Kind.APPROVED.name()))
                                    .map(each -> each.id)
                                    .toList()));
        }
        return loaded;
    }

    /** Fills the rows, those loaded before where the session holds them; returns the new ones. */
    private static Uni<List<RouteRow>> rows(Mutiny.Session session, Collection<Moved> moved) {
        List<RouteRow> added = new ArrayList<>();
        List<Moved> known = new ArrayList<>();
        for (Moved each : moved) {
            if (each.added()) {
                RouteRow row = new RouteRow();
                row.changeId = each.change();
                Rows.fill(row, each.route());
                added.add(row);
            } else {
                known.add(each);
            }
        }
        return Multi.createFrom()
                .iterable(known)
                .onItem()
                .transformToUniAndConcatenate(each ->
                        session.find(RouteRow.class, each.change())
                                .invoke(row -> Rows.fill(row, each.route())))
                .collect()
                .asList()
                .replaceWith(added);
    }
}
