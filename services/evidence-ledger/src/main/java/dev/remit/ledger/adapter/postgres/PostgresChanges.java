package dev.remit.ledger.adapter.postgres;

import dev.remit.handoff.postgres.Fields;
import dev.remit.handoff.postgres.Statement;
import dev.remit.ledger.application.Changes;
import dev.remit.ledger.certificate.Population;
import dev.remit.ledger.domain.Standing;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How changes stand, in the tables {@code change} and {@code stirred}. */
@Singleton
public class PostgresChanges implements Changes {
    private static final long NONE = -1;

    // what the row has and no other: a plan outlives a migration; unproved and closed_actors are
    // PostgreSQL's own
    private static final String COLUMNS =
            "change_id, charter, charter_hash, subject, account, state, holder, since, last,"
                    + " sequence, missing, refused, outcome, opened, closing_leaf, actors, revision,"
                    + " due, overdue";

    private static final String STANDINGS = "select " + COLUMNS + " from change ";

    private static final Fields<ChangeRow> ROW =
            Fields.of(ChangeRow.class, ChangeRow::new, COLUMNS);

    static final String CLOSED_BETWEEN =
            STANDINGS
                    + """
                    where closing_leaf >= :first and closing_leaf < :last
                      and (:charter = '' or charter = :charter)
                      and (:subject = '' or subject = :subject)
                      and (:account = '' or account = :account)
                      and (:outcome = '' or outcome = :outcome)
                    order by closing_leaf limit :most\
                    """;

    static final String SEARCH =
            STANDINGS
                    + """
                    where (:subject = '' or subject = :subject)
                      and (:account = '' or account = :account)
                      and (:actors = '' or closed_actors @> string_to_array(cast(:actors as text), ',')
                        or (closing_leaf is null and string_to_array(actors, ',') @> string_to_array(cast(:actors as text), ',')))
                      and (:charter = '' or charter = :charter)
                      and (:outcome = '' or outcome = :outcome
                        or (:outcome = 'OPEN' and outcome is null and closing_leaf is null))
                      and opened < :before
                    order by opened desc limit :most\
                    """;

    static final String STORE =
            """
            insert into change (change_id, charter, charter_hash, subject, account, state, holder, since,
              last, sequence, missing, refused, outcome, opened, closing_leaf, revision, actors, erased, due, overdue)
            select change_id, charter, charter_hash, subject, nullif(account, ''), state, holder,
              cast(since as timestamptz), last, sequence, missing, refused, nullif(outcome, ''), opened,
              nullif(closing_leaf, -1), revision, actors, state = cast(:erased as text),
              cast(nullif(due, '') as timestamptz), cast(nullif(overdue, '') as timestamptz)
            from unnest(cast(:changes as uuid[]), cast(:charters as text[]), cast(:hashes as text[]),
              cast(:subjects as text[]), cast(:accounts as text[]), cast(:states as text[]),
              cast(:holders as text[]), cast(:sinces as text[]), cast(:lasts as text[]),
              cast(:sequences as integer[]), cast(:missing as text[]), cast(:refused as text[]),
              cast(:outcomes as text[]), cast(:opened as bigint[]), cast(:closing as bigint[]),
              cast(:revisions as uuid[]), cast(:actors as text[]), cast(:dues as text[]),
              cast(:overdues as text[]))
              as standing (change_id, charter, charter_hash, subject, account, state, holder, since, last,
                sequence, missing, refused, outcome, opened, closing_leaf, revision, actors, due, overdue)
            order by change_id
            on conflict (change_id) do update set charter = excluded.charter,
              charter_hash = excluded.charter_hash, subject = excluded.subject, account = excluded.account,
              state = excluded.state, holder = excluded.holder, since = excluded.since, last = excluded.last,
              sequence = excluded.sequence, missing = excluded.missing, refused = excluded.refused,
              outcome = excluded.outcome, closing_leaf = excluded.closing_leaf,
              revision = excluded.revision, actors = excluded.actors, erased = excluded.erased,
              due = excluded.due, overdue = excluded.overdue\
            """;

    // no index: it would be written with each handoff; open changes have one
    static final String OVERDUE =
            """
            select change_id from change where closing_leaf is null and outcome is null
              and due < cast(:before as timestamptz) and due is distinct from overdue
            limit :most\
            """;

    private static final String KEPT = "closing_leaf is not null and not erased";

