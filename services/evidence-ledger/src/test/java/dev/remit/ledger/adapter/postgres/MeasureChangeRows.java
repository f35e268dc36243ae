package dev.remit.ledger.adapter.postgres;

import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * By hand: what the row of a change costs over its life, in write-ahead log, with the indexes as
 * they are and as earlier migrations left them.
 */
public final class MeasureChangeRows {
    private static final int CHANGES = 2_000;
    private static final int BATCH = 100;

    /** The indexes as a migration left them, from those of the one after it. */
    private static final Map<String, String> UNDO =
            Map.of(
                    "V52",
                    """
                    drop index change_actors; alter table change drop column closed_actors;
                    create index change_actors on change using gin (string_to_array(actors, ','));
                    drop index change_open; create index change_open on change (opened) where outcome is null;\
                    """,
                    "V51",
                    """
                    create index change_unproved on change (change_id) where unproved;
                    create index change_unproved_charter on change (charter_hash) where unproved;
                    drop index change_account; create index change_account on change (account);
                    drop index change_closing; create index change_closing on change (closing_leaf);\
                    """);

    private static final List<List<String>> INDEXES =
            List.of(List.of("V52", "V51"), List.of("V52"), List.of());

    /** How a change stands after each of its messages. */
    private record Stand(
            String account, String holder, String actors, String outcome, long closing) {}

    private static final List<Stand> LIFE =
            List.of(
                    new Stand("", "data-readiness", "clerk,owner", "", -1),
                    new Stand("a", "approval-routing", "clerk,owner", "", -1),
                    new Stand("a", "approvers of stage manager", "clerk,owner", "", -1),
                    new Stand("a", "approval-routing", "boss,clerk,owner", "", -1),
                    new Stand("a", "executor", "boss,clerk,owner", "", -1),
                    new Stand("a", "evidence-ledger", "boss,clerk,executor,owner", "", -1),
                    new Stand("a", "", "boss,clerk,executor,owner", "COMPLETED", -1),
                    new Stand("a", "", "boss,clerk,executor,owner", "COMPLETED", 1));

    private MeasureChangeRows() {}

    public static void main(String[] arguments) throws Exception {
        for (int run = 0; run < 2 * INDEXES.size(); run++) {
            List<String> undone = INDEXES.get(run % INDEXES.size());
            try (ScratchPostgres postgres =
                            new ScratchPostgres("db/handoff", "db/directory", "db/migration");
                    Connection own = postgres.connect()) {
                for (String each : undone) {
                    try (var statement = own.createStatement()) {
                        statement.execute(UNDO.getOrDefault(each, ""));
                    }
                }
                ScratchPostgres.run(
                        own, "alter table change set (autovacuum_enabled = off)", Map.of());
                own.commit();
                own.setAutoCommit(true);
                ScratchPostgres.run(own, "checkpoint", Map.of());
                Object from = one(own, "select pg_current_wal_insert_lsn()::text");
                JdbcSql sql = new JdbcSql(() -> own, _ -> {});
                for (int step = 0; step < LIFE.size(); step++) {
                    for (int first = 0; first < CHANGES; first += BATCH) {
                        store(sql, step, first);
                    }
                }
                System.out.printf(
                        "%s: %s bytes of WAL a change, %s of %s updates HOT, indexes %s%n",
                        undone.isEmpty() ? "as they are" : undone.getLast(),
                        one(
                                own,
                                "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '%s'::pg_lsn)::bigint / %d"
                                        .formatted(from, CHANGES)),
                        one(
                                own,
                                "select pg_stat_get_xact_tuples_hot_updated('change'::regclass) + pg_stat_get_tuples_hot_updated('change'::regclass)"),
                        one(own, "select pg_stat_get_tuples_updated('change'::regclass)"),
                        one(own, "select pg_indexes_size('change')"));
            }
        }
    }

    private static Object one(Connection own, String sql) throws Exception {
        try (var statement = own.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getObject(1);
        }
    }

    private static void store(JdbcSql sql, int step, int first) {
        Stand stand = LIFE.get(step);
        Map<String, Object> columns = new HashMap<>();
        columns.put("erased", "content erased");
        columns.put(
                "changes",
                ids(first, n -> UUID.nameUUIDFromBytes(new byte[] {(byte) n, (byte) (n >> 8)})));
        columns.put("charters", texts(first, _ -> "leavers"));
        columns.put(
                "hashes",
                texts(
                        first,
                        _ -> "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
        columns.put("subjects", texts(first, n -> "hr:E" + n));
        columns.put(
                "accounts",
                texts(first, n -> stand.account().isEmpty() ? "" : new UUID(7, n).toString()));
        columns.put("states", texts(first, _ -> "waits for " + stand.holder()));
        columns.put("holders", texts(first, _ -> stand.holder()));
        columns.put("sinces", texts(first, _ -> "2026-01-02T03:04:05Z"));
        columns.put("lasts", texts(first, _ -> "ApprovalRequested"));
        columns.put("sequences", numbers(first, _ -> step + 1));
        columns.put(
                "missing",
                texts(
                        first,
                        _ ->
                                stand.outcome().isEmpty()
                                        ? "read-back.matches,activity.corroborated"
                                        : ""));
        columns.put("refused", texts(first, _ -> ""));
        columns.put("outcomes", texts(first, _ -> stand.outcome()));
        columns.put("opened", longs(first, n -> n * 8L));
        columns.put("closing", longs(first, n -> stand.closing() < 0 ? -1 : n * 8L + 7));
        columns.put("revisions", ids(first, _ -> new UUID(step, first)));
        columns.put("actors", texts(first, _ -> stand.actors()));
        columns.put(
                "dues", texts(first, _ -> stand.outcome().isEmpty() ? "2026-01-02T04:04:05Z" : ""));
        columns.put("overdues", texts(first, _ -> ""));
        sql.update(PostgresChanges.STORE, columns).await().indefinitely();
    }

    private static String[] texts(int first, IntFunction<String> column) {
        return IntStream.range(first, first + BATCH).mapToObj(column).toArray(String[]::new);
    }

    private static UUID[] ids(int first, IntFunction<UUID> column) {
        return IntStream.range(first, first + BATCH).mapToObj(column).toArray(UUID[]::new);
    }

    private static Integer[] numbers(int first, IntFunction<Integer> column) {
        return IntStream.range(first, first + BATCH).mapToObj(column).toArray(Integer[]::new);
    }

    private static Long[] longs(int first, IntFunction<Long> column) {
        return IntStream.range(first, first + BATCH).mapToObj(column).toArray(Long[]::new);
    }
}
