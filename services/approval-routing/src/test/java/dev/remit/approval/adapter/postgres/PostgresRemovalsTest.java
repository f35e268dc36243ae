package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.domain.About;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Effect;
import dev.remit.approval.domain.Entitlement;
import dev.remit.approval.domain.Holders;
import dev.remit.approval.domain.Known;
import dev.remit.approval.domain.LastHolders;
import dev.remit.approval.domain.Parties;
import dev.remit.approval.domain.Protections;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Removal;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.postgres.ScratchPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The statements on a real PostgreSQL, from connections beside each other. */
class PostgresRemovalsTest {
    private static final String SYSTEM = "keycloak:acme";
    private static final Entitlement ADMINS = new Entitlement(SYSTEM, "/admins");
    private static final Instant NOW = Instant.parse("2026-01-05T10:00:00Z");
    private static final UUID ONE = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);
    private static final Charter CHARTER =
            JsonCharter.read(
                    """
                    {"metadata":{"owner":"charter-owner"},"spec":{"approval":{"role":"approver",
                      "stages":[{"name":"s","resolver":"group","group":"/leads","quorum":1,"expiresAfter":"PT1H"}]},
                     "domain":{"protectedEntitlements":["/admins"]},
                     "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                    """);

    private static ScratchPostgres postgres;
    private static ExecutorService threads;

    @BeforeAll
    static void start() throws Exception {
        postgres = new ScratchPostgres("db/handoff", "db/directory", "db/migration");
        threads = Executors.newFixedThreadPool(2);
    }

    @AfterAll
    static void stop() throws Exception {
        threads.shutdownNow();
        postgres.close();
    }

    @BeforeEach
    void twoHolders() throws Exception {
        try (Connection own = postgres.connect()) {
            run(own, "truncate protected_removal, directory_account, directory_source", Map.of());
            own.commit();
            observe(own, "ann", true, "/admins");
            observe(own, "bob", true, "/admins");
            observe(own, "gone", false, "/admins");
        }
    }

    @Test
    void ofTwoThatComeAtTheSameTimeExactlyOneIsAuthorized() throws Exception {
        for (int n = 0; n < 25; n++) {
            twoHolders();
            CyclicBarrier together = new CyclicBarrier(2);
            Future<Boolean> first = threads.submit(() -> authorize(ONE, "ann", together));
            Future<Boolean> second = threads.submit(() -> authorize(OTHER, "bob", together));
            assertThat(List.of(first.get(20, TimeUnit.SECONDS), second.get(20, TimeUnit.SECONDS)))
                    .as("round %d", n)
                    .containsExactlyInAnyOrder(true, false);
        }
    }

    @Test
    void theSecondWaitsForTheFirstAndSeesItsRemoval() throws Exception {
        try (Connection first = postgres.connect()) {
            assertThat(violated(first, ONE, "ann")).isFalse();
            Future<Boolean> second = threads.submit(() -> authorize(OTHER, "bob", null));
            assertThat(waits(second)).isTrue();
            add(first, ONE, "ann");
            first.commit();
            assertThat(second.get(20, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    void whatDiesBeforeItsCommitHoldsUpNobody() throws Exception {
        Future<Boolean> second;
        try (Connection first = postgres.connect()) {
            assertThat(violated(first, ONE, "ann")).isFalse();
            add(first, ONE, "ann");
            second = threads.submit(() -> authorize(OTHER, "bob", null));
            assertThat(waits(second)).isTrue();
        }
        assertThat(second.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void twoThatLockTheSameInAnyOrderDoNotBlockEachOtherForEver() throws Exception {
        for (int n = 0; n < 25; n++) {
            CyclicBarrier together = new CyclicBarrier(2);
            Future<?> one = threads.submit(() -> lockAll(together, "/a", "/b", "/c", "/d"));
            Future<?> other = threads.submit(() -> lockAll(together, "/d", "/c", "/b", "/a"));
            one.get(20, TimeUnit.SECONDS);
            other.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatWasNotBegunIsForgottenOnceItsSystemWasReadTwice() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, ONE, "ann");
            report(own, List.of(ONE), List.of(), List.of());
            assertThat(leaving(own)).containsOnlyKeys("ann");
            read(own, NOW.plusSeconds(5));
            assertThat(over(own)).isEmpty();
            read(own, NOW.plus(Duration.ofMinutes(11)));
            assertThat(over(own)).containsExactly(ADMINS.path());
            assertThat(leaving(own)).isEmpty();
        }
    }

    @Test
    void whatWasExecutedCountsUntilItIsObserved() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, ONE, "ann");
            observe(own, "ann", false, "/admins");
            assertThat(over(own)).as("it is not over").isEmpty();
            observe(own, "ann", true, "/admins");
            report(own, List.of(), List.of(ONE), List.of());
            assertThat(over(own)).as("it is not observed").isEmpty();
            assertThat(leaving(own)).containsOnlyKeys("ann");
            read(own, NOW.plus(Duration.ofHours(1)));
            over(own);
            read(own, NOW.plus(Duration.ofHours(2)));
            assertThat(over(own)).as("its system was read twice, it was not observed").isEmpty();
            observe(own, "ann", true);
            assertThat(over(own)).containsExactly(ADMINS.path());
            assertThat(leaving(own)).isEmpty();
        }
    }

    @Test
    void whatIsHeldWellAfterwardsIsHeldAnew() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, ONE, "ann");
            report(own, List.of(), List.of(ONE), List.of());
            observeAt(own, NOW.plus(Duration.ofMinutes(9)), "ann", true, "/admins");
            assertThat(over(own)).as("it may have been read before").isEmpty();
            observeAt(own, NOW.plus(Duration.ofMinutes(11)), "ann", true, "/admins");
            assertThat(over(own)).containsExactly(ADMINS.path());
        }
    }

    @Test
    void whatWasNotHeldWhenItWasAuthorizedIsNotForgottenForThat() throws Exception {
        try (Connection own = postgres.connect()) {
            observeAt(own, NOW.minus(Duration.ofHours(1)), "ann", true);
            add(own, ONE, "ann");
            report(own, List.of(), List.of(ONE), List.of());
            assertThat(over(own)).as("what is known is from before").isEmpty();
            observe(own, "ann", false);
            assertThat(over(own)).containsExactly(ADMINS.path());
        }
    }

    @Test
    void whatFailedCountsUntilTheSystemWasReadFromThenOn() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, ONE, "ann");
            failed(own, ONE);
            read(own, NOW.minusSeconds(1));
            assertThat(over(own)).isEmpty();
            read(own, NOW.plusSeconds(5));
            assertThat(over(own)).as("it may have been read before").isEmpty();
            assertThat(over(own)).isEmpty();
            read(own, NOW.plusSeconds(10));
            assertThat(over(own)).as("what was read the first time may come later").isEmpty();
            read(own, NOW.plus(Duration.ofMinutes(11)));
            assertThat(over(own)).containsExactly(ADMINS.path());
        }
    }

    @Test
    void whatNobodyReportedIsOverAWhileAfterItsAuthorization() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, ONE, "ann");
            Instant end = NOW.plus(Duration.ofHours(1)).plus(Duration.ofMinutes(6));
            read(own, end.plusSeconds(5));
            run(own, PostgresRemovals.READ, Map.of("1", new String[] {SYSTEM}));
            read(own, end.plus(Duration.ofMinutes(11)));
            assertThat(over(own)).as("as long as it holds").isEmpty();
            assertThat(over(own, end.minusSeconds(1))).as("one attempt may still go on").isEmpty();
            assertThat(over(own, end)).containsExactly(ADMINS.path());
        }
    }

    /** A digital employee may have been demoted before its first call: then a person may have. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAPersonMayHaveDoneByHandIsNotForgottenWhenTheExecutorRefusesIt(boolean assisted)
            throws Exception {
        try (Connection own = postgres.connect()) {
            add(
                    own,
                    List.of(
                            new Removal(
                                    ONE,
                                    ADMINS,
                                    "ann",
                                    assisted,
                                    NOW,
                                    Optional.of(NOW.plusSeconds(9)))));
            report(own, List.of(ONE), List.of(), List.of());
            assertThat(leaving(own)).containsOnlyKeys("ann");
            assertThat(over(own)).isEmpty();
            observe(own, "ann", true);
            assertThat(over(own)).containsExactly(ADMINS.path());
        }
    }

    @Test
    void onlyWhatTheBatchIsAboutIsLookedAt() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, ONE, "ann");
            report(own, List.of(), List.of(ONE), List.of());
            observe(own, "ann", true);
            assertThat(over(own, NOW, List.of(OTHER), List.of("else"), "bob")).isEmpty();
            assertThat(over(own, NOW, List.of(), List.of(), "ann")).hasSize(1);
        }
    }

    @Test
    void twoReplicasThatSettleAtTheSameTimeDoNotWaitForEachOther() throws Exception {
        try (Connection own = postgres.connect();
                Connection other = postgres.connect()) {
            add(own, ONE, "ann");
            report(own, List.of(), List.of(ONE), List.of());
            own.commit();
            observe(own, "ann", true);
            assertThat(over(own)).hasSize(1);
            assertThat(over(other)).isEmpty();
        }
    }

    @Test
    void ofManyHoldersAsManyAreReadAsAreNeeded() throws Exception {
        try (Connection own = postgres.connect()) {
            for (int n = 0; n < 20; n++) {
                observe(own, "holder-" + n, true, "/admins");
            }
            add(own, ONE, "ann");
            Holders holders =
                    PostgresRemovals.holders(
                                    List.of(ADMINS), run(own, PostgresRemovals.HOLDERS, asked(2)))
                            .get(ADMINS);
            assertThat(holders.enabled()).hasSize(3).contains("ann");
            assertThat(holders.leaving()).containsOnlyKeys("ann");
        }
    }

    @Test
    void whatIsGivenForATimeIsOverWhenItHasEnded() throws Exception {
        try (Connection own = postgres.connect()) {
            add(own, List.of(new Removal(ONE, ADMINS, "ann", false, NOW, Optional.empty())));
            report(own, List.of(), List.of(ONE), List.of());
            observe(own, "ann", true);
            assertThat(over(own)).isEmpty();
            report(own, List.of(), List.of(), List.of(ONE));
            assertThat(over(own)).containsExactly(ADMINS.path());
        }
    }

    private static boolean waits(Future<Boolean> second) throws Exception {
        try {
            second.get(300, TimeUnit.MILLISECONDS);
            return false;
        } catch (TimeoutException e) {
            return true;
        }
    }

    /** What a transaction of the service does: locks, looks, decides, keeps, commits. */
    private static boolean authorize(UUID change, String account, CyclicBarrier together)
            throws Exception {
        try (Connection own = postgres.connect()) {
            if (together != null) {
                together.await(20, TimeUnit.SECONDS);
            }
            boolean authorized = !violated(own, change, account);
            if (authorized) {
                add(own, change, account);
            }
            own.commit();
            return authorized;
        }
    }

    private static boolean violated(Connection own, UUID change, String account)
            throws SQLException {
        run(
                own,
                PostgresRemovals.LOCK,
                Map.of("1", new String[] {SYSTEM}, "2", new String[] {ADMINS.path()}));
        Map<Entitlement, Holders> holders =
                PostgresRemovals.holders(
                        List.of(ADMINS), run(own, PostgresRemovals.HOLDERS, asked(2)));
        assertThat(holders.get(ADMINS).enabled()).containsExactlyInAnyOrder("ann", "bob");
        return !LastHolders.violations(ready(change, account), CHARTER, known(account, holders))
                .isEmpty();
    }

    private static void lockAll(CyclicBarrier together, String... paths) {
        try (Connection own = postgres.connect()) {
            String[] systems = new String[paths.length];
            Arrays.fill(systems, SYSTEM);
            together.await(20, TimeUnit.SECONDS);
            run(own, PostgresRemovals.LOCK, Map.of("1", systems, "2", paths));
            own.commit();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void add(Connection own, UUID change, String account) throws SQLException {
        add(
                own,
                LastHolders.removals(
                        ready(change, account),
                        CHARTER,
                        known(account, Map.of()),
                        NOW.plus(Duration.ofHours(1)),
                        false));
    }

    private static Map<String, Object> asked(long most) {
        return Map.of("1", new String[] {SYSTEM}, "2", new String[] {ADMINS.path()}, "3", most);
    }

    private static void add(Connection own, List<Removal> removals) throws SQLException {
        Map<String, Object> values = new HashMap<>();
        values.put("1", removals.stream().map(Removal::change).toArray(UUID[]::new));
        values.put("2", removals.stream().map(each -> SYSTEM).toArray(String[]::new));
        values.put(
                "3",
                removals.stream().map(each -> each.entitlement().path()).toArray(String[]::new));
        values.put("4", removals.stream().map(Removal::account).toArray(String[]::new));
        values.put("5", removals.stream().map(Removal::assisted).toArray(Boolean[]::new));
        values.put(
                "6", removals.stream().map(each -> each.since().toString()).toArray(String[]::new));
        values.put(
                "7",
                removals.stream()
                        .map(each -> each.until().map(Instant::toString).orElse(""))
                        .toArray(String[]::new));
        run(own, PostgresRemovals.ADD, values);
    }

    private static void report(
            Connection own, List<UUID> untouched, List<UUID> succeeded, List<UUID> ended)
            throws SQLException {
        report(own, untouched, succeeded, List.of(), ended);
    }

    private static void failed(Connection own, UUID change) throws SQLException {
        report(own, List.of(), List.of(), List.of(change), List.of());
    }

    private static void report(
            Connection own,
            List<UUID> untouched,
            List<UUID> succeeded,
            List<UUID> failed,
            List<UUID> ended)
            throws SQLException {
        run(
                own,
                PostgresRemovals.REPORTED,
                Map.of(
                        "1",
                        time(NOW),
                        "2",
                        untouched.toArray(UUID[]::new),
                        "3",
                        succeeded.toArray(UUID[]::new),
                        "4",
                        failed.toArray(UUID[]::new),
                        "5",
                        ended.toArray(UUID[]::new)));
    }

    private static List<String> over(Connection own) throws SQLException {
        return over(own, NOW);
    }

    private static List<String> over(Connection own, Instant now) throws SQLException {
        return over(own, now, List.of(), List.of(SYSTEM), "nobody");
    }

    private static List<String> over(
            Connection own, Instant now, List<UUID> changes, List<String> systems, String account)
            throws SQLException {
        run(own, PostgresRemovals.READ, Map.of("1", systems.toArray(String[]::new)));
        return paths(
                run(
                        own,
                        PostgresRemovals.OVER,
                        Map.of(
                                "1",
                                time(now),
                                "2",
                                changes.toArray(UUID[]::new),
                                "3",
                                systems.toArray(String[]::new),
                                "4",
                                new String[] {SYSTEM},
                                "5",
                                new String[] {account})));
    }

    private static Map<String, UUID> leaving(Connection own) throws SQLException {
        return PostgresRemovals.holders(
                        List.of(ADMINS), run(own, PostgresRemovals.HOLDERS, asked(2)))
                .get(ADMINS)
                .leaving();
    }

    private static List<String> paths(List<Object[]> rows) {
        List<String> paths = new ArrayList<>();
        rows.forEach(row -> paths.add((String) row[1]));
        return paths;
    }

    private static void observe(Connection own, String id, boolean enabled, String... groups)
            throws SQLException {
        observeAt(own, NOW, id, enabled, groups);
    }

    private static void observeAt(
            Connection own, Instant at, String id, boolean enabled, String... groups)
            throws SQLException {
        run(
                own,
                "insert into directory_account values (?1, ?2, ?3, null, null, '{}', ?4, '{}', '', false, ?5)"
                        + " on conflict (system, id) do update set enabled = excluded.enabled,"
                        + " group_paths = excluded.group_paths, observed_at = excluded.observed_at",
                Map.of("1", SYSTEM, "2", id, "3", enabled, "4", groups, "5", time(at)));
        own.commit();
    }

    private static void read(Connection own, Instant at) throws SQLException {
        run(
                own,
                "insert into directory_source values (?1, ?2)"
                        + " on conflict (system) do update set read_at = excluded.read_at",
                Map.of("1", SYSTEM, "2", time(at)));
    }

    private static Object time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    private static List<Object[]> run(Connection own, String sql, Map<String, Object> values)
            throws SQLException {
        return ScratchPostgres.run(own, sql, values);
    }

    private static Known known(String account, Map<Entitlement, Holders> holders) {
        return new Known(
                new Charter.Lookup.Found(CHARTER),
                Map.of(
                        Concern.target(SYSTEM, account),
                        List.of(
                                new Account(
                                        SYSTEM,
                                        account,
                                        true,
                                        Optional.empty(),
                                        Optional.empty(),
                                        List.of(new Account.Group("g", ADMINS.path())),
                                        List.of(),
                                        account,
                                        NOW))),
                Map.of(),
                Map.of(),
                Set.of(),
                NOW,
                NOW,
                Duration.ofDays(1),
                Optional.empty(),
                Optional.empty(),
                holders,
                Protections.NONE);
    }

    private static Ready ready(UUID change, String account) {
        return new Ready(
                change,
                new byte[0],
                new About("leaver", "offboard", SYSTEM, "left", "OWN", "hash"),
                "charter",
                "READY",
                Map.of(),
                Map.of(),
                new Parties("clerk", Optional.empty(), account, "E1"),
                Optional.empty(),
                Optional.empty(),
                new byte[0],
                "plan",
                new Effect(
                        Set.of(),
                        Set.of(ADMINS.path()),
                        Set.of(),
                        Set.of(),
                        true,
                        false,
                        false,
                        true));
    }
}
