package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
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

    private static void add(Connection own, int message, String reason) throws Exception {
        ScratchPostgres.run(
                own,
                PostgresTakenBack.ADD,
                Map.of(
                        "1", new UUID[] {CHANGE},
                        "2", new UUID[] {new UUID(0, message)},
                        "3", new String[] {"clerk"},
                        "4", new String[] {reason}));
    }

    private static List<Object[]> of(Connection own, UUID... changes) throws Exception {
        return ScratchPostgres.run(own, PostgresTakenBack.OF, Map.of("1", changes));
    }
}
