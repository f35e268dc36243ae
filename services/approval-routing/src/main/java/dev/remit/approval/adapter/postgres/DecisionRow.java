package dev.remit.approval.adapter.postgres;

import dev.remit.handoff.postgres.Fields;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What was decided or refused; its id is the message's. */
@Entity
@Table(name = "decision")
class DecisionRow extends PanacheEntityBase {
    static final String COLUMNS =
            "id, change_id, stage, stage_name, decided_by, worker, on_behalf_of, delegator_worker,"
                    + " decision, refusal, reason, people, decided_at, position";

    static final Fields<DecisionRow> FIELDS =
            Fields.of(DecisionRow.class, DecisionRow::new, COLUMNS);

    @Id public UUID id;

    @Column(name = "change_id")
    public UUID changeId;

    public int stage;

    @Column(name = "stage_name")
    public String stageName;

    @Column(name = "decided_by")
    public @Nullable String decidedBy;

    /** The decider's HR worker id at the time. */
    public @Nullable String worker;

    @Column(name = "on_behalf_of")
    public @Nullable String onBehalfOf;

    /** That one's HR worker id at the time. */
    @Column(name = "delegator_worker")
    public @Nullable String delegatorWorker;

    /** See {@code Decision.Kind}. */
    public String decision;

    public @Nullable String refusal;
    public String reason;

    /** Who decided, and in whose place, as they were at the time: JSON. */
    public String people;

    @Column(name = "decided_at")
    public Instant decidedAt;

    /** Given by the database: in which order decisions were handed on. */
    @Column(insertable = false, updatable = false)
    public @Nullable Long position;
}
