package dev.remit.ledger.application;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.log.OffsetManifest;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;

/** How far each partition was read. Each call is one statement, in the caller's transaction. */
public interface Offsets {
    /** A partition of a topic. */
    record Place(String topic, int partition) {}

    /**
     * How far a partition was read.
     *
     * @param since the first offset that no manifest accounts for
     * @param next the first offset that was not read
     * @param number of records read from {@code since} on
     * @param chain see {@link OffsetManifest#next}
     * @param holes offsets from {@code since} on at which nothing was
     */
    record Read(
            Place place,
            long since,
            long next,
            long number,
            Hash chain,
            List<OffsetManifest.Hole> holes) {
        public Read {
            holes = List.copyOf(holes);
        }
    }

    /** Those of these that were ever read, locked. */
    Uni<List<Read>> of(Collection<Place> places);

    /** Some that were read further than a manifest says, locked. */
    Uni<List<Read>> unaccounted(int most);

    Uni<Void> advance(Collection<Read> read);
}
