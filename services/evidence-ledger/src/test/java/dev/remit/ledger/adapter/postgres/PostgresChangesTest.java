package dev.remit.ledger.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PostgresChangesTest {
    private static final UUID FIRST = new UUID(0, 1);
    private static final UUID SECOND = new UUID(0, 2);
    private static final UUID OPEN = new UUID(0, 3);
    private static final UUID ENDED = new UUID(0, 4);

    @Test
    void aPopulationAndASearchRestrictByEachOfTheirParts() throws Exception {
        try (ScratchPostgres postgres =
                        new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                Connection own = postgres.connect()) {
            ScratchPostgres.run(
                    own,
                    """
                    insert into change (change_id, charter, charter_hash, subject, account, state, holder, since,
                      last, sequence, missing, refused, outcome, opened, closing_leaf, actors)
                    values
                      ('%s', 'leavers', 'h', 'E1', 'a1', 's', '', now(), 'l', 7, '', '', 'COMPLETED', 1, 10, 'ann,bob'),
                      ('%s', 'movers', 'h', 'E2', null, 's', '', now(), 'l', 7, '', '', 'REFUSED', 2, 20, 'bob'),
                      ('%s', 'leavers', 'h', 'E1', 'a1', 's', 'x', now(), 'l', 2, '', '', null, 3, null, 'bob,cid'),
                      ('%s', 'leavers', 'h', 'E3', null, 's', '', now(), 'l', 7, '', '', 'COMPLETED', 4, null, 'cid,dan')\
                    """
                            .formatted(FIRST, SECOND, OPEN, ENDED),
                    Map.of());

            assertThat(closed(own, Map.of())).containsExactly(FIRST, SECOND);
            assertThat(closed(own, Map.of("charter", "movers"))).containsExactly(SECOND);
            assertThat(closed(own, Map.of("subject", "E1"))).containsExactly(FIRST);
            assertThat(closed(own, Map.of("account", "a1"))).containsExactly(FIRST);
            assertThat(closed(own, Map.of("outcome", "REFUSED"))).containsExactly(SECOND);
            assertThat(closed(own, Map.of("outcome", "REFUSED", "subject", "E1"))).isEmpty();

            assertThat(found(own, Map.of())).containsExactly(ENDED, OPEN, SECOND, FIRST);
            assertThat(found(own, Map.of("actors", "bob"))).containsExactly(OPEN, SECOND, FIRST);
            assertThat(found(own, Map.of("actors", "cid"))).containsExactly(ENDED, OPEN);
            assertThat(found(own, Map.of("actors", "bob,cid"))).containsExactly(OPEN);
            assertThat(found(own, Map.of("actors", "ann,bob"))).containsExactly(FIRST);
            assertThat(found(own, Map.of("actors", "ann", "subject", "E2"))).isEmpty();
            assertThat(found(own, Map.of("actors", "nobody"))).isEmpty();
            assertThat(found(own, Map.of("outcome", "OPEN"))).containsExactly(OPEN);

            // closed, then erased
            ScratchPostgres.run(
                    own, "update change set closing_leaf = 30 where opened = 4", Map.of());
            assertThat(found(own, Map.of("actors", "cid"))).containsExactly(ENDED, OPEN);
            ScratchPostgres.run(own, "update change set actors = '' where opened = 4", Map.of());
            assertThat(found(own, Map.of("actors", "cid"))).containsExactly(OPEN);
        }
    }

    @Test
    void eachIsFoundByItsKeyThoughPlansAreMadeWhileThereIsNothing() throws Exception {
        try (ScratchPostgres postgres =
                        new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                Connection own = postgres.connect()) {
            for (String sql :
                    List.of(
                            PostgresChanges.STORE,
                            PostgresWaits.STORE,
                            PostgresWaits.SETTLED,
                            PostgresEntries.KNOWN,
                            PostgresEntries.APPEND,
                            PostgresEntries.HANDOFFS,
                            PostgresEntries.OBSERVATIONS,
                            PostgresEntries.DEMOTIONS)) {
                assertThat(ScratchPostgres.endToEnd(own, sql)).as(sql).isEmpty();
            }
        }
    }

    @Test
    void whatGoesOnIsCountedByCharterAndParty() throws Exception {
        try (ScratchPostgres postgres =
                        new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                Connection own = postgres.connect()) {
            ScratchPostgres.run(
                    own,
                    """
                    insert into wait (change_id, sequence, party, charter, unit, people, asked, since, until)
                    select gen_random_uuid(), n, case n % 4 when 0 then 'PERSON' when 1 then 'SERVICE' else 'APPROVERS' end,
                      case when n <= 40 then 'leavers' else 'joiners' end, 'executor', '', 0,
                      now() + n * interval '1 second',
                      case when n % 8 = 2 then now() + interval '1 hour' end
                    from generate_series(1, 60) n\
                    """,
                    Map.of());

            assertThat(ScratchPostgres.run(own, PostgresWaits.WAITING, Map.of("charters", 1L)))
                    .as(
                            "10 services; 20 approvers, 5 of them done; what a person does is no one's wait")
                    .extracting(row -> row[0] + " " + row[1])
                    .containsExactly(
                            "leavers\nAPPROVERS 15",
                            "leavers\nexecutor 10",
                            "others\nAPPROVERS 7",
                            "others\nexecutor 5");
        }
    }

    @Test
    void whatWasLeftHalfDoneIsOwedUntilALaterChangeOfTheAccountIsDone() throws Exception {
        try (ScratchPostgres postgres =
                        new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                Connection own = postgres.connect()) {
            // 1, 2 and 6 of one account, 3 of another one, 4 opened later than what is done
            ScratchPostgres.run(
                    own,
                    """
                    insert into change (change_id, charter, charter_hash, subject, account, state, holder,
                      since, last, sequence, missing, refused, opened, actors)
                    select cast('00000000-0000-0000-0000-00000000000' || n as uuid), 'leavers', 'h', 'E1',
                      case n when 3 then 'a2' else 'a1' end, 's', '', now(), 'l', 7, '', '',
                      case n when 5 then 40 when 6 then 35 else n * 10 end, ''
                    from generate_series(1, 6) n\
                    """,
                    Map.of());
            ScratchPostgres.run(
                    own,
                    "update change set opened = 50 where cast(change_id as text) like '%4'",
                    Map.of());
            ScratchPostgres.run(
                    own,
                    """
                    insert into wait (change_id, sequence, party, charter, unit, people, asked, since)
                    select change_id, 7, case when cast(change_id as text) like '%2' then 'SERVICE' else 'OWING' end,
                      'leavers', '', '', 0,
                      case when cast(change_id as text) like '%6' then now() + interval '1 second' else now() end
                    from change\
                    """,
                    Map.of());
            UUID done = UUID.fromString("00000000-0000-0000-0000-000000000005");

            ScratchPostgres.run(own, PostgresWaits.SETTLED, Map.of("changes", new UUID[] {done}));

            assertThat(
                            ScratchPostgres.run(
                                    own,
                                    "select right(cast(change_id as text), 1) from wait where until is not null",
                                    Map.of()))
                    .as(
                            "not a service's, another account's, a later change's, its own, what was left when it was done")
                    .extracting(row -> row[0])
                    .containsExactly("1");
        }
    }

    @Test
    void whoHadAPartIsFoundByTheIndexesAlone() throws Exception {
        try (ScratchPostgres postgres =
                        new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                Connection own = postgres.connect()) {
            ScratchPostgres.run(
                    own,
                    """
                    insert into change (change_id, charter, charter_hash, subject, state, holder, since,
                      last, sequence, missing, refused, outcome, opened, closing_leaf, actors)
                    select gen_random_uuid(), 'leavers', 'h', 'E' || n, 's', '', now(), 'l', 7, '', '',
                      case when n % 50 > 0 then 'COMPLETED' end, n, case when n % 50 > 0 then n + 1 end, 'person' || n % 3000
                    from generate_series(1, 30000) n\
                    """,
                    Map.of());
            ScratchPostgres.run(own, "analyze change", Map.of());
            Map<String, Object> parameters = parameters(Map.of("actors", "person17"));
            parameters.put("before", Long.MAX_VALUE);
            assertThat(ids(own, "explain " + PostgresChanges.SEARCH, parameters))
                    .map(String::valueOf)
                    .anyMatch(line -> line.contains("Index Scan on change_actors"))
                    .anyMatch(line -> line.contains("Index Scan on change_open"))
                    .noneMatch(line -> line.contains("Seq Scan"));
            assertThat(ids(own, PostgresChanges.SEARCH, parameters)).hasSize(10);
        }
    }

    @Test
    void onlyOpenChangesAreOverdueOfWhichThatWasNotSaid() throws Exception {
        try (ScratchPostgres postgres =
                        new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                Connection own = postgres.connect()) {
            ScratchPostgres.run(
                    own,
                    """
                    insert into change (change_id, charter, charter_hash, subject, account, state, holder, since,
                      last, sequence, missing, refused, outcome, opened, actors, due, overdue)
                    select cast('00000000-0000-0000-0000-00000000000' || n as uuid), 'leavers', 'h', 'E1', null, 's', 'x', now(),
                      'l', 2, '', '', outcome, n, '', cast(due as timestamptz), cast(overdue as timestamptz)
                    from (values (1, null, '2026-01-02', null), (2, null, '2026-01-02', '2026-01-02'),
                      (3, null, '2026-01-02', '2026-01-01'), (4, null, '2026-01-03', null),
                      (5, null, null, null), (6, 'COMPLETED', '2026-01-02', null)) as row (n, outcome, due, overdue)\
                    """,
                    Map.of());
            assertThat(
                            ids(
                                    own,
                                    PostgresChanges.OVERDUE,
                                    Map.of("before", "2026-01-03", "most", 10L)))
                    .containsExactlyInAnyOrder(FIRST, OPEN);
        }
    }

    private static List<Object> closed(Connection own, Map<String, Object> parts)
            throws SQLException {
        Map<String, Object> parameters = parameters(parts);
        parameters.put("first", 0L);
        parameters.put("last", 100L);
        return ids(own, PostgresChanges.CLOSED_BETWEEN, parameters);
    }

    private static List<Object> found(Connection own, Map<String, Object> parts)
            throws SQLException {
        Map<String, Object> parameters = parameters(parts);
        parameters.put("before", Long.MAX_VALUE);
        return ids(own, PostgresChanges.SEARCH, parameters);
    }

    private static Map<String, Object> parameters(Map<String, Object> parts) {
        Map<String, Object> parameters = new HashMap<>();
        for (String each : List.of("charter", "subject", "account", "actors", "outcome")) {
            parameters.put(each, parts.getOrDefault(each, ""));
        }
        parameters.put("most", 10L);
        return parameters;
    }

    private static List<Object> ids(Connection own, String sql, Map<String, Object> parameters)
            throws SQLException {
        return ScratchPostgres.run(own, sql, parameters).stream().map(row -> row[0]).toList();
    }
}
