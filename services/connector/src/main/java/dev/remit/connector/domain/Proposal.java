package dev.remit.connector.domain;

import java.util.Optional;

/**
 * A change to be proposed.
 *
 * @param proposer immutable id of the proposer
 * @param principal the person responsible when the proposer is a digital employee; empty when a
 *     person proposes
 * @param agent the AI that proposed; empty for a person, and for a trigger
 */
public record Proposal(
        String charter,
        String charterVersion,
        String charterHash,
        String mode,
        String subjectSystem,
        String subjectId,
        String target,
        String action,
        String reason,
        String proposer,
        Optional<String> principal,
        Optional<Agent> agent) {
    /** The same for a person to execute. */
    public Proposal assisted() {
        return new Proposal(
                charter,
                charterVersion,
                charterHash,
                "ASSIST",
                subjectSystem,
                subjectId,
                target,
                action,
                reason,
                proposer,
                principal,
                agent);
    }

    /** The wish that it answers to. */
    public Wish wish() {
        return new Wish(charter, subjectSystem, subjectId, target, action, reason, by());
    }

    /** Who proposes. */
    public Proposer by() {
        return new Proposer(proposer, principal, agent);
    }
}
