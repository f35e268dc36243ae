package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.adapter.postgres.Rowset.Column;
import dev.remit.approval.application.Routes;
import dev.remit.approval.domain.Decision;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Routes and their decisions, a row each; those of a batch are written by a statement each. */
@Singleton
public class PostgresRoutes implements Routes {
    /** The index {@code route_approved} serves exactly these. */
    static final String APPROVED = "state in ('APPROVED', 'REVIEWED')";

    static final String APPROVERS =
            "select last.account, last.name, d.stage_name, d.decided_by"
                    + " from (select distinct account, name from unnest(cast(?1 as text[]), cast(?2 as text[])) as one (account, name)) as asked"
                    + " cross join lateral (select r.account, c.name, r.change_id from route r"
                    + " join directory_charter c on c.hash = r.charter_hash and c.name = asked.name"
                    + " where r.account = asked.account and r."
                    + APPROVED
                    + " order by r.ended_at desc, r.change_id limit 1) as last"
                    + " join decision d on d.change_id = last.change_id and d.decision = 'APPROVED'"
                    + " and d.decided_by not like 'policy:%'"
                    // an account that is somebody else's since stands for nobody who approved
                    + " and (d.worker is null or exists (select 1 from directory_account p where p.id = d.decided_by and not p.removed"
                    + " and coalesce(p.worker_id, p.owner) = d.worker offset 0))"
                    + " and not exists (select 1 from decision a where a.change_id = d.change_id"
                    + " and a.decision = 'AMENDED' and a.position > d.position) order by d.position";

    static final Rowset<RouteRow> ROUTES =
            Rowset.of(
                    "route",
                    "change_id",
                    List.of(
                            new Column<>("change_id", Rowset.Type.UUID, row -> row.changeId),
                            new Column<>("change", Rowset.Type.BYTES, row -> base64(row.change)),
                            new Column<>("charter_hash", Rowset.Type.TEXT, row -> row.charterHash),
                            new Column<>("verdict", Rowset.Type.NULLABLE, row -> row.verdict),
                            new Column<>("facts", Rowset.Type.TEXT, row -> row.facts),
                            new Column<>("account", Rowset.Type.TEXT, row -> row.account),
                            new Column<>("manager", Rowset.Type.NULLABLE, row -> row.manager),
                            new Column<>(
                                    "manager_worker",
                                    Rowset.Type.NULLABLE,
                                    row -> row.managerWorker),
                            new Column<>("plan", Rowset.Type.BYTES, row -> base64(row.plan)),
                            new Column<>("plan_hash", Rowset.Type.TEXT, row -> row.planHash),
                            new Column<>("state", Rowset.Type.TEXT, row -> row.state),
                            new Column<>("stage", Rowset.Type.INTEGER, row -> row.stage),
                            new Column<>("stage_name", Rowset.Type.TEXT, row -> row.stageName),
                            new Column<>("next_stage", Rowset.Type.INTEGER, row -> row.nextStage),
                            new Column<>("stages", Rowset.Type.TEXT, row -> row.stages),
                            new Column<>("requested_at", Rowset.Type.TIME, row -> row.requestedAt),
                            new Column<>("expires_at", Rowset.Type.TIME, row -> row.expiresAt),
                            new Column<>("wake_at", Rowset.Type.TIME, row -> row.wakeAt),
                            new Column<>("asks", Rowset.Type.TEXT, row -> row.asks),
                            new Column<>("deciders", Rowset.Type.TEXT, row -> row.deciders),
                            new Column<>("held", Rowset.Type.NULLABLE, row -> row.held),
                            new Column<>("review", Rowset.Type.NULLABLE, row -> row.review),
                            new Column<>(
                                    "executed_by", Rowset.Type.NULLABLE, row -> row.executedBy),
                            new Column<>(
                                    "executed_worker",
                                    Rowset.Type.NULLABLE,
                                    row -> row.executedWorker),
                            new Column<>("ended_at", Rowset.Type.TIME, row -> row.endedAt)));

    static final Rowset<DecisionRow> DECISIONS =
            new Rowset<>(
                    "decision",
                    "",
                    List.of(
                            new Column<>("id", Rowset.Type.UUID, row -> row.id),
                            new Column<>("change_id", Rowset.Type.UUID, row -> row.changeId),
                            new Column<>("stage", Rowset.Type.INTEGER, row -> row.stage),
                            new Column<>("stage_name", Rowset.Type.TEXT, row -> row.stageName),
                            new Column<>("decided_by", Rowset.Type.NULLABLE, row -> row.decidedBy),
                            new Column<>("worker", Rowset.Type.NULLABLE, row -> row.worker),
                            new Column<>(
                                    "on_behalf_of", Rowset.Type.NULLABLE, row -> row.onBehalfOf),
                            new Column<>(
                                    "delegator_worker",
                                    Rowset.Type.NULLABLE,
                                    row -> row.delegatorWorker),
                            new Column<>("decision", Rowset.Type.TEXT, row -> row.decision),
                            new Column<>("refusal", Rowset.Type.NULLABLE, row -> row.refusal),
                            new Column<>("reason", Rowset.Type.TEXT, row -> row.reason),
                            new Column<>("people", Rowset.Type.TEXT, row -> row.people),
                            new Column<>("decided_at", Rowset.Type.TIME, row -> row.decidedAt)));

    @Override
    public Uni<Set<UUID>> routed(Collection<UUID> changes) {
        return new Statement(
                        "select change_id from route where change_id = any(cast(?1 as uuid[]))",
                        ids(changes))
                .values(UUID.class)
                .map(Set::copyOf);
    }

    @Override
    public Uni<Set<UUID>> granted(Collection<UUID> changes) {
        return new Statement(
                        "select change_id from route where change_id = any(cast(?1 as uuid[])) and state = 'GRANTED'",
                        ids(changes))
                .values(UUID.class)
                .map(Set::copyOf);
    }

