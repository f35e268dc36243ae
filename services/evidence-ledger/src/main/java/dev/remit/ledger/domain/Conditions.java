package dev.remit.ledger.domain;

/** Evaluates a charter's conditions anew, on what the messages of a change say and nothing else. */
@FunctionalInterface
public interface Conditions {
    /** Evaluates none: where the Common Expression Language is not at hand. */
    Conditions NONE = (_, _) -> Truth.UNKNOWN;

    /** What a condition says. */
    enum Truth {
        TRUE,
        FALSE,
        /** It looks at what no message says: the subject's account, the resource, the risk. */
        UNKNOWN
    }

    /** Whether a stage is asked under this condition. */
    Truth over(String text, Story story);
}
