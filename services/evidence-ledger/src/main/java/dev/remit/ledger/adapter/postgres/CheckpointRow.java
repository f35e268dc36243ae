package dev.remit.ledger.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** The one signed root for a size. */
@Entity
@Table(name = "checkpoint")
public class CheckpointRow extends PanacheEntityBase {
    @Id public Long size;
    public String note;

    @Column(name = "signed_at")
    public Instant signedAt;
}
