package dev.remit.ledger.domain;

import dev.remit.handoff.passkey.Passkey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
     * @param draft the draft that was approved
     * @param approvals the decisions that it rests on
     * @param knewOfDrafts whether whoever wrote it could have named a draft
     * @param document canonical JSON
     */
    record Published(
            String name,
            String hash,
            Optional<Charter> charter,
            String problem,
            Optional<UUID> draft,
            List<UUID> approvals,
            boolean knewOfDrafts,
            String document)
            implements Reading {}

    /**
     * A version of a charter that is to be published.
     *
     * @param previous hash of the version that it is to follow
     * @param by who drafted it, by account
     * @param worker who that is
     * @param byOwner whether it is the owner's account
     * @param needs as what it must be approved
     */
    record Drafted(
            UUID id,
            String name,
            String hash,
            Optional<String> previous,
            String by,
            Optional<String> worker,
            boolean byOwner,
            Set<String> needs)
            implements Reading {}

    /**
     * A decision on a draft.
     *
     * @param part as what; empty for what ends the draft
     * @param by who, by account; empty for time
     * @param byPerson whether it is a person's
     * @param worker who that is
     */
    record Assented(
            UUID id,
            UUID draft,
            String hash,
            String decision,
            String part,
            String by,
            boolean byPerson,
            Optional<String> worker)
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
