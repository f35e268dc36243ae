package dev.remit.readiness.domain;

import java.util.Optional;
import java.util.UUID;

/**
 * Someone takes a change back.
 *
 * @param message the message that said so
 * @param by immutable id
 * @param kind what kind of actor, as on the wire
 * @param principal the person responsible, for an AI
 */
public record Withdrawal(
        UUID change,
        UUID message,
        String by,
        String kind,
        Optional<String> principal,
        String reason) {
    /** In plain words. */
    public String words() {
        return "withdrawn by " + by + ": " + reason;
    }
}
