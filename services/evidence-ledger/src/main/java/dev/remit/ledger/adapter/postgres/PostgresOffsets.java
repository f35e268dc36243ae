package dev.remit.ledger.adapter.postgres;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.application.Offsets;
import dev.remit.ledger.log.OffsetManifest.Hole;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table {@code offset_read}. */
@Singleton
public class PostgresOffsets implements Offsets {
    private final Sql sql;

    public PostgresOffsets(Sql sql) {
        this.sql = sql;
    }

    private static final String COLUMNS =
            "select topic, partition, since, next, number, chain, holes from offset_read ";

    private static final String STORE =
            """
            insert into offset_read (topic, partition, since, next, number, chain, holes)
            select * from unnest(cast(:topics as text[]), cast(:partitions as integer[]),
              cast(:sinces as bigint[]), cast(:nexts as bigint[]), cast(:numbers as bigint[]),
              cast(:chains as text[]), cast(:holes as text[]))
            on conflict (topic, partition) do update set since = excluded.since, next = excluded.next,
              number = excluded.number, chain = excluded.chain, holes = excluded.holes,
              accounted = case when excluded.since > offset_read.since
                then (select size from log_state where id = 1) else offset_read.accounted end
              where offset_read.next <= excluded.next\
            """;

    @Override
    public Uni<List<Read>> of(Collection<Place> places) {
        List<Place> all = List.copyOf(places);
        return read(
                COLUMNS
                        + "where (topic, partition) in (select * from unnest(cast(:topics as text[]),"
                        + " cast(:partitions as integer[]))) order by topic, partition for update",
                Map.of(
                        "topics",
                        all.stream().map(Place::topic).toArray(String[]::new),
                        "partitions",
                        all.stream().map(Place::partition).toArray(Integer[]::new)));
    }

    @Override
    public Uni<List<Read>> unaccounted(int most) {
        return read(
                // chosen by their turn, locked in the order in which everybody locks them
                COLUMNS
                        + "where (topic, partition) in (select topic, partition from offset_read"
                        + " where next > since order by accounted, topic, partition limit :most)"
                        + " and next > since order by topic, partition for update",
                Map.of("most", (long) most));
    }

    @Override
    public Uni<Void> advance(Collection<Read> read) {
        List<Read> all = List.copyOf(read);
        return sql.update(
                        STORE,
                        Map.of(
                                "topics",
                                texts(all, each -> each.place().topic()),
                                "partitions",
                                all.stream()
                                        .map(each -> each.place().partition())
                                        .toArray(Integer[]::new),
                                "sinces",
                                numbers(all, Read::since),
                                "nexts",
                                numbers(all, Read::next),
                                "numbers",
                                numbers(all, Read::number),
                                "chains",
                                texts(all, each -> each.chain().toString()),
                                "holes",
                                texts(
                                        all,
                                        each ->
                                                each.holes().stream()
                                                        .map(hole -> hole.from() + "-" + hole.to())
                                                        .collect(Collectors.joining(",")))))
                .replaceWithVoid();
    }

    private Uni<List<Read>> read(String query, Map<String, Object> parameters) {
        return sql.rows(query, Object[].class, parameters)
                .map(rows -> rows.stream().map(PostgresOffsets::read).toList());
    }

    private static Read read(Object[] row) {
        String holes = (String) row[6];
        return new Read(
                new Place((String) row[0], (Integer) row[1]),
                (Long) row[2],
                (Long) row[3],
                (Long) row[4],
                Hash.parse((String) row[5]),
                holes.isEmpty()
                        ? List.of()
                        : Stream.of(holes.split(",", -1)).map(PostgresOffsets::hole).toList());
    }

    private static Hole hole(String text) {
        int dash = text.indexOf('-');
        return new Hole(
                Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    }

    private static String[] texts(List<Read> all, Function<Read, String> column) {
        return all.stream().map(column).toArray(String[]::new);
    }

    private static Long[] numbers(List<Read> all, ToLongFunction<Read> column) {
        return all.stream().map(column::applyAsLong).toArray(Long[]::new);
    }
}
