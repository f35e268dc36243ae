package dev.remit.ledger.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A message whose content can be read, with the key for it: the view {@code kept_message}. */
@Entity
@Immutable
@Table(name = "kept_message")
public class KeptMessageRow extends PanacheEntityBase {
    @Id
    @Column(name = "leaf_index")
    public Long leafIndex;

    public String subject;

    /** Topic, partition and offset. */
    public String origin;

    @Column(name = "seal_key")
    public String sealKey;

    public String seal;

    /** Hash of the keys trusted when it was logged. */
    public String policy;

    public byte[] leaf;

    /** Whose key its content is encrypted with. */
    public @Nullable UUID owner;

    /** Salt, headers and payload, encrypted. */
    public byte @Nullable [] content;

    public byte @Nullable [] wrapped;

    @Column(name = "wrapped_by")
    public @Nullable String wrappedBy;

    /** In the clear only from before there were keys, as payload and salt. */
    public @Nullable String headers;

    public byte @Nullable [] payload;
    public byte @Nullable [] salt;
}
