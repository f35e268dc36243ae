package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The statements by which one replica at a time goes through the open routes. */
class PostgresReconciliationTest {
    private static final Instant NOW = Instant.parse("2026-01-05T10:00:00Z");
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
    void threeOpenRoutesAndOneThatEnded() throws Exception {
        try (Connection own = postgres.connect()) {
            run(own, "truncate route cascade", Map.of());
            for (int n = 1; n <= 4; n++) {
                run(
                        own,
                        "insert into route (change_id, change, charter_hash, account, plan, plan_hash, state, stage, stage_name,"
                                + " requested_at, expires_at, asks, wake_at, ended_at)"
                                + " values (?1, '', '', '', '', '', 'OPEN', 0, '', ?2, ?2, '', ?2, case when ?3 then now() end)",
                        Map.of("1", id(n), "2", time(NOW.minusSeconds(n)), "3", n == 4));
            }
            run(
                    own,
                    "update inbox_reconciliation set due_at = '-infinity', through_at = '-infinity',"
                            + " through_change = '00000000-0000-0000-0000-000000000000', checking = 0, finished_at = null",
                    Map.of());
            own.commit();
        }
    }

    @Test
    void oneReplicaAtATimeHasTheTurnAndItIsBackWhenThatDies() throws Exception {
        try (Connection other = postgres.connect()) {
            try (Connection own = postgres.connect()) {
                assertThat(turn(own, NOW)).isTrue();
                assertThat(turn(other, NOW)).isFalse();
            }
            assertThat(turnSoon(other)).isTrue();
        }
    }

    @Test
    void pageByPageTheOldestFirstAndThenNotBeforeItIsTimeAgain() throws Exception {
        try (Connection own = postgres.connect()) {
            assertThat(finished(own)).as("never").isEqualTo(0.0);
            assertThat(next(own, 2)).containsExactly(id(3), id(2));
            run(
                    own,
                    PostgresReconciliation.ON,
                    Map.of("1", time(NOW.minusSeconds(2)), "2", id(2), "3", 2L));
            assertThat(next(own, 2)).containsExactly(id(1));
            run(
                    own,
                    PostgresReconciliation.FINISHED,
                    Map.of("1", 1L, "2", time(NOW), "3", time(NOW.plus(Duration.ofMinutes(5)))));
            own.commit();
            assertThat(finished(own)).isEqualTo((double) NOW.getEpochSecond());
            assertThat(turn(own, NOW.plus(Duration.ofMinutes(4)))).isFalse();
            assertThat(turn(own, NOW.plus(Duration.ofMinutes(5)))).isTrue();
            assertThat(run(own, "select checked from inbox_reconciliation", Map.of()))
                    .singleElement()
                    .satisfies(row -> assertThat(row[0]).isEqualTo(3L));
            assertThat(next(own, 5)).as("from the start again").hasSize(3);
        }
    }

    @Test
    void whatWasMendedIsKeptForThirtyDays() throws Exception {
        try (Connection own = postgres.connect()) {
            run(
                    own,
                    PostgresReconciliation.KEEP,
                    Map.of(
                            "1",
                            new UUID[] {id(1)},
                            "2",
                            new String[] {"deciders"},
                            "3",
                            time(NOW)));
            forget(own, NOW.plus(Duration.ofDays(30)));
            assertThat(run(own, "select what from inbox_mended", Map.of())).hasSize(1);
            forget(own, NOW.plus(Duration.ofDays(31)));
            assertThat(run(own, "select what from inbox_mended", Map.of())).isEmpty();
        }
    }

    private static void forget(Connection own, Instant now) throws SQLException {
        run(own, PostgresReconciliation.FORGET, Map.of("1", time(now)));
    }

    private static Object finished(Connection own) throws SQLException {
        return run(own, PostgresReconciliation.FINISHED_AT, Map.of()).getFirst()[0];
    }

    private static boolean turn(Connection own, Instant now) throws SQLException {
        return !run(own, PostgresReconciliation.TURN, Map.of("1", time(now))).isEmpty();
    }

    /** PostgreSQL takes a moment to see that a connection is gone. */
    private static boolean turnSoon(Connection own) throws Exception {
        for (int n = 0; n < 600; n++) {
            if (turn(own, NOW)) {
                return true;
            }
            Thread.sleep(50);
        }
        return false;
    }

    private static List<Object> next(Connection own, long limit) throws SQLException {
        return run(own, PostgresReconciliation.NEXT, Map.of("1", limit)).stream()
                .map(row -> row[0])
                .toList();
    }

    private static UUID id(int n) {
        return new UUID(0, n);
    }

    private static Object time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    private static List<Object[]> run(Connection own, String sql, Map<String, Object> values)
            throws SQLException {
        return ScratchPostgres.run(own, sql, values);
    }
}
