package dev.remit.ledger.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** Someone looked at evidence. */
@Entity
@Table(name = "evidence_read")
public class ReadRow extends PanacheEntityBase {
    @Id public UUID id;
    public Instant at;
    public String reader;

    /** The kind of evidence. */
    public String what;

    /** The change's id, or what was looked for. */
    public String subject;
}
