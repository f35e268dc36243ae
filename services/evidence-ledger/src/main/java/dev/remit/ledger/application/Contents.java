package dev.remit.ledger.application;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * What is kept of messages beside their leaves. Whatever the number, each call is one statement.
 */
public interface Contents {
    /**
     * Destroys the keys and the content of these owners, changes or {@link
     * ContentKeys#ownerOutside} ones; what comes later for them is logged and not kept.
     */
    Uni<Void> erase(Collection<UUID> owners, Instant now);

    /** Owners erased before this time whose files may still be there. */
    Uni<List<UUID>> unswept(Instant before, int most);

    /** Their files are gone. */
    Uni<Void> swept(Collection<UUID> owners, Instant now);
}
