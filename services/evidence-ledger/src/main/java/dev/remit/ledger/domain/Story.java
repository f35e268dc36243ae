package dev.remit.ledger.domain;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One change as its verified handoffs tell it.
 *
 * @param steps its handoffs by sequence; complete when they run from 1 without a gap
 * @param activities what the target's own feed says about the account
 */
public record Story(
        UUID change,
        String charter,
        String charterHash,
        String subject,
        String subjectWorker,
        Actor proposer,
        List<Step> steps,
        Optional<Readiness> readiness,
        List<Requested> requests,
        List<Decision> decisions,
        Optional<Authorized> authorized,
        Optional<Executed> executed,
        List<Activity> activities) {

    /**
     * Who acts: immutable id, and the person responsible when it is a digital employee or copilot.
     */
    public record Actor(String id, Optional<String> principal) {}

    /**
     * One handoff.
     *
     * @param hash RFC 9162 leaf hash of its sealed bytes, hexadecimal
     */
    public record Step(
            int sequence,
            UUID id,
            String type,
            String producer,
            Instant time,
            String hash,
            String words) {}

    /** The last readiness verdict. */
    public record Readiness(
            UUID id,
            String verdict,
            Optional<String> account,
            Optional<String> planHash,
            String reason) {}

    /** A stage that was opened. */
    public record Requested(
            String stage,
            int quorum,
            Optional<String> held,
            List<String> eligible,
            String planHash) {}

    /** A decision; REFUSED ones are attempts that were not accepted. */
    public record Decision(
            UUID id,
            String stage,
            String decision,
            Optional<String> by,
            String planHash,
            Optional<String> refusal) {}

    /**
     * The authorization.
     *
     * @param actualHash SHA-256 of the plan's bytes as they were handed on
     */
    public record Authorized(
            UUID id,
            String account,
            String planHash,
            String actualHash,
            List<UUID> approvals,
            Instant at,
            Instant expiresAt) {}

    /** The executor's report. */
    public record Executed(
            UUID id,
            String executor,
            String outcome,
            String planHash,
            boolean readBackMatches,
            String reason,
            Instant startedAt,
            Instant completedAt) {}

    /** An action in the target's own feed. */
    public record Activity(
            UUID id,
            String account,
            String operation,
            String actor,
            Instant at,
            Map<String, String> changed) {}

    /** Whether the handoffs run from 1 without a gap. */
    public boolean isComplete() {
        for (int n = 0; n < steps.size(); n++) {
            if (steps.get(n).sequence() != n + 1) {
                return false;
            }
        }
        return !steps.isEmpty();
    }
}
