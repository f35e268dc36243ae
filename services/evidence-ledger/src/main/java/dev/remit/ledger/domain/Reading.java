package dev.remit.ledger.domain;

import dev.remit.handoff.passkey.Passkey;
import java.time.Instant;
import java.util.List;
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
     * @param owner immutable account id of the owner whom the document names; empty where it does
     *     not read
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
            String owner,
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
     * @param owner the account of the owner who is asked
     * @param needs as what it must be approved, once for each person
     * @param until before when it may be approved
     */
    record Drafted(
            UUID id,
            String name,
            String hash,
            Optional<String> previous,
            String by,
            Optional<String> worker,
            String owner,
            List<String> needs,
            Instant until)
            implements Reading {
        public boolean isByOwner() {
            return by.equals(owner);
        }
    }

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
            Optional<String> worker,
            Instant at)
            implements Reading {}

    /** A person's new passkey. */
    record Registered(UUID id, Passkey key, Instant at) implements Reading {}

    /** A passkey that signs nothing from then on. */
    record Revoked(UUID passkey, Instant at) implements Reading {}

    /** A digital employee was demoted under a charter. */
    record Demoted(UUID id, String charter, Instant at) implements Reading {}

    /** A person lifted a demotion. */
    record Promoted(UUID demotion, Instant at) implements Reading {}

    /** Input that could not be processed. */
    record SetAside(String code, String reason, String origin, String reportedBy, Instant at)
            implements Reading {}

    /** Logged, and nothing else. */
    record Other() implements Reading {}
}
