package dev.remit.ledger.adapter.postgres;

import dev.remit.ledger.application.Checkpoints;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;

/** Checkpoints in the table {@code checkpoint}; row 2 of {@code log_state} is the publisher's. */
@Singleton
public class PostgresCheckpoints implements Checkpoints {
    private static final String ENDS =
            """
            select * from checkpoint
            where size = (select max(size) from checkpoint)
              or size = (select max(size) from checkpoint where settled_at is not null)
            order by size desc\
            """;

    @Override
    public Uni<Ends> ends() {
        // SQL, since parsing this as HQL for the first time takes seconds on an event loop
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(ENDS, CheckpointRow.class)
                                        .getResultList())
                        .map(rows ->
                                new Ends(
                                        rows.stream().findFirst().map(PostgresCheckpoints::signed),
                                        rows.stream()
                                                .filter(row -> row.settledAt != null)
                                                .findFirst()
                                                .map(PostgresCheckpoints::signed))));
    }

    @Override
    public Uni<Optional<Signed>> lastBefore(Instant time) {
        return Panache.withSession(() ->
                CheckpointRow.<CheckpointRow>find("settledAt < ?1 order by size desc", time)
                        .firstResult()
                        .map(row ->
                                Optional.<CheckpointRow>ofNullable(row)
                                        .map(PostgresCheckpoints::signed)));
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
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(
                                                "select id from log_state where id = 2 for update skip locked",
                                                Integer.class)
                                        .getResultList())
                        .map(rows -> !rows.isEmpty()));
    }

    @Override
    public Uni<Void> awaitLead() {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(
                                                "select id from log_state where id = 2 for update",
                                                Integer.class)
                                        .getSingleResult())
                        .replaceWithVoid());
    }

    @Override
    public Uni<Void> add(Signed checkpoint) {
        CheckpointRow row = new CheckpointRow();
        row.size = checkpoint.size();
        row.note = checkpoint.note();
        row.signedAt = checkpoint.at();
        if (checkpoint.settled().isPresent()) {
            row.settledNote = checkpoint.note();
            row.settledAt = checkpoint.settled().get();
        }
        return Panache.withSession(row::persistAndFlush).replaceWithVoid();
    }

    @Override
    public Uni<Void> settle(Signed checkpoint) {
        return Panache.withSession(() ->
                        checkpoint.timestamp().isPresent()
                                ? CheckpointRow.update(
                                        "settledNote = ?1, settledAt = ?2, timestampToken = ?4"
                                                + " where size = ?3 and settledAt is null",
                                        checkpoint.note(),
                                        checkpoint.settled().orElseThrow(),
                                        checkpoint.size(),
                                        checkpoint.timestamp().get())
                                : CheckpointRow.update(
                                        "settledNote = ?1, settledAt = ?2"
                                                + " where size = ?3 and settledAt is null",
                                        checkpoint.note(),
                                        checkpoint.settled().orElseThrow(),
                                        checkpoint.size()))
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
