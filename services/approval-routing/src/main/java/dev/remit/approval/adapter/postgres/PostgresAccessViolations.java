package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.adapter.kafka.Observations;
import dev.remit.approval.adapter.kafka.Observations.Latest;
import dev.remit.approval.adapter.postgres.Rowset.Column;
import dev.remit.approval.application.AccessViolations;
import dev.remit.approval.domain.Violation;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One row says how far the run is: whoever holds its lock looks. */
@Singleton
class PostgresAccessViolations implements AccessViolations {
    static final String TURN =
            "select through from access_run where id = 1 and due_at <= cast(?1 as timestamptz)"
                    + " for update skip locked";
    static final String NEXT =
            "select worker from (select distinct worker_id as worker from directory_account"
                    + " where worker_id > ?1 and not removed"
                    + " union select system || ' ' || id from directory_account"
                    + " where worker_id is null and not removed and system || ' ' || id > ?1"
                    + " union select worker from access_violation where ended_at is null and worker > ?1) as all_of_them"
                    + " order by worker limit ?2";

    /**
     * Beside one that begins later those before it; last what was told and has no document here.
     */
    static final String CHARTERS =
            "select name, version, hash from ("
                    + "select f.name, c.version, f.hash, f.published_at, f.hash = l.hash as latest"
                    + " from charter_in_force f join directory_charter c on c.hash = f.hash"
                    + " left join charter_latest l on l.name = f.name"
                    + " union all select name, version, hash, published_at, true from charter_latest l"
                    + " where not exists (select 1 from charter_in_force f where f.hash = l.hash)) as one"
                    + " order by name, published_at desc, latest desc nulls last, version desc";

