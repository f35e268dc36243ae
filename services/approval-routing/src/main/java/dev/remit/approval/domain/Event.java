package dev.remit.approval.domain;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What can move a route. */
public sealed interface Event {
    /** The change's data is fit. */
    record Readied(Ready ready) implements Event {}

    /**
     * The change was called ready by a message that lacks what a route needs.
     *
     * @param kept the change as it was proposed
     * @param why what is lacking
     */
    record Lacking(UUID change, byte[] kept, String charterHash, Parties parties, String why)
            implements Event {}

    /**
     * Someone tries to decide.
     *
     * @param roles the roles in the token
     * @param signing the signature that came with it
     * @param amending how plans are amended, for AMENDED
     */
    record Attempted(
            Attempt attempt,
            Set<String> roles,
            Authentication authentication,
            Optional<Signing> signing,
            Optional<Amending> amending)
            implements Event {
        /** One that nobody signed, and that amends nothing. */
        public Attempted(Attempt attempt, Set<String> roles, Authentication authentication) {
            this(attempt, roles, authentication, Optional.empty(), Optional.empty());
        }
    }

    /**
     * The proposer amends what was sent back, or what an approver asked about.
     *
     * @param terms none if only the words are new
     */
    record Resubmitted(
            String by, String text, Terms terms, Authentication authentication, Amending amending)
            implements Event {}

    /**
     * Someone answers what an approver asked.
     *
     * @param stage the stage's name; empty for the first that waits for an answer
     */
    record Answered(String by, Optional<String> stage, String text, Authentication authentication)
            implements Event {}

    /**
     * Someone takes the change back.
     *
     * @param authentication empty when another service has judged that they may
     */
    record Withdrawn(String by, String reason, Optional<Authentication> authentication)
            implements Event {}

    /**
     * The executor has reported.
     *
     * @param begun whether the plan was begun, whatever came of it
     * @param succeeded whether the target, read again, is as planned
     * @param by immutable id of who executed it: the executor, or the person who did it by hand
     * @param worker that person's HR worker id, where the report says it
     */
    record Executed(boolean begun, boolean succeeded, String by, Optional<String> worker)
            implements Event {
        /** The report names no worker. */
        public Executed(boolean begun, boolean succeeded, String by) {
            this(begun, succeeded, by, Optional.empty());
        }
    }

    /** What the plan gave for a time is taken away again. */
    record GrantEnded() implements Event {}

    /** The directory says something new about whom the route asks, or has its charter now. */
    record News() implements Event {}

    /** It is time to look: a deadline, a reminder or a step of an escalation may be due. */
    record Deadline() implements Event {}
}
