package dev.remit.readiness.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** A fact that someone was asked to supply; inserted by {@link PostgresCorrections}. */
@Entity
@Table(name = "correction")
public class CorrectionRow extends PanacheEntityBase {
    @Id public UUID id;

    @Column(name = "change_id")
    public UUID changeId;

    @Column(name = "subject_system")
    public String subjectSystem;

    @Column(name = "subject_id")
    public String subjectId;

    public String fact;
    public String question;

    /** Roles that may answer, by commas. */
    public String ask;

    @Column(name = "requested_at")
    public Instant requestedAt;

    @Column(name = "due_at")
    public Instant dueAt;

    public boolean answered;
}
