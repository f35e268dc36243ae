package dev.remit.approval.adapter.postgres;

import dev.remit.approval.application.RouteViews;
import dev.remit.approval.domain.Concern;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Directory;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Routes as they are shown. */
@Singleton
public class PostgresRouteViews implements RouteViews {
    private static final String WAITING_FOR =
            "select r.* from unnest(cast(?1 as text[])) as concern (asks) cross join lateral"
                    + " (select * from route where ended_at is null and asks = concern.asks"
                    + " and cast(candidates as jsonb) @> cast(cast(?2 as text) as jsonb)"
                    + " and not exists (select 1 from decision d where d.change_id = route.change_id"
                    + " and d.stage = route.stage and d.decided_by = ?3 and d.decision = 'APPROVED')"
                    + " order by requested_at, change_id limit ?4) r order by r.requested_at, r.change_id limit ?4";

    private final Directory directory;
    private final String people;

    PostgresRouteViews(
            Directory directory, @ConfigProperty(name = "remit.people.system") String people) {
        this.directory = directory;
        this.people = people;
    }

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
                directory
                        .withIds(people, List.of(person))
                        .chain(accounts ->
                                Panache.getSession()
                                        .chain(session ->
                                                session.createNativeQuery(
                                                                WAITING_FOR, RouteRow.class)
                                                        .setParameter(1, asks(person, accounts))
                                                        .setParameter(2, eligible(person))
                                                        .setParameter(3, person)
                                                        .setParameter(4, (long) limit)
                                                        .getResultList()))
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

    private static String[] asks(String person, List<Account> accounts) {
        return Stream.concat(
                        Stream.of(Concern.account(person)),
                        accounts.stream()
                                .flatMap(account -> account.groups().stream())
                                .map(group -> Concern.group(group.path())))
                .map(Concern::text)
                .distinct()
                .toArray(String[]::new);
    }

    private static String eligible(String person) {
        return Rows.text(List.of(Map.of("id", person, "eligible", true)));
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
                Rows.candidates(row),
                decisions.stream().map(Rows::decision).toList());
    }
}
