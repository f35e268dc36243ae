package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.postgres.ScratchPostgres;
import dev.remit.handoff.postgres.Statement;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is taken over of what others left, by the statement itself on a real PostgreSQL. */
class RelayTest {
    private static final long GRACE = 10_000;

    private static ScratchPostgres postgres;
    private Connection own;
    private Connection other;

    @BeforeAll
    static void start() throws Exception {
        postgres = new ScratchPostgres("db/handoff");
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void nothingIsLeft() throws Exception {
        own = postgres.connect();
        other = postgres.connect();
        ScratchPostgres.run(own, "truncate handoff_unpublished restart identity", Map.of());
        own.commit();
    }

    @AfterEach
    void close() throws Exception {
        own.close();
        other.close();
    }

    @Test
    void eachIsFoundByItsKeyThoughPlansAreMadeWhileThereIsNothing() throws Exception {
        for (String sql : List.of(SealedOutbox.RECEIVE, SealedOutbox.STORE)) {
            assertThat(ScratchPostgres.endToEnd(own, sql)).as(sql).isEmpty();
        }
    }

    /** Its wide rows are read by the thousand then, not by ten thousands. */
    @Test
    void theOutboxIsAnalyzedByFewOfItsRows() throws Exception {
        assertThat(
                        ScratchPostgres.run(
                                own,
                                "select attname from pg_attribute where attrelid = 'handoff_outbox'::regclass and attnum > 0"
                                        + " and not attisdropped and attstattarget is distinct from 10",
                                Map.of()))
                .isEmpty();
    }

    @Test
    void whereNoTransactionHasBegunNothingIsReceived() throws Exception {
        UUID change = UUID.randomUUID();
        UUID message = UUID.randomUUID();
        try (Connection alone = postgres.connect()) {
            alone.setAutoCommit(true);
            assertThat(received(alone, change, message)).isEmpty();
            alone.setAutoCommit(false);
            assertThat(received(alone, change, message))
                    .extracting(row -> row[0])
                    .containsExactlyInAnyOrder(change, message);
        }
    }

    /** As the loop sends it: whatever became of the transaction's beginning. */
    private static List<Object[]> received(Connection connection, UUID change, UUID message)
            throws Exception {
        ScratchPostgres.run(connection, Statement.BY_KEYS.sql(), Map.of());
        return ScratchPostgres.run(
                connection,
                SealedOutbox.RECEIVE,
                Map.of(
                        "changes",
                        new UUID[] {change},
                        "ids",
                        new UUID[] {message},
                        "hashes",
                        connection.createArrayOf("bytea", new byte[][] {new byte[32]})));
    }

    @Test
    void whatIsYoungIsStillItsOwnersToSend() throws Exception {
        left(60, 0);
        assertThat(takenOver(own, 50)).containsExactly(1L);
    }

    @Test
    void nothingIsTakenOverBeforeWhatWasCommittedBeforeIt() throws Exception {
        // the second transaction began first, and waited for the first one's lock
        left(5, 60, 0);
        assertThat(takenOver(own, 50)).containsExactly(1L, 2L);
    }

    @Test
    void oneReplicaAtATimeTakesOver() throws Exception {
        left(60, 60, 60);
        assertThat(takenOver(own, 1)).containsExactly(1L);
        assertThat(takenOver(other, 50)).as("the first is not sent yet").isEmpty();
        own.rollback();
        assertThat(takenOver(other, 50)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void whatIsBeingMarkedAsPublishedIsLeftAlone() throws Exception {
        left(60, 60);
        ScratchPostgres.run(other, "delete from handoff_unpublished where batch = 1", Map.of());
        assertThat(takenOver(own, 50)).containsExactly(2L);
    }

    /** Batches of transactions that began so many seconds ago, in the order of their numbers. */
    private void left(int... seconds) throws Exception {
        for (int ago : seconds) {
            ScratchPostgres.run(
                    own,
                    "insert into handoff_unpublished (created_at, ids)"
                            + " values (now() - cast(:ago as integer) * interval '1 second', :ids)",
                    Map.of("ago", ago, "ids", new UUID[] {new UUID(0, 1)}));
        }
        own.commit();
    }

    private static List<Long> takenOver(Connection replica, int round) throws Exception {
        return ScratchPostgres.run(replica, Relay.LEFT, Map.of("age", GRACE, "round", round))
                .stream()
                .map(row -> (Long) row[0])
                .toList();
    }
}
