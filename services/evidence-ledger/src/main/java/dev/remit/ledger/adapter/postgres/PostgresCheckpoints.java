package dev.remit.ledger.adapter.postgres;

import dev.remit.ledger.application.Checkpoints;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.Shards;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Checkpoints in the table {@code checkpoint}; row 2 of {@code log_state} is the publisher's. */
@Singleton
public class PostgresCheckpoints implements Checkpoints {
    private static final byte[] NOTHING = new byte[0];

    private static final String ENDS =
            """
            select * from checkpoint
            where size = (select max(size) from checkpoint)
              or size = (select max(size) from checkpoint where settled_at is not null)
            order by size desc\
            """;

    private static final String ADD =
            """
            insert into checkpoint (size, note, signed_at, settled_note, settled_at)
            values (:size, :note, cast(:at as timestamptz),
              case when cast(:settled as boolean) then cast(:note as text) end,
              case when cast(:settled as boolean) then greatest(
                cast(:settledAt as timestamptz), (select max(settled_at) from checkpoint)) end)\
            """;

    private static final String SETTLE =
            """
            update checkpoint set settled_note = :note,
              settled_at = greatest(cast(:at as timestamptz), (select max(settled_at) from checkpoint)),
              timestamp_token = nullif(cast(:token as bytea), cast('' as bytea))
            where size = :size and settled_at is null
              and not exists (select 1 from checkpoint c where c.size > :size and c.settled_at is not null)\
            """;

    private final Sql sql;

    public PostgresCheckpoints(Sql sql) {
        this.sql = sql;
    }

    @Override
    public Uni<Shards> shards() {
        return sql.rows(
                        "select concat(first, ' ', period) from log_shard order by first",
                        String.class,
                        Map.of())
                .map(rows -> new Shards(rows.stream().map(PostgresCheckpoints::shard).toList()));
    }

    private static Shard shard(String row) {
        int blank = row.indexOf(' ');
        return new Shard(row.substring(blank + 1), Long.parseLong(row.substring(0, blank)));
    }

    @Override
    public Uni<Void> begin(Shard shard) {
        return sql.update(
                        "insert into log_shard (period, first) values (:period, :first)",
                        Map.of("period", shard.period(), "first", shard.first()))
                .replaceWithVoid();
    }

    @Override
    public Uni<Ends> ends() {
        // SQL, since parsing this as HQL for the first time takes seconds on an event loop
        return sql.rows(ENDS, CheckpointRow.class, Map.of())
                .map(rows ->
                        new Ends(
                                rows.stream().findFirst().map(PostgresCheckpoints::signed),
                                rows.stream()
                                        .filter(row -> row.settledAt != null)
                                        .findFirst()
                                        .map(PostgresCheckpoints::signed)));
    }

    @Override
    public Uni<Optional<Signed>> lastBefore(Instant time) {
        return Panache.withSession(() ->
                CheckpointRow.<CheckpointRow>find(
                                "settledAt < ?1 order by settledAt desc, size desc", time)
                        .firstResult()
                        .map(row ->
                                Optional.<CheckpointRow>ofNullable(row)
                                        .map(PostgresCheckpoints::signed)));
    }

    @Override
    public Uni<Instant> time() {
        return sql.row(
                        "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)",
                        Long.class,
                        Map.of())
                .map(Instant::ofEpochMilli);
    }

    @Override
    public Uni<Optional<Signed>> covering(long leafIndex) {
        return Panache.withSession(() ->
                CheckpointRow.<CheckpointRow>find(
                                "size > ?1 and settledAt is not null order by size", leafIndex)
                        .firstResult()
                        .map(row ->
                                Optional.<CheckpointRow>ofNullable(row)
                                        .map(PostgresCheckpoints::signed)));
    }

    @Override
    public Uni<Boolean> lead() {
        return sql.rows(
                        "select id from log_state where id = 2 for update skip locked",
                        Integer.class,
                        Map.of())
                .map(rows -> !rows.isEmpty());
    }

    @Override
    public Uni<Void> awaitLead() {
        return sql.row("select id from log_state where id = 2 for update", Integer.class, Map.of())
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> add(Signed checkpoint) {
        return sql.update(
                        ADD,
                        Map.of(
                                "size", checkpoint.size(),
                                "note", checkpoint.note(),
                                "at", checkpoint.at(),
                                "settled", checkpoint.settled().isPresent(),
                                "settledAt", checkpoint.settled().orElse(checkpoint.at())))
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> settle(Signed checkpoint) {
        return sql.update(
                        SETTLE,
                        Map.of(
                                "size",
                                checkpoint.size(),
                                "note",
                                checkpoint.note(),
                                "at",
                                checkpoint.settled().orElseThrow(),
                                "token",
                                checkpoint.timestamp().orElse(NOTHING)))
                .replaceWithVoid();
    }

    private static Signed signed(CheckpointRow row) {
        return new Signed(
                row.size,
                row.settledNote == null ? row.note : row.settledNote,
                row.signedAt,
                Optional.ofNullable(row.settledAt),
                Optional.ofNullable(row.timestampToken));
    }
}
