package dev.remit.ledger.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The one signed root for a size. */
@Entity
@Table(name = "checkpoint")
public class CheckpointRow extends PanacheEntityBase {
    @Id public Long size;
    public String note;

    @Column(name = "signed_at")
    public Instant signedAt;

    /** The note with cosignatures, once it has all that is asked for. */
    @Column(name = "settled_note")
    public @Nullable String settledNote;

    @Column(name = "settled_at")
    public @Nullable Instant settledAt;

    /** RFC 3161, over the settled note. */
    @Column(name = "timestamp_token")
    public byte @Nullable [] timestampToken;
}
