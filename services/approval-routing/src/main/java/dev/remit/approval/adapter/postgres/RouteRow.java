package dev.remit.approval.adapter.postgres;

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

    public String account;
    public @Nullable String manager;

    /** The plan's very bytes; none if it is not known. */
    public byte[] plan;

    @Column(name = "plan_hash")
    public String planHash;

    /** UNPLANNED, CHARTER_UNKNOWN, OPEN, APPROVED, DENIED or EXPIRED. */
    public String state;

    /** The open stage, from 0. */
    public int stage;

    @Column(name = "stage_name")
    public String stageName;

    @Column(name = "requested_at")
    public Instant requestedAt;

    @Column(name = "expires_at")
    public Instant expiresAt;

    /** The concern whose news can move the route. */
    public @Nullable String asks;

    /** The stage's candidates, JSON. */
    public String candidates;

    public @Nullable String held;

    @Column(name = "ended_at")
    public @Nullable Instant endedAt;
}
