package dev.remit.approval.domain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is handed on because a route moved, in this order. */
public sealed interface Happened {
    /**
     * A stage opened; or, with an empty name, the route is held before its first stage.
     *
     * @param held why it cannot be decided now
     * @param planHash empty if no plan is known
     */
    record Requested(
            String stage,
            int quorum,
            List<Candidate> candidates,
            Optional<String> held,
            String planHash,
            Instant until)
            implements Happened {}

    /** An open stage asks other people now. */
    record Reassigned(
            String stage, List<Candidate> before, List<Candidate> now, Optional<String> held)
            implements Happened {}

    /**
     * A person, a rule or a deadline decided, or someone tried to.
     *
     * @param planHash the plan decided on; an attempt's is the one that its maker saw
     * @param authentication for a person
     * @param policy for a rule
     */
    record Decided(
            Decision decision,
            String planHash,
            Optional<Authentication> authentication,
            Optional<Charter.Policy> policy)
            implements Happened {}

    /** The plan may be executed, on the strength of every approval so far. */
    record Authorized(Ready ready, Instant until) implements Happened {}
}
