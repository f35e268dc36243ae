package dev.remit.ledger.adapter.postgres;

import dev.remit.ledger.application.Contents;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Content and its keys in the tables {@code message} and {@code content_key}. */
@Singleton
public class PostgresContents implements Contents {
    // an owner without a key yet gets one that is gone: what comes later is not kept either
    private static final String ERASE =
            """
            with owners as (
              select unnest(cast(:owners as uuid[])) as owner
            ), gone as (
              insert into content_key (owner, wrapped, wrapped_by, erased_at)
              select owner, null, '', cast(:now as timestamptz) from owners
              on conflict (owner) do update set wrapped = null, erased_at = excluded.erased_at
            )
            update message set content = null, payload = null, headers = null, salt = null, subject = ''
            where (message.change_id = any(cast(:owners as uuid[])) and message.owner = message.change_id)
              or (message.owner = any(cast(:owners as uuid[])) and message.owner is distinct from message.change_id)\
            """;

    private final Sql sql;

    PostgresContents(Sql sql) {
        this.sql = sql;
    }

    @Override
    public Uni<Void> erase(Collection<UUID> owners, Instant now) {
        return update(ERASE, owners, now);
    }

    @Override
    public Uni<Void> swept(Collection<UUID> owners, Instant now) {
        return update(
                "update content_key set swept_at = cast(:now as timestamptz)"
                        + " where owner = any(cast(:owners as uuid[])) and erased_at is not null",
                owners,
                now);
    }

    @Override
    public Uni<List<UUID>> unswept(Instant before, int most) {
        return sql.rows(
                "select owner from content_key where erased_at < cast(:before as timestamptz)"
                        + " and swept_at is null limit :most",
                UUID.class,
                Map.of("before", before, "most", (long) most));
    }

    private Uni<Void> update(String statement, Collection<UUID> owners, Instant now) {
        return sql.update(statement, Map.of("owners", owners.toArray(UUID[]::new), "now", now))
                .replaceWithVoid();
    }
}
