package dev.remit.readiness.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept of a change, by the statements themselves on a real PostgreSQL. */
class PostgresReadinessesTest {
    private static final UUID CHANGE = new UUID(0, 1);
    private static final String WITHDRAWAL = new UUID(0, 2).toString();
    private static final String PROPOSAL = new UUID(0, 3).toString();

    private static ScratchPostgres postgres;
    private Connection own;

    @BeforeAll
    static void start() throws Exception {
        postgres = new ScratchPostgres("db/handoff", "db/directory", "db/migration");
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void nothingIsKnown() throws Exception {
        own = postgres.connect();
        run("truncate readiness cascade", Map.of());
    }

    @AfterEach
    void close() throws Exception {
        own.close();
    }

    @Test
    void eachIsFoundByItsKeyThoughPlansAreMadeWhileThereIsNothing() throws Exception {
        for (String sql :
                List.of(
                        PostgresReadinesses.STORE,
                        PostgresReadinesses.REMEMBER,
                        "select "
                                + ReadinessRow.COLUMNS
                                + " from readiness where change_id = any(cast(?1 as uuid[]))")) {
            assertThat(ScratchPostgres.endToEnd(own, sql)).as(sql).isEmpty();
        }
    }

    @Test
    void whatWasTakenBackFirstGetsItsChangeAndItsProposalWhenItComes() throws Exception {
        remember("a mistake");
        assertThat(row())
                .containsExactly("TAKEN_BACK", UUID.fromString(WITHDRAWAL), null, "a mistake");

        store("WITHDRAWN", PROPOSAL, "AQI=");
        assertThat(row())
                .containsExactly(
                        "WITHDRAWN",
                        UUID.fromString(PROPOSAL),
                        new byte[] {1, 2},
                        "withdrawn by clerk: a mistake");
    }

    @Test
    void whatIsKnownOfAChangeStaysWhenItIsTakenBackOrJudgedAgain() throws Exception {
        store("READY", PROPOSAL, "AQI=");
        remember("a mistake");
        store("READY", WITHDRAWAL, "AwQ=");
        assertThat(row())
                .containsExactly(
                        "READY",
                        UUID.fromString(PROPOSAL),
                        new byte[] {1, 2},
                        "withdrawn by clerk: a mistake");
    }

    private void remember(String reason) throws Exception {
        run(
                PostgresReadinesses.REMEMBER,
                Map.of(
                        "1",
                        """
                        [{"change_id": "%s", "cause": "%s", "reasons": "%s", "withdrawal": "{}"}]
                        """
                                .formatted(CHANGE, WITHDRAWAL, reason)));
    }

    private void store(String state, String cause, String change) throws Exception {
        run(
                PostgresReadinesses.STORE,
                Map.of(
                        "1",
                        """
                        [{"change_id": "%s", "change": "%s", "cause": "%s", "state": "%s",
                          "reasons": "withdrawn by clerk: a mistake", "facts": "[]", "corrections": "{}"}]
                        """
                                .formatted(CHANGE, change, cause, state)));
    }

    private Object[] row() throws Exception {
        return run("select state, cause, change, reasons from readiness", Map.of()).getFirst();
    }

    private List<Object[]> run(String sql, Map<String, Object> parameters) throws Exception {
        return ScratchPostgres.run(own, sql, parameters);
    }
}
