package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.connector.application.AccessEvaluations;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Denied evaluations. */
@Singleton
class PostgresAccessEvaluations implements AccessEvaluations {
    static final String ADD =
            "insert into access_evaluation (id, requester, asked, evaluated_at, expires_at, asked_hash)"
                    + " values (?1, ?2, ?3, cast(?4 as timestamptz), cast(?5 as timestamptz), ?6)"
                    + " on conflict (requester, asked_hash) do update set"
                    + " evaluated_at = greatest(access_evaluation.evaluated_at, excluded.evaluated_at),"
                    + " expires_at = greatest(access_evaluation.expires_at, excluded.expires_at) returning id";

    @Override
    public Uni<Evaluation> add(Evaluation evaluation) {
        return new Statement(
                        ADD,
                        evaluation.id(),
                        evaluation.requester(),
                        evaluation.asked(),
                        time(evaluation.at()),
                        time(evaluation.until()),
                        Hash.sha256(evaluation.asked().getBytes(StandardCharsets.UTF_8)).hex())
                .values(UUID.class)
                .map(kept -> evaluation.as(kept.getFirst()));
    }

    @Override
    public Uni<List<Evaluation>> find(Collection<UUID> ids) {
        return new Statement(
                        "select id, requester, asked, evaluated_at, expires_at from access_evaluation"
                                + " where id = any(cast(?1 as uuid[]))",
                        ids(ids))
                .rows(row ->
                        new Evaluation(
                                (UUID) row[0],
                                (String) row[1],
                                (String) row[2],
                                instant(row[3]),
                                instant(row[4])));
    }

    @Override
    public Uni<Void> prune(Instant now) {
        return new Statement(
                        "delete from access_evaluation where expires_at < cast(?1 as timestamptz) - interval '1 day'",
                        time(now))
                .execute();
    }
}
