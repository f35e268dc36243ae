package dev.remit.approval.application;

import dev.remit.approval.application.Readings.Draft;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Drafts of charters that wait in the connector, and who was told of each. Each method runs in the
 * caller's transaction and costs one statement.
 */
public interface Drafts {
    /**
     * A draft that may be approved.
     *
     * @param told account ids of those who were told
     */
    record Open(Draft draft, Set<String> told) {}

    /** Keeps these but those that ended; what was told of one that is known stays. */
    Uni<Void> add(Collection<Draft> drafts);

    /**
     * Those that may be approved now and were not looked at since, the longest ago first; no other
     * transaction gets them before this one ends. Those whose time is over are forgotten.
     */
    Uni<List<Open>> due(Instant since, Instant now, int atMost);

    /** These were looked at. */
    Uni<Void> looked(Map<UUID, Set<String>> told, Instant now);

    /** These ended, whether or not they are known yet: what comes later of them is not kept. */
    Uni<Void> end(Collection<UUID> drafts);
}
