package dev.remit.ledger.application;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Who looked at what evidence. */
public interface Reads {
    /**
     * One look.
     *
     * @param id time-ordered
     * @param reader who, an immutable id
     * @param what the kind of evidence: certificate, change, search, pack, dead letters, dead
     *     letter
     * @param subject the change's id, or what was looked for
     */
    record Read(UUID id, Instant at, String reader, String what, String subject) {}

    /** Records it; on disk when this completes. */
    Uni<Void> add(Read read);

    /** Where a look is among all: by its time, those of one time by their ids. */
    record Place(Instant at, UUID id) {}

    /** The newest before a place, the newest first. */
    Uni<List<Read>> newest(Optional<Place> before, int most);
}
