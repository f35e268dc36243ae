package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long an answer is kept, on a real PostgreSQL. */
class PostgresAnswersTest {
    private static final Instant NOW = Instant.parse("2026-01-31T10:00:00Z");
    private static ScratchPostgres postgres;

    @BeforeAll
    static void start() throws Exception {
        postgres = new ScratchPostgres("db/handoff", "db/directory", "db/migration");
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void nothingIsAnswered() throws Exception {
        try (Connection own = postgres.connect()) {
            run(own, "truncate answer, route cascade", Map.of());
            route(own, 1, Optional.empty());
            route(own, 2, Optional.of(NOW.minus(Duration.ofHours(23))));
            route(own, 3, Optional.of(NOW.minus(Duration.ofHours(25))));
            own.commit();
        }
    }

    @Test
    void anAnswerIsKnownUntilADayAfterTheEndOfTheLastOfItsChangesHoweverOldItIs() throws Exception {
        try (Connection own = postgres.connect()) {
            answer(own, "open", 60, 1);
            answer(own, "just ended", 60, 2);
            answer(own, "one of them open", 60, 1, 3);
            answer(own, "ended", 2, 3);
            answer(own, "ended, and given lately", 0, 3);
            assertThat(kept(own))
                    .containsExactly(
                            "ended, and given lately", "just ended", "one of them open", "open");
        }
    }

    @Test
    void anAnswerThatNamesNoChangeIsKnownForSevenDays() throws Exception {
        try (Connection own = postgres.connect()) {
            answer(own, "old", 8);
            answer(own, "young", 6);
            assertThat(kept(own)).containsExactly("young");
        }
    }

    private static List<String> kept(Connection own) throws SQLException {
        run(own, PostgresAnswers.PRUNE, Map.of("1", NOW.atOffset(ZoneOffset.UTC)));
        return run(own, "select key from answer order by key", Map.of()).stream()
                .map(row -> (String) row[0])
                .toList();
    }

    private static void answer(Connection own, String key, int days, int... changes)
            throws SQLException {
        UUID[] ids = new UUID[changes.length];
        for (int n = 0; n < changes.length; n++) {
            ids[n] = new UUID(0, changes[n]);
        }
        run(
                own,
                "insert into answer (caller, key, request, changes, answered_at) values ('ann', ?1, 'r', ?2, ?3)",
                Map.of(
                        "1",
                        key,
                        "2",
                        ids,
                        "3",
                        NOW.minus(Duration.ofDays(days)).atOffset(ZoneOffset.UTC)));
    }

    private static void route(Connection own, int n, Optional<Instant> ended) throws SQLException {
        RouteRow row = new RouteRow();
        row.changeId = new UUID(0, n);
        Rows.fill(
                row,
                new dev.remit.approval.domain.Route.Waiting(
                        RowsTest.course(List.of(RowsTest.stage()))));
        row.endedAt = ended.orElse(null);
        Map<String, Object> values = new HashMap<>();
        List<Rowset.Column<RouteRow>> columns = PostgresRoutes.ROUTES.columns();
        for (int column = 0; column < columns.size(); column++) {
            values.put(
                    String.valueOf(column + 1),
                    PostgresRoutes.ROUTES.values(columns.get(column), List.of(row)));
        }
        run(own, PostgresRoutes.ROUTES.sql(), values);
    }

    private static List<Object[]> run(Connection own, String sql, Map<String, Object> values)
            throws SQLException {
        return ScratchPostgres.run(own, sql, values);
    }
}
