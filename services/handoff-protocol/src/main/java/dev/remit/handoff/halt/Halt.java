package dev.remit.handoff.halt;

import java.time.Instant;
import java.util.UUID;

/**
 * A person stopped all authority in a scope.
 *
 * @param scope as {@link Scopes} writes it
 * @param by immutable id of the person
 * @param since microseconds, UTC
 */
public record Halt(UUID id, String scope, String by, String reason, Instant since) {
    /** For whoever is kept from deciding by it. */
    public String words() {
        return Scopes.isOwn(scope)
                ? "demoted since " + since + ": " + reason
                : scope + " is halted since " + since + " by " + by + ": " + reason;
    }
}
