package dev.remit.connector.application;

import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;

/** Accounts as last observed, by system. Each method runs in the caller's transaction. */
public interface ObservedAccounts {
    /** Account id to fingerprint of what was observed last. */
    Uni<Map<String, String>> fingerprints(String system);

    /** Keeps these; account id to fingerprint. */
    Uni<Void> put(String system, Map<String, String> fingerprints);

    /** Forgets these. */
    Uni<Void> remove(String system, Collection<String> ids);
}
