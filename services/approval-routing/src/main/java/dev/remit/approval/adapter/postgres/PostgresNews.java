package dev.remit.approval.adapter.postgres;

import dev.remit.approval.application.News;
import dev.remit.approval.domain.Concern;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.hibernate.reactive.mutiny.Mutiny;

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
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "insert into directory_news (concerns) values (cast(?1 as text[]))")
                                .setParameter(
                                        1,
                                        concerns.stream()
                                                .map(Concern::text)
                                                .sorted()
                                                .toArray(String[]::new))
                                .executeUpdate())
                .replaceWithVoid();
    }

    @Override
    public Uni<Optional<Page>> next(int limit) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "update directory_news set seen = pg_current_xact_id() where seen is null")
                                .executeUpdate()
                                .chain(() ->
                                        session.createNativeQuery(NEXT, Long.class)
                                                .getSingleResultOrNull())
                                .chain(news ->
                                        news == null
                                                ? Uni.createFrom().item(Optional.empty())
                                                : page(session, news, limit).map(Optional::of)));
    }

    @Override
    public Uni<Void> done(Page page) {
        return Panache.getSession()
                .chain(session ->
                        page.last()
                                ? session.createNativeQuery(
                                                "delete from directory_news where position = ?1")
                                        .setParameter(1, page.news())
                                        .executeUpdate()
                                : session.createNativeQuery(
                                                "update directory_news set through_at = ?2, through_change = ?3"
                                                        + " where position = ?1")
                                        .setParameter(1, page.news())
                                        .setParameter(2, page.through().atOffset(ZoneOffset.UTC))
                                        .setParameter(3, page.changes().getLast())
                                        .executeUpdate())
                .replaceWithVoid();
    }

    private static Uni<Page> page(Mutiny.Session session, long news, int limit) {
        return session.createNativeQuery(CONCERNED, Object[].class)
                .setParameter(1, news)
                .setParameter(2, (long) limit)
                .getResultList()
                .map(rows ->
                        new Page(
                                news,
                                rows.stream().map(row -> (UUID) row[0]).toList(),
                                rows.isEmpty()
                                        ? Instant.EPOCH
                                        : PostgresRoutes.instant(rows.getLast()[1]),
                                rows.size() < limit));
    }
}
