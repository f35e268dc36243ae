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

/** Which charters are in force, and which drafts are looked at, on a real PostgreSQL. */
class PostgresChartersTest {
    private static final Instant NOON = Instant.parse("2026-01-05T12:00:00Z");
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
    void fourVersionsAreKnown() throws Exception {
        try (Connection own = postgres.connect()) {
            run(own, "truncate charter_in_force, directory_charter, open_draft", Map.of());
            for (String each : List.of("a1 a", "a2 a", "a3 a", "b1 b")) {
                run(
                        own,
                        "insert into directory_charter (hash, name, version, document) values (?1, ?2, '1', '{}')",
                        Map.of("1", each.split(" ", -1)[0], "2", each.split(" ", -1)[1]));
            }
            own.commit();
        }
    }

    @Test
    void theLastPublishedOfANameTakesThePlaceOfThoseBeforeItAndWhatComesLateDoesNot()
            throws Exception {
        try (Connection own = postgres.connect()) {
            assertThat(told(own, "a a1 1", "b b1 1")).isEmpty();
            assertThat(told(own, "a a2 3")).containsExactly("a1");
            assertThat(told(own, "a a3 2")).as("it was published before").isEmpty();
            assertThat(told(own, "a a2 3")).as("told again").isEmpty();
            assertThat(told(own, "c c1 4", "b a3 9"))
                    .as("its document did not fit, or is another's")
                    .isEmpty();
            assertThat(inForce(own)).containsExactly("a2", "b1");
            assertThat(told(own, "a a1 7", "a a3 8")).containsExactly("a2");
            assertThat(inForce(own)).containsExactly("a3", "b1");
        }
    }

    @Test
    void besideOneThatBeginsLaterThoseBeforeItStayUntilTheNextOne() throws Exception {
        try (Connection own = postgres.connect()) {
            assertThat(told(own, "a a1 1", "a a2 2 later")).as("told at once").isEmpty();
            assertThat(inForce(own)).containsExactly("a1", "a2");
            assertThat(told(own, "a a2 2 later", "a a1 1")).as("told again").isEmpty();
            assertThat(inForce(own)).containsExactly("a1", "a2");
            assertThat(told(own, "a a3 3")).containsExactlyInAnyOrder("a1", "a2");
            assertThat(told(own, "a a2 2 later")).as("it was published before").isEmpty();
            assertThat(inForce(own)).containsExactly("a3");
        }
    }

    @Test
    void ofWhichItIsNotKnownWhichIsTheLastAllAreInForceUntilTheNextOne() throws Exception {
        try (Connection own = postgres.connect()) {
            run(
                    own,
                    "insert into charter_in_force (hash, name, published_at) select hash, name, '-infinity' from directory_charter",
                    Map.of());
            assertThat(inForce(own)).containsExactly("a1", "a2", "a3", "b1");
            assertThat(told(own, "a a2 1")).containsExactlyInAnyOrder("a1", "a3");
            assertThat(inForce(own)).containsExactly("a2", "b1");
        }
    }

    @Test
    void aDraftIsLookedAtByOneAtATimeWhileItMayBeApproved() throws Exception {
        try (Connection own = postgres.connect();
                Connection other = postgres.connect()) {
            for (int n : List.of(1, 2)) {
                run(
                        own,
                        PostgresDrafts.ADD,
                        Map.of(
                                "1", new String[] {new UUID(0, n).toString()},
                                "2", new String[] {"ann\nW1"},
                                "3", new String[] {n == 1 ? "owner" : ""},
                                "4", new String[] {"true"},
                                "5", new String[] {NOON.plusSeconds(n * 60L).toString()}));
            }
            own.commit();
            assertThat(due(own, NOON)).hasSize(2);
            assertThat(due(other, NOON)).as("another replica looks").isEmpty();
            run(
                    own,
                    PostgresDrafts.LOOKED,
                    Map.of(
                            "1", new String[] {new UUID(0, 1).toString()},
                            "2", new String[] {"boss\nowner"},
                            "3", NOON.atOffset(ZoneOffset.UTC)));
            own.commit();
            assertThat(due(other, NOON.plusSeconds(5))).as("the first was looked at").hasSize(1);
            other.commit();
            assertThat(due(other, NOON.plusSeconds(30)))
                    .extracting(row -> row[2], row -> row[5])
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple(null, ""),
                            org.assertj.core.groups.Tuple.tuple("owner", "boss\nowner"));
            other.commit();
            assertThat(due(other, NOON.plusSeconds(90))).as("the time of one is over").hasSize(1);
            other.commit();
            run(own, PostgresDrafts.END, Map.of("1", new UUID[] {new UUID(0, 2)}));
            own.commit();
            assertThat(due(own, NOON.plusSeconds(90))).isEmpty();
            assertThat(due(own, NOON.plusSeconds(180))).isEmpty();
            assertThat(run(own, "select 1 from open_draft", Map.of()))
                    .as("forgotten with its time")
                    .isEmpty();
        }
    }

    @Test
    void ofADraftWhoseEndCameBeforeItNobodyIsTold() throws Exception {
        try (Connection own = postgres.connect()) {
            UUID draft = new UUID(0, 1);
            run(own, PostgresDrafts.END, Map.of("1", new UUID[] {draft}));
            run(
                    own,
                    PostgresDrafts.ADD,
                    Map.of(
                            "1", new String[] {draft.toString()},
                            "2", new String[] {"ann\nW1"},
                            "3", new String[] {"owner"},
                            "4", new String[] {"true"},
                            "5", new String[] {NOON.plusSeconds(60).toString()}));
            assertThat(due(own, NOON)).isEmpty();
            assertThat(due(own, Instant.now().plus(Duration.ofDays(400)))).isEmpty();
            assertThat(run(own, "select 1 from open_draft", Map.of())).isEmpty();
        }
    }

    private static List<Object[]> due(Connection own, Instant now) throws SQLException {
        return run(
                own,
                PostgresDrafts.DUE,
                Map.of(
                        "1", now.minusSeconds(10).atOffset(ZoneOffset.UTC),
                        "2", now.atOffset(ZoneOffset.UTC),
                        "3", 50L));
    }

    /**
     * Each a name, a hash, the second at which it was published, and {@code later} if it begins
     * later; those whose place is taken.
     */
    private static List<String> told(Connection own, String... published) throws SQLException {
        String[][] columns = new String[4][published.length];
        for (int n = 0; n < published.length; n++) {
            String[] parts = published[n].split(" ", -1);
            columns[0][n] = parts[0];
            columns[1][n] = parts[1];
            columns[2][n] = NOON.plusSeconds(Long.parseLong(parts[2])).toString();
            columns[3][n] = String.valueOf(parts.length > 3);
        }
        return run(
                        own,
                        PostgresCharters.SUCCEED,
                        Map.of("1", columns[0], "2", columns[1], "3", columns[2], "4", columns[3]))
                .stream()
                .map(row -> (String) row[0])
                .toList();
    }

    private static List<String> inForce(Connection own) throws SQLException {
        return run(own, "select hash from charter_in_force order by hash", Map.of()).stream()
                .map(row -> (String) row[0])
                .toList();
    }

    private static List<Object[]> run(Connection own, String sql, Map<String, Object> values)
            throws SQLException {
        return ScratchPostgres.run(own, sql, values);
    }
}
