package dev.remit.connector.application;

import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;

/** Who reads which feed. Each method runs in the caller's transaction; the clock is the store's. */
public interface FeedLeases {
    /**
     * Takes what is free or expired, renews what this owner has.
     *
     * @return the term of each feed that this owner holds now
     */
    Uni<Map<String, Long>> take(Collection<String> feeds, String owner);

    /**
     * Renews one lease and lets nobody else take it until the transaction ends; false if another
     * took it since this term.
     */
    Uni<Boolean> keep(String feed, long term);

    /** Frees everything this owner has. */
    Uni<Void> release(String owner);
}
