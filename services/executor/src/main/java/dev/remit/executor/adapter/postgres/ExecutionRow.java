package dev.remit.executor.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An authorization and what became of it. */
@Entity
@Table(name = "execution")
public class ExecutionRow extends PanacheEntityBase {
    @Id
    @Column(name = "authorization_id")
    public UUID authorizationId;

    @Column(name = "change_id")
    public UUID changeId;

    /** The message that authorized it. */
    public UUID cause;

    public String target;
    public String account;
    public byte[] plan;

    @Column(name = "plan_hash")
    public String planHash;

    @Column(name = "authorized_at")
    public Instant authorizedAt;

    /** From then on nothing may be begun. */
    @Column(name = "expires_at")
    public Instant expiresAt;

    /** INTENDED or DONE; with {@code endsAt}, whether what was granted is yet to be taken away. */
    public String state;

    /** How often it was leased: the number of the last lease. */
    public int attempt;

    /** Whether an attempt before the last lease may have touched the account. */
    public boolean interrupted;

    @Column(name = "started_at")
    public @Nullable Instant startedAt;

    /** Whether a person executes. */
    public boolean assisted;

    /** What a person can halt to halt it, one a line. */
    public String scopes;

    /** Whose change it is, immutable ids, one a line. */
    public String owners;

    /** By whom and why what it granted was ended before its time. */
    public @Nullable String early;

    /** Who has taken it on, where a person executes. */
    public @Nullable String person;

    /** That person's HR worker id, where it is known. */
    public @Nullable String worker;

    /** Until then no other instance takes it. */
    @Column(name = "leased_until")
    public @Nullable Instant leasedUntil;

    /** When what it granted is taken away; null for what grants nothing, and before it did. */
    @Column(name = "ends_at")
    public @Nullable Instant endsAt;

    /** When the execution of what grants was taken up; {@code startedAt} is its end's then. */
    @Column(name = "executed_at")
    public @Nullable Instant executedAt;

    /** What the authorization says for people, as JSON. */
    public String terms;

    /** Steps that were yet to be done when the first call was made, one a line. */
    public @Nullable String begun;

    /** What would have been reported if nothing were taken back, as JSON. */
    public @Nullable String failed;

    /** Steps that are to be taken back, one a line. */
    public @Nullable String undo;

    public @Nullable String outcome;

    /** Of the outcome; before there is one, what it waits for. */
    public @Nullable String reason;

    /** What became of the end of what it granted; before it ended, what that waits for. */
    public @Nullable String ending;
}
