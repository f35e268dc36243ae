package dev.remit.connector.adapter.postgres;

import dev.remit.connector.application.AccessEvaluations;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Denied evaluations. */
@Singleton
class PostgresAccessEvaluations implements AccessEvaluations {
    @Override
    public Uni<Void> add(Evaluation evaluation) {
        return new Statement(
                        "insert into access_evaluation (id, requester, asked, evaluated_at, expires_at)"
                                + " values (?1, ?2, ?3, cast(?4 as timestamptz), cast(?5 as timestamptz))",
                        evaluation.id(),
                        evaluation.requester(),
                        evaluation.asked(),
                        evaluation.at().atOffset(ZoneOffset.UTC),
                        evaluation.until().atOffset(ZoneOffset.UTC))
                .execute()
                .replaceWithVoid();
    }

    @Override
    public Uni<List<Evaluation>> find(Collection<UUID> ids) {
        return new Statement(
                        "select id, requester, asked, evaluated_at, expires_at from access_evaluation"
                                + " where id = any(cast(?1 as uuid[]))",
                        (Object) ids.toArray(UUID[]::new))
                .rows()
                .map(rows ->
                        rows.stream()
                                .map(row ->
                                        new Evaluation(
                                                (UUID) row[0],
                                                (String) row[1],
                                                (String) row[2],
                                                Statement.instant(row[3]),
                                                Statement.instant(row[4])))
                                .toList());
    }

    @Override
    public Uni<Void> prune(Instant now) {
        return new Statement(
                        "delete from access_evaluation where expires_at < cast(?1 as timestamptz) - interval '1 day'",
                        now.atOffset(ZoneOffset.UTC))
                .execute()
                .replaceWithVoid();
    }
}
