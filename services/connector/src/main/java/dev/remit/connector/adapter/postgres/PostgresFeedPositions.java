package dev.remit.connector.adapter.postgres;

import dev.remit.connector.application.FeedPositions;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/** How far event feeds were read. */
@Singleton
class PostgresFeedPositions implements FeedPositions {
    @Override
    public Uni<Long> of(String feed) {
        return new Statement("select position from feed_position where feed = ?1", feed)
                .values(Long.class)
                .map(found -> found.isEmpty() ? 0L : found.getFirst());
    }

    @Override
    public Uni<Void> advance(String feed, long position) {
        return new Statement(
                        "insert into feed_position (feed, position) values (?1, ?2)"
                                + " on conflict (feed) do update set position = greatest(feed_position.position, excluded.position)",
                        feed,
                        position)
                .execute();
    }
}
