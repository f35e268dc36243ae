package dev.remit.approval.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * Someone considered as approver of a stage.
 *
 * @param label a name to show; never identifies
 * @param reason why eligible, or the code of the rule that bars
 * @param person who it is, whichever the account
 * @param onBehalfOf immutable id of the one in whose place
 * @param observedAt how old the facts about this one are; empty for rules and for what is not known
 * @param basis what made this one be asked; empty where the charter names them, and in what was
 *     kept before
 */
public record Candidate(
        String id,
        String label,
        boolean eligible,
        String reason,
        String person,
        Optional<String> onBehalfOf,
        Optional<Instant> observedAt,
        Optional<Basis> basis) {
    /** One whom the charter names. */
    public Candidate(
            String id,
            String label,
            boolean eligible,
            String reason,
            String person,
            Optional<String> onBehalfOf,
            Optional<Instant> observedAt) {
        this(id, label, eligible, reason, person, onBehalfOf, observedAt, Optional.empty());
    }

    /** Whose vote it would be. */
    public String seat() {
        return onBehalfOf.orElse(id);
    }

    /** The same as far as anybody must be told. */
    boolean isAs(Candidate other) {
        return id.equals(other.id)
                && eligible == other.eligible
                && reason.equals(other.reason)
                && onBehalfOf.equals(other.onBehalfOf);
    }
}
