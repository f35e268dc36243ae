package dev.remit.readiness.domain;

import java.util.Set;
import java.util.UUID;

/**
 * A proposed change, as far as its readiness is concerned.
 *
 * @param subjectSystem {@code hr}, or the target for an account that is correlated with nobody
 * @param subjectId HR worker id, or the account's immutable id
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
    /**
     * Whether its subject is an account of the target, named by its immutable id; otherwise a
     * worker.
     */
    public boolean isOfAccount() {
        return subjectSystem.equals(target);
    }

    /** The subject in words: the worker, or the account. */
    String subject() {
        return isOfAccount() ? "account " + subjectId + " of " + target : "worker " + subjectId;
    }

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
