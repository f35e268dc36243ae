package dev.remit.ledger.adapter.postgres;

import dev.remit.ledger.application.Checkpoints;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checkpoints in the table {@code checkpoint}; row 2 of {@code log_state} is the publisher's. */
@Singleton
public class PostgresCheckpoints implements Checkpoints {
    @Override
    public Uni<Optional<Signed>> last() {
        return Panache.withSession(() ->
                CheckpointRow.<CheckpointRow>find("order by size desc")
                        .firstResult()
                        .map(PostgresCheckpoints::signed));
    }

    @Override
    public Uni<Optional<Signed>> lastBefore(Instant time) {
        return Panache.withSession(() ->
                CheckpointRow.<CheckpointRow>find("signedAt < ?1 order by size desc", time)
                        .firstResult()
                        .map(PostgresCheckpoints::signed));
    }

    @Override
    public Uni<Optional<Signed>> covering(long leafIndex) {
        return Panache.withSession(() ->
                CheckpointRow.<CheckpointRow>find("size > ?1 order by size", leafIndex)
                        .firstResult()
                        .map(PostgresCheckpoints::signed));
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
        return Panache.withSession(row::persistAndFlush).replaceWithVoid();
    }

    private static Optional<Signed> signed(@Nullable CheckpointRow row) {
        return row == null
                ? Optional.empty()
                : Optional.of(new Signed(row.size, row.note, row.signedAt));
    }
}
