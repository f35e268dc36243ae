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

/** A change on its way through the stages of its charter. */
@Entity
@Table(name = "route")
class RouteRow extends PanacheEntityBase {
    /** Every column of the row and no other: array columns cannot be read. */
    static final String COLUMNS =
            "change_id, change, charter_hash, verdict, facts, account, manager, manager_worker, plan,"
                    + " plan_hash, state, stage, stage_name, next_stage, stages, requested_at, expires_at,"
                    + " wake_at, asks, deciders, held, review, executed_by, executed_worker, ended_at";

    static final Fields<RouteRow> FIELDS = Fields.of(RouteRow.class, RouteRow::new, COLUMNS);

    @Id
    @Column(name = "change_id")
    public UUID changeId;

    /** The change as it was proposed, Avro single-object encoding. */
    @Column(updatable = false)
    public byte[] change;

    @Column(name = "charter_hash")
    public String charterHash;

    /** The readiness verdict; null in rows from before rules were known. */
    public @Nullable String verdict;

    /** The readiness facts' states and the owners they name, JSON. */
    public String facts;

    public String account;
    public @Nullable String manager;

    /** The manager's HR worker id as the directory had it when the route began. */
    @Column(name = "manager_worker")
    public @Nullable String managerWorker;

    /** The plan's very bytes; none if it is not known. */
    public byte[] plan;

    @Column(name = "plan_hash")
    public String planHash;

    /** UNPLANNED, CHARTER_UNKNOWN, BARRED, OPEN, SCHEDULED, GRANTED, or how it ended. */
    public String state;

    /** The first open stage, from 0. */
    public int stage;

    @Column(name = "stage_name")
    public String stageName;

    /** The first stage that has not been opened yet. */
    @Column(name = "next_stage")
    public int nextStage;

    /** The open stages, or those at which it ended, JSON. */
    public String stages;

    @Column(name = "requested_at")
    public Instant requestedAt;

    @Column(name = "expires_at")
    public Instant expiresAt;

    /** When it must be looked at again. */
    @Column(name = "wake_at")
    public Instant wakeAt;

    /** The concerns whose news can move the route, one a line. */
    public String asks;

    /** The immutable ids of those who may decide now, one a line. */
    public String deciders;

    public @Nullable String held;

    /** Of a change that is looked at afterwards: OPEN, or OVERDUE once others were asked too. */
    public @Nullable String review;

    /** The immutable id of who executed a change that is looked at afterwards. */
    @Column(name = "executed_by")
    public @Nullable String executedBy;

    /** Their HR worker id, where a person executed it. */
    @Column(name = "executed_worker")
    public @Nullable String executedWorker;

    @Column(name = "ended_at")
    public @Nullable Instant endedAt;
}
