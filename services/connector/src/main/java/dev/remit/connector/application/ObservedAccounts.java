package dev.remit.connector.application;

import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Accounts as last observed, by system. Each method runs in the caller's transaction. */
public interface ObservedAccounts {
    /** Account id to fingerprint of what was observed last. */
    Uni<Map<String, String>> fingerprints(String system);

    /** How many accounts of these systems are known; an answer for every one of them. */
    Uni<Map<String, Long>> counts(Collection<String> systems);

    /**
     * An account as it is kept.
     *
     * @param workerId the HR worker id it carries; empty for none
     */
    record Seen(String id, String fingerprint, Optional<String> workerId) {}

    /**
     * The HR workers of those of these accounts that were observed and carry one, by account id.
     */
    Uni<Map<String, String>> workers(String system, Collection<String> ids);

    /** Keeps these, no two of the same id. */
    Uni<Void> put(String system, Collection<Seen> accounts);

    /** Forgets these. */
    Uni<Void> remove(String system, Collection<String> ids);
}
