package dev.remit.readiness.domain;

import java.util.Set;
import java.util.UUID;

/**
 * A proposed change, as far as its readiness is concerned.
 *
 * @param scopes what a person can halt to halt this change
 */
public record Request(
        UUID change,
        String charter,
        String charterHash,
        String subjectSystem,
        String subjectId,
        String target,
        String action,
        Set<String> scopes) {
    /** One that no halt concerns. */
    public Request(
            UUID change,
            String charter,
            String charterHash,
            String subjectSystem,
            String subjectId,
            String target,
            String action) {
        this(change, charter, charterHash, subjectSystem, subjectId, target, action, Set.of());
    }
}
