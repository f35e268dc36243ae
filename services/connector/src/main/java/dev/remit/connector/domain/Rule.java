package dev.remit.connector.domain;

import dev.remit.connector.domain.Charter.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * The rules that refuse a proposal, by the codes that answers and records give. Those of a status
 * below 500 are evidence.
 */
public enum Rule {
    /** The caller's token holds no role that may propose. */
    ROLE_MISSING(403),
    /** The token is not to propose with. */
    SCOPE_MISSING(403),
    /** The client is registered as an AI that only reads. */
    AGENT_READS_ONLY(403),
    /** No person answers for the client. */
    NOBODY_ACCOUNTABLE(403),
    /** The model is not the one that is registered for the client. */
    AGENT_MODEL_MISMATCH(422),
    /** A person halted what the change would be in. */
    HALTED(409),
    /** No charter has this name, or none covers the proposal. */
    CHARTER_UNKNOWN(422),
    /** Several charters cover the proposal, and it names none. */
    CHARTER_AMBIGUOUS(422),
    /** The charter's first day is to come. */
    CHARTER_NOT_IN_FORCE(422),
    /** The charter's last day is over. */
    CHARTER_EXPIRED(422),
    /** The charter does not cover the system. */
    TARGET_OUTSIDE_CHARTER(422),
    /** The charter does not cover the action. */
    ACTION_OUTSIDE_CHARTER(422),
    /** The charter does not admit the proposer. */
    PROPOSER_OUTSIDE_CHARTER(403),
    /** Nothing is known of the system yet. */
    TARGET_NOT_READ(503),
    /** Nobody is known by the given id. */
    SUBJECT_UNKNOWN(422),
    /** Several accounts carry the worker id. */
    SUBJECT_AMBIGUOUS(422),
    /** The same is under way. */
    DUPLICATE_CHANGE(409),
    /** The charter allows no more changes in this hour. */
    BLAST_RADIUS_CHANGES_PER_HOUR(422),
    /** The charter allows to touch no more of the population in this hour. */
    BLAST_RADIUS_SHARE_OF_POPULATION(422);

    private final int status;

    Rule(int status) {
        this.status = status;
    }

    /** The HTTP status that says so. */
    public int status() {
        return status;
    }

    /**
     * What it says.
     *
     * @param field the member at fault; null if no single one is
     * @param detail in plain words
     */
    public Refusal refuses(@Nullable String field, String detail) {
        return new Refusal(status, field, name(), detail);
    }
}