    // from hash to hash along the index: one row of it is read for each, however many changes there
    // are
    private static final String KEPT_UNDER =
            """
            with recursive kept as (
              (select charter, charter_hash from change where %1$s
                order by charter_hash, closing_leaf limit 1)
              union all
              select next.charter, next.charter_hash from kept cross join lateral (
                select charter, charter_hash from change
                where %1$s and charter_hash > kept.charter_hash
                order by charter_hash, closing_leaf limit 1) next)
            select charter, charter_hash from kept order by 1, 2\
            """
                    .formatted(KEPT);

    @Override
    public Uni<List<Standing>> load(Collection<UUID> changes) {
        return standings(
                STANDINGS + "where change_id = any(cast(:changes as uuid[]))",
                Map.of("changes", changes.toArray(UUID[]::new)));
    }

    @Override
    public Uni<Void> store(Collection<Standing> standings) {
        if (standings.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        List<Standing> all = List.copyOf(standings);
        return Panache.withSession(() ->
                Statement.named(
                                STORE,
                                Map.ofEntries(
                                        Map.entry("erased", Standing.ERASED),
                                        Map.entry(
                                                "changes",
                                                all.stream()
                                                        .map(Standing::change)
                                                        .toArray(UUID[]::new)),
                                        Map.entry("charters", texts(all, Standing::charter)),
                                        Map.entry("hashes", texts(all, Standing::charterHash)),
                                        Map.entry("subjects", texts(all, Standing::subject)),
                                        Map.entry(
                                                "accounts",
                                                texts(all, each -> each.account().orElse(""))),
                                        Map.entry("states", texts(all, Standing::state)),
                                        Map.entry("holders", texts(all, Standing::holder)),
                                        Map.entry(
                                                "sinces",
                                                times(all, each -> Optional.of(each.since()))),
                                        Map.entry("lasts", texts(all, Standing::last)),
                                        Map.entry(
                                                "sequences",
                                                all.stream()
                                                        .map(Standing::sequence)
                                                        .toArray(Integer[]::new)),
                                        Map.entry(
                                                "missing",
                                                texts(
                                                        all,
                                                        each -> String.join(",", each.missing()))),
                                        Map.entry(
                                                "refused",
                                                texts(
                                                        all,
                                                        each -> String.join(",", each.refused()))),
                                        Map.entry(
                                                "outcomes",
                                                texts(all, each -> each.outcome().orElse(""))),
                                        Map.entry(
                                                "opened",
                                                all.stream()
                                                        .map(Standing::opened)
                                                        .toArray(Long[]::new)),
                                        Map.entry(
                                                "closing",
                                                all.stream()
                                                        .map(each ->
                                                                each.closingLeaf().orElse(NONE))
                                                        .toArray(Long[]::new)),
                                        Map.entry(
                                                "revisions",
                                                all.stream()
                                                        .map(each -> each.revision().orElse(null))
                                                        .toArray(UUID[]::new)),
                                        Map.entry(
                                                "actors",
                                                texts(
                                                        all,
                                                        each -> String.join(",", each.actors()))),
                                        Map.entry("dues", times(all, Standing::due)),
                                        Map.entry("overdues", times(all, Standing::overdue))))
                        .affected()
                        .replaceWithVoid());
    }

    @Override
    public Uni<Void> stir(
            Collection<String> accounts, Collection<String> charterHashes, boolean signed) {
        return Panache.withSession(() ->
                Statement.named(
                                """
                                insert into stirred (change_id)
                                select change_id from change where unproved
                                  and account = any(cast(:accounts as text[]))
                                union
                                select change_id from change where unproved and missing = 'charter'
                                  and charter_hash = any(cast(:hashes as text[]))
                                union
                                select change_id from change where cast(:signed as boolean) and unproved
                                  and 'approvals.complete' = any(string_to_array(missing, ','))
                                order by change_id
                                on conflict do nothing\
                                """,
                                Map.of(
                                        "accounts",
                                        accounts.toArray(String[]::new),
                                        "hashes",
                                        charterHashes.toArray(String[]::new),
                                        "signed",
                                        signed))
                        .affected()
                        .replaceWithVoid());
    }

    @Override
    public Uni<List<UUID>> due(Instant before, int most) {
        return Panache.withSession(() ->
                Statement.named(
                                """
                                select change_id from stirred
                                union
                                select change_id from change where unproved
                                  and missing <> refused
                                  and since < cast(:before as timestamptz)
                                limit :most\
                                """,
                                Map.of("before", before, "most", (long) most))
                        .values(UUID.class));
    }

    @Override
    public Uni<List<UUID>> overdue(Instant before, int most) {
        return Panache.withSession(() ->
                Statement.named(OVERDUE, Map.of("before", before, "most", (long) most))
                        .values(UUID.class));
    }

    @Override
    public Uni<Void> settle(Collection<UUID> changes) {
        return Panache.withSession(() ->
                Statement.named(
                                "delete from stirred where change_id = any(cast(:changes as uuid[]))",
                                Map.of("changes", changes.toArray(UUID[]::new)))
                        .affected()
                        .replaceWithVoid());
    }

    @Override
    public Uni<List<Standing>> closedBetween(
            long first, long last, Population population, int most) {
        return standings(
                CLOSED_BETWEEN,
                Map.of(
                        "first",
                        first,
                        "last",
                        last,
                        "charter",
                        population.charter().orElse(""),
                        "subject",
                        population.subject().orElse(""),
                        "account",
                        population.account().orElse(""),
                        "outcome",
                        population.outcome().orElse(""),
                        "most",
                        (long) most));
    }

    @Override
    public Uni<List<Standing>> search(Search search, int most) {
        // an erasure searches with changes locked
        return Panache.withSession(() ->
                Statement.BY_VALUES.and(
                        standings(
                                SEARCH,
                                Map.of(
                                        "subject",
                                        search.subject().orElse(""),
                                        "account",
                                        search.account().orElse(""),
                                        "actors",
                                        String.join(",", search.actors()),
                                        "charter",
                                        search.charter().orElse(""),
                                        "outcome",
                                        search.outcome().orElse(""),
                                        "before",
                                        search.openedBefore().orElse(Long.MAX_VALUE),
                                        "most",
                                        (long) most))));
    }

    @Override
    public Uni<Optional<Standing>> find(UUID change) {
        return load(List.of(change)).map(found -> found.stream().findFirst());
    }

    @Override
    public Uni<List<KeptUnder>> kept() {
        return Panache.withSession(() ->
                new Statement(KEPT_UNDER)
                        .rows()
                        .map(rows ->
                                rows.stream()
                                        .map(row -> new KeptUnder((String) row[0], (String) row[1]))
                                        .toList()));
    }

    @Override
    public Uni<List<UUID>> keptUntil(String charterHash, long closedBefore, int most) {
        return Panache.withSession(() ->
                Statement.named(
                                "select change_id from change where "
                                        + KEPT
                                        + " and charter_hash = :hash"
                                        + " and closing_leaf < :before order by closing_leaf limit :most",
                                Map.of(
                                        "hash",
                                        charterHash,
                                        "before",
                                        closedBefore,
                                        "most",
                                        (long) most))
                        .values(UUID.class));
    }

    @Override
    public Uni<Long> keptBefore(String charterHash, long closedBefore) {
        return Panache.withSession(() ->
                Statement.named(
                                "select count(*) from change where "
                                        + KEPT
                                        + " and charter_hash = :hash"
                                        + " and closing_leaf < :before",
                                Map.of("hash", charterHash, "before", closedBefore))
                        .single(Long.class));
    }

    @Override
    public Uni<Backlog> backlog() {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createSelectionQuery(
                                                "select count(*), min(since) from ChangeRow where closingLeaf is null and outcome is null",
                                                Object[].class)
                                        .getSingleResult())
                        .map(row ->
                                new Backlog((Long) row[0], Optional.ofNullable((Instant) row[1]))));
    }

    private static Uni<List<Standing>> standings(String sql, Map<String, Object> parameters) {
        return Panache.withSession(() ->
                Statement.named(sql, parameters).rows(ROW.andThen(PostgresChanges::standing)));
    }

    private static Standing standing(ChangeRow row) {
        return new Standing(
                row.changeId,
                row.charter,
                row.charterHash,
                row.subject,
                Optional.ofNullable(row.account),
                row.state,
                row.holder,
                row.since,
                row.last,
                row.sequence,
                names(row.missing),
                names(row.refused),
                Optional.ofNullable(row.outcome),
                row.opened,
                optional(row.closingLeaf),
                optional(row.revision),
                row.actors.isEmpty() ? Set.of() : Set.of(row.actors.split(",", -1)),
                optional(row.due),
                optional(row.overdue));
    }

    private static <T> Optional<T> optional(@Nullable T value) {
        return Optional.ofNullable(value);
    }

    private static List<String> names(String joined) {
        return joined.isEmpty() ? List.of() : List.of(joined.split(",", -1));
    }

    private static String[] times(
            List<Standing> all, Function<Standing, Optional<Instant>> column) {
        return texts(all, each -> column.apply(each).map(Instant::toString).orElse(""));
    }

    /** Words come from messages; PostgreSQL's text cannot hold a zero character. */
    private static String[] texts(List<Standing> all, Function<Standing, String> column) {
        return all.stream()
                .map(each -> column.apply(each).replace('\0', ' '))
                .toArray(String[]::new);
    }
}
