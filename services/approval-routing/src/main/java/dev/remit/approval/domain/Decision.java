package dev.remit.approval.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * What was decided of a stage, or refused.
 *
 * @param stage the stage's place in the charter, from 0
 * @param by immutable id of the person, or id of the rule; empty when a deadline did
 * @param refusal the code of the rule that refused the attempt, for REFUSED
 */
public record Decision(
        int stage,
        String stageName,
        Kind kind,
        Optional<String> by,
        Optional<String> refusal,
        String reason,
        Instant at) {
    /** What it says. */
    public enum Kind {
        APPROVED,
        DENIED,
        EXPIRED,
        REFUSED
    }
}
