package dev.remit.approval.adapter.postgres;

import dev.remit.approval.application.RouteViews;
import dev.remit.approval.domain.Inbox;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;

/** Routes as they are shown. */
@Singleton
public class PostgresRouteViews implements RouteViews {
    private static final String BEHIND =
            "select "
                    + RouteRow.COLUMNS
                    + " from route where ended_at is null and state <> 'GRANTED'"
                    + " and (requested_at, change_id) > (cast(?1 as timestamptz), cast(?2 as uuid))";

    private static final String IN_ORDER = " order by requested_at, change_id limit ?3";

    private static final String WAITING_FOR =
            BEHIND + " and decided_by_any @> array[cast(?4 as text)]" + IN_ORDER;

    /** One query for everybody: the index finds each one's. */
    private static final String INBOXES =
            "select person, item.* from unnest(cast(?1 as text[])) as person cross join lateral"
                    + " (select change_id, stage_name, requested_at, expires_at, plan_hash, md5(stages) as revision"
                    + " from route where ended_at is null and decided_by_any @> array[person]"
                    + " order by requested_at, change_id limit ?2) as item order by person, requested_at, change_id";

    private static final String LAG =
            "select least((select min(added_at) from directory_news),"
                    + " (select min(wake_at) from route where ended_at is null and wake_at <= cast(?1 as timestamptz)))";

    @Override
    public Uni<List<View>> open(Place after, int limit) {
        return page(BEHIND + IN_ORDER, after, limit, Optional.empty());
    }

    @Override
    public Uni<List<View>> waitingFor(String person, Place after, int limit) {
        return page(WAITING_FOR, after, limit, Optional.of(person));
    }

    private static Uni<List<View>> page(
            String sql, Place after, int limit, Optional<String> person) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session -> {
                            var query =
                                    session.createNativeQuery(sql, RouteRow.class)
                                            .setParameter(
                                                    1, after.requestedAt().atOffset(ZoneOffset.UTC))
                                            .setParameter(2, after.change())
                                            .setParameter(3, (long) limit);
                            person.ifPresent(id -> query.setParameter(4, id));
                            return query.getResultList()
                                    .chain(rows ->
                                            decisions(session, rows)
                                                    .map(made -> views(rows, made)));
                        }));
    }

    private static Uni<List<DecisionRow>> decisions(Mutiny.Session session, List<RouteRow> rows) {
        return rows.isEmpty()
                ? Uni.createFrom().item(List.of())
                : session.createNativeQuery(
                                "select * from decision where change_id = any(cast(?1 as uuid[])) order by decided_at, id",
                                DecisionRow.class)
                        .setParameter(
                                1, rows.stream().map(row -> row.changeId).toArray(UUID[]::new))
                        .getResultList();
    }

    @Override
    public Uni<Map<String, Inbox>> inboxes(Collection<String> people, int most) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(INBOXES, Object[].class)
                                        .setParameter(1, people.toArray(String[]::new))
                                        .setParameter(2, (long) most)
                                        .getResultList())
                        .map(rows -> {
                            Map<String, List<Inbox.Item>> items = new HashMap<>();
                            people.forEach(each -> items.put(each, new ArrayList<>()));
                            for (Object[] row : rows) {
                                items.computeIfAbsent((String) row[0], _ -> new ArrayList<>())
                                        .add(
                                                new Inbox.Item(
                                                        (UUID) row[1],
                                                        (String) row[2],
                                                        PostgresRoutes.instant(row[3]),
                                                        PostgresRoutes.instant(row[4]),
                                                        (String) row[5],
                                                        (String) row[6]));
                            }
                            Map<String, Inbox> inboxes = new HashMap<>();
                            items.forEach((person, all) -> inboxes.put(person, Inbox.of(all)));
                            return inboxes;
                        }));
    }

    @Override
    public Uni<Duration> lag(Instant now) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(LAG, Object.class)
                                        .setParameter(1, now.atOffset(ZoneOffset.UTC))
                                        .getSingleResultOrNull())
                        .map(since ->
                                since == null
                                        ? Duration.ZERO
                                        : Duration.between(PostgresRoutes.instant(since), now))
                        .map(lag -> lag.isNegative() ? Duration.ZERO : lag));
    }

    @Override
    public Uni<Optional<View>> of(UUID change) {
        return Panache.withSession(() ->
                RouteRow.<RouteRow>findById(change)
                        .chain(row ->
                                DecisionRow.<DecisionRow>list(
                                                "changeId = ?1 order by decidedAt, id", change)
                                        .map(decisions ->
                                                Optional.ofNullable(row)
                                                        .map(found -> view(found, decisions)))));
    }

    private static List<View> views(List<RouteRow> rows, List<DecisionRow> decisions) {
        Map<UUID, List<DecisionRow>> of =
                decisions.stream().collect(Collectors.groupingBy(row -> row.changeId));
        return rows.stream()
                .map(row -> view(row, of.getOrDefault(row.changeId, List.of())))
                .toList();
    }

    private static View view(RouteRow row, List<DecisionRow> decisions) {
        return new View(
                row.changeId,
                row.state,
                row.stageName,
                Optional.ofNullable(row.held),
                Optional.ofNullable(row.expiresAt).filter(_ -> !row.state.equals("GRANTED")),
                row.requestedAt,
                row.planHash,
                row.plan.length == 0 ? "null" : new String(row.plan, StandardCharsets.UTF_8),
                Rows.stages(row),
                decisions.stream().map(Rows::decision).toList());
    }
}
