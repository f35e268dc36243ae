package dev.remit.connector.application;

import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Activity;
import dev.remit.connector.domain.Brake;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Draft;
import dev.remit.connector.domain.Entitlement;
import dev.remit.connector.domain.Occurrence;
import dev.remit.connector.domain.Proposal;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.SignIn;
import dev.remit.connector.domain.TrackRecord;
import dev.remit.connector.domain.Wish;
import dev.remit.connector.domain.WorkerEvent;
import dev.remit.handoff.halt.Halt;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** The messages that say what was read, proposed and decided; sent by the outbox. */
public interface Letters {
    /** A worker's event, as HR sent it. */
    SpecificRecord of(WorkerEvent event, Instant now);

    /** An account's whole state. */
    SpecificRecord of(Account account, String system, Instant now);

    /** An account that is gone. */
    SpecificRecord removed(String id, String system, Instant now);

    /**
     * A source was read completely.
     *
     * @param entitlements what it says of its groups and roles; empty where it does not tell
     */
    SpecificRecord synced(String system, Optional<List<Entitlement>> entitlements, Instant now);

    /** An action from the target's own audit feed. */
    SpecificRecord of(Activity activity, String system, Instant now);

    /**
     * What happened that may open changes: its operation is the event's name, so no proof takes it
     * for what the target's own feed says of an execution.
     */
    SpecificRecord of(Occurrence occurrence, Instant now);

    /** A charter in force, and what it rests on. */
    SpecificRecord charter(Draft draft, Collection<Draft.Approval> approvals, Instant now);

    /** A version of a charter that is to be published. */
    SpecificRecord drafted(Draft draft);

    /** A draft is approved, by a person or by the installation's configuration. */
    SpecificRecord decided(
            Draft draft, Draft.Approval approval, Optional<SignIn> signIn, String reason);

    /** A draft ends without being published. */
    SpecificRecord ended(
            Draft draft,
            UUID decision,
            Draft.End end,
            Optional<Draft.Person> by,
            Optional<SignIn> signIn);

    /** A proposed change. */
    SpecificRecord proposed(
            UUID change, Proposal proposal, @Nullable UUID triggeredBy, Instant now);

    /** A proposal that a rule refuses. */
    SpecificRecord refused(
            Wish wish, Charter.Refusal refusal, Optional<String> charterHash, Instant now);

    /**
     * An attempt to decide on a charter's draft that a rule refuses: the draft is the subject, the
     * charter the target.
     *
     * @param what approve, deny or withdraw
     */
    SpecificRecord refused(
            Draft draft, Proposer by, String what, String code, String detail, Instant now);

    /** A change that someone takes back. */
    SpecificRecord withdrawn(UUID change, Proposer by, String reason, Instant now);

    /** A halt. */
    SpecificRecord halted(Halt halt);

    /** The end of a halt. */
    SpecificRecord resumed(Halt halt, String by, String reason, Instant at);

    /** A digital employee is demoted. */
    SpecificRecord demoted(Charter charter, Halt demotion, TrackRecord.Exceeded exceeded);

    /** A person promotes a digital employee. */
    SpecificRecord promoted(Charter charter, Halt demotion, String by, String reason, Instant at);

    /** A brake. */
    SpecificRecord braked(Brake brake);

    /** The end of a brake, by a person or because the source recovered. */
    SpecificRecord released(Brake brake, Brakes.Ended end, long changes);

    /** A held change that a person discarded with its brake: it is refused like any other. */
    SpecificRecord discarded(Proposals.Standing held, Instant now);
}
