package dev.remit.ledger.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A leaf of the log; the message beside it is read through {@link KeptMessageRow}. */
@Entity
@Table(name = "message")
public class MessageRow extends PanacheEntityBase {
    @Id
    @Column(name = "leaf_index")
    public Long leafIndex;

    @Column(name = "change_id")
    public @Nullable UUID changeId;

    public int sequence;
    public byte[] leaf;
}
