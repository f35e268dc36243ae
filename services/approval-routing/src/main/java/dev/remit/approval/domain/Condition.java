package dev.remit.approval.domain;

/** A condition that a charter states. Evaluating it has no effect and does not throw. */
public interface Condition {
    /** The condition as the charter words it. */
    String text();

    /** Whether it holds. */
    Truth over(Scope scope);

    /** What evaluating a condition gives. */
    enum Truth {
        TRUE,
        FALSE,
        /** It reads what is not known, or fails. */
        UNKNOWN
    }
}
