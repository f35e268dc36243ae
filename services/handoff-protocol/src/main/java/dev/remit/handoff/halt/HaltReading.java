package dev.remit.handoff.halt;

import io.smallrye.mutiny.Uni;

/** How far the orders to halt and to resume were read. */
public interface HaltReading {
    /**
     * Fails with {@link HaltsUnread} while an order may have been published that is not known here
     * yet.
     */
    Uni<Void> isCurrent();
}
