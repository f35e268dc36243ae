package dev.remit.handoff;

import static dev.remit.handoff.Service.APPROVAL_ROUTING;
import static dev.remit.handoff.Service.CONNECTOR;
import static dev.remit.handoff.Service.DATA_READINESS;
import static dev.remit.handoff.Service.EVIDENCE_LEDGER;
import static dev.remit.handoff.Service.EXECUTOR;

import dev.remit.wire.Messages;
import dev.remit.wire.v1.AccessViolationEnded;
import dev.remit.wire.v1.AccessViolationFound;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.ApprovalReassigned;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.AuthorityHalted;
import dev.remit.wire.v1.AuthorityResumed;
import dev.remit.wire.v1.BrakeApplied;
import dev.remit.wire.v1.BrakeReleased;
import dev.remit.wire.v1.ChangeClosed;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.ChangeWithdrawn;
import dev.remit.wire.v1.CharterDecided;
import dev.remit.wire.v1.CharterDrafted;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.CheckpointPublished;
import dev.remit.wire.v1.ClosureRefused;
import dev.remit.wire.v1.ContentErased;
import dev.remit.wire.v1.CorrectionProvided;
import dev.remit.wire.v1.CorrectionRequested;
import dev.remit.wire.v1.DeadLetterResolved;
import dev.remit.wire.v1.DeadLettered;
import dev.remit.wire.v1.DelegationEnded;
import dev.remit.wire.v1.DelegationGiven;
import dev.remit.wire.v1.EmployeeDemoted;
import dev.remit.wire.v1.EmployeePromoted;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.GrantEnded;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.PasskeyRegistered;
import dev.remit.wire.v1.PasskeyRevoked;
import dev.remit.wire.v1.ProposalRefused;
import dev.remit.wire.v1.ReadinessJudged;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * The catalogue: every message of the mesh, the topic it travels on and the services that may send
 * it. Nothing else may be sent or received.
 */
public enum Handoff {
    IDENTITY_OBSERVED(IdentityObserved.class, Topic.IDENTITY_OBSERVED, CONNECTOR),
    CHANGE_PROPOSED(ChangeProposed.class, Topic.CHANGE_PROPOSED, CONNECTOR),
    PROPOSAL_REFUSED(ProposalRefused.class, Topic.CHANGE_PROPOSED, CONNECTOR),
    CHANGE_WITHDRAWN(ChangeWithdrawn.class, Topic.CHANGE_PROPOSED, CONNECTOR),
    READINESS_JUDGED(ReadinessJudged.class, Topic.CHANGE_READINESS, DATA_READINESS),
    APPROVAL_REQUESTED(ApprovalRequested.class, Topic.CHANGE_APPROVAL, APPROVAL_ROUTING),
    APPROVAL_DECIDED(ApprovalDecided.class, Topic.CHANGE_APPROVAL, APPROVAL_ROUTING),
    APPROVAL_REASSIGNED(ApprovalReassigned.class, Topic.CHANGE_APPROVAL, APPROVAL_ROUTING),
    EXECUTION_AUTHORIZED(ExecutionAuthorized.class, Topic.CHANGE_AUTHORIZED, APPROVAL_ROUTING),
    CHANGE_EXECUTED(ChangeExecuted.class, Topic.CHANGE_EXECUTED, EXECUTOR),
    GRANT_ENDED(GrantEnded.class, Topic.CHANGE_EXECUTED, EXECUTOR),
    CHANGE_CLOSED(ChangeClosed.class, Topic.CHANGE_CLOSED, EVIDENCE_LEDGER),
    CLOSURE_REFUSED(ClosureRefused.class, Topic.CHANGE_CLOSED, EVIDENCE_LEDGER),
    CONTENT_ERASED(ContentErased.class, Topic.CHANGE_CLOSED, EVIDENCE_LEDGER),
    CORRECTION_REQUESTED(CorrectionRequested.class, Topic.CORRECTION, DATA_READINESS),
    CORRECTION_PROVIDED(CorrectionProvided.class, Topic.CORRECTION, DATA_READINESS),
    CHARTER_PUBLISHED(CharterPublished.class, Topic.CHARTER, CONNECTOR),
    AUTHORITY_HALTED(AuthorityHalted.class, Topic.AUTHORITY, CONNECTOR),
    AUTHORITY_RESUMED(AuthorityResumed.class, Topic.AUTHORITY, CONNECTOR),
    PASSKEY_REGISTERED(PasskeyRegistered.class, Topic.PASSKEY, APPROVAL_ROUTING),
    PASSKEY_REVOKED(PasskeyRevoked.class, Topic.PASSKEY, APPROVAL_ROUTING),
    DELEGATION_GIVEN(DelegationGiven.class, Topic.DELEGATION, APPROVAL_ROUTING),
    DELEGATION_ENDED(DelegationEnded.class, Topic.DELEGATION, APPROVAL_ROUTING),
    ACCESS_VIOLATION_FOUND(AccessViolationFound.class, Topic.ACCESS, APPROVAL_ROUTING),
    ACCESS_VIOLATION_ENDED(AccessViolationEnded.class, Topic.ACCESS, APPROVAL_ROUTING),
    BRAKE_APPLIED(BrakeApplied.class, Topic.AUTHORITY, CONNECTOR),
    BRAKE_RELEASED(BrakeReleased.class, Topic.AUTHORITY, CONNECTOR),
    EMPLOYEE_DEMOTED(EmployeeDemoted.class, Topic.AUTHORITY, CONNECTOR),
    EMPLOYEE_PROMOTED(EmployeePromoted.class, Topic.AUTHORITY, CONNECTOR),
    CHARTER_DRAFTED(CharterDrafted.class, Topic.AUTHORITY, CONNECTOR),
    CHARTER_DECIDED(CharterDecided.class, Topic.AUTHORITY, CONNECTOR),
    CHECKPOINT_PUBLISHED(CheckpointPublished.class, Topic.CHECKPOINT, EVIDENCE_LEDGER),
    DEAD_LETTERED(DeadLettered.class, Topic.DEAD_LETTER, Service.values()),
    DEAD_LETTER_RESOLVED(DeadLetterResolved.class, Topic.DEAD_LETTER, Service.values());

