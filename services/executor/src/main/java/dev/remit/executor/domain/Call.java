package dev.remit.executor.domain;

import dev.remit.executor.domain.Plan.Group;

/** One call that changes the target. */
public sealed interface Call {
    /** The account may no longer sign in. */
    record Disable() implements Call {}

    /** Every session of the account ends. */
    record EndSessions() implements Call {}

    /** The account joins a group. */
    record Join(Group group) implements Call {}

    /** The account leaves a group. */
    record Leave(Group group) implements Call {}
}
