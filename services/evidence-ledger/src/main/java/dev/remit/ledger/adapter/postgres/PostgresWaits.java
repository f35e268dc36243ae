package dev.remit.ledger.adapter.postgres;

import dev.remit.ledger.application.Waits;
import dev.remit.ledger.domain.Wait;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The table {@code wait}. */
@Singleton
public class PostgresWaits implements Waits {
    static final String STORE =
            """
            insert into wait (change_id, sequence, party, charter, unit, people, asked, since, until, rework)
            select change_id, sequence, party, charter, unit, people, asked, cast(since as timestamptz),
              cast(nullif(until, '') as timestamptz), nullif(rework, '')
            from unnest(cast(:changes as uuid[]), cast(:sequences as integer[]), cast(:parties as text[]),
              cast(:charters as text[]), cast(:units as text[]), cast(:people as text[]), cast(:asked as integer[]), cast(:sinces as text[]),
              cast(:untils as text[]), cast(:reworks as text[]))
              as row (change_id, sequence, party, charter, unit, people, asked, since, until, rework)
            order by change_id, sequence, party
            on conflict (change_id, sequence, party) do update set charter = excluded.charter,
              unit = excluded.unit, people = excluded.people, asked = excluded.asked, since = excluded.since, until = excluded.until,
              rework = excluded.rework\
            """;

    /** Each change, and what it settles, is looked up by itself, whatever waits. */
    static final String SETTLED =
            """
            with done as materialized (
              select change_id, account, subject, opened, since from change
              where change_id = any(cast(:changes as uuid[]))),
            owing as materialized (
              select owing.change_id, done.since from done cross join lateral (
                select change_id from change where account = done.account and subject = done.subject
                  and opened < done.opened and change_id <> done.change_id offset 0) owing)
            update wait set until = greatest(since, now())
            where party = 'OWING' and until is null and change_id = any(array(select change_id from owing))
              and since <= (select max(since) from owing where owing.change_id = wait.change_id)\
            """;

    private static final String REMOVE =
            """
            delete from wait using unnest(cast(:changes as uuid[]), cast(:sequences as integer[]), cast(:parties as text[]))
              as gone (change_id, sequence, party)
            where wait.change_id = gone.change_id and wait.sequence = gone.sequence
              and wait.party = gone.party\
            """;

    /**
     * Sums up the rows of a table {@code part}: key, since, until, begun and one column a rework.
     */
    private static final String SUM =
            """
             select key, count(*) filter (where until is null) as waiting,
              min(since) filter (where until is null) as oldest, count(until) as ended,
              percentile_cont(0.5) within group (order by extract(epoch from until - since)) as p50,
              percentile_cont(0.9) within group (order by extract(epoch from until - since)) as p90,
              percentile_cont(0.95) within group (order by extract(epoch from until - since)) as p95,
              cast(coalesce(sum(extract(epoch from until - since)), 0) as double precision) as total,
              cast(sum(begun) as bigint) as begun, cast(sum(correction) as bigint) as correction,
              cast(sum(question) as bigint) as question, cast(sum(reassignment) as bigint) as reassignment,
              cast(sum(proof) as bigint) as proof, cast(sum(sent_back) as bigint) as sent_back,
              cast(sum(amendment) as bigint) as amendment, cast(sum(lapse) as bigint) as lapse
            from part where key > :after group by key order by key limit :most\
            """;

    private static final String COUNTED =
            """
            cast(since >= cast(:from as timestamptz) as integer) as begun,
              cast(rework = 'CORRECTION' and since >= cast(:from as timestamptz) as integer) as correction,
              cast(rework = 'QUESTION' and since >= cast(:from as timestamptz) as integer) as question,
              cast(rework = 'REASSIGNMENT' and since >= cast(:from as timestamptz) as integer) as reassignment,
              cast(rework = 'PROOF' and since >= cast(:from as timestamptz) as integer) as proof,
              cast(rework = 'SENT_BACK' and since >= cast(:from as timestamptz) as integer) as sent_back,
              cast(rework = 'AMENDMENT' and since >= cast(:from as timestamptz) as integer) as amendment,
              cast(rework = 'LAPSE' and since >= cast(:from as timestamptz) as integer) as lapse\
            """;

    private static final String WITHIN =
            " (until is null or until >= cast(:from as timestamptz)) and (:charter = '' or charter = :charter)";

    private static final String OPEN =
            """
            select change_id, charter, sequence, party, unit, people, since, rework, asked
            from wait where until is null
              and (:charter = '' or charter = :charter)
              and (:party = '' or party = :party)
              and (:person = '' or (people <> '' and string_to_array(people, ',') @> array[cast(:person as text)]))
              and (since, change_id, sequence) > (cast(:since as timestamptz), cast(:change as uuid), :sequence)
            order by since, change_id, sequence limit :most\
            """;

