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

/** The statement that takes what is to be shown next, on a real PostgreSQL. */
class PostgresMirrorTest {
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
    void twoTicketsTheFirstWithTwoEvents() throws Exception {
        try (Connection own = postgres.connect()) {
            run(own, "truncate mirror", Map.of());
            for (int[] each : new int[][] {{1, 1}, {1, 2}, {2, 3}}) {
                run(
                        own,
                        "insert into mirror (change_id, stage, kind, text, at, due_at) values (?1, 's', 'OPENED', ?2, ?3, ?3)",
                        Map.of(
                                "1",
                                new UUID(0, each[0]),
                                "2",
                                String.valueOf(each[1]),
                                "3",
                                NOW.atOffset(ZoneOffset.UTC)));
            }
            own.commit();
        }
    }

    @Test
    void inOrderForEachTicketAndNoneTwiceWithinItsLease() throws Exception {
        try (Connection own = postgres.connect()) {
            assertThat(claim(own, NOW)).containsExactly("1");
            assertThat(claim(own, NOW))
                    .as("the first of the ticket is not shown")
                    .containsExactly("3");
            assertThat(claim(own, NOW)).isEmpty();
            run(own, "delete from mirror where text = '1'", Map.of());
            assertThat(claim(own, NOW)).containsExactly("2");
        }
    }

    @Test
    void twoReplicasTakeDifferentOnes() throws Exception {
        try (Connection own = postgres.connect();
                Connection other = postgres.connect()) {
            assertThat(claim(own, NOW)).containsExactly("1");
            assertThat(claim(other, NOW)).containsExactly("3");
        }
    }

    @Test
    void whatFailsIsTakenAgainLaterAndLater() throws Exception {
        try (Connection own = postgres.connect()) {
            run(own, "delete from mirror where text <> '1'", Map.of());
            Instant at = NOW;
            for (int minutes : new int[] {2, 4, 8, 15, 15}) {
                assertThat(claim(own, at)).containsExactly("1");
                Instant next = at.plus(Duration.ofMinutes(minutes));
                assertThat(claim(own, next.minusSeconds(1))).isEmpty();
                at = next;
            }
        }
    }

    @Test
    void whatCouldNotBeShownIsDueAgainSoonAndLaterEachTime() throws Exception {
        try (Connection own = postgres.connect()) {
            run(own, "delete from mirror where text <> '1'", Map.of());
            Object position = run(own, "select position from mirror", Map.of()).getFirst()[0];
            Instant at = NOW;
            for (int seconds : new int[] {5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900}) {
                assertThat(claim(own, at)).containsExactly("1");
                run(
                        own,
                        PostgresMirror.PUT_OFF,
                        Map.of("1", position, "2", at.atOffset(ZoneOffset.UTC)));
                Instant next = at.plusSeconds(seconds);
                assertThat(claim(own, next.minusMillis(1))).isEmpty();
                at = next;
            }
        }
    }

    private static List<Object> claim(Connection own, Instant now) throws SQLException {
        return run(own, PostgresMirror.CLAIM, Map.of("1", now.atOffset(ZoneOffset.UTC))).stream()
                .map(row -> row[4])
                .toList();
    }

    private static List<Object[]> run(Connection own, String sql, Map<String, Object> values)
            throws SQLException {
        return ScratchPostgres.run(own, sql, values);
    }
}
