package dev.remit.readiness.domain;

import java.util.Set;
import java.util.UUID;

/**
 * A proposed change, as far as its readiness is concerned.
 *
 * @param scopes what a person can halt to halt this change
 * @param proposers ids of who proposed it and of who is responsible for them
 */
public record Request(
        UUID change,
        String charter,
        String charterHash,
        String subjectSystem,
        String subjectId,
        String target,
        String action,
        Set<String> scopes,
        Set<String> proposers) {
    /** One that nobody is known to have proposed. */
    public Request(
            UUID change,
            String charter,
            String charterHash,
            String subjectSystem,
            String subjectId,
            String target,
            String action,
            Set<String> scopes) {
        this(
                change,
                charter,
                charterHash,
                subjectSystem,
                subjectId,
                target,
                action,
                scopes,
                Set.of());
    }

    /** One that no halt concerns either. */
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
