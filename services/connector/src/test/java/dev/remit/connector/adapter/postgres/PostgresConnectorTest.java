package dev.remit.connector.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.connector.domain.Event;
import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is looked for and what waits, on a real PostgreSQL. */
class PostgresConnectorTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
    private static final LocalDate TODAY = LocalDate.parse("2026-01-31");
    private static final String TARGET = "keycloak:acme";
    private static ScratchPostgres postgres;

    @BeforeAll
    static void start() throws Exception {
        postgres = new ScratchPostgres(Map.of("realm", "acme"), "db/handoff", "db/migration");
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void empty() throws Exception {
        try (Connection own = postgres.connect()) {
            run(own, "truncate proposal, occurrence, account, worker", Map.of());
            own.commit();
        }
    }

    @Test
    void whatDoesTheSameWaitsForWhatIsHandedOnAndOpen() throws Exception {
        try (Connection own = postgres.connect()) {
            proposal(own, 1, "E1", "offboard", "disable", true);
            proposal(own, 2, "E1", "offboard", "", false);
            proposal(own, 3, "E1", "quarantine", "disable", false);
            proposal(own, 4, "E1", "move", "end-sessions", false);
            proposal(own, 5, "E2", "offboard", "disable", false);
            assertThat(due(own)).containsExactly(new UUID(0, 4), new UUID(0, 5));
            assertThat(open(own, "E1", "contain", "disable", false)).hasSize(2);
            assertThat(open(own, "E1", "contain", "disable", true)).containsExactly(new UUID(0, 1));
            assertThat(open(own, "E1", "contain", "", false))
                    .as("it is not said what it does")
                    .isEmpty();
            run(
                    own,
                    "update proposal set ended_at = now() where change_id = ?1",
                    Map.of("1", new UUID(0, 1)));
            assertThat(due(own)).hasSize(4);
        }
    }

    @Test
    void whoIsDeniedTheSameAgainHasOneDenialThatHoldsOn() throws Exception {
        try (Connection own = postgres.connect()) {
            run(own, "truncate access_evaluation", Map.of());
            assertThat(denied(own, 1, "ann|", "{a}", NOON)).isEqualTo(new UUID(0, 1));
            assertThat(denied(own, 2, "ann|", "{a}", NOON.plusSeconds(60)))
                    .isEqualTo(new UUID(0, 1));
            assertThat(denied(own, 3, "ann|", "{a}", NOON.minusSeconds(60)))
                    .as("another replica's clock")
                    .isEqualTo(new UUID(0, 1));
            assertThat(denied(own, 4, "ann|", "{b}", NOON)).isEqualTo(new UUID(0, 4));
            assertThat(denied(own, 5, "bob|", "{a}", NOON)).isEqualTo(new UUID(0, 5));
            assertThat(
                            run(
                                    own,
                                    "select 1 from access_evaluation where expires_at = ?1",
                                    Map.of("1", NOON.plusSeconds(660).atOffset(ZoneOffset.UTC))))
                    .hasSize(1);
        }
    }

    private static UUID denied(Connection own, int id, String requester, String asked, Instant at)
            throws SQLException {
        return (UUID)
                run(
                                own,
                                PostgresAccessEvaluations.ADD,
                                Map.of(
                                        "1",
                                        new UUID(0, id),
                                        "2",
                                        requester,
                                        "3",
                                        asked,
                                        "4",
                                        at.atOffset(ZoneOffset.UTC),
                                        "5",
                                        at.plusSeconds(600).atOffset(ZoneOffset.UTC),
                                        "6",
                                        "hash of " + asked))
                        .getFirst()[0];
    }

    @Test
    void whatStillHoldsIsFoundAnewOnceForEachChangeThatEndedAndNamesTheLast() throws Exception {
        try (Connection own = postgres.connect()) {
            run(
                    own,
                    "insert into account (system, id, fingerprint, worker_id, enabled, enabled_since)"
                            + " values (?1, 'a1', '', 'E1', true, '2026-01-01')",
                    Map.of("1", TARGET));
            run(
                    own,
                    "insert into worker (worker_id, left_on) values ('E1', '2026-01-02')",
                    Map.of());
            Object[] first = found(own).getFirst();
            assertThat((String) first[1]).isEqualTo("its worker left on 2026-01-02");
            told(own, first, 1);
            assertThat(found(own)).as("its change is open").isEmpty();

            ended(own, 1, "COMPLETED", NOON.minusSeconds(10));
            assertThat(found(own)).as("it ended just now").isEmpty();
            ended(own, 1, "COMPLETED", NOON.minusSeconds(8 * 86_400));
            Object[] second = found(own).getFirst();
            assertThat((String) second[0]).isEqualTo(first[0] + "#1");
            assertThat((String) second[1])
                    .isEqualTo(
                            "its worker left on 2026-01-02; found again after change "
                                    + new UUID(0, 1)
                                    + ", which ended COMPLETED");
            told(own, second, 2);
            assertThat(found(own)).as("once for each change").isEmpty();
            ended(own, 2, "EXPIRED", NOON.minusSeconds(7 * 86_400 + 1));
            Object[] third = found(own).getFirst();
            assertThat((String) third[0]).isEqualTo(first[0] + "#2");
            assertThat((String) third[1]).endsWith(new UUID(0, 2) + ", which ended EXPIRED");
        }
    }

    /** Where nobody's account carries the worker id yet, HR's word is what there is. */
    @Test
    void whoHrSaysIsThereIsKnownBeforeTheyHaveAnAccount() throws Exception {
        try (Connection own = postgres.connect()) {
            run(
                    own,
                    "insert into account (system, id, fingerprint, worker_id) values (?1, 'a1', '', 'E1')",
                    Map.of("1", TARGET));
            run(
                    own,
                    "insert into worker (worker_id, left_on, back_on) values ('E1', null, '2026-01-02'),"
                            + " ('E2', null, '2026-01-02'), ('E3', '2026-01-02', null),"
                            + " ('E4', '2026-01-03', '2026-01-02'), ('E5', '2026-01-02', '2026-01-03')",
                    Map.of());
            String[] ids = {"E1", "E2", "E3", "E4", "E5", "E6", "a1"};
            String[] systems = {"hr", "hr", "hr", "hr", "hr", "hr", TARGET};
            String[] targets = {TARGET, TARGET, TARGET, TARGET, TARGET, TARGET, TARGET};
            assertThat(
                            run(
                                    own,
                                    PostgresSubjects.FIND + " order by 1",
                                    Map.of("1", systems, "2", ids, "3", targets)))
                    .extracting(row -> row[1] + " " + row[2] + " " + row[4])
                    .containsExactly(
                            "E1 1 E1",
                            "null 0 E2",
                            "null 0 null",
                            "null 0 null",
                            "null 0 E5",
                            "null 0 null",
                            "E1 1 null");
        }
    }

    @Test
    void aChangeOfAnAccountIsAlsoAboutTheWorkerWhoIsBehindItNow() throws Exception {
        try (Connection own = postgres.connect()) {
            proposal(own, 1, "a1", "offboard", "disable", true);
            proposal(own, 2, "E1", "quarantine", "disable", false);
            assertThat(open(own, "E1", "contain", "disable", false))
                    .containsExactly(new UUID(0, 2));
            assertThat(open(own, "a1", "contain", "disable", false))
                    .containsExactly(new UUID(0, 1));
            assertThat(due(own)).containsExactly(new UUID(0, 2));

            account(own, "a1", "E1", null, null);
            assertThat(open(own, "E1", "contain", "disable", false))
                    .containsExactlyInAnyOrder(new UUID(0, 1), new UUID(0, 2));
            assertThat(due(own)).as("it waits for the account's own").isEmpty();
        }
    }

    @Test
    void anAccountIsFoundWhoseOwnerOrManagerLeavesUnlessTheyOwnThemselves() throws Exception {
        try (Connection own = postgres.connect()) {
            account(own, "a1", null, null, "E1");
            account(own, "a2", null, null, "p1");
            account(own, "a3", null, "E1", null);
            account(own, "a4", null, "E1", "E2");
            account(own, "a5", "E1", "E1", "E1");
            account(own, "a6", null, "E3", "E3");
            account(own, "a7", null, null, null);
            account(own, "p1", "E1", null, null);
            run(
                    own,
                    "insert into worker (worker_id, left_on) values ('E1', '2026-02-02'), ('E2', '2026-02-01')",
                    Map.of());
            List<Object[]> found = ownersLeft(own);
            assertThat(found)
                    .extracting(row -> row[2] + ": " + row[1])
                    .containsExactly(
                            "a1: worker E1, who answers for it, leaves on 2026-02-02",
                            "a2: worker E1, who answers for it, leaves on 2026-02-02",
                            "a3: worker E1, who answers for it, leaves on 2026-02-02",
                            "a4: worker E2, who answers for it, leaves on 2026-02-01");
            assertThat((String) found.get(2)[0])
                    .as("as it was known by the manager alone")
                    .startsWith("OWNER_LEFT|owners|a3|E1|2026-02-02|");
        }
    }

    @Test
    void anAccountThatNobodyIsBehindIsAnOrphanUnlessSomebodyAnswersForIt() throws Exception {
        try (Connection own = postgres.connect()) {
            account(own, "a1", null, null, null);
            account(own, "a2", null, "E1", null);
            account(own, "a3", null, null, "E1");
            account(own, "a4", "E1", null, null);
            account(own, "a5", "E2", "E1", "E1");
            run(
                    own,
                    "insert into worker (worker_id, left_on) values ('E2', '2026-01-02')",
                    Map.of());
            assertThat(found(own))
                    .extracting(row -> row[2] + ": " + row[1])
                    .containsExactly(
                            "a1: it carries no worker id, and nobody answers for it",
                            "a5: its worker left on 2026-01-02");
        }
    }

    @Test
    void anAccountThatNobodyIsBehindIsASubjectInItsOwnSystem() throws Exception {
        try (Connection own = postgres.connect()) {
            account(own, "a1", null, null, null);
            account(own, "a2", "E1", null, null);
            List<Object[]> rows =
                    run(
                            own,
                            PostgresSubjects.FIND + " order by 1",
                            Map.of(
                                    "1", new String[] {TARGET, TARGET, TARGET, "hr", "hr"},
                                    "2", new String[] {"a1", "a1", "a2", "E1", "a1"},
                                    "3", new String[] {TARGET, "scim:hr", TARGET, TARGET, TARGET}));
            assertThat(rows)
                    .extracting(row -> row[1] + " " + row[2] + " " + row[3])
                    .containsExactly(
                            "null 0 a1", "null 0 null", "E1 1 null", "E1 1 null", "null 0 null");
        }
    }

    private static void account(
            Connection own, String id, String worker, String manager, String owner)
            throws SQLException {
        Map<String, Object> values = new HashMap<>();
        values.put("1", TARGET);
        values.put("2", id);
        values.put("3", worker == null ? "" : worker);
        values.put("4", manager == null ? "" : manager);
        values.put("5", owner == null ? "" : owner);
        run(
                own,
                "insert into account (system, id, fingerprint, worker_id, manager, owner, enabled, enabled_since)"
                        + " values (?1, ?2, '', nullif(?3, ''), nullif(?4, ''), nullif(?5, ''), true, '2026-01-01')",
                values);
    }

    private static List<Object[]> ownersLeft(Connection own) throws SQLException {
        Map<String, Object> values = new HashMap<>();
        values.put("1", TARGET);
        values.put("2", "");
        values.put("3", 10);
        values.put("4", "OWNER_LEFT|owners");
        values.put("5", NOON.minusSeconds(7 * 86_400).atOffset(ZoneOffset.UTC));
        values.put("6", TODAY);
        return run(own, PostgresObservedAccounts.sql(Event.OWNER_LEFT), values);
    }

    private static List<Object[]> found(Connection own) throws SQLException {
        Map<String, Object> values = new HashMap<>();
        values.put("1", TARGET);
        values.put("2", "");
        values.put("3", 10);
        values.put("4", "ORPHAN_FOUND|orphans");
        values.put("5", NOON.minusSeconds(7 * 86_400).atOffset(ZoneOffset.UTC));
        values.put("6", TODAY);
        values.put("7", TODAY);
        return run(own, PostgresObservedAccounts.sql(Event.ORPHAN_FOUND), values);
    }

    private static void told(Connection own, Object[] found, int change) throws SQLException {
        run(
                own,
                "insert into occurrence (source, event_id, content, change_id, seen_at, looked_at)"
                        + " values (?3, ?1, '{}', ?2, now(), now())",
                Map.of("1", found[0], "2", new UUID(0, change), "3", TARGET));
        proposal(own, change, "E1", "quarantine", "disable", true);
    }

    private static void ended(Connection own, int change, String outcome, Instant at)
            throws SQLException {
        run(
                own,
                "update proposal set outcome = ?2, ended_at = ?3 where change_id = ?1",
                Map.of("1", new UUID(0, change), "2", outcome, "3", at.atOffset(ZoneOffset.UTC)));
    }

    private static void proposal(
            Connection own, int n, String worker, String action, String effect, boolean proposed)
            throws SQLException {
        run(
                own,
                "insert into proposal (change_id, due_on, proposed, request, effect, since)"
                        + " values (?1, ?2, ?3, ?4, nullif(?5, ''), now())",
                Map.of(
                        "1",
                        new UUID(0, n),
                        "2",
                        TODAY,
                        "3",
                        proposed,
                        "4",
                        "{\"proposal\":{\"charter\":\"c\",\"subjectId\":\"%s\",\"target\":\"keycloak:acme\",\"action\":\"%s\"}}"
                                .formatted(worker, action),
                        "5",
                        effect));
    }

    private static List<UUID> due(Connection own) throws SQLException {
        return run(own, PostgresProposals.DUE + " ", Map.of("1", TODAY, "2", 10)).stream()
                .map(row -> (UUID) row[0])
                .sorted()
                .toList();
    }

    private static List<UUID> open(
            Connection own, String worker, String action, String effect, boolean underWay)
            throws SQLException {
        return run(
                        own,
                        PostgresProposals.OPEN,
                        Map.of(
                                "1", new String[] {worker},
                                "2", new String[] {TARGET},
                                "3", new String[] {action},
                                "4", new String[] {effect},
                                "5", underWay))
                .stream()
                .map(row -> (UUID) row[4])
                .toList();
    }

    private static List<Object[]> run(Connection own, String sql, Map<String, Object> values)
            throws SQLException {
        return ScratchPostgres.run(own, sql, values);
    }
}
