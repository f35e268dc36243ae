package dev.remit.executor.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Report;
import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leases and the ends of grants, by the statements themselves on a real PostgreSQL. */
class PostgresExecutionsTest {
    private static final UUID AUTHORIZATION = new UUID(0, 1);
    private static final UUID CHANGE = new UUID(0, 2);
    private static final String LEASE = PostgresExecutions.LEASE.formatted("target = :lot");
    private static final long MILLIS = 30_000;

    private static ScratchPostgres postgres;
    private Connection own;

    @BeforeAll
    static void start() throws Exception {
        postgres = new ScratchPostgres("db/handoff", "db/migration");
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void anExecution() throws Exception {
        own = postgres.connect();
        run("truncate execution, handoff_halt", Map.of());
        run(
                PostgresExecutions.STORE,
                Map.ofEntries(
                        Map.entry("authorizations", new UUID[] {AUTHORIZATION}),
                        Map.entry("changes", new UUID[] {CHANGE}),
                        Map.entry("causes", new UUID[] {new UUID(0, 3)}),
                        Map.entry("targets", new String[] {"keycloak:acme"}),
                        Map.entry("accounts", new String[] {"a1"}),
                        Map.entry("plans", new String[] {""}),
                        Map.entry("hashes", new String[] {"hash"}),
                        Map.entry("begins", new String[] {now().toString()}),
                        Map.entry("ends", new String[] {now().plusHours(1).toString()}),
                        Map.entry("assisted", own.createArrayOf("boolean", new Boolean[] {false})),
                        Map.entry("scopes", new String[] {"mesh\ncharter/break-glass"}),
                        Map.entry("owners", new String[] {"clerk\nowner"}),
                        Map.entry("terms", new String[] {"{}"})));
        own.commit();
    }

    @AfterEach
    void close() throws Exception {
        own.close();
    }

    @Test
    void whatIsLeasedIsFreeAgainOnlyWhenTheLeaseIsOver() throws Exception {
        assertThat(lease()).hasSize(1);
        assertThat(lease()).isEmpty();
        pass(MILLIS - 1000);
        assertThat(lease()).isEmpty();
        pass(2000);
        assertThat(lease()).hasSize(1);
        assertThat(one("attempt")).isEqualTo(2);
        assertThat(one("interrupted")).isEqualTo(true);
    }

    @Test
    void nothingIsLeasedThatWasAuthorizedAfterTheLeaseWasAskedFor() throws Exception {
        OffsetDateTime asked = now().plusMinutes(5);
        begins(asked.plusNanos(1_000));
        assertThat(lease(asked)).isEmpty();
        begins(asked);
        assertThat(lease(asked)).hasSize(1);
        begins(asked.plusNanos(1_000));
        pass(MILLIS + 1000);
        assertThat(lease(asked)).as("what is begun is finished").hasSize(1);

        run("update execution set started_at = null, leased_until = null", Map.of());
        begins(asked.plus(Intent.LONGEST_WAIT).plusNanos(1_000));
        assertThat(lease(asked)).as("what is too far ahead is refused").hasSize(1);
    }

    private void begins(OffsetDateTime at) throws SQLException {
        run("update execution set authorized_at = ?1", Map.of("1", at));
    }

    @Test
    void eachIsFoundByItsKeyThoughPlansAreMadeWhileThereIsNothing() throws Exception {
        ScratchPostgres.run(own, "truncate execution", Map.of());
        for (String sql : List.of(PostgresExecutions.STORE, LEASE, PostgresExecutions.SETTLE)) {
            assertThat(ScratchPostgres.endToEnd(own, sql)).as(sql).isEmpty();
        }
    }

    @Test
    void onlyTheLastLeaseIsProlonged() throws Exception {
        lease();
        pass(MILLIS + 1000);
        lease();
        assertThat(prolong(1)).as("it was overtaken").isEmpty();
        pass(MILLIS - 1000);
        assertThat(prolong(2)).hasSize(1);
        pass(MILLIS - 1000);
        assertThat(lease()).as("it is longer now").isEmpty();
    }

    @Test
    void whatIsBeingSettledIsNotWaitedFor() throws Exception {
        lease();
        own.commit();
        try (Connection other = postgres.connect()) {
            ScratchPostgres.run(other, "select 1 from execution for update", Map.of());
            assertThat(prolong(1)).isEmpty();
        }
    }

    /** Of its charter, or of what a newer version of the mesh knows. */
    @ParameterizedTest
    @ValueSource(strings = {"charter/break-glass", "mesh/00000000-0000-0000-0000-000000000009"})
    void whatIsHaltedIsNotLeasedAndTheEndOfAGrantIs(String scope) throws Exception {
        run(
                "insert into handoff_halt (scope, halt_id, halted_by, reason, halted_at)"
                        + " values (?2, ?1, 'boss', 'odd', now())",
                Map.of("1", new UUID(0, 9), "2", scope));
        assertThat(lease()).isEmpty();
        granted(60_000);
        assertThat(lease()).isEmpty();
        pass(61_000);
        assertThat(lease()).hasSize(1);
    }

    @Test
    void noGrantEndsEarlyWhateverHasSetTheLease() throws Exception {
        granted(60_000);
        run("update execution set leased_until = now() - interval '1 hour'", Map.of());
        assertThat(lease()).isEmpty();
        assertThat(prolong(0)).as("what rests is not prolonged").isEmpty();
    }

    @Test
    void aGrantThatAPersonEndsIsFreeAtOnceAndOnce() throws Exception {
        granted(3_600_000);
        assertThat(run(PostgresExecutions.GRANTED, Map.of("change", CHANGE)))
                .singleElement()
                .satisfies(row ->
                        assertThat(row).containsExactly(AUTHORIZATION, "a1", "clerk\nowner"));
        assertThat(end("ended early by a1")).hasSize(1);
        assertThat(end("ended early by another")).isEmpty();
        assertThat(one("early")).isEqualTo("ended early by a1");
        assertThat(lease()).hasSize(1);
        run("update execution set state = 'DONE'", Map.of());
        assertThat(run(PostgresExecutions.GRANTED, Map.of("change", CHANGE))).isEmpty();
    }

    @Test
    void whatGrantsNothingIsNotEnded() throws Exception {
        assertThat(run(PostgresExecutions.GRANTED, Map.of("change", CHANGE))).isEmpty();
        assertThat(end("why")).isEmpty();
    }

    @Test
    void whatIsAboutToBeDoneIsKeptOnceAndOnlyUnderTheLease() throws Exception {
        lease();
        assertThat(begin(2, "later")).as("never leased").isEmpty();
        assertThat(begin(1, "disable-account")).hasSize(1);
        assertThat(begin(1, "later")).hasSize(1);
        assertThat(one("begun")).isEqualTo("disable-account");
        pass(MILLIS + 1000);
        assertThat(begin(1, "later")).as("the lease is over").isEmpty();
        lease();
        assertThat(begin(1, "later")).as("it was overtaken").isEmpty();
    }

    @Test
    void whatTouchedNothingHasBegunNothing() throws Exception {
        lease();
        begin(1, "disable-account");
        assertThat(settle("", "", false)).hasSize(1);
        assertThat(one("begun")).isNull();
        assertThat(one("started_at")).isNull();

        run("update execution set attempt = 1, leased_until = null, started_at = now()", Map.of());
        run("update execution set begun = 'disable-account'", Map.of());
        assertThat(settle("", "", true)).hasSize(1);
        assertThat(one("begun")).isEqualTo("disable-account");
    }

    @Test
    void whatIsToBeTakenBackIsFreeAtOnceAndHaltedOrNot() throws Exception {
        run(
                "insert into handoff_halt (scope, halt_id, halted_by, reason, halted_at)"
                        + " values ('charter/break-glass', ?1, 'boss', 'odd', now())",
                Map.of("1", new UUID(0, 9)));
        run("update execution set attempt = 1, started_at = now(), leased_until = now()", Map.of());
        assertThat(settle("{\"steps\":[]}", "disable-account")).hasSize(1);
        assertThat(one("state")).isEqualTo("INTENDED");
        assertThat(one("undo")).isEqualTo("disable-account");
        assertThat(one("leased_until")).isNull();
        assertThat(lease()).hasSize(1);
        assertThat(one("failed")).isEqualTo("{\"steps\":[]}");
    }

    @Test
    void whatIsKeptAsTextIsReadAgainAsItWas() {
        Report report =
                new Report(
                        Report.Outcome.FAILED,
                        List.of(
                                new Report.StepReport(
                                        "enable-account",
                                        Report.Done.DONE,
                                        Map.of("enabled", "false"),
                                        Map.of("enabled", "true"),
                                        "taken back",
                                        Optional.of("disable-account"))),
                        false,
                        "no right",
                        Instant.parse("2026-01-02T03:04:05.123456Z"),
                        Instant.parse("2026-01-02T03:04:06Z"),
                        Optional.of(
                                new Report.Remainder(
                                        List.of("leave-groups"), Optional.empty(), "nobody")));
        Intent.Terms terms =
                new Intent.Terms(
                        Optional.of("boss"),
                        "who proposed it",
                        List.of("m1"),
                        List.of(
                                new Intent.Barred("m1", "apart@1", "approved it"),
                                new Intent.Barred(
                                        "p1", "apart@1", "proposed it", Optional.of("W1"))),
                        List.of("read-back.matches"));
        assertThat(PostgresExecutions.read(PostgresExecutions.json(report), Report.class))
                .isEqualTo(report);
        assertThat(PostgresExecutions.read(PostgresExecutions.json(terms), Intent.Terms.class))
                .isEqualTo(terms);
        assertThat(
                        PostgresExecutions.read(
                                PostgresExecutions.json(Intent.Terms.NONE), Intent.Terms.class))
                .isEqualTo(Intent.Terms.NONE);
        assertThat(
                        PostgresExecutions.read(
                                "{\"person\":\"m1\",\"rule\":\"apart@1\",\"reason\":\"approved it\"}",
                                Intent.Barred.class))
                .as("kept before workers were")
                .isEqualTo(new Intent.Barred("m1", "apart@1", "approved it"));
    }

    private List<Object[]> begin(int number, String steps) throws SQLException {
        return run(
                PostgresExecutions.BEGIN,
                Map.of("authorization", AUTHORIZATION, "number", number, "steps", steps));
    }

    private List<Object[]> settle(String failed, String undo) throws SQLException {
        return settle(failed, undo, true);
    }

    private List<Object[]> settle(String failed, String undo, boolean begun) throws SQLException {
        return run(
                PostgresExecutions.SETTLE,
                Map.ofEntries(
                        Map.entry("authorizations", new UUID[] {AUTHORIZATION}),
                        Map.entry("numbers", own.createArrayOf("integer", new Integer[] {1})),
                        Map.entry("states", new String[] {"INTENDED"}),
                        Map.entry("outcomes", new String[] {""}),
                        Map.entry("reasons", new String[] {"no right"}),
                        Map.entry("begun", own.createArrayOf("boolean", new Boolean[] {begun})),
                        Map.entry("ends", new String[] {""}),
                        Map.entry("failed", new String[] {failed}),
                        Map.entry("undo", new String[] {undo}),
                        Map.entry("millis", 5_000L)));
    }

    /** As the execution's settlement leaves it. */
    private void granted(long millis) throws SQLException {
        run(
                "update execution set started_at = null, outcome = 'SUCCEEDED', ends_at = now() + ?1 * interval '1 millisecond',"
                        + " leased_until = now() + ?1 * interval '1 millisecond'",
                Map.of("1", millis));
    }

    private List<Object[]> lease() throws SQLException {
        return lease(now());
    }

    private List<Object[]> lease(OffsetDateTime asked) throws SQLException {
        return run(
                LEASE, Map.of("lot", "keycloak:acme", "most", 10, "now", asked, "millis", MILLIS));
    }

    private List<Object[]> prolong(int number) throws SQLException {
        return run(
                PostgresExecutions.PROLONG,
                Map.of(
                        "authorizations",
                        new UUID[] {AUTHORIZATION},
                        "numbers",
                        own.createArrayOf("integer", new Integer[] {number}),
                        "millis",
                        MILLIS));
    }

    private List<Object[]> end(String why) throws SQLException {
        return run(
                PostgresExecutions.END_EARLY, Map.of("authorization", AUTHORIZATION, "why", why));
    }

    /** The database's clock cannot be moved, so what was stored is. */
    private void pass(long millis) throws SQLException {
        run(
                "update execution set leased_until = leased_until - ?1 * interval '1 millisecond',"
                        + " ends_at = ends_at - ?1 * interval '1 millisecond'",
                Map.of("1", millis));
    }

    private Object one(String column) throws SQLException {
        return run("select " + column + " from execution", Map.of()).getFirst()[0];
    }

    private static OffsetDateTime now() {
        return OffsetDateTime.now(ZoneOffset.UTC);
    }

    private List<Object[]> run(String sql, Map<String, Object> values) throws SQLException {
        return ScratchPostgres.run(own, sql, new HashMap<>(values));
    }
}
