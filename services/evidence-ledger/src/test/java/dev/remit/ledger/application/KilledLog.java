package dev.remit.ledger.application;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Polled;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.adapter.files.KilledFolder;
import dev.remit.ledger.adapter.http.HttpWitnesses;
import dev.remit.ledger.adapter.postgres.JdbcSql;
import dev.remit.ledger.adapter.postgres.PostgresCheckpoints;
import dev.remit.ledger.adapter.postgres.PostgresEntries;
import dev.remit.ledger.adapter.postgres.PostgresOffsets;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.ShardPeriod;
import dev.remit.ledger.log.TrustPolicy;
import dev.remit.ledger.witness.AddCheckpoint;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * The log's writer alone, made to be killed: the ledger's own code for entries, manifests of
 * offsets, tiles, checkpoints and witnesses, on a real PostgreSQL, real files and real witnesses,
 * without Quarkus and Kafka, so that it starts in a fraction of a second. Messages are made from
 * their number; where to go on is kept as Kafka keeps it, after the commit and apart from it.
 * {@code LedgerKills} in deploy starts, kills and checks it.
 *
 * <p>Arguments: {@code migrate|run|warm|turns}, JDBC URL, the ledger's directory, the folder with
 * log.key and log.policy, seed, the step to die before (0: none), how many messages there are (it
 * ends when all are public), a fault planted to show that the check sees it ({@code none}, {@code
 * twice}, {@code lost}), and when the log began, milliseconds since 1970, for one that is kept by
 * months of a second each (0: by no periods). PGPASSWORD holds the password. Exit 0: done; 3:
 * refuses to start; 137: died.
 */
public final class KilledLog {
    private static final int KILLED = 137;
    private static final int REFUSES = 3;
    private static final int PARTITIONS = 3;
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final String TOPIC = "remit.identity.observed.v1";

    private final String url;
    private final Random random;
    private final int dieBefore;
    private final long until;
    private final String planted;
    private final AtomicInteger steps = new AtomicInteger();
    private final ThreadLocal<Connection> connection = ThreadLocal.withInitial(this::connect);
    private final JdbcSql sql = new JdbcSql(connection::get, this::step);
    private final Log log;
    private final PostgresEntries entries;
    private final PostgresCheckpoints checkpoints;
    private final AccountOffsets offsets;
    private final BeginShard begin;
    private final PublishLog publish;
    private final Clock clock;

    /** When this thread's transaction began. */
    private final ThreadLocal<Instant> began = ThreadLocal.withInitial(() -> Instant.EPOCH);

    private KilledLog(String[] arguments) throws IOException {
        this.url = arguments[1];
        Path directory = Path.of(arguments[2]);
        Path keys = Path.of(arguments[3]);
        this.random = new Random(Long.parseLong(arguments[4]));
        this.dieBefore = Integer.parseInt(arguments[5]);
        this.until = Long.parseLong(arguments[6]);
        this.planted = arguments[7];
        long start = Long.parseLong(arguments[8]);
        this.clock = start == 0 ? Clock.systemUTC() : new MonthEachSecond(start);
        this.log =
                new Log(
                        directory,
                        keys.resolve("log.key"),
                        Optional.of(keys.resolve("log.policy")),
                        Leaver::trusted);
        Handoffs handoffs = new Transactions();
        this.entries =
                new PostgresEntries(new ContentKeys(directory, Optional.empty()), sql) {
                    // in HQL there
                    @Override
                    public Uni<List<byte[]>> leaves(long from, long to) {
                        return sql.rows(
                                "select leaf from message where leaf_index >= :from and leaf_index < :to"
                                        + " order by leaf_index",
                                byte[].class,
                                Map.of("from", from, "to", to));
                    }
                };
        this.checkpoints =
                new PostgresCheckpoints(sql) {
                    // the database's clock does not run as fast
                    @Override
                    public Uni<Instant> time() {
                        return Uni.createFrom().item(began::get);
                    }
                };
        this.offsets = new AccountOffsets(handoffs, entries, new PostgresOffsets(sql));
        KilledFolder files = KilledFolder.of(directory, step -> step("file: " + step));
        AskWitnesses witnesses = new AskWitnesses(log, files, new Asked(new HttpWitnesses()));
        this.begin =
                new BeginShard(
                        log,
                        handoffs,
                        entries,
                        checkpoints,
                        files,
                        new RecordKeys(log, handoffs, entries, checkpoints),
                        clock,
                        start == 0 ? ShardPeriod.NONE : ShardPeriod.MONTH);
        this.publish =
                new PublishLog(
                        log,
                        handoffs,
                        entries,
                        offsets,
                        checkpoints,
                        files,
                        new Announced(),
                        witnesses,
                        new SettleCheckpoints(
                                log,
                                handoffs,
                                entries,
                                checkpoints,
                                files,
                                witnesses,
                                new NoTimestamps(),
                                clock),
                        begin);
    }

