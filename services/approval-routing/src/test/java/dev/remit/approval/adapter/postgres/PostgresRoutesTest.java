package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.application.Routes.Recorded;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Route;
import dev.remit.handoff.postgres.ScratchPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

class PostgresRoutesTest {
    @Test
    void aReviewedChangeWasApprovedTooAndTheIndexServesTheQuestion() throws Exception {
        assertThat(PostgresRoutes.APPROVED).contains("'APPROVED'", "'REVIEWED'");
        assertThat(PostgresRoutes.APPROVERS).contains(" r." + PostgresRoutes.APPROVED + " ");
        assertThat(
                        Files.readString(
                                Path.of(
                                        "src/main/resources/db/migration/V29__previous_reviewed.sql")))
                .contains("where " + PostgresRoutes.APPROVED + ";");
    }

    @Test
    void eachIsFoundByItsKeyThoughPlansAreMadeWhileThereIsNothing() throws Exception {
        try (ScratchPostgres postgres =
                        new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                Connection own = postgres.connect()) {
            SoftAssertions all = new SoftAssertions();
            for (String sql :
                    List.of(
                            PostgresRoutes.APPROVERS,
                            PostgresRemovals.LOCK,
                            PostgresRemovals.HOLDERS,
                            PostgresRemovals.ADD,
                            PostgresRemovals.REPORTED,
                            PostgresRemovals.READ,
                            PostgresDelegations.FROM,
                            PostgresTakenBack.OF,
                            "select "
                                    + RouteRow.COLUMNS
                                    + " from route where change_id = any(cast(?1 as uuid[]))")) {
                all.assertThat(ScratchPostgres.endToEnd(own, sql)).as(sql).isEmpty();
            }
            all.assertAll();
        }
    }

    @Test
    void whoApprovedBeforeIsAskedAgainAsLongAsTheAccountIsTheirs() throws Exception {
        try (ScratchPostgres postgres =
                        new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                Connection own = postgres.connect()) {
            ScratchPostgres.run(
                    own,
                    "insert into directory_charter (hash, name, version, document) values ('h', 'leavers', '1', '{}')",
                    Map.of());
            ScratchPostgres.run(
                    own,
                    "insert into route (change_id, change, charter_hash, account, plan, plan_hash, state, stage, stage_name,"
                            + " requested_at, expires_at, asks, wake_at, ended_at)"
                            + " values (?1, '', 'h', 'a1', '', '', 'APPROVED', 0, '', now(), now(), '', now(), now())",
                    Map.of("1", new UUID(0, 1)));
            for (String each : List.of("ann W-ann W-ann", "ben W-ben W-new", "cat W-cat ")) {
                String[] approver = each.split(" ", -1);
                ScratchPostgres.run(
                        own,
                        "insert into decision (id, change_id, stage, stage_name, decided_by, worker, decision, reason, decided_at)"
                                + " values (gen_random_uuid(), ?1, 0, 's', ?2, ?3, 'APPROVED', '', now())",
                        Map.of("1", new UUID(0, 1), "2", approver[0], "3", approver[1]));
                ScratchPostgres.run(
                        own,
                        "insert into directory_account (system, id, enabled, worker_id, group_ids, group_paths, roles, label, removed, observed_at)"
                                + " values ('acme', ?1, true, nullif(?2, ''), '{}', '{}', '{}', '', false, now())",
                        Map.of("1", approver[0], "2", approver[2]));
            }

            assertThat(
                            ScratchPostgres.run(
                                    own,
                                    PostgresRoutes.APPROVERS,
                                    Map.of(
                                            "1",
                                            new String[] {"a1"},
                                            "2",
                                            new String[] {"leavers"})))
                    .extracting(row -> row[3])
                    .containsExactly("ann");
        }
    }

    @Test
    void everyColumnThatIsReadIsWritten() {
        assertThat(PostgresRoutes.ROUTES.columns())
                .extracting(Rowset.Column::name)
                .containsExactlyInAnyOrder(RouteRow.COLUMNS.split(",\\s*"));
    }

