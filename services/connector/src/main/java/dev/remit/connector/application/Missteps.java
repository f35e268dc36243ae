package dev.remit.connector.application;

import dev.remit.connector.domain.TrackRecord.Misstep;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** What went wrong with changes in mode OWN. Each method runs in the caller's transaction. */
public interface Missteps {
    /** Keeps these; of each change one of each kind, the first. */
    Uni<Void> add(Collection<Misstep> missteps);

    /** What went wrong under a charter after one moment, and up to another. */
    Uni<List<Misstep>> between(String charter, Instant from, Instant until);
}
