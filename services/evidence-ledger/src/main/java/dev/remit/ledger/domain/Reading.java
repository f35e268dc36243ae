package dev.remit.ledger.domain;

import dev.remit.handoff.passkey.Passkey;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What a verified message means to the ledger. */
public sealed interface Reading {
    /** One of the handoffs of a change. */
    record Handoff(UUID change, Story.Step step) implements Reading {}

    /** An action that a target's own feed shows. */
    record Seen(Story.Activity activity) implements Reading {}

    /**
     * A charter.
     *
     * @param charter empty when it does not read: nothing closes under it
     * @param problem why it does not read
     */
    record Published(String name, String hash, Optional<Charter> charter, String problem)
            implements Reading {}

    /** A person's new passkey. */
    record Registered(UUID id, Passkey key, Instant at) implements Reading {}

    /** A passkey that signs nothing from then on. */
    record Revoked(UUID passkey, Instant at) implements Reading {}

    /** Input that could not be processed. */
    record SetAside(String code, String reason, String origin, String reportedBy, Instant at)
            implements Reading {}

    /** Logged, and nothing else. */
    record Other() implements Reading {}
}
