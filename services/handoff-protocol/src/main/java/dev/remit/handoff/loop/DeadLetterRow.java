package dev.remit.handoff.loop;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Input that was set aside; its id is that of the message that said so. */
@Entity
@Table(name = "handoff_dead_letter")
public class DeadLetterRow extends PanacheEntityBase {
    @Id public UUID id;
    public String code;
    public String reason;
    public String origin;
    public @Nullable String key;

    /** JSON, name to base64. */
    public String headers;

    public byte[] payload;

    @Column(name = "reported_at")
    public Instant reportedAt;

    /** OPEN, REPLAYED or DISCARDED. */
    public String state;

    @Column(name = "resolved_by")
    public @Nullable String resolvedBy;

    @Column(name = "resolved_at")
    public @Nullable Instant resolvedAt;

    public @Nullable String resolution;
}
