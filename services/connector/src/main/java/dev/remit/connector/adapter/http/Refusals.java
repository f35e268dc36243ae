package dev.remit.connector.adapter.http;

/**
 * The codes with which proposals are refused, by status, for the description of the API; {@link
 * dev.remit.connector.domain.Rule} says what each means.
 */
final class Refusals {
    static final String MISFORMED = "BODY_MISSING, BODY_NOT_JSON";
    static final String FORBIDDEN =
            "ROLE_MISSING, SCOPE_MISSING, AGENT_READS_ONLY, NOBODY_ACCOUNTABLE, PROPOSER_OUTSIDE_CHARTER";
    static final String CONFLICT = "DUPLICATE_CHANGE, HALTED, IDEMPOTENCY_KEY_REUSED";
    static final String UNPROCESSABLE =
            "Misformed: FIELD_MISSING, FIELD_MISFORMED, FIELD_UNKNOWN, AGENT_UNEXPECTED."
                    + " By a rule: AGENT_MODEL_MISMATCH, CHARTER_UNKNOWN, CHARTER_AMBIGUOUS, CHARTER_NOT_IN_FORCE,"
                    + " CHARTER_EXPIRED, TARGET_OUTSIDE_CHARTER, ACTION_OUTSIDE_CHARTER, SUBJECT_UNKNOWN,"
                    + " SUBJECT_AMBIGUOUS, BLAST_RADIUS_CHANGES_PER_HOUR, BLAST_RADIUS_SHARE_OF_POPULATION";
    static final String UNAVAILABLE = "TARGET_NOT_READ";

    private Refusals() {}
}
