package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.texts;

import dev.remit.connector.application.FeedLeases;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** Leases of eight seconds by the database's clock; the holder renews them every two. */
@Singleton
class PostgresFeedLeases implements FeedLeases {
    private static final String EXPIRY = "now() + interval '8 seconds'";

    @Override
    public Uni<Map<String, Long>> take(Collection<String> feeds, String owner) {
        return new Statement(
                        "insert into feed_lease as lease (feed, owner, term, expires_at)"
                                + " select feed, ?2, 1, "
                                + EXPIRY
                                + " from unnest(cast(?1 as text[])) as wanted (feed) order by feed"
                                + " on conflict (feed) do update set owner = excluded.owner,"
                                + " term = case when lease.owner = excluded.owner then lease.term else lease.term + 1 end,"
                                + " expires_at = excluded.expires_at"
                                + " where lease.owner = excluded.owner or lease.expires_at < now()"
                                + " returning feed, term",
                        texts(feeds),
                        owner)
                .rows()
                .map(rows ->
                        rows.stream()
                                .collect(
                                        Collectors.toMap(
                                                row -> (String) row[0], row -> (Long) row[1])));
    }

    @Override
    public Uni<Boolean> keep(String feed, long term) {
        return new Statement(
                        "update feed_lease set expires_at = greatest(expires_at, "
                                + EXPIRY
                                + ") where feed = ?1 and term = ?2",
                        feed,
                        term)
                .affected()
                .map(kept -> kept == 1);
    }

    @Override
    public Uni<Void> release(String owner) {
        return new Statement("update feed_lease set expires_at = now() where owner = ?1", owner)
                .execute();
    }
}
