package dev.remit.connector.application;

import dev.remit.handoff.loop.Received;
import java.util.Optional;
import java.util.UUID;

/** What the ledger says of changes that ended. */
public interface Closings {
    /** A change and how it ended. */
    record Closing(UUID change, Proposals.End end) {}

    /** What a message says, if it says that a change ended. */
    Optional<Closing> of(Received received);
}
