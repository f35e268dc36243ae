package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.ScratchPostgres.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.application.Delegations.Kept;
import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The statements on a real PostgreSQL. */
class PostgresDelegationsTest {
    private static final Instant NOW = Instant.parse("2026-01-05T10:00:00Z");
    private static final UUID ONE = new UUID(1, 1);
    private static final UUID OTHER = new UUID(1, 2);

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
    void none() throws Exception {
        try (Connection own = postgres.connect()) {
            run(own, "truncate delegation", Map.of());
            own.commit();
        }
    }

    @Test
    void oneIsReadBackAsItWasMadeAndCountsFromItsBeginningToItsEnd() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, ONE, "ann", "ben", "leaver\nmover", NOW, NOW.plusSeconds(60));
            Kept kept = kept(run(own, PostgresDelegations.WITH_ID, Map.of("1", ONE)).getFirst());
            assertThat(kept.delegation().charters()).containsExactlyInAnyOrder("leaver", "mover");
            assertThat(kept.delegation().from()).isEqualTo("ann");
            assertThat(kept.delegation().to()).isEqualTo("ben");
            assertThat(kept.delegation().until()).isEqualTo(NOW.plusSeconds(60));
            assertThat(kept.reason()).isEqualTo("away");
            assertThat(kept.endedAt()).isEmpty();
            assertThat(from(own, NOW.minusSeconds(1), "ann")).isEmpty();
            assertThat(from(own, NOW, "cat", "ann")).containsExactly(ONE);
            assertThat(from(own, NOW.plusSeconds(59), "ann")).containsExactly(ONE);
            assertThat(from(own, NOW.plusSeconds(60), "ann")).isEmpty();
            assertThat(from(own, NOW, "ben")).as("a delegate delegates nothing").isEmpty();
        }
    }

    @Test
    void bothSeeTheirsTheLatestFirstAPageAtATime() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, ONE, "ann", "ben", "", NOW, NOW.plusSeconds(60));
            add(own, OTHER, "cat", "ann", "", NOW, NOW.plusSeconds(60));
            assertThat(of(own, "ann", PostgresDelegations.LATEST, 9)).containsExactly(OTHER, ONE);
            assertThat(of(own, "ann", PostgresDelegations.LATEST, 1)).containsExactly(OTHER);
            assertThat(of(own, "ann", OTHER, 1)).containsExactly(ONE);
            assertThat(of(own, "ann", ONE, 1)).isEmpty();
            assertThat(of(own, "ben", PostgresDelegations.LATEST, 9)).containsExactly(ONE);
        }
    }

    @Test
    void whatWasEndedCountsNoMoreAndItsFirstEndStays() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, ONE, "ann", "ben", "", NOW, NOW.plusSeconds(60));
            for (String by : List.of("ben", "ann")) {
                run(
                        own,
                        PostgresDelegations.END,
                        Map.of("1", ONE, "2", by, "3", time(NOW.plusSeconds(by.length()))));
            }
            assertThat(from(own, NOW, "ann")).isEmpty();
            assertThat(of(own, "ann", PostgresDelegations.LATEST, 9)).isEmpty();
            assertThat(run(own, "select ended_by from delegation", Map.of()).getFirst())
                    .containsExactly("ben");
            assertThat(turned(own, NOW.plus(Duration.ofDays(1)))).as("it was told").isEmpty();
        }
    }

    @Test
    void oneThatBeginsLaterIsNewsWhenItDoesAndWhenItEndsOnceEach() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, ONE, "ann", "ben", "", NOW.plusSeconds(10), NOW.plusSeconds(60));
            assertThat(turned(own, NOW)).isEmpty();
            assertThat(turned(own, NOW.plusSeconds(10))).containsExactly("ann");
            assertThat(turned(own, NOW.plusSeconds(10))).isEmpty();
            assertThat(turned(own, NOW.plusSeconds(60))).containsExactly("ann");
            assertThat(turned(own, NOW.plusSeconds(60))).isEmpty();
        }
    }

    @Test
    void whoDelegatedIsKeptAsTheyWereAndWhoWasNotKnownAsNobody() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, ONE, "ann", "ben", "", NOW, NOW.plusSeconds(60));
            assertThat(run(own, PostgresDelegations.WITH_ID, Map.of("1", ONE)))
                    .singleElement()
                    .satisfies(row -> {
                        assertThat(kept(row).delegation().fromWorker()).contains("W-ann");
                        assertThat(kept(row).delegation().toWorker()).isEmpty();
                    });
        }
    }

    @Test
    void ofTwoReplicasOneTellsOfIt() throws Exception {
        try (Connection first = postgres.connect();
                Connection second = postgres.connect()) {
            add(first, ONE, "ann", "ben", "", NOW, NOW.plusSeconds(60));
            first.commit();
            assertThat(turned(first, NOW.plusSeconds(60))).containsExactly("ann");
            assertThat(turned(second, NOW.plusSeconds(60))).isEmpty();
            first.commit();
            assertThat(turned(second, NOW.plusSeconds(60))).isEmpty();
        }
    }

    private static void add(
            Connection own,
            UUID id,
            String from,
            String to,
            String charters,
            Instant since,
            Instant until)
            throws SQLException {
        run(
                own,
                PostgresDelegations.ADD,
                Map.ofEntries(
                        Map.entry("1", id),
                        Map.entry("2", from),
                        Map.entry("3", to),
                        Map.entry("4", charters),
                        Map.entry("5", time(since)),
                        Map.entry("6", time(until)),
                        Map.entry("7", "away"),
                        Map.entry("8", from),
                        Map.entry("9", time(NOW)),
                        Map.entry("10", "W-" + from),
                        Map.entry("11", "")));
    }

    private static List<UUID> from(Connection own, Instant at, String... people)
            throws SQLException {
        return ids(run(own, PostgresDelegations.FROM, Map.of("1", people, "2", time(at))));
    }

    private static List<UUID> of(Connection own, String person, UUID after, long most)
            throws SQLException {
        return ids(
                run(
                        own,
                        PostgresDelegations.OF,
                        Map.of("1", person, "2", time(NOW), "3", after, "4", most)));
    }

    private static List<String> turned(Connection own, Instant at) throws SQLException {
        return run(own, PostgresDelegations.TURNED, Map.of("1", time(at))).stream()
                .map(row -> (String) row[0])
                .toList();
    }

    private static List<UUID> ids(List<Object[]> rows) {
        return rows.stream().map(row -> kept(row).delegation().id()).toList();
    }

    /** JDBC gives times in a class of its own. */
    private static Kept kept(Object[] row) {
        return PostgresDelegations.kept(
                Arrays.stream(row)
                        .map(each -> each instanceof Timestamp time ? time.toInstant() : each)
                        .toArray());
    }

    private static Object time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
