package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.domain.Concern;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Directory;
import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is found behind what is asked, and what is said of groups, on a real PostgreSQL. */
class PostgresPeopleTest {
    private static final String PEOPLE = "keycloak:acme";
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
    void annHasAccountsInThreeSystemsAndBobHasOne() throws Exception {
        try (Connection own = postgres.connect()) {
            run(own, "truncate directory_account", Map.of());
            observe(own, PEOPLE, "ann", "W-ann", false, "/sales");
            observe(own, "scim:x", "a1", "W-ann", false, "/payments");
            observe(own, "scim:y", "a2", "W-ann", true, "/gone");
            observe(own, "scim:x", "b1", "W-bob", false, "/payments");
            observe(own, PEOPLE, "bob", "W-bob", false, "/sales");
            own.commit();
        }
    }

    @Test
    void aPersonsAccountsAreFoundInEverySystemAndAWorkersInThePeoplesOnly() throws Exception {
        try (Connection own = postgres.connect()) {
            assertThat(find(own, wanted(List.of(), List.of("W-ann"))))
                    .containsExactly(PEOPLE + " ann", "scim:x a1");
            assertThat(find(own, wanted(List.of("W-ann"), List.of())))
                    .containsExactly(PEOPLE + " ann");
            assertThat(find(own, wanted(List.of("W-bob"), List.of("W-ann"))))
                    .as("each once")
                    .containsExactly(PEOPLE + " ann", PEOPLE + " bob", "scim:x a1");
            assertThat(find(own, wanted(List.of(), List.of("W-nobody")))).isEmpty();
        }
    }

    @Test
    void whoIsFoundByAGroupIsKnownByTheirAccountToo() {
        var ann = account(PEOPLE, "ann");
        var other = account("scim:x", "a1");
        Concern sales = Concern.group("/sales");
        assertThat(PostgresPeople.behind(PEOPLE, Set.of(sales), List.of(ann, other)))
                .isEqualTo(Map.of(sales, List.of(ann), Concern.account("ann"), List.of(ann)));
    }

    private static Account account(String system, String id) {
        return new Account(
                system,
                id,
                true,
                Optional.of("W-ann"),
                Optional.empty(),
                List.of(new Account.Group("g", "/sales")),
                List.of(),
                "",
                NOW);
    }

    @Test
    void whatASourceSaysLastOfItsGroupsIsKept() throws Exception {
        try (Connection own = postgres.connect()) {
            assertThat(put(own, "{\"/a\":[\"r1\"]}", NOW)).containsExactly(PEOPLE);
            assertThat(put(own, "{\"/a\":[\"r1\"]}", NOW.plusSeconds(10))).as("the same").isEmpty();
            assertThat(put(own, "{\"/a\":[\"r2\"]}", NOW.plusSeconds(15))).containsExactly(PEOPLE);
            assertThat(put(own, "{}", NOW.plusSeconds(1))).as("said before").isEmpty();
            assertThat(run(own, PostgresEntitlements.ALL, Map.of()))
                    .extracting(row -> row[1])
                    .containsExactly("{\"/a\":[\"r2\"]}");
        }
    }

    private static List<Object> put(Connection own, String gives, Instant at) throws SQLException {
        return run(
                        own,
                        PostgresEntitlements.PUT,
                        Map.of(
                                "1",
                                new String[] {PEOPLE},
                                "2",
                                new String[] {gives},
                                "3",
                                new String[] {at.toString()}))
                .stream()
                .map(row -> row[0])
                .toList();
    }

    private static Directory.Wanted wanted(List<String> workers, List<String> people) {
        return new Directory.Wanted(List.of(), workers, List.of(), List.of(), List.of(), people);
    }

    private static List<String> find(Connection own, Directory.Wanted wanted) throws SQLException {
        Map<String, Object> values = new TreeMap<>();
        String sql = Directory.search(PEOPLE, wanted, values);
        return run(own, sql, values).stream().map(row -> row[0] + " " + row[1]).toList();
    }

    private static void observe(
            Connection own, String system, String id, String worker, boolean removed, String group)
            throws SQLException {
        run(
                own,
                "insert into directory_account values (?1, ?2, true, ?3, null, '{g}', ?4, '{}', '', ?5, ?6)",
                Map.of(
                        "1",
                        system,
                        "2",
                        id,
                        "3",
                        worker,
                        "4",
                        new String[] {group},
                        "5",
                        removed,
                        "6",
                        NOW.atOffset(ZoneOffset.UTC)));
    }

    private static List<Object[]> run(Connection own, String sql, Map<String, Object> values)
            throws SQLException {
        return ScratchPostgres.run(own, sql, values);
    }
}
