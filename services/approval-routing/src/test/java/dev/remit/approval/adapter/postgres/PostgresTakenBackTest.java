package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What was taken back before it came, by the statements themselves on a real PostgreSQL. */
class PostgresTakenBackTest {
    private static final UUID CHANGE = new UUID(0, 1);

    @Test
    void theFirstWithdrawalOfAChangeStays() throws Exception {
        try (ScratchPostgres postgres =
                        new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                Connection own = postgres.connect()) {
            add(own, 2, "a mistake");
            add(own, 3, "another word");
            assertThat(of(own, CHANGE, new UUID(0, 9)))
                    .singleElement()
                    .isEqualTo(new Object[] {CHANGE, new UUID(0, 2), "clerk", "a mistake"});
            assertThat(of(own, new UUID(0, 9))).isEmpty();
        }
    }

    @Test
    void aWithdrawalIsForgottenOnceItHasEndedItsChangeOrNothingCanComeAnyMore() throws Exception {
        UUID came = new UUID(0, 11);
        UUID setAside = new UUID(0, 12);
        UUID never = new UUID(0, 13);
        try (ScratchPostgres postgres =
                        new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                Connection own = postgres.connect()) {
            for (UUID each : List.of(came, setAside, never)) {
                add(own, each, 2, "a mistake");
            }
            ScratchPostgres.run(
                    own,
                    "insert into route (change_id, change, charter_hash, account, plan, plan_hash, state, stage, stage_name,"
                            + " requested_at, expires_at, asks, wake_at, ended_at)"
                            + " values (?1, '', '', '', '', '', 'WITHDRAWN', 0, '', now(), now(), '', now(), now())",
                    Map.of("1", came));
            ScratchPostgres.run(
                    own,
                    "insert into handoff_dead_letter (id, code, reason, origin, key, headers, payload, reported_at, state)"
                            + " values (?1, '', '', '', ?2, '', '', now(), 'OPEN')",
                    Map.of("1", new UUID(0, 21), "2", setAside.toString()));
            Instant now = Instant.now();
            prune(own, now.plus(Duration.ofDays(89)));
            assertThat(of(own, came, setAside, never))
                    .extracting(row -> row[0])
                    .containsExactlyInAnyOrder(setAside, never);
            prune(own, now.plus(Duration.ofDays(91)));
            assertThat(of(own, came, setAside, never))
                    .extracting(row -> row[0])
                    .containsExactly(setAside);
            ScratchPostgres.run(
                    own, "update handoff_dead_letter set state = 'DISCARDED'", Map.of());
            prune(own, now.plus(Duration.ofDays(91)));
            assertThat(of(own, came, setAside, never)).isEmpty();
        }
    }

    private static void prune(Connection own, Instant now) throws Exception {
        ScratchPostgres.run(
                own, PostgresTakenBack.PRUNE, Map.of("1", now.atOffset(ZoneOffset.UTC)));
    }

    private static void add(Connection own, int message, String reason) throws Exception {
        add(own, CHANGE, message, reason);
    }

    private static void add(Connection own, UUID change, int message, String reason)
            throws Exception {
        ScratchPostgres.run(
                own,
                PostgresTakenBack.ADD,
                Map.of(
                        "1", new UUID[] {change},
                        "2", new UUID[] {new UUID(0, message)},
                        "3", new String[] {"clerk"},
                        "4", new String[] {reason}));
    }

    private static List<Object[]> of(Connection own, UUID... changes) throws Exception {
        return ScratchPostgres.run(own, PostgresTakenBack.OF, Map.of("1", changes));
    }
}
