package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.approval.application.AccessViolations.Found;
import dev.remit.approval.application.AccessViolations.Published;
import dev.remit.approval.domain.Violation;
import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose turn it is, who comes next and what stands, on a real PostgreSQL. */
class PostgresAccessViolationsTest {
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
    void threePeopleAndNoRunSoFar() throws Exception {
        try (Connection own = postgres.connect()) {
            run(
                    own,
                    "truncate directory_account, access_violation, charter_latest, charter_in_force, directory_charter",
                    Map.of());
            run(
                    own,
                    "update access_run set due_at = '-infinity', through = '', started_at = null, finished_at = null,"
                            + " looking = 0, looked = 0",
                    Map.of());
            observe(own, "keycloak:acme", "a", "W-a", false);
            observe(own, "scim:x", "a2", "W-a", false);
            observe(own, "scim:x", "b", "W-b", false);
            observe(own, "scim:x", "c", "W-c", false);
            observe(own, "scim:x", "d", "W-d", true);
            own.commit();
        }
    }

    @Test
    void ofTwoReplicasOneLooksAndTheOtherWaitsForTheNextRun() throws Exception {
        try (Connection own = postgres.connect();
                Connection other = postgres.connect()) {
            assertThat(turn(own, NOW)).hasSize(1);
            assertThat(turn(other, NOW)).as("the turn is taken").isEmpty();
            finished(own, 3, NOW, NOW.plusSeconds(3600));
            own.commit();
            assertThat(turn(other, NOW.plusSeconds(3599))).as("it is done").isEmpty();
            assertThat(turn(other, NOW.plusSeconds(3600))).hasSize(1);
        }
    }

    @Test
    void onePersonComesOnceHoweverManyAccountsAndTheGoneWhileAViolationStands() throws Exception {
        try (Connection own = postgres.connect()) {
            assertThat(next(own, "", 2)).containsExactly("W-a", "W-b");
            assertThat(next(own, "W-b", 2)).containsExactly("W-c");
            find(own, 1, "W-d", "1");
            assertThat(next(own, "W-b", 2)).containsExactly("W-c", "W-d");
            end(own, 1);
            assertThat(next(own, "W-b", 2)).containsExactly("W-c");
        }
    }

    @Test
    void anAccountThatBelongsToNobodyComesBySystemAndId() throws Exception {
        try (Connection own = postgres.connect()) {
            for (String each : List.of("batch", "gone")) {
                run(
                        own,
                        "insert into directory_account values (?1, ?2, true, null, null, '{}', '{}', '{}', '', ?3, ?4)",
                        Map.of("1", "scim:x", "2", each, "3", each.equals("gone"), "4", time(NOW)));
            }
            List<Object> all = new ArrayList<>(next(own, "", 2));
            all.addAll(next(own, (String) all.getLast(), 9));
            assertThat(all).containsExactlyInAnyOrder("W-a", "W-b", "W-c", "scim:x batch");
        }
    }

    @Test
    void aPageThatDidNotCommitIsLookedAtAgainAndHasKeptNothing() throws Exception {
        try (Connection own = postgres.connect()) {
            turn(own, NOW);
            find(own, 1, "W-a", "1");
            on(own, "W-a");
            own.rollback();
            assertThat(turn(own, NOW)).singleElement().extracting(row -> row[0]).isEqualTo("");
            assertThat(standing(own, "W-a")).isEmpty();
        }
    }

