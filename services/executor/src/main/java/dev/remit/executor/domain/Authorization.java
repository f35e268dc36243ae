package dev.remit.executor.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * The right to execute one plan.
 *
 * @param planHash the hash that was authorized
 * @param actualHash SHA-256 of the plan's bytes as they came
 * @param plan the plan, if it reads
 */
public record Authorization(
        String account,
        String target,
        String planHash,
        String actualHash,
        Optional<Plan> plan,
        Instant expiresAt) {

    /** Why it does not hold now; empty when it does. */
    public Optional<String> refusal(String executableTarget, Instant now) {
        if (!planHash.equals(actualHash)) {
            return Optional.of(
                    "PLAN_HASH: the plan's bytes hash to "
                            + actualHash
                            + ", authorized is "
                            + planHash);
        }
        if (!now.isBefore(expiresAt)) {
            return Optional.of("EXPIRED: the authorization ended at " + expiresAt);
        }
        if (plan.isEmpty()) {
            return Optional.of(
                    "PLAN_UNREADABLE: the plan has a step or a field that is not known here");
        }
        if (!plan.get().account().equals(account)) {
            return Optional.of("ACCOUNT: the plan is for another account than the authorization");
        }
        if (!plan.get().target().equals(target) || !target.equals(executableTarget)) {
            return Optional.of("TARGET: this executor works on " + executableTarget + " only");
        }
        return Optional.empty();
    }
}