    static final String STANDING =
            "select id, worker, charter, rule, rule_version from access_violation"
                    + " where ended_at is null and worker = any(cast(?1 as text[]))";
    static final String END =
            "update access_violation set ended_at = cast(?3 as timestamptz), end_reason = row.reason"
                    + " from unnest(cast(?1 as uuid[]), cast(?2 as text[])) as row (id, reason)"
                    + " where access_violation.id = row.id and ended_at is null";
    static final String ON =
            "update access_run set through = ?1, looking = looking + ?2,"
                    + " started_at = case when looking = 0 and through = '' then cast(?3 as timestamptz) else started_at end"
                    + " where id = 1";
    static final String FINISHED =
            "update access_run set started_at = case when through = '' then cast(?2 as timestamptz) else started_at end,"
                    + " through = '', looked = looking + ?1, looking = 0, finished_at = cast(?2 as timestamptz),"
                    + " due_at = cast(?3 as timestamptz) where id = 1";
    static final String BEGIN =
            "update access_run set due_at = least(due_at, cast(?1 as timestamptz)) where id = 1";
    static final String RUN =
            "select started_at, finished_at, case when isfinite(due_at) then due_at end, looked from access_run where id = 1";
    static final String LIST =
            "select id, worker, charter, charter_version, charter_hash, rule, rule_version, rule_owner, rule_source,"
                    + " facts, remedy, held, accounts, found_at, ended_at, end_reason from access_violation"
                    + " where (ended_at is null or ?1 = 'all') and (?2 = '' or (found_at, id) >"
                    + " (select found_at, id from access_violation where id = cast(nullif(?2, '') as uuid)))"
                    + " order by found_at, id limit ?3";
    static final String COUNT = "select count(*) from access_violation where ended_at is null";
    static final String LATEST =
            "insert into charter_latest as known (name, version, hash, published_at)"
                    + " select name, version, hash, cast(published_at as timestamptz)"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]))"
                    + " as row (name, version, hash, published_at)"
                    + " on conflict (name) do update set version = excluded.version, hash = excluded.hash,"
                    + " published_at = excluded.published_at where known.published_at <= excluded.published_at";

    static final Rowset<Found> FOUND =
            new Rowset<>(
                    "access_violation",
                    "",
                    List.of(
                            column("id", Rowset.Type.UUID, Found::id),
                            column("worker", Rowset.Type.TEXT, Found::worker),
                            column("charter", Rowset.Type.TEXT, each -> each.charter().name()),
                            column(
                                    "charter_version",
                                    Rowset.Type.TEXT,
                                    each -> each.charter().version()),
                            column("charter_hash", Rowset.Type.TEXT, each -> each.charter().hash()),
                            column("rule", Rowset.Type.TEXT, each -> each.violation().rule()),
                            column(
                                    "rule_version",
                                    Rowset.Type.TEXT,
                                    each -> each.violation().version()),
                            column(
                                    "rule_owner",
                                    Rowset.Type.TEXT,
                                    each -> each.violation().owner()),
                            column(
                                    "rule_source",
                                    Rowset.Type.TEXT,
                                    each -> each.violation().source()),
                            column("facts", Rowset.Type.TEXT, each -> each.violation().facts()),
                            column("remedy", Rowset.Type.TEXT, each -> each.violation().remedy()),
                            column(
                                    "held",
                                    Rowset.Type.TEXT,
                                    each -> String.join("\n", each.held())),
                            column(
                                    "accounts",
                                    Rowset.Type.TEXT,
                                    each -> String.join("\n", each.accounts())),
                            column("found_at", Rowset.Type.TIME, Found::at)));

    private static Column<Found> column(
            String name, Rowset.Type type, Function<Found, @Nullable Object> value) {
        return new Column<>(name, type, value);
    }

    /** Keeps which version of a charter was published last. */
    Uni<Void> take(List<Received> batch) {
        List<Latest> rows = List.copyOf(Observations.published(batch));
        return rows.isEmpty()
                ? Uni.createFrom().voidItem()
                : new Statement(
                                LATEST,
                                texts(rows, each -> each.charter().name()),
                                texts(rows, each -> each.charter().version()),
                                texts(rows, each -> each.charter().hash()),
                                texts(rows, each -> each.at().toString()))
                        .execute();
    }

    @Override
    public Uni<Optional<Page>> next(Instant now, int limit) {
        return new Statement(TURN, time(now))
                .values(String.class)
                .chain(turn ->
                        turn.isEmpty()
                                ? Uni.createFrom().item(Optional.empty())
                                : new Statement(NEXT, turn.getFirst(), (long) limit)
                                        .values(String.class)
                                        .map(workers ->
                                                Optional.of(
                                                        new Page(
                                                                workers, workers.size() < limit))));
    }

    @Override
    public Uni<List<Published>> charters() {
        return new Statement(CHARTERS)
                .rows(row -> new Published((String) row[0], (String) row[1], (String) row[2]));
    }

    @Override
    public Uni<List<Standing>> standing(Collection<String> workers) {
        return workers.isEmpty()
                ? Uni.createFrom().item(List.of())
                : new Statement(STANDING, texts(workers))
                        .rows(row ->
                                new Standing(
                                        (UUID) row[0],
                                        new Key(
                                                (String) row[1],
                                                (String) row[2],
                                                (String) row[3],
                                                (String) row[4])));
    }

    @Override
    public Uni<Void> store(List<Found> found, List<Ended> ended, Instant now) {
        return FOUND.write(found)
                .chain(() ->
                        ended.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : new Statement(
                                                END,
                                                ids(ended, each -> each.violation().id()),
                                                texts(ended, Ended::reason),
                                                time(now))
                                        .execute());
    }

    @Override
    public Uni<Void> done(Page page, Instant now, Duration every) {
        long looked = page.workers().size();
        Statement done =
                page.last()
                        ? new Statement(FINISHED, looked, time(now), time(now.plus(every)))
                        : new Statement(ON, page.workers().getLast(), looked, time(now));
        return done.execute();
    }

    @Override
    public Uni<Run> begin(Instant now) {
        return new Statement(BEGIN, time(now)).execute().chain(this::run);
    }

    @Override
    public Uni<Run> run() {
        return new Statement(RUN)
                .only()
                .map(row ->
                        new Run(
                                moment(row[0]),
                                moment(row[1]),
                                moment(row[2]).orElse(Instant.EPOCH),
                                ((Number) row[3]).longValue()));
    }

    @Override
    public Uni<List<Kept>> list(boolean all, Optional<UUID> after, int limit) {
        return new Statement(
                        LIST,
                        all ? "all" : "standing",
                        after.map(UUID::toString).orElse(""),
                        (long) limit)
                .rows(PostgresAccessViolations::kept);
    }

    @Override
    public Uni<Long> count() {
        return new Statement(COUNT).single(Long.class);
    }

    private static Kept kept(Object[] row) {
        return new Kept(
                new Found(
                        (UUID) row[0],
                        (String) row[1],
                        new Published((String) row[2], (String) row[3], (String) row[4]),
                        new Violation(
                                (String) row[5],
                                (String) row[6],
                                (String) row[7],
                                (String) row[8],
                                (String) row[9],
                                (String) row[10]),
                        new LinkedHashSet<>(lines(row[11])),
                        lines(row[12]),
                        instant(row[13])),
                moment(row[14]),
                Optional.ofNullable((String) row[15]));
    }

    private static List<String> lines(Object column) {
        return ((String) column).lines().toList();
    }

    private static Optional<Instant> moment(@Nullable Object column) {
        return Optional.ofNullable(column).map(Statement::instant);
    }
}