    private static final Map<String, Handoff> BY_TYPE =
            Arrays.stream(values())
                    .collect(Collectors.toUnmodifiableMap(Handoff::type, Function.identity()));

    private final Topic topic;
    private final Set<Service> senders;
    private final Schema schema;
    private final String dataschema;

    Handoff(Class<? extends SpecificRecord> payload, Topic topic, Service... senders) {
        this.topic = topic;
        this.senders = EnumSet.copyOf(Arrays.asList(senders));
        this.schema = SpecificData.get().getSchema(payload);
        this.dataschema = dataschema(schema);
    }

    public Topic topic() {
        return topic;
    }

    public boolean maySend(Service service) {
        return senders.contains(service);
    }

    /**
     * The CloudEvents type: the Avro record's full name, for example {@code
     * dev.remit.wire.v1.ChangeProposed}.
     */
    public String type() {
        return schema.getFullName();
    }

    /** The record's short name, for example {@code ChangeProposed}. */
    public String recordName() {
        return schema.getName();
    }

    /** The Avro schema that this build writes with. */
    public Schema schema() {
        return schema;
    }

    /**
     * The CloudEvents dataschema: {@code urn:remit:avro:<record>:<CRC-64-AVRO fingerprint, 16
     * hexadecimal digits>} (Avro 1.12, schema fingerprints). It names the writer's schema without a
     * registry.
     */
    public String dataschema() {
        return dataschema;
    }

    /** The dataschema of a record that is written with this schema. */
    public static String dataschema(Schema schema) {
        return "urn:remit:avro:%s:%016x"
                .formatted(schema.getName(), SchemaNormalization.parsingFingerprint64(schema));
    }

    /**
     * The schema that a {@link #dataschema()} names, of this build or of a released version; empty
     * if none is known.
     */
    public Optional<Schema> written(String dataschema) {
        String prefix = "urn:remit:avro:" + recordName() + ":";
        if (!dataschema.startsWith(prefix)) {
            return Optional.empty();
        }
        try {
            return Messages.written(
                    Long.parseUnsignedLong(dataschema.substring(prefix.length()), 16));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * The handoff with this CloudEvents type.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Handoff ofType(String type) {
        Handoff handoff = BY_TYPE.get(type);
        if (handoff == null) {
            throw new IllegalArgumentException("no handoff has the type '" + type + "'");
        }
        return handoff;
    }

    /**
     * The handoff that carries this record.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Handoff of(SpecificRecord message) {
        return ofType(message.getSchema().getFullName());
    }
}
