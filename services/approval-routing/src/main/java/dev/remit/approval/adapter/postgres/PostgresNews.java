package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.application.News;
import dev.remit.approval.domain.Concern;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * News in a queue. A transaction that opened a stage from the directory as it was before the news
 * got its transaction id before the news was first seen here; so the news is looked at once all
 * transactions older than that sight have ended, or after a minute.
 */
@Singleton
public class PostgresNews implements News {
    private static final String NEXT =
            "select position from directory_news where seen < pg_snapshot_xmin(pg_current_snapshot())"
                    + " or added_at < now() - interval '1 minute' order by position limit 1 for update skip locked";
    private static final String CONCERNED =
            "select r.change_id, r.requested_at from directory_news n join route r"
                    + " on r.concerns && n.concerns and r.ended_at is null and (n.through_change is null"
                    + " or (r.requested_at, r.change_id) > (n.through_at, n.through_change))"
                    + " where n.position = ?1 order by r.requested_at, r.change_id limit ?2";

    @Override
    public Uni<Void> add(Set<Concern> concerns) {
        return new Statement(
                        "insert into directory_news (concerns) values (cast(?1 as text[]))",
                        texts(concerns.stream().map(Concern::text).sorted().toList()))
                .execute();
    }

    @Override
    public Uni<Optional<Page>> next(int limit) {
        return new Statement(
                        "update directory_news set seen = pg_current_xact_id() where seen is null")
                .execute()
                .chain(() -> new Statement(NEXT).optional(Long.class))
                .chain(found ->
                        found.isEmpty()
                                ? Uni.createFrom().item(Optional.empty())
                                : page(found.get(), limit).map(Optional::of));
    }

    @Override
    public Uni<Void> done(Page page) {
        Statement done =
                page.last()
                        ? new Statement(
                                "delete from directory_news where position = ?1", page.news())
                        : new Statement(
                                "update directory_news set through_at = ?2, through_change = ?3"
                                        + " where position = ?1",
                                page.news(),
                                time(page.through()),
                                page.changes().getLast());
        return done.execute();
    }

    private static Uni<Page> page(long news, int limit) {
        return new Statement(CONCERNED, news, (long) limit)
                .rows()
                .map(rows ->
                        new Page(
                                news,
                                rows.stream().map(row -> (UUID) row[0]).toList(),
                                rows.isEmpty() ? Instant.EPOCH : instant(rows.getLast()[1]),
                                rows.size() < limit));
    }
}
