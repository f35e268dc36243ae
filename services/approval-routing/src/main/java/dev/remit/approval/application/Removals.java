package dev.remit.approval.application;

import dev.remit.approval.domain.Entitlement;
import dev.remit.approval.domain.Holders;
import dev.remit.approval.domain.Removal;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Protected entitlements that authorized changes are about to take away. One is kept in the
 * transaction that authorizes its change, so both are there or neither, and until nothing more can
 * come of it and its system was read again. Each method runs in the caller's transaction.
 */
public interface Removals {
    /**
     * Locks these until the transaction ends, in a fixed order, then reads who holds them: of two
     * transactions that would take one of them away, the later sees what the earlier authorized.
     */
    Uni<Map<Entitlement, Holders>> lock(Set<Entitlement> entitlements);

    Uni<Void> add(Collection<Removal> removals);

    /**
     * What the executor reported.
     *
     * @param untouched changes of which nothing was begun: forgotten at once
     * @param executed changes that were begun
     * @param ended changes whose grant was taken away
     */
    record Reports(Set<UUID> untouched, Set<UUID> executed, Set<UUID> ended) {
        /** Nothing was reported. */
        public boolean isEmpty() {
            return untouched.isEmpty() && executed.isEmpty() && ended.isEmpty();
        }
    }

    /**
     * Takes in what was reported and observed, after the directory has.
     *
     * @return what can have a holder again
     */
    Uni<Set<Entitlement>> settle(Reports reports, Instant now);
}
