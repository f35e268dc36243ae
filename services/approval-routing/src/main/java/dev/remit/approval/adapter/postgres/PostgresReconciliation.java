package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.application.Reconciliation;
import dev.remit.handoff.postgres.Statement;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jboss.logging.Logger;

/** One row says how far it is: whoever holds its lock reconciles. */
@Singleton
public class PostgresReconciliation implements Reconciliation {
    private static final Logger LOG = Logger.getLogger(PostgresReconciliation.class);
    static final String TURN =
            "select id from inbox_reconciliation where id = 1 and due_at <= cast(?1 as timestamptz)"
                    + " for update skip locked";
    static final String NEXT =
            "select change_id, requested_at from route where ended_at is null and (requested_at, change_id) >"
                    + " (select through_at, through_change from inbox_reconciliation where id = 1)"
                    + " order by requested_at, change_id limit ?1";
    static final String ON =
            "update inbox_reconciliation set through_at = cast(?1 as timestamptz), through_change = cast(?2 as uuid),"
                    + " checking = checking + ?3 where id = 1";
    static final String FINISHED =
            "update inbox_reconciliation set through_at = '-infinity',"
                    + " through_change = '00000000-0000-0000-0000-000000000000', checking = 0, checked = checking + ?1,"
                    + " finished_at = cast(?2 as timestamptz), due_at = cast(?3 as timestamptz) where id = 1";
    static final String FINISHED_AT =
            "select cast(coalesce(extract(epoch from finished_at), 0) as float8)"
                    + " from inbox_reconciliation where id = 1";
    static final String KEEP =
            "insert into inbox_mended (change_id, what, mended_at)"
                    + " select change_id, what, cast(?3 as timestamptz)"
                    + " from unnest(cast(?1 as uuid[]), cast(?2 as text[])) as row (change_id, what)";
    static final String FORGET =
            "delete from inbox_mended where mended_at < cast(?1 as timestamptz) - interval '30 days'";
    private static final String LAST =
            "select change_id, what, mended_at from inbox_mended order by position desc limit 100";

    @Override
    public Uni<Optional<Page>> next(Instant now, int limit) {
        return new Statement(TURN, time(now))
                .values(Integer.class)
                .chain(turn ->
                        turn.isEmpty()
                                ? Uni.createFrom().item(Optional.empty())
                                : page(limit).map(Optional::of));
    }

    private static Uni<Page> page(int limit) {
        return new Statement(NEXT, (long) limit)
                .rows()
                .map(rows ->
                        new Page(
                                rows.stream().map(row -> (UUID) row[0]).toList(),
                                rows.isEmpty() ? Instant.EPOCH : instant(rows.getLast()[1]),
                                rows.size() < limit));
    }

    @Override
    public Uni<Map<UUID, List<String>>> mend(Collection<UUID> changes) {
        return Panache.getSession()
                .chain(session ->
                        new Statement(
                                        "select "
                                                + RouteRow.COLUMNS
                                                + " from route where ended_at is null and change_id = any(cast(?1 as uuid[]))",
                                        ids(changes))
                                .entities(RouteRow.class)
                                .chain(rows ->
                                        PostgresRoutes.decisions(rows)
                                                .map(decisions -> mended(session, rows, decisions)))
                                .call(session::flush)
                                // nothing that is asked after it has to write first
                                .invoke(session::clear));
    }

    private static Map<UUID, List<String>> mended(
            Mutiny.Session session, List<RouteRow> rows, List<DecisionRow> decisions) {
        Map<UUID, List<DecisionRow>> of =
                decisions.stream().collect(Collectors.groupingBy(row -> row.changeId));
        Map<UUID, List<String>> mended = new LinkedHashMap<>();
        for (RouteRow row : rows) {
            List<String> columns = mended(row, of.getOrDefault(row.changeId, List.of()));
            if (columns.contains(UNREADABLE)) {
                // half mended it is not stored
                session.detach(row);
            }
            if (!columns.isEmpty()) {
                mended.put(row.changeId, columns);
            }
        }
        return mended;
    }

    /** The columns that said something else; of what does not read, {@link #UNREADABLE}. */
    static List<String> mended(RouteRow row, List<DecisionRow> decisions) {
        try {
            return Rows.mend(row, decisions.stream().map(Rows::decision).toList());
        } catch (RuntimeException e) {
            LOG.errorf("the route of change %s does not read: %s", row.changeId, e);
            return List.of(UNREADABLE);
        }
    }

    @Override
    public Uni<Void> done(Page page, List<Mended> mended, Instant now, Duration every) {
        return (page.last() ? finished(page, now, every) : on(page))
                .chain(() -> mended.isEmpty() ? Uni.createFrom().voidItem() : keep(mended, now));
    }

    private static Uni<Void> on(Page page) {
        return new Statement(
                        ON,
                        time(page.through()),
                        page.changes().getLast(),
                        (long) page.changes().size())
                .execute();
    }

    private static Uni<Void> finished(Page page, Instant now, Duration every) {
        return new Statement(
                        FINISHED,
                        (long) page.changes().size(),
                        time(now),
                        // the timers of two replicas need not be as far apart as their clocks say
                        time(now.plus(every.dividedBy(2))))
                .execute()
                .chain(() -> new Statement(FORGET, time(now)).execute());
    }

    private static Uni<Void> keep(List<Mended> mended, Instant now) {
        return new Statement(
                        KEEP, ids(mended, Mended::change), texts(mended, Mended::what), time(now))
                .execute();
    }

    @Override
    public Uni<Report> report() {
        return Panache.withSession(() ->
                new Statement("select finished_at, checked from inbox_reconciliation where id = 1")
                        .only()
                        .chain(row ->
                                new Statement(LAST).rows().map(mended -> report(row, mended))));
    }

    @Override
    public Uni<Optional<Instant>> finished() {
        return new Statement(FINISHED_AT)
                .single(Double.class)
                .map(Optional::of)
                .map(found ->
                        found.filter(seconds -> seconds > 0)
                                .map(seconds -> Instant.ofEpochSecond(seconds.longValue())));
    }

    private static Report report(Object[] row, List<Object[]> mended) {
        return new Report(
                row[0] == null ? null : instant(row[0]),
                ((Number) row[1]).longValue(),
                mended.stream()
                        .map(each -> new Mended((UUID) each[0], (String) each[1], instant(each[2])))
                        .toList());
    }
}
