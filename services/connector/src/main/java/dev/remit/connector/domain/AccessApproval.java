package dev.remit.connector.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What an approval is good for, in the words of OpenID AuthZEN's Access Request and Approval
 * Profile, draft 1. Pure; what is not known is not approved.
 *
 * @param at when the last approval was there
 * @param until from then on it is good for nothing: what was granted for a time has ended, the
 *     requester wanted it no longer, or the task is over
 */
public record AccessApproval(Instant at, Instant until) {
    /** Why an evaluation that presents an approval is denied all the same. */
    public enum Denial {
        APPROVAL_EXPIRED,
        OUT_OF_SCOPE,
        GRANT_PENDING,
        POLICY_DENIED,
        APPROVAL_UNVERIFIABLE;

        /** The profile's reason code. */
        public String code() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Proofs that can only be there once what was granted for a time has ended. */
    private static final Set<String> AFTERWARDS = Set.of("grant.ended", "review.closed");

    /**
     * The approval of a change.
     *
     * @param lasts how long its plan grants what it grants; empty if for good
     * @param wanted until when the requester wants it
     * @param over when the task is over
     */
    public static AccessApproval of(
            Instant at, Optional<Duration> lasts, Optional<Instant> wanted, Instant over) {
        return new AccessApproval(
                at,
                Stream.of(lasts.map(at::plus), wanted, Optional.of(over))
                        .flatMap(Optional::stream)
                        .min(Instant::compareTo)
                        .orElse(over));
    }

    /**
     * Whether what a change grants for a time was given: executed, read again, and nothing is left
     * to prove but what comes afterwards. Then it is approved, also once the grant has ended.
     */
    public static boolean wasGiven(
            Optional<Duration> lasts, Set<String> handoffs, Set<String> missing) {
        return lasts.isPresent()
                && handoffs.contains("ChangeExecuted")
                && AFTERWARDS.containsAll(missing);
    }
}