    @Test
    void theSameViolationStandsOnceAndAgainAfterItsEnd() throws Exception {
        try (Connection own = postgres.connect()) {
            find(own, 1, "W-a", "1");
            find(own, 2, "W-a", "2");
            assertThat(standing(own, "W-a")).hasSize(2);
            end(own, 1);
            find(own, 3, "W-a", "1");
            assertThat(standing(own, "W-a")).hasSize(2);
            own.commit();
            assertThatThrownBy(() -> find(own, 4, "W-a", "1"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("access_violation_open");
        }
    }

    @Test
    void violationsArePagedInTheOrderTheyWereFoundAndTheEndedAreThereWhenAsked() throws Exception {
        try (Connection own = postgres.connect()) {
            for (int n = 1; n <= 5; n++) {
                find(own, n, "W-" + n, "1");
            }
            end(own, 2);
            assertThat(list(own, "standing", "", 2)).containsExactly(id(1), id(3));
            assertThat(list(own, "standing", id(3).toString(), 2)).containsExactly(id(4), id(5));
            assertThat(list(own, "standing", id(5).toString(), 2)).isEmpty();
            assertThat(list(own, "all", id(1).toString(), 9))
                    .containsExactly(id(2), id(3), id(4), id(5));
            assertThat(run(own, PostgresAccessViolations.COUNT, Map.of()).getFirst()[0])
                    .isEqualTo(4L);
        }
    }

    @Test
    void aRunSaysWhenItBeganAndHowManyItLookedAt() throws Exception {
        try (Connection own = postgres.connect()) {
            on(own, "W-a");
            run(own, PostgresAccessViolations.BEGIN, Map.of("1", time(NOW.plusSeconds(5))));
            finished(own, 2, NOW.plusSeconds(9), NOW.plusSeconds(100));
            Object[] row = run(own, PostgresAccessViolations.RUN, Map.of()).getFirst();
            assertThat(((java.sql.Timestamp) row[0]).toInstant()).isEqualTo(NOW);
            assertThat(((java.sql.Timestamp) row[1]).toInstant()).isEqualTo(NOW.plusSeconds(9));
            assertThat(((java.sql.Timestamp) row[2]).toInstant()).isEqualTo(NOW.plusSeconds(100));
            assertThat(row[3]).isEqualTo(3L);
        }
    }

    @Test
    void theVersionOfACharterThatWasPublishedLastCounts() throws Exception {
        try (Connection own = postgres.connect()) {
            latest(own, "2", NOW);
            latest(own, "1", NOW.minusSeconds(9));
            assertThat(charters(own)).containsExactly("2");
            latest(own, "1", NOW.plusSeconds(9));
            assertThat(charters(own)).containsExactly("1");
        }
    }

    @Test
    void besideAVersionThatBeginsLaterTheOnesBeforeItAreToldBehindIt() throws Exception {
        try (Connection own = postgres.connect()) {
            inForce(own, "1", "-infinity");
            inForce(own, "2", "-infinity");
            latest(own, "2", NOW.minusSeconds(9));
            assertThat(charters(own)).as("from before an upgrade").containsExactly("2", "1");
            inForce(own, "3", NOW.toString());
            latest(own, "3", NOW);
            assertThat(charters(own)).containsExactly("3", "2", "1");
            latest(own, "4", NOW.plusSeconds(9));
            assertThat(charters(own))
                    .as("its document is not here")
                    .containsExactly("4", "3", "2", "1");
        }
    }

    private static void inForce(Connection own, String version, String at) throws SQLException {
        run(
                own,
                "insert into directory_charter (hash, name, version, document) values (?1, 'leavers', ?2, '{}')",
                Map.of("1", "h" + version, "2", version));
        run(
                own,
                "insert into charter_in_force (hash, name, published_at) values (?1, 'leavers', cast(?2 as timestamptz))",
                Map.of("1", "h" + version, "2", at));
    }

    private static List<Object> charters(Connection own) throws SQLException {
        return run(own, PostgresAccessViolations.CHARTERS, Map.of()).stream()
                .map(row -> row[1])
                .toList();
    }

    private static void latest(Connection own, String version, Instant at) throws SQLException {
        run(
                own,
                PostgresAccessViolations.LATEST,
                Map.of(
                        "1",
                        new String[] {"leavers"},
                        "2",
                        new String[] {version},
                        "3",
                        new String[] {"h" + version},
                        "4",
                        new String[] {at.toString()}));
    }

    private static List<Object[]> turn(Connection own, Instant now) throws SQLException {
        return run(own, PostgresAccessViolations.TURN, Map.of("1", time(now)));
    }

    private static List<Object> next(Connection own, String after, long limit) throws SQLException {
        return run(own, PostgresAccessViolations.NEXT, Map.of("1", after, "2", limit)).stream()
                .map(row -> row[0])
                .toList();
    }

    private static void on(Connection own, String through) throws SQLException {
        run(own, PostgresAccessViolations.ON, Map.of("1", through, "2", 1L, "3", time(NOW)));
    }

    private static void finished(Connection own, long looked, Instant now, Instant due)
            throws SQLException {
        run(
                own,
                PostgresAccessViolations.FINISHED,
                Map.of("1", looked, "2", time(now), "3", time(due)));
    }

    private static void find(Connection own, int n, String worker, String version)
            throws SQLException {
        Found found =
                new Found(
                        id(n),
                        worker,
                        new Published("leavers", "1", "hash"),
                        new Violation("pay", version, "own", "SOX 404", "holds both", "leave one"),
                        Set.of("/approve", "/create"),
                        List.of("scim:x " + worker),
                        NOW.plusSeconds(n));
        Map<String, Object> values = new HashMap<>();
        List<Rowset.Column<Found>> columns = PostgresAccessViolations.FOUND.columns();
        for (int column = 0; column < columns.size(); column++) {
            values.put(
                    String.valueOf(column + 1),
                    PostgresAccessViolations.FOUND.values(columns.get(column), List.of(found)));
        }
        run(own, PostgresAccessViolations.FOUND.sql(), values);
    }

    private static void end(Connection own, int n) throws SQLException {
        run(
                own,
                PostgresAccessViolations.END,
                Map.of(
                        "1",
                        new UUID[] {id(n)},
                        "2",
                        new String[] {"gone"},
                        "3",
                        time(NOW.plusSeconds(60))));
    }

    private static List<Object[]> standing(Connection own, String worker) throws SQLException {
        return run(own, PostgresAccessViolations.STANDING, Map.of("1", new String[] {worker}));
    }

    private static List<Object> list(Connection own, String state, String after, long limit)
            throws SQLException {
        return run(own, PostgresAccessViolations.LIST, Map.of("1", state, "2", after, "3", limit))
                .stream()
                .map(row -> row[0])
                .toList();
    }

    private static UUID id(int n) {
        return new UUID(7, n);
    }

    private static void observe(
            Connection own, String system, String id, String worker, boolean removed)
            throws SQLException {
        run(
                own,
                "insert into directory_account values (?1, ?2, true, ?3, null, '{}', '{}', '{}', '', ?4, ?5)",
                Map.of("1", system, "2", id, "3", worker, "4", removed, "5", time(NOW)));
    }

    private static Object time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    private static List<Object[]> run(Connection own, String sql, Map<String, Object> values)
            throws SQLException {
        return ScratchPostgres.run(own, sql, values);
    }
}