    private static final String PARTY = "case party when 'SERVICE' then unit else party end";

    static final String WAITING =
            "with top as (select charter as name from wait where until is null"
                    + " group by charter order by count(*) desc, charter limit :charters)"
                    + " select coalesce(name, 'others') || chr(10) || "
                    + PARTY
                    + " as key, count(*), min(since) from wait left join top on name = charter"
                    + " where party <> 'PERSON' and until is null group by 1 order by 1";

    private final Sql sql;

    PostgresWaits(Sql sql) {
        this.sql = sql;
    }

    @Override
    public Uni<Void> keep(Collection<Moved> moved) {
        record Row(UUID change, String charter, Wait held) {}
        record Gone(UUID change, Wait.Place place) {}
        List<Row> rows = new ArrayList<>();
        List<Gone> gone = new ArrayList<>();
        for (Moved each : moved) {
            each.now().forEach(wait -> rows.add(new Row(each.change(), each.charter(), wait)));
            each.gone().forEach(place -> gone.add(new Gone(each.change(), place)));
        }
        Uni<Integer> removed =
                gone.isEmpty()
                        ? Uni.createFrom().item(0)
                        : sql.update(
                                REMOVE,
                                Map.of(
                                        "changes",
                                        gone.stream().map(Gone::change).toArray(UUID[]::new),
                                        "sequences",
                                        numbers(gone, each -> each.place().sequence()),
                                        "parties",
                                        texts(gone, each -> each.place().party().name())));
        if (rows.isEmpty()) {
            return removed.replaceWithVoid();
        }
        Map<String, Object> columns = new HashMap<>();
        columns.put("changes", rows.stream().map(Row::change).toArray(UUID[]::new));
        columns.put("sequences", numbers(rows, each -> each.held().sequence()));
        columns.put("parties", texts(rows, each -> each.held().party().name()));
        columns.put("charters", texts(rows, Row::charter));
        columns.put("units", texts(rows, each -> each.held().unit()));
        columns.put("people", texts(rows, each -> String.join(",", each.held().people())));
        columns.put("asked", numbers(rows, each -> each.held().asked()));
        columns.put("sinces", texts(rows, each -> each.held().since().toString()));
        columns.put(
                "untils",
                texts(rows, each -> each.held().until().map(Instant::toString).orElse("")));
        columns.put(
                "reworks", texts(rows, each -> each.held().rework().map(Enum::name).orElse("")));
        // no place is in both, and whatever comes next is to be behind both
        return Uni.join().all(removed, sql.update(STORE, columns)).andFailFast().replaceWithVoid();
    }

    @Override
    public Uni<Void> settled(Collection<UUID> done) {
        return sql.update(SETTLED, Map.of("changes", done.toArray(UUID[]::new))).replaceWithVoid();
    }

    @Override
    public Uni<Void> forgetPeople(Collection<UUID> changes) {
        return sql.update(
                        "update wait set people = '' where change_id = any(cast(:changes as uuid[]))",
                        Map.of("changes", changes.toArray(UUID[]::new)))
                .replaceWithVoid();
    }

    @Override
    public Uni<List<Line>> sums(Asked asked, int most) {
        String part =
                switch (asked.by()) {
                    case PARTY -> part(PARTY, "party <> 'PERSON'");
                    case UNIT -> part("unit", "party <> 'PERSON'");
                    case PERSON ->
                            "with part as (select person as key, since, until, "
                                    + COUNTED
                                    + " from wait, unnest(string_to_array(people, ',')) as person"
                                    + " where (until is null or party = 'PERSON') and person <> '' and "
                                    + WITHIN
                                    + ")";
                    // a change as a whole: from its first handoff to its end
                    case CHARTER ->
                            "with counted as (select wait.charter, change_id, wait.since, wait.until, outcome, "
                                    + COUNTED.replace("since >=", "wait.since >=")
                                    + " from wait join change using (change_id) where party not in ('PERSON', 'OWING') and change_id in"
                                    + " (select change_id from wait where party <> 'OWING' and "
                                    + WITHIN
                                    + ")), part as (select charter as key, change_id, min(since) as since,"
                                    + " case when bool_and(outcome is not null) then max(until) end as until,"
                                    + " sum(begun) as begun, sum(correction) as correction, sum(question) as question,"
                                    + " sum(reassignment) as reassignment, sum(proof) as proof,"
                                    + " sum(sent_back) as sent_back, sum(amendment) as amendment, sum(lapse) as lapse"
                                    + " from counted group by charter, change_id)";
                };
        return lines(
                part + SUM,
                asked.from(),
                asked.charter().orElse(""),
                asked.after().orElse(""),
                most);
    }

