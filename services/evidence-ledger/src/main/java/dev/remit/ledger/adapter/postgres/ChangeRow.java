package dev.remit.ledger.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a change: who holds it, since when, and what is not proved. Written by SQL
 * alone.
 */
@Entity
@Immutable
@Table(name = "change")
public class ChangeRow extends PanacheEntityBase {
    @Id
    @Column(name = "change_id")
    public UUID changeId;

    public String charter;

    @Column(name = "charter_hash")
    public String charterHash;

    public String subject;

    /** The target account, once known. */
    public @Nullable String account;

    /** In plain words. */
    public String state;

    public String holder;
    public Instant since;

    /** The last handoff's type. */
    public String last;

    public int sequence;

    /** Names of the proofs not given yet, separated by commas. */
    public String missing;

    /** What was missing when closure was last refused. */
    public String refused;

    /** How it ended; null while it goes on. */
    public @Nullable String outcome;

    /** Leaf index of the first of its messages that was logged. */
    public long opened;

    /** Leaf index of its ChangeClosed. */
    @Column(name = "closing_leaf")
    public @Nullable Long closingLeaf;

    /** Ids of who proposed, is responsible for, decided or executed it; no id holds a comma. */
    public String actors;

    /** The transaction that stored it; null from before there were revisions. */
    public @Nullable UUID revision;

    /** Until when its next handoff is in time; null if nothing says. */
    public @Nullable Instant due;

    /** The last such time after which it was said that none had come. */
    public @Nullable Instant overdue;
}
