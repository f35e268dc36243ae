package dev.remit.readiness.adapter.postgres;

import dev.remit.handoff.postgres.Fields;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A change and how its data was last judged; read here, written by {@link PostgresReadinesses}. */
@Entity
@Immutable
@Table(name = "readiness")
public class ReadinessRow extends PanacheEntityBase {
    static final String COLUMNS =
            "change_id, change, cause, state, reasons, facts, plan, plan_hash, corrections, held_since,"
                    + " hold_until, look_at, withdrawal";

    static final Fields<ReadinessRow> FIELDS =
            Fields.of(ReadinessRow.class, ReadinessRow::new, COLUMNS);

    @Id
    @Column(name = "change_id")
    public UUID changeId;

    /** The change as it was proposed, Avro single-object encoding; null before it came. */
    public byte @Nullable [] change;

    /** The message that proposed it; before it came, the one that took it back. */
    public UUID cause;

    /** HELD, READY, ENRICHED, HALTED or WITHDRAWN; TAKEN_BACK before it came. */
    public String state;

    /** Why, as last told. */
    public String reasons;

    /** The facts as last judged, JSON. */
    public String facts;

    public @Nullable String plan;

    @Column(name = "plan_hash")
    public @Nullable String planHash;

    /** What people supplied: JSON object, fact to value. */
    public String corrections;

    /** HELD only, as the next two. */
    @Column(name = "held_since")
    public @Nullable Instant heldSince;

    @Column(name = "hold_until")
    public @Nullable Instant holdUntil;

    @Column(name = "look_at")
    public @Nullable Instant lookAt;

    /** TAKEN_BACK only: who did, as what, and for whom: JSON. */
    public @Nullable String withdrawal;
}
