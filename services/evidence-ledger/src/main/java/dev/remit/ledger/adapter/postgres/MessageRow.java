package dev.remit.ledger.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A message as it was received, and its leaf in the log. */
@Entity
@Table(name = "message")
public class MessageRow extends PanacheEntityBase {
    @Id
    @Column(name = "leaf_index")
    public Long leafIndex;

    public UUID id;

    /** The record's short name. */
    public String type;

    @Column(name = "change_id")
    public @Nullable UUID changeId;

    public int sequence;
    public String subject;

    /** Topic, partition and offset. */
    public String origin;

    /** The envelope's headers, JSON. */
    public String headers;

    public byte[] payload;

    @Column(name = "seal_key")
    public String sealKey;

    public String seal;

    /** Hash of the keys trusted when it was logged. */
    public String policy;

    public byte[] salt;
    public byte[] leaf;

    @Column(name = "logged_at")
    public Instant loggedAt;
}
