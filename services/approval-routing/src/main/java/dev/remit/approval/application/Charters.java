package dev.remit.approval.application;

import dev.remit.approval.domain.Charter.Lookup;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The charters that were published. */
public interface Charters {
    /** An answer for every one of these hashes. */
    Uni<Map<String, Lookup>> withHashes(Set<String> hashes);

    /**
     * Those that were published last under their names; more than one of a name where it is not
     * known which was.
     */
    Uni<Collection<Lookup>> published();

    /**
     * Takes in versions, after the directory has.
     *
     * @return those that others have taken the place of
     */
    Uni<Collection<Lookup>> replace(List<Published> versions);

    /** A version of a charter. */
    record Published(String name, String hash, Instant at) {}
}
