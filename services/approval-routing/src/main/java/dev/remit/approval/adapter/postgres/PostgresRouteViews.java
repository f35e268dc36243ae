package dev.remit.approval.adapter.postgres;

import dev.remit.approval.application.RouteViews;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Routes as they are shown. */
@Singleton
public class PostgresRouteViews implements RouteViews {
    private static final String WAITING_FOR =
            "select "
                    + RouteRow.COLUMNS
                    + " from route where ended_at is null and decided_by_any @> array[cast(?1 as text)]"
                    + " order by requested_at, change_id limit ?2";

    @Override
    public Uni<List<View>> open(int limit) {
        return Panache.withSession(() ->
                RouteRow.<RouteRow>find("endedAt is null order by requestedAt, changeId")
                        .page(0, limit)
                        .list()
                        .map(PostgresRouteViews::views));
    }

    @Override
    public Uni<List<View>> waitingFor(String person, int limit) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(WAITING_FOR, RouteRow.class)
                                        .setParameter(1, person)
                                        .setParameter(2, (long) limit)
                                        .getResultList())
                        .map(PostgresRouteViews::views));
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

    private static List<View> views(List<RouteRow> rows) {
        return rows.stream().map(row -> view(row, List.of())).toList();
    }

    private static View view(RouteRow row, List<DecisionRow> decisions) {
        return new View(
                row.changeId,
                row.state,
                row.stageName,
                Optional.ofNullable(row.held),
                Optional.ofNullable(row.expiresAt),
                row.planHash,
                row.plan.length == 0 ? "null" : new String(row.plan, StandardCharsets.UTF_8),
                Rows.stages(row),
                decisions.stream().map(Rows::decision).toList());
    }
}
