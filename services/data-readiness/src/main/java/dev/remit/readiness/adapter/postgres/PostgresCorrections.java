package dev.remit.readiness.adapter.postgres;

import dev.remit.readiness.application.Corrections;
import dev.remit.readiness.domain.Correction;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What people were asked, one row each. */
@Singleton
class PostgresCorrections implements Corrections {
    @Override
    public Uni<Optional<Correction>> find(UUID correction) {
        return Panache.withSession(() -> CorrectionRow.<CorrectionRow>findById(correction))
                .map(row -> Optional.ofNullable(row).map(PostgresCorrections::read));
    }

    @Override
    public Uni<List<Correction>> open() {
        return Panache.withSession(() ->
                        CorrectionRow.<CorrectionRow>list(
                                "answered = false and changeId in"
                                        + " (select r.changeId from ReadinessRow r where r.state = 'HELD')"
                                        + " order by requestedAt"))
                .map(rows -> rows.stream().map(PostgresCorrections::read).toList());
    }

    @Override
    public Uni<Void> ask(Collection<Correction> corrections) {
        return CorrectionRow.persist(corrections.stream().map(PostgresCorrections::row));
    }

    @Override
    public Uni<Void> answer(Collection<UUID> corrections) {
        return CorrectionRow.update("answered = true where id in ?1", corrections)
                .replaceWithVoid();
    }

    private static Correction read(CorrectionRow row) {
        return new Correction(
                row.id,
                row.changeId,
                row.subjectSystem,
                row.subjectId,
                row.fact,
                row.question,
                row.requestedAt,
                row.dueAt);
    }

    private static CorrectionRow row(Correction correction) {
        CorrectionRow row = new CorrectionRow();
        row.id = correction.id();
        row.changeId = correction.change();
        row.subjectSystem = correction.subjectSystem();
        row.subjectId = correction.subjectId();
        row.fact = correction.fact();
        row.question = correction.question();
        row.requestedAt = correction.requestedAt();
        row.dueAt = correction.dueAt();
        return row;
    }
}