    @Override
    public Uni<Found> load(Collection<UUID> changes) {
        return select(ids(changes))
                .chain(rows -> decisions(rows).map(decisions -> loaded(rows, decisions)));
    }

    @Override
    public Uni<Void> store(Collection<Moved> moved, Collection<Recorded> decisions) {
        return rows(moved)
                .chain(rows ->
                        Uni.combine()
                                .all()
                                .unis(
                                        ROUTES.write(rows),
                                        DECISIONS.write(decisions.stream().map(Rows::row).toList()))
                                .discardItems());
    }

    @Override
    public Uni<List<UUID>> due(Instant now, int limit) {
        return new Statement(
                        "select change_id from route where ended_at is null and wake_at <= ?1 and unread_at is null"
                                + " order by wake_at limit ?2",
                        time(now),
                        (long) limit)
                .values(UUID.class);
    }

    @Override
    public Uni<Void> setAside(Set<UUID> changes, Instant now) {
        return new Statement(
                        "update route set unread_at = ?2 where change_id = any(cast(?1 as uuid[]))",
                        ids(changes),
                        time(now))
                .execute();
    }

    @Override
    public Uni<List<UUID>> setAsideBefore(Instant since, int limit) {
        return new Statement(
                        "select change_id from route where unread_at < ?1 and ended_at is null order by unread_at limit ?2",
                        time(since),
                        (long) limit)
                .values(UUID.class);
    }

    @Override
    public Uni<Void> takeBack(Set<UUID> changes) {
        return new Statement(
                        "update route set unread_at = null where change_id = any(cast(?1 as uuid[]))",
                        ids(changes))
                .execute();
    }

    @Override
    public Uni<Map<Earlier, Map<String, List<String>>>> approvers(Set<Earlier> asked) {
        List<Earlier> all = List.copyOf(asked);
        return new Statement(APPROVERS, texts(all, Earlier::account), texts(all, Earlier::charter))
                .rows()
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
        return new Statement(
                        "select count(*), count(held), min(requested_at), count(review), count(*) filter (where review = 'OVERDUE'),"
                                + " (select count(*) from route where unread_at is not null and ended_at is null)"
                                + " from route where ended_at is null and (state <> 'GRANTED' or held is not null)")
                .only()
                .map(row ->
                        new Census(
                                ((Number) row[0]).longValue(),
                                ((Number) row[1]).longValue(),
                                Optional.ofNullable(row[2]).map(Statement::instant),
                                ((Number) row[3]).longValue(),
                                ((Number) row[4]).longValue(),
                                ((Number) row[5]).longValue()));
    }

    /** Those of routes that have not ended; an ended route's do not matter any more. */
    static Uni<List<DecisionRow>> decisions(List<RouteRow> rows) {
        List<RouteRow> open = rows.stream().filter(row -> row.endedAt == null).toList();
        return open.isEmpty()
                ? Uni.createFrom().item(List.of())
                : new Statement(
                                "select "
                                        + DecisionRow.COLUMNS
                                        + " from decision where change_id = any(cast(?1 as uuid[])) order by position",
                                ids(open, row -> row.changeId))
                        .rows(DecisionRow.FIELDS);
    }

    private static Found loaded(List<RouteRow> rows, List<DecisionRow> decisions) {
        Map<UUID, List<DecisionRow>> of =
                decisions.stream().collect(Collectors.groupingBy(row -> row.changeId));
        Map<UUID, Loaded> loaded = new HashMap<>();
        Map<UUID, String> unread = new HashMap<>();
        for (RouteRow row : rows) {
            List<DecisionRow> made = of.getOrDefault(row.changeId, List.of());
            try {
                loaded.put(
                        row.changeId,
                        new Loaded(
                                Rows.route(row, made.stream().map(Rows::decision).toList()),
                                approvals(made)));
            } catch (RuntimeException e) {
                // whatever is wrong with a row, it is wrong with this one alone
                unread.put(row.changeId, e.toString());
            }
        }
        return new Found(loaded, unread);
    }

    /** None of those from before it was amended is among them. */
    static List<UUID> approvals(List<DecisionRow> made) {
        List<UUID> approvals = new ArrayList<>();
        for (DecisionRow each : made) {
            switch (Decision.Kind.valueOf(each.decision)) {
                case APPROVED -> approvals.add(each.id);
                case AMENDED -> approvals.clear();
                default -> {}
            }
        }
        return List.copyOf(approvals);
    }

    /** The rows as they are to be written: what a route does not say stays as it was. */
    private static Uni<List<RouteRow>> rows(Collection<Moved> moved) {
        List<Moved> known = moved.stream().filter(each -> !each.added()).toList();
        return (known.isEmpty()
                        ? Uni.createFrom().item(List.<RouteRow>of())
                        : select(ids(known, Moved::change)))
                .map(rows -> {
                    Map<UUID, RouteRow> kept = new HashMap<>();
                    rows.forEach(row -> kept.put(row.changeId, row));
                    return moved.stream().map(each -> row(each, kept)).toList();
                });
    }

    private static RouteRow row(Moved moved, Map<UUID, RouteRow> kept) {
        RouteRow row =
                moved.added()
                        ? new RouteRow()
                        : Objects.requireNonNull(
                                kept.get(moved.change()), "a route that was loaded is there");
        row.changeId = moved.change();
        Rows.fill(row, moved.route());
        return row;
    }

    private static Uni<List<RouteRow>> select(Object changes) {
        return new Statement(
                        "select "
                                + RouteRow.COLUMNS
                                + " from route where change_id = any(cast(?1 as uuid[]))",
                        changes)
                .rows(RouteRow.FIELDS);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
