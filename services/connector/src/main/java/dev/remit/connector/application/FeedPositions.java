package dev.remit.connector.application;

import io.smallrye.mutiny.Uni;

/** How far event feeds were read. Each method runs in the caller's transaction. */
public interface FeedPositions {
    /** Milliseconds since 1970; 0 at first. */
    Uni<Long> of(String feed);

    /** Moves on, never back. */
    Uni<Void> advance(String feed, long position);
}
