package dev.remit.approval.application;

import dev.remit.approval.domain.Entitlement;
import dev.remit.approval.domain.Holders;
import dev.remit.approval.domain.Removal;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Protected entitlements that authorized changes are about to take away. One is kept in the
 * transaction that authorizes its change, so both are there or neither, and until nothing more can
 * come of it and its account was observed again. Each method runs in the caller's transaction.
 */
public interface Removals {
    /**
     * Locks these until the transaction ends, in a fixed order, then reads who holds them: of two
     * transactions that would take one of them away, the later sees what the earlier authorized.
     *
     * @param losers how many accounts this transaction may take any of them from: so many holders
     *     and one more are found, if there are
     */
    Uni<Map<Entitlement, Holders>> lock(Set<Entitlement> entitlements, int losers);

    Uni<Void> add(Collection<Removal> removals);

    /**
     * What the executor reported.
     *
     * @param untouched changes of which nothing was begun; a person may have done them by hand
     * @param succeeded changes whose target was read back as planned
     * @param failed changes that were begun
     * @param ended changes whose grant was taken away
     */
    record Reports(Set<UUID> untouched, Set<UUID> succeeded, Set<UUID> failed, Set<UUID> ended) {
        /** All changes that were reported on. */
        public Set<UUID> all() {
            Set<UUID> all = new HashSet<>(untouched);
            all.addAll(succeeded);
            all.addAll(failed);
            all.addAll(ended);
            return all;
        }
    }

    /** An account of a system, by its immutable id. */
    record Holder(String system, String account) {}

    /**
     * What was observed.
     *
     * @param systems those that were read completely
     */
    record Observed(Set<String> systems, Set<Holder> accounts) {
        /** Nothing was. */
        public boolean isEmpty() {
            return systems.isEmpty() && accounts.isEmpty();
        }
    }

    /**
     * Takes in what was reported and observed, after the directory has. What another replica
     * settles at the same time is left to it, and to the next complete read.
     *
     * @return what can have a holder again
     */
    Uni<Set<Entitlement>> settle(Reports reports, Observed observed, Instant now);
}
