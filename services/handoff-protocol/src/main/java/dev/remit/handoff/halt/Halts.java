package dev.remit.handoff.halt;

import io.smallrye.mutiny.Uni;

/** What is halted now, as far as this service was told. */
public interface Halts {
    /**
     * One statement in the caller's transaction; never remembered from before. Fails with {@link
     * HaltsUnread} while an order may wait to be read.
     */
    Uni<InForce> inForce();
}
