package dev.remit.connector.application;

import dev.remit.connector.domain.Admission;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;

/** The people whose accounts were read. Each method runs in the caller's transaction. */
public interface Subjects {
    /**
     * Whom a wish is about.
     *
     * @param system {@code hr}, or the system of the account
     * @param id the worker id, or the account's id
     * @param target the system to change
     */
    record Asked(String system, String id, String target) {}

    /** What is known of each of these, by one query. */
    Uni<Map<Asked, Admission.Subject>> find(Collection<Asked> asked);
}