    @Test
    void aBatchIsOneStatementAndReadsBackAsItWas() throws Exception {
        try (ScratchPostgres postgres =
                        new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                Connection own = postgres.connect()) {
            RouteRow open = row(1, new Route.Waiting(RowsTest.course(List.of(RowsTest.stage()))));
            RouteRow granted =
                    row(
                            2,
                            new Route.Granted(
                                    RowsTest.ready(Optional.of("ben")), List.of(), RowsTest.NOW));
            write(own, PostgresRoutes.ROUTES, List.of(open, granted));
            write(
                    own,
                    PostgresRoutes.DECISIONS,
                    List.of(
                            decision(1, Optional.empty()),
                            decision(2, Optional.of("SOD_SUBJECT"))));

            assertThat(
                            run(
                                    own,
                                    "select state, decided_by_any, concerns, verdict, review, ended_at, executed_by,"
                                            + " encode(change, 'base64'), requested_at from route order by change_id"))
                    .satisfiesExactly(
                            row -> {
                                assertThat(row[0]).isEqualTo("OPEN");
                                assertThat(row[1]).hasToString("{ann,bob}");
                                assertThat(row[2]).hasToString("{group:/leads,halts:}");
                                assertThat(row[3]).isEqualTo("READY");
                                assertThat(row[4]).as("nothing is null").isNull();
                                assertThat(row[5]).isNull();
                                assertThat(row[6]).isNull();
                                assertThat(((String) row[7]).replace("\n", ""))
                                        .isEqualTo(Base64.getEncoder().encodeToString(open.change));
                                assertThat(((Timestamp) row[8]).toInstant())
                                        .isEqualTo(RowsTest.NOW);
                            },
                            row -> {
                                assertThat(row[0]).isEqualTo("GRANTED");
                                assertThat(row[6]).isEqualTo("ben");
                            });
            assertThat(run(own, "select decided_by, refusal, worker from decision order by id"))
                    .satisfiesExactly(
                            row -> assertThat(row).containsExactly("ann", null, null),
                            row -> assertThat(row).containsExactly("ann", "SOD_SUBJECT", null));

            Rows.fill(
                    open,
                    new Route.Ended(
                            Route.End.WITHDRAWN, RowsTest.NOW.plusSeconds(9), Optional.empty()));
            write(own, PostgresRoutes.ROUTES, List.of(open));
            assertThat(
                            run(
                                    own,
                                    "select state, asks, ended_at, account from route where change_id = '"
                                            + open.changeId
                                            + "'"))
                    .singleElement()
                    .satisfies(row -> {
                        assertThat(row[0]).isEqualTo("WITHDRAWN");
                        assertThat(row[1]).isEqualTo("");
                        assertThat(((Timestamp) row[2]).toInstant())
                                .isEqualTo(RowsTest.NOW.plusSeconds(9));
                        assertThat(row[3]).isEqualTo("leaver");
                    });
        }
    }

    private static RouteRow row(int n, Route route) {
        RouteRow row = new RouteRow();
        row.changeId = new UUID(0, n);
        Rows.fill(row, route);
        return row;
    }

    private static DecisionRow decision(int n, Optional<String> refusal) {
        return Rows.row(
                new Recorded(
                        new UUID(1, n),
                        new UUID(0, n),
                        new Decision(
                                0,
                                "leads",
                                Decision.Kind.APPROVED,
                                Optional.of("ann"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                refusal,
                                "checked",
                                Instant.EPOCH)));
    }

    private static <T> void write(Connection own, Rowset<T> rowset, Collection<T> rows)
            throws SQLException {
        Map<String, Object> values = new HashMap<>();
        for (int n = 0; n < rowset.columns().size(); n++) {
            values.put(String.valueOf(n + 1), rowset.values(rowset.columns().get(n), rows));
        }
        ScratchPostgres.run(own, rowset.sql(), values);
    }

    private static List<Object[]> run(Connection own, String sql) throws SQLException {
        return ScratchPostgres.run(own, sql, Map.of());
    }
}
