package dev.remit.approval.application;

import dev.remit.approval.domain.Charter.Lookup;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.Set;

/** The charters that were published. */
public interface Charters {
    /** An answer for every one of these hashes. */
    Uni<Map<String, Lookup>> withHashes(Set<String> hashes);
}