    /** Months of a second, from 2030 on. */
    private static final class MonthEachSecond extends Clock {
        private static final Instant FIRST = Instant.parse("2030-01-01T00:00:00Z");
        private final long began;

        MonthEachSecond(long began) {
            this.began = began;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return FIRST.plus(
                    Duration.ofMillis(System.currentTimeMillis() - began)
                            .multipliedBy(Duration.ofDays(31).toSeconds()));
        }
    }

    public static void main(String[] arguments) throws Exception {
        endWithInput();
        KilledLog killed = new KilledLog(arguments);
        switch (arguments[0]) {
            case "migrate" -> killed.migrate();
            case "run" -> killed.run();
            case "warm" -> {
                killed.run();
                System.exit(0);
            }
            case "turns" -> killed.turns();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        Runtime.getRuntime().halt(0);
    }

    /** Never outlives who started it. */
    private static void endWithInput() {
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        while (System.in.read() >= 0) {
                            // nothing is expected
                        }
                    } catch (IOException e) {
                        // a broken input has ended too
                    }
                    Runtime.getRuntime().halt(KILLED);
                });
    }

    /** One step of the protocol is about to be taken: here the process ends, if it is its turn. */
    private void step(String what) {
        if (steps.incrementAndGet() == dieBefore) {
            System.out.println("DIES before " + what);
            System.out.flush();
            Runtime.getRuntime().halt(KILLED);
        }
    }

    private Connection connect() {
        try {
            return DriverManager.getConnection(url, "remit", System.getenv("PGPASSWORD"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void migrate() throws SQLException {
        Flyway.configure()
                .dataSource(url, "remit", System.getenv("PGPASSWORD"))
                .locations("db/handoff", "db/migration")
                .load()
                .migrate();
        try (Statement statement = connection.get().createStatement()) {
            statement.execute(
                    "create table killed (id integer primary key, committed bigint not null);"
                            + " insert into killed values (1, 0);"
                            + " create table announced (size bigint not null, note text not null)");
        }
    }

    private void run() throws InterruptedException, SQLException {
        try {
            publish.agree().await().indefinitely();
        } catch (RolledBack e) {
            System.out.println("REFUSES " + e.getMessage());
            System.out.flush();
            Runtime.getRuntime().halt(REFUSES);
        }
        System.out.println("READY");
        System.out.flush();
        Thread appender = Thread.ofPlatform().daemon().start(this::append);
        long end = System.nanoTime() + LONGEST.toNanos();
        while (System.nanoTime() < end) {
            publish.publish(1)
                    .chain(begin::begin)
                    .chain(() -> publish.publish(1))
                    .chain(publish::settle)
                    .await()
                    .indefinitely();
            long size = entries.size().await().indefinitely();
            if (!appender.isAlive()
                    && checkpoints.ends().await().indefinitely().settledSize() == size
                    && number("select count(*) from offset_read where next > since") == 0) {
                System.out.println("DONE " + size);
                return;
            }
            Thread.sleep(random.nextInt(12));
        }
        throw new IllegalStateException("nobody killed this, and it does not come to its end");
    }

    /** Some of what was committed comes once more, as after a rebalance. */
    private void append() {
        try {
            Random own = new Random(random.nextLong());
            int back = planted.equals("twice") ? 30 : own.nextInt(60);
            long next = Math.max(0, number("select committed from killed") - back);
            while (next < until) {
                long to = Math.min(until, next + 1 + own.nextInt(30));
                if (planted.equals("lost") && next > until / 2) {
                    next = to;
                    to = Math.min(until, to + 1);
                }
                List<Received> batch = new ArrayList<>();
                for (long n = next; n < to; n++) {
                    batch.add(message(n));
                }
                take(batch);
                step("offsets are committed");
                try (PreparedStatement commit =
                        connection
                                .get()
                                .prepareStatement(
                                        "update killed set committed = greatest(committed, ?)")) {
                    commit.setLong(1, to);
                    commit.executeUpdate();
                }
                next = to;
                Thread.sleep(own.nextInt(4));
            }
        } catch (SQLException | InterruptedException | RuntimeException e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private Received message(long n) {
        Received made = new Leaver(Math.toIntExact(n)).activity();
        Envelope envelope = made.envelope();
        return new Received(
                planted.equals("twice")
                        ? new Envelope(
                                UUID.randomUUID(),
                                envelope.source(),
                                envelope.handoff(),
                                envelope.subject(),
                                envelope.time(),
                                envelope.dataschema(),
                                envelope.correlation(),
                                envelope.causation(),
                                envelope.sequence(),
                                envelope.prev())
                        : envelope,
                made.message(),
                made.payload(),
                made.seal(),
                made.hash(),
                TOPIC,
                (int) (n % PARTITIONS),
                n / PARTITIONS);
    }

    /** One transaction, as the loop's: what was not seen is logged, all of it is accounted for. */
    private void take(List<Received> batch) {
        new Transactions()
                .transact(
                        List.of(),
                        outbox ->
                                unseen(batch)
                                        .chain(fresh ->
                                                fresh.isEmpty()
                                                        ? Uni.createFrom().item(0L)
                                                        : entries.append(
                                                                log.entries(fresh), outbox.now()))
                                        .chain(() ->
                                                offsets.polled(
                                                        batch.stream()
                                                                .map(KilledLog::polled)
                                                                .toList())))
                .await()
                .indefinitely();
    }

    private static Polled polled(Received each) {
        return new Polled(
                each.topic(), each.partition(), each.offset(), Hash.sha256(each.payload()));
    }

    private Uni<List<Received>> unseen(List<Received> batch) {
        return sql.rows(
                        "insert into handoff_inbox (id, hash)"
                                + " select id, decode(hash, 'base64')"
                                + " from unnest(cast(:ids as uuid[]), cast(:hashes as text[])) as seen (id, hash)"
                                + " order by id on conflict do nothing returning id",
                        UUID.class,
                        Map.of(
                                "ids",
                                batch.stream()
                                        .map(each -> each.envelope().id())
                                        .toArray(UUID[]::new),
                                "hashes",
                                batch.stream()
                                        .map(each -> each.hash().toString())
                                        .toArray(String[]::new)))
                .map(ids -> {
                    Set<UUID> fresh = new HashSet<>(ids);
                    return batch.stream()
                            .filter(each -> fresh.contains(each.envelope().id()))
                            .toList();
                });
    }

    /**
     * More busy partitions than a manifest names, a record each in every round: prints how many
     * were named after three rounds.
     */
    private void turns() throws SQLException {
        int partitions = 250;
        for (int round = 0; round < 3; round++) {
            int offset = round;
            List<Polled> polled = new ArrayList<>();
            for (int n = 0; n < partitions; n++) {
                polled.add(new Polled(TOPIC, n, offset, Hash.sha256(new byte[] {1})));
            }
            new Transactions()
                    .transact(List.of(), _ -> offsets.polled(polled))
                    .await()
                    .indefinitely();
            offsets.log().await().indefinitely();
        }
        System.out.println("NAMED " + number("select count(*) from offset_read where since > 0"));
        System.out.flush();
    }

    private long number(String query) throws SQLException {
        try (Statement statement = connection.get().createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** A transaction in the caller's thread. */
    private final class Transactions implements Handoffs {
        @Override
        public <T> Uni<T> transact(Collection<UUID> changes, Function<Outbox, Uni<T>> work) {
            return Uni.createFrom()
                    .item(() -> {
                        Connection own = connection.get();
                        try {
                            own.setAutoCommit(false);
                            began.set(clock.instant());
                            T result = work.apply(new Made(began.get())).await().indefinitely();
                            step("commit");
                            own.commit();
                            own.setAutoCommit(true);
                            step("what follows the commit");
                            return result;
                        } catch (SQLException e) {
                            // the process ends by it, and with it the transaction
                            throw new IllegalStateException(e);
                        }
                    });
        }
    }

    /** Times and ids; nothing is sealed here. */
    private record Made(Instant at) implements Outbox {
        @Override
        public Instant now() {
            return at.truncatedTo(ChronoUnit.MICROS);
        }

        @Override
        public void write(Uni<Void> statements) {
            statements.await().indefinitely();
        }

        @Override
        public void whenEnded(Consumer<Boolean> told) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UUID newId() {
            return UUID.randomUUID();
        }

        @Override
        public Uni<Void> lock(Collection<UUID> changes) {
            return Uni.createFrom().voidItem();
        }

        @Override
        public UUID handOn(UUID change, SpecificRecord message, @Nullable UUID cause) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UUID publish(
                UUID id,
                String subject,
                SpecificRecord message,
                @Nullable UUID change,
                @Nullable UUID cause) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void deadLetter(
                String code,
                String reason,
                String origin,
                @Nullable String key,
                Map<String, byte[]> headers,
                byte[] payload) {
            throw new UnsupportedOperationException();
        }
    }

    /** What was signed, in the transaction that signs it. */
    private final class Announced implements Announcements {
        @Override
        public void signed(Checkpoint checkpoint, String note, Outbox outbox) {
            sql.update(
                            "insert into announced (size, note) values (:size, :note)",
                            Map.of("size", checkpoint.size(), "note", note))
                    .await()
                    .indefinitely();
        }

        @Override
        public void closed(Story story, Charter charter, Closure.Ended ended, Outbox outbox) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void refused(Story story, List<Closure.Missing> missing, Outbox outbox) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void overdue(Story story, Closure.Missing handoff, Outbox outbox) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void erased(UUID change, String by, String reason, Outbox outbox) {
            throw new UnsupportedOperationException();
        }
    }

    /** The witnesses over HTTP; the process may end before and after each is asked. */
    private final class Asked implements Witnesses {
        private final Witnesses real;

        Asked(Witnesses real) {
            this.real = real;
        }

        @Override
        public Answer ask(TrustPolicy.Member witness, AddCheckpoint request, Duration patience) {
            step("a witness is asked");
            Answer answer = real.ask(witness, request, patience);
            step("what follows a witness's answer");
            return answer;
        }

        @Override
        public Optional<String> last(TrustPolicy.Member witness, String origin, Duration patience) {
            return real.last(witness, origin, patience);
        }
    }

    private static final class NoTimestamps implements Timestamps {
        @Override
        public boolean areWanted() {
            return false;
        }

        @Override
        public List<X509Certificate> trusted() {
            return List.of();
        }

        @Override
        public byte[] over(byte[] content, Duration patience) {
            throw new UnsupportedOperationException();
        }
    }
}
