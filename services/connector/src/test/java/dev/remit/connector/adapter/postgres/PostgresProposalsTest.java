package dev.remit.connector.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.postgres.ScratchPostgres;
import dev.remit.handoff.postgres.Statement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes on under a charter, by the statement itself on a real PostgreSQL. */
class PostgresProposalsTest {
    private static final OffsetDateTime NOW =
            OffsetDateTime.of(2026, 1, 31, 10, 0, 0, 0, ZoneOffset.UTC);

    private static ScratchPostgres postgres;
    private Connection own;

    @BeforeAll
    static void start() throws Exception {
        postgres = new ScratchPostgres(Map.of("realm", "acme"), "db/handoff", "db/migration");
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void nothing() throws Exception {
        own = postgres.connect();
        run("truncate proposal", Map.of());
        run("truncate proposed_in_minute", Map.of());
        run("truncate worker", Map.of());
        run("truncate account", Map.of());
    }

    @AfterEach
    void close() throws Exception {
        own.close();
    }

    @Test
    void thosePeopleCountWhoseChangeIsOpenOrWasProposedWithinTheHour() throws Exception {
        proposed("leavers", "E1", Duration.ofMinutes(5), true);
        proposed("leavers", "E1", Duration.ofMinutes(4), false);
        proposed("leavers", "E2", Duration.ofMinutes(59), true);
        proposed("leavers", "E3", Duration.ofMinutes(61), true);
        proposed("leavers", "E4", Duration.ofDays(3), false);
        proposed("joiners", "E5", Duration.ofMinutes(1), false);
        assertThat(load("leavers")).containsExactly(3L, 3L);
        assertThat(load("joiners")).as("it limits no share").containsExactly(1L, 0L);
        assertThat(load("nothing")).containsExactly(0L, 0L);
    }

    @Test
    void whatWaitsOrWasReleasedFromABrakeDoesNotCount() throws Exception {
        UUID brake = new UUID(0, 1);
        add(1, "E1", false);
        add(2, "E2", false);
        run("update proposal set brake_id = ?1 where subject_id = 'E1'", Map.of("1", brake));
        run(
                "update proposal set proposed = true, proposed_at = ?1 where subject_id = 'E1'",
                Map.of("1", NOW));
        assertThat(load("leavers")).containsExactly(0L, 0L);
    }

    @Test
    void eachCountsOnceFromWhenItIsProposed() throws Exception {
        add(1, "E1", true);
        add(1, "E1", true);
        add(2, "E2", false);
        assertThat(load("leavers").getFirst()).isEqualTo(1L);
        run(
                "update proposal set proposed = true, proposed_at = ?1 where subject_id = 'E2'",
                Map.of("1", NOW));
        run("update proposal set ended_at = ?1", Map.of("1", NOW));
        assertThat(load("leavers").getFirst()).isEqualTo(2L);
        add(3, "E3", false);
        run(
                "update proposal set ended_at = ?1, outcome = 'REFUSED' where subject_id = 'E3'",
                Map.of("1", NOW));
        add(3, "E3", true);
        assertThat(load("leavers").getFirst()).as("said anew").isEqualTo(3L);
    }

    @Test
    void anHourOfALongHistoryIsFoundByItsIndexes() throws Exception {
        run(
                "insert into proposal (change_id, due_on, proposed, request, since, proposed_at, ended_at)"
                        + " select gen_random_uuid(), date '2026-01-01', true,"
                        + " format('{\"proposal\": {\"charter\": \"leavers\", \"target\": \"%s\", \"subjectId\": \"W%s\"}}', ?2, n),"
                        + " ?1, cast(?1 as timestamptz) - n * interval '1 minute', ?1 from generate_series(1, 20000) n",
                Map.of("1", NOW, "2", "scim:hr"));
        run("analyze proposal", Map.of());
        String plan =
                run("explain " + PostgresProposals.LOAD, parameters("leavers")).stream()
                        .map(row -> String.valueOf(row[0]))
                        .collect(Collectors.joining("\n"));
        assertThat(plan)
                .contains("proposal_recent", "proposal_touched")
                .doesNotContain("Seq Scan on proposal");
        assertThat(load("leavers"))
                .as("of the minute in which the hour began all count")
                .containsExactly(60L, 59L);
    }

    @Test
    void eachIsFoundByItsKeyThoughPlansAreMadeWhileThereIsNothing() throws Exception {
        for (String sql :
                List.of(
                        PostgresSubjects.FIND,
                        PostgresProposals.OPEN,
                        PostgresProposals.LOAD,
                        PostgresProposals.ADD,
                        PostgresProposals.END)) {
            assertThat(ScratchPostgres.endToEnd(own, sql)).as(sql).isEmpty();
        }
    }

    @Test
    void aWorkersAccountIsFoundByTheWorkerWhileNothingIsKnownOfTheTable() throws Exception {
        run(
                "insert into account (system, id, worker_id, fingerprint)"
                        + " select ?1, 'A' || n, 'W' || n, '' from generate_series(1, 25000) n",
                Map.of("1", "scim:hr"));
        run(Statement.BY_KEYS.sql(), Map.of());
        String plan =
                run(
                                "explain " + PostgresProposals.OPEN,
                                Map.of(
                                        "1", new String[] {"W1", "W2"},
                                        "2", new String[] {"scim:hr", "scim:hr"},
                                        "3", new String[] {"offboard", "offboard"},
                                        "4", new String[] {"", ""},
                                        "5", true))
                        .stream()
                        .map(row -> String.valueOf(row[0]))
                        .collect(Collectors.joining("\n"));

        assertThat(plan).contains("account_of_worker").doesNotContain("account_pkey");
    }

    @Test
    void whatIsExecutedAndUnprovedStandsInNobodysWay() throws Exception {
        String matter =
                "{\"proposal\": {\"charter\": \"leavers\", \"target\": \"scim:hr\", \"subjectId\": \"E1\", \"action\": \"offboard\"}}";
        UUID first = new UUID(0, 1);
        UUID second = new UUID(0, 2);
        for (UUID change : List.of(first, second)) {
            run(
                    "insert into proposal (change_id, due_on, proposed, request, since) values (?1, date '2026-01-31', ?3, ?2, ?4)",
                    Map.of("1", change, "2", matter, "3", change.equals(first), "4", NOW));
        }
        Map<String, Object> due = Map.of("1", java.time.LocalDate.of(2026, 1, 31), "2", 10);
        Map<String, Object> asked =
                Map.of(
                        "1", new String[] {"E1"},
                        "2", new String[] {"scim:hr"},
                        "3", new String[] {"offboard"},
                        "4", new String[] {""},
                        "5", true);
        assertThat(run(PostgresProposals.DUE, due)).as("the first is under way").isEmpty();
        assertThat(run(PostgresProposals.OPEN, asked)).hasSize(1);

        run("update proposal set unproved_at = ?1 where proposed", Map.of("1", NOW));
        assertThat(run(PostgresProposals.DUE, due))
                .singleElement()
                .satisfies(row -> assertThat(row[0]).isEqualTo(second));
        assertThat(run(PostgresProposals.OPEN, asked)).isEmpty();
    }

    @Test
    void whatARuleRefusedOrWasDiscardedIsOpenedWhenItIsSaidAnewAndNothingElseThatEnded()
            throws Exception {
        for (int n : List.of(1, 2, 3, 4)) {
            assertThat(add(n, "E" + n, false)).hasSize(1);
        }
        assertThat(add(1, "E1", true)).as("it waits").isEmpty();
        run("update proposal set ended_at = ?1, outcome = 'REFUSED'", Map.of("1", NOW));
        run("update proposal set proposed = true where subject_id = 'E2'", Map.of());
        run("update proposal set outcome = 'WITHDRAWN' where subject_id = 'E3'", Map.of());
        run("update proposal set outcome = 'DISCARDED' where subject_id = 'E4'", Map.of());
        for (int n : List.of(1, 2, 3, 4)) {
            assertThat(add(n, "E" + n, true)).hasSize(n == 1 || n == 4 ? 1 : 0);
        }
        assertThat(run("select 1 from proposal where proposed and ended_at is null", Map.of()))
                .hasSize(2);
    }

    @Test
    void whatWaitsIsToBeProposedLikeThisAndWhatIsProposedStays() throws Exception {
        add(1, "E1", false);
        add(2, "E2", true);
        run(
                PostgresProposals.RENEW,
                Map.of(
                        "1", new String[] {new UUID(0, 1).toString(), new UUID(0, 2).toString()},
                        "2", new String[] {request("E1", "move"), request("E2", "move")},
                        "3", new String[] {"leave-groups", "leave-groups"}));
        assertThat(run("select action, effect from proposal order by subject_id", Map.of()))
                .containsExactly(
                        new Object[] {"move", "leave-groups"},
                        new Object[] {"offboard", "disable-account"});
    }

    @Test
    void aBrakeHoldsWhatWaitsAndWhatWasRefusedAsItIsSaidNow() throws Exception {
        UUID brake = new UUID(7, 7);
        add(1, "E1", false);
        add(2, "E2", true);
        add(3, "E3", false);
        run(
                "update proposal set ended_at = ?1, outcome = 'REFUSED' where subject_id = 'E3'",
                Map.of("1", NOW));
        Map<String, Object> values = new HashMap<>();
        values.put(
                "1",
                List.of(1, 2, 3, 4).stream()
                        .map(n -> new UUID(0, n).toString())
                        .toArray(String[]::new));
        values.put("2", new String[] {"2026-01-31", "2026-01-31", "2026-01-31", "2026-01-31"});
        values.put(
                "3",
                List.of(1, 2, 3, 4).stream()
                        .map(n -> request("E" + n, "move"))
                        .toArray(String[]::new));
        values.put("4", new String[] {"x", "x", "x", "x"});
        values.put("5", brake);
        values.put("6", NOW);
        run(PostgresProposals.HOLD, values);
        assertThat(
                        run(
                                "select subject_id, action from proposal where brake_id = ?1 and ended_at is null order by 1",
                                Map.of("1", brake)))
                .containsExactly(
                        new Object[] {"E1", "offboard"},
                        new Object[] {"E3", "move"},
                        new Object[] {"E4", "move"});
    }

    @Test
    void anAccountThatIsToBeMadeForWhoLeftIsFoundAndNoOther() throws Exception {
        run(
                "insert into worker (worker_id, left_on, back_on) values ('E1', '2026-01-31', null),"
                        + " ('E2', '2026-02-01', null), ('E3', '2026-01-10', '2026-01-20'),"
                        + " ('E4', '2026-01-10', '2026-02-10'), ('E5', '2026-01-31', '2026-01-20'),"
                        + " ('E6', '2026-01-31', null), ('E7', '2026-01-31', null), ('E8', '2026-01-31', null)",
                Map.of());
        for (int n = 1; n <= 8; n++) {
            add(n, "E" + n, n != 6);
        }
        run("update proposal set effect = 'create-account' where subject_id != 'E7'", Map.of());
        run("update proposal set withdrawn_at = ?1 where subject_id = 'E8'", Map.of("1", NOW));
        assertThat(
                        run(
                                PostgresProposals.MAKING,
                                Map.of("1", java.time.LocalDate.of(2026, 1, 31), "2", 10)))
                .extracting(row -> row[0])
                .containsExactlyInAnyOrder(new UUID(0, 1), new UUID(0, 4), new UUID(0, 5));
    }

    private List<Object[]> add(int n, String worker, boolean proposed) throws SQLException {
        return run(
                PostgresProposals.ADD,
                Map.of(
                        "1", new String[] {new UUID(0, n).toString()},
                        "2", new String[] {"2026-01-31"},
                        "3", new String[] {request(worker, "offboard")},
                        "4", new String[] {"disable-account"},
                        "5", new String[] {String.valueOf(proposed)},
                        "6", NOW));
    }

    private static String request(String worker, String action) {
        return "{\"proposal\": {\"charter\": \"leavers\", \"target\": \"scim:hr\", \"subjectId\": \"%s\", \"action\": \"%s\"}}"
                .formatted(worker, action);
    }

    private List<Object> load(String charter) throws SQLException {
        Object[] row = run(PostgresProposals.LOAD, parameters(charter)).getFirst();
        return List.of(row[2], row[3]);
    }

    private static Map<String, Object> parameters(String charter) {
        return Map.of(
                "1",
                new String[] {charter},
                "2",
                new String[] {"scim:hr"},
                "3",
                NOW.minusHours(1),
                "4",
                new String[] {"leavers", "nothing"});
    }

    private void proposed(String charter, String worker, Duration ago, boolean ended)
            throws SQLException {
        Map<String, Object> values = new HashMap<>();
        values.put("1", UUID.randomUUID());
        values.put(
                "2",
                "{\"proposal\": {\"charter\": \"%s\", \"target\": \"scim:hr\", \"subjectId\": \"%s\"}}"
                        .formatted(charter, worker));
        values.put("3", NOW.minus(ago));
        run(
                "insert into proposal (change_id, due_on, proposed, request, since, proposed_at, ended_at)"
                        + " values (?1, date '2026-01-31', true, ?2, ?3, ?3, "
                        + (ended ? "?3" : "null")
                        + ")",
                values);
    }

    private List<Object[]> run(String sql, Map<String, Object> values) throws SQLException {
        return ScratchPostgres.run(own, sql, new HashMap<>(values));
    }
}
