package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.connector.application.Brakes;
import dev.remit.connector.domain.Brake;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Brakes, each with the changes that it holds counted from the proposals. */
@Singleton
class PostgresBrakes implements Brakes {
    private static final String SELECT =
            "select id, source, charter, version, hash, event, rule, affected, allowed, population, held, applied_at,"
                    + " outcome, ended_by, reason, ended_at,"
                    + " (select count(*) from proposal where proposal.brake_id = brake.id and not proposed and proposal.ended_at is null), spent"
                    + " from brake";

    @Override
    public Uni<Map<String, Brake>> on(Collection<String> scopes) {
        return new Statement(
                        SELECT
                                + " where brake.ended_at is null and scope = any(cast(?1 as text[]))",
                        texts(scopes))
                .rows()
                .map(rows ->
                        rows.stream()
                                .map(row -> standing(row).brake())
                                .collect(Collectors.toMap(Brake::scope, Function.identity())));
    }

    @Override
    public Uni<Optional<Applied>> last(String scope) {
        return one(
                SELECT
                        + " where scope = ?1 order by ended_at is null desc, applied_at desc, id desc limit 1",
                scope);
    }

    @Override
    public Uni<Optional<Applied>> find(UUID id) {
        return one(SELECT + " where id = ?1", id);
    }

    private static Uni<Optional<Applied>> one(String sql, Object parameter) {
        return new Statement(sql, parameter)
                .rows()
                .map(rows -> rows.stream().map(PostgresBrakes::standing).findFirst());
    }

    @Override
    public Uni<List<Applied>> on() {
        return new Statement(SELECT + " where brake.ended_at is null order by applied_at, id")
                .rows(PostgresBrakes::standing);
    }

    @Override
    public Uni<Void> apply(Brake brake) {
        return new Statement(
                        "insert into brake (id, scope, source, charter, version, hash, event, rule, affected, allowed, population, held, applied_at)"
                                + " values (?1, ?2, ?3, nullif(?4, ''), ?5, ?6, ?7, ?8, ?9, ?10,"
                                + " nullif(?11, -1), ?12, cast(?13 as timestamptz))",
                        brake.id(),
                        brake.scope(),
                        brake.source(),
                        text(brake, Brake.Origin::charter),
                        text(brake, Brake.Origin::version),
                        text(brake, Brake.Origin::hash),
                        text(brake, Brake.Origin::event),
                        brake.trip().rule().name(),
                        brake.trip().affected(),
                        brake.trip().allowed(),
                        brake.trip().population().orElse(-1L),
                        brake.held(),
                        time(brake.since()))
                .execute();
    }

    private static String text(Brake brake, Function<Brake.Origin, String> column) {
        return brake.origin().map(column).orElse("");
    }

    @Override
    public Uni<Void> end(UUID id, Ended end) {
        return new Statement(
                        "update brake set outcome = ?2, ended_by = ?3, reason = ?4, ended_at = cast(?5 as timestamptz)"
                                + " where id = ?1 and ended_at is null",
                        id,
                        end.outcome().name(),
                        end.by(),
                        end.reason(),
                        time(end.at()))
                .execute();
    }

    @Override
    public Uni<Void> spend(UUID id) {
        return new Statement("update brake set spent = true where id = ?1", id).execute();
    }

    private static Applied standing(Object[] row) {
        return new Applied(
                new Brake(
                        (UUID) row[0],
                        (String) row[1],
                        Optional.ofNullable((String) row[2])
                                .map(charter ->
                                        new Brake.Origin(
                                                charter,
                                                (String) row[3],
                                                (String) row[4],
                                                (String) row[5])),
                        new Brake.Trip(
                                Brake.Rule.valueOf((String) row[6]),
                                number(row[7]),
                                number(row[8]),
                                Optional.ofNullable((Number) row[9]).map(Number::longValue)),
                        number(row[10]),
                        instant(row[11])),
                Optional.ofNullable((String) row[12])
                        .map(outcome ->
                                new Ended(
                                        Brake.Outcome.valueOf(outcome),
                                        (String) row[13],
                                        (String) row[14],
                                        instant(row[15]))),
                number(row[16]),
                (Boolean) row[17]);
    }

    private static long number(Object column) {
        return ((Number) column).longValue();
    }
}
