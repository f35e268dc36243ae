package dev.remit.approval.application;

import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Happened;
import dev.remit.handoff.loop.Outbox;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The messages that say what happened on a route. */
public interface Letters {
    /**
     * Hands on, in order, each as the consequence of the one before it.
     *
     * @param approvals the messages that approved the change's stages before
     * @param cause what the first one follows from; null when a person or a clock did
     * @return the messages' ids, one for each that happened
     */
    List<UUID> handOn(
            UUID change,
            List<Happened> happened,
            List<UUID> approvals,
            @Nullable UUID cause,
            Outbox outbox);

    /** Tells the log of a person's new passkey. */
    void registered(Passkeys.Kept kept, Authentication authentication, Outbox outbox);

    /**
     * Tells the log of a passkey that signs nothing any more.
     *
     * @param until the first moment at which it does not
     */
    void revoked(Passkeys.Kept kept, String by, String reason, Instant until, Outbox outbox);

    /** What people hold that a rule forbids, and what of it is over. */
    void violations(
            List<AccessViolations.Found> found, List<AccessViolations.Ended> ended, Outbox outbox);
}