    @Override
    public Uni<List<Line>> byCharterAndParty(Instant from, int charters) {
        return lines(
                "with top as (select charter as name from wait where "
                        + WITHIN
                        + " group by charter order by count(*) desc, charter limit "
                        + charters
                        + "), part as (select coalesce(name, 'others') || chr(10) || "
                        + PARTY
                        + " as key, since, until, "
                        + COUNTED
                        + " from wait left join top on name = charter where party <> 'PERSON' and "
                        + WITHIN
                        + ")"
                        + SUM,
                from,
                "",
                "",
                Integer.MAX_VALUE);
    }

    @Override
    public Uni<List<Pending>> waitingByCharterAndParty(int charters) {
        return sql.rows(WAITING, Object[].class, Map.of("charters", (long) charters))
                .map(rows ->
                        rows.stream()
                                .map(row ->
                                        new Pending(
                                                (String) row[0], number(row[1]), instant(row[2])))
                                .toList());
    }

    private static String part(String key, String which) {
        return "with part as (select "
                + key
                + " as key, since, until, "
                + COUNTED
                + " from wait where "
                + which
                + " and "
                + WITHIN
                + ")";
    }

    private Uni<List<Line>> lines(
            String query, Instant from, String charter, String after, int most) {
        return sql.rows(
                        query,
                        Object[].class,
                        Map.of(
                                "from",
                                from.atOffset(ZoneOffset.UTC),
                                "charter",
                                charter,
                                "after",
                                after,
                                "most",
                                (long) most))
                .map(rows -> rows.stream().map(PostgresWaits::line).toList());
    }

    private static Line line(Object[] row) {
        Map<Wait.Rework, Long> rework = new EnumMap<>(Wait.Rework.class);
        rework.put(Wait.Rework.CORRECTION, number(row[9]));
        rework.put(Wait.Rework.QUESTION, number(row[10]));
        rework.put(Wait.Rework.REASSIGNMENT, number(row[11]));
        rework.put(Wait.Rework.PROOF, number(row[12]));
        rework.put(Wait.Rework.SENT_BACK, number(row[13]));
        rework.put(Wait.Rework.AMENDMENT, number(row[14]));
        rework.put(Wait.Rework.LAPSE, number(row[15]));
        return new Line(
                (String) row[0],
                number(row[1]),
                Optional.ofNullable(row[2]).map(PostgresWaits::instant),
                number(row[3]),
                seconds(row[4]),
                seconds(row[5]),
                seconds(row[6]),
                ((Number) row[7]).doubleValue(),
                number(row[8]),
                Map.copyOf(rework));
    }

    @Override
    public Uni<List<Open>> open(
            Optional<String> charter,
            Optional<Wait.Party> party,
            Optional<String> person,
            Optional<Place> after,
            int most) {
        return sql.rows(
                        OPEN,
                        Object[].class,
                        Map.of(
                                "charter",
                                charter.orElse(""),
                                "party",
                                party.map(Enum::name).orElse(""),
                                "person",
                                person.orElse(""),
                                "since",
                                after.map(Place::since)
                                        .orElse(Instant.EPOCH)
                                        .atOffset(ZoneOffset.UTC),
                                "change",
                                after.map(Place::change).orElse(new UUID(0, 0)),
                                "sequence",
                                after.map(Place::sequence).orElse(-1),
                                "most",
                                (long) most))
                .map(rows -> rows.stream().map(PostgresWaits::open).toList());
    }

    private static Open open(Object[] row) {
        String people = (String) row[5];
        return new Open(
                (UUID) row[0],
                (String) row[1],
                new Wait(
                        ((Number) row[2]).intValue(),
                        Wait.Party.valueOf((String) row[3]),
                        (String) row[4],
                        people.isEmpty() ? Set.of() : Set.of(people.split(",", -1)),
                        ((Number) row[8]).intValue(),
                        instant(row[6]),
                        Optional.empty(),
                        Optional.ofNullable((String) row[7]).map(Wait.Rework::valueOf)));
    }

    private static long number(@Nullable Object value) {
        return value == null ? 0 : ((Number) value).longValue();
    }

    private static Optional<Double> seconds(@Nullable Object value) {
        return Optional.ofNullable(value).map(each -> ((Number) each).doubleValue());
    }

    private static Instant instant(Object value) {
        return value instanceof OffsetDateTime time ? time.toInstant() : (Instant) value;
    }

    private static <T> Integer[] numbers(List<T> rows, Function<T, Integer> column) {
        return rows.stream().map(column).toArray(Integer[]::new);
    }

    /** PostgreSQL's text cannot hold a zero character. */
    private static <T> String[] texts(List<T> rows, Function<T, String> column) {
        return rows.stream()
                .map(each -> column.apply(each).replace('\0', ' '))
                .toArray(String[]::new);
    }
}
