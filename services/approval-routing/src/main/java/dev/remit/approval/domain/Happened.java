package dev.remit.approval.domain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What is handed on because a route moved, in this order. */
public sealed interface Happened {
    /**
     * A stage opened; or, with an empty name, the route is held outside its stages.
     *
     * @param held why it cannot be decided now
     * @param dropped what the charter names and nobody is behind
     * @param violations the rules that forbid the change as things are
     * @param planHash empty if no plan is known
     * @param spared exceptions without which rules would forbid the change
     */
    record Requested(
            String stage,
            int quorum,
            int denials,
            List<Candidate> candidates,
            Optional<String> held,
            List<String> dropped,
            List<Violation> violations,
            String planHash,
            Instant until,
            List<Duty.Spared> spared)
            implements Happened {
        /** No rule would have forbidden anything but for an exception. */
        public Requested(
                String stage,
                int quorum,
                int denials,
                List<Candidate> candidates,
                Optional<String> held,
                List<String> dropped,
                List<Violation> violations,
                String planHash,
                Instant until) {
            this(
                    stage,
                    quorum,
                    denials,
                    candidates,
                    held,
                    dropped,
                    violations,
                    planHash,
                    until,
                    List.of());
        }
    }

    /**
     * An open stage asks other people now.
     *
     * @param why what moved it, in words
     */
    record Reassigned(
            String stage,
            int quorum,
            List<Candidate> before,
            List<Candidate> now,
            Optional<String> held,
            List<String> dropped,
            String why,
            Instant until)
            implements Happened {}

    /**
     * A person, a rule, a condition or a deadline decided, or someone tried to.
     *
     * @param planHash the plan decided on; an attempt's is the one that its maker saw
     * @param standing what a decision of a person or a rule is bound to
     * @param authentication for a person
     * @param policy for a rule
     * @param condition the condition under which the stage was passed over
     * @param signature the person's own
     */
    record Decided(
            Decision decision,
            String planHash,
            Optional<Standing> standing,
            Optional<Authentication> authentication,
            Optional<Charter.Policy> policy,
            Optional<String> condition,
            Optional<Signing.Signature> signature)
            implements Happened {
        /** One that nobody signed. */
        public Decided(
                Decision decision,
                String planHash,
                Optional<Standing> standing,
                Optional<Authentication> authentication,
                Optional<Charter.Policy> policy,
                Optional<String> condition) {
            this(decision, planHash, standing, authentication, policy, condition, Optional.empty());
        }
    }

    /**
     * What makes a decision stand by itself.
     *
     * @param changeHash what the change says, SHA-256
     * @param routeHash the route that was gone by, SHA-256
     * @param nonce names the right to decide this stage, opened then
     * @param notBefore when the stage opened
     * @param expiresAt when it lapses
     * @param risk of the plan as it was known then, 0 to 100
     * @param label the decider's name at the time, to be read
     * @param roles the decider's roles at the time
     * @param units the decider's groups at the time
     */
    record Standing(
            String changeHash,
            String charterHash,
            String routeHash,
            UUID nonce,
            Instant notBefore,
            Instant expiresAt,
            Optional<Integer> risk,
            String label,
            List<String> roles,
            List<String> units) {}

    /**
     * The plan may be executed, on the strength of every approval so far.
     *
     * @param held what the subject holds afterwards, if the charter has rules about it
     * @param mode in which mode, and why
     * @param removals the protected entitlements that it takes away
     * @param spared exceptions without which rules would have forbidden it
     * @param workers the proposer's HR worker, and the one of who answers for an AI that proposed
     */
    record Authorized(
            Ready ready,
            Instant until,
            Optional<List<String>> held,
            ModeDecision mode,
            List<Removal> removals,
            List<Duty.Spared> spared,
            Workers workers)
            implements Happened {}

    /** The HR workers behind a proposal, where they are known. */
    record Workers(Optional<String> proposer, Optional<String> principal) {}
}
