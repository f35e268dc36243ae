package dev.remit.connector.application;

import dev.remit.connector.domain.TrackRecord;
import dev.remit.handoff.loop.Received;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What the ledger says of changes that ended. */
public interface Closings {
    /** A change and how it ended. */
    record Closing(UUID change, Proposals.End end) {}

    /**
     * Something went wrong with a change.
     *
     * @param byPerson whether a person executed it, in ASSIST
     */
    record Seen(UUID change, TrackRecord.Kind kind, Instant at, boolean byPerson) {}

    /** What a message says, if it says that something went wrong with a change. */
    Optional<Seen> misstep(Received received);

    /** What a message says, if it says that a change ended. */
    Optional<Closing> of(Received received);

    /**
     * The change that was executed and is not proved, if a message says that of one; not while what
     * it granted is in force.
     */
    Optional<UUID> unproved(Received received);
}
