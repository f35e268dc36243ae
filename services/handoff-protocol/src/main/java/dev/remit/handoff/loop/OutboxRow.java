package dev.remit.handoff.loop;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** A sealed message; whether it is still to be published says {@code handoff_unpublished}. */
@Entity
@Table(name = "handoff_outbox")
public class OutboxRow extends PanacheEntityBase {
    @Id public Long position;
    public UUID id;
    public String topic;
    public String key;
    public String headers;
    public byte[] payload;

    @Column(name = "created_at")
    public Instant createdAt;
}
