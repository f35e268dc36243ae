package dev.remit.executor.domain;

import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;

/** One call that changes the target. */
public sealed interface Call {
    /** The account comes to be. */
    record Create(Step.CreateAccount account) implements Call {}

    /** The account may no longer sign in. */
    record Disable() implements Call {}

    /** The account may sign in again. */
    record Enable() implements Call {}

    /** The account's manager becomes this one, by the id that the target keeps. */
    record SetManager(String manager) implements Call {}

    /** This one answers for the account from now on, by the id that the target keeps. */
    record SetOwner(String owner) implements Call {}

    /** What only a person does, in words. */
    record ByHand(String what) implements Call {}

    /** The account is removed. */
    record Delete() implements Call {}

    /** Every session of the account ends. */
    record EndSessions() implements Call {}

    /** The account joins a group. */
    record Join(Group group) implements Call {}

    /** The account leaves a group. */
    record Leave(Group group) implements Call {}
}
