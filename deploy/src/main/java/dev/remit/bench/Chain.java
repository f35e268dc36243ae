package dev.remit.bench;

import dev.remit.bench.Measure.Load;
import dev.remit.bench.Measure.Subject;
import dev.remit.handoff.Topic;
import dev.remit.stack.Home;
import dev.remit.stack.Stack;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A floor: as many hops as a change has handoffs, on the very broker and database that the mesh
 * uses. This process is the first hop and follows the last; every other hop is a JVM of its own.
 */
final class Chain implements AutoCloseable {
    /** As the stack makes the mesh's topics. */
    private static final int PARTITIONS = 4;

    private static final int BATCH = 500;

    /** How many changes may be on their way at saturation. */
    private static final int WINDOW = 6_000;

    private static final int MOST = 200_000;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    /** Where the changes of the present run arrive. */
    private static final class Arrivals {
        final long run;
        final long[] nanoTimes;
        final AtomicInteger count = new AtomicInteger();

        Arrivals(long run, int changes) {
            this.run = run;
            this.nanoTimes = new long[changes];
        }
    }

    private final Home home;
    private final Subject subject;
    private final int pass;
    private final List<String> topics = new ArrayList<>();
    private final List<ChildJvm> hops = new ArrayList<>();
    private final Map<String, Long> pids = new LinkedHashMap<>();
    private final Admin admin;
    private final String database;
    private @Nullable Hop first;
    private @Nullable Follower follower;
    private volatile Arrivals arrivals = new Arrivals(0, 1);
    private long runs;

    /**
     * @param infrastructure the pids of kafka and postgres
     */
    Chain(Home home, Subject subject, int pass, Map<String, Long> infrastructure)
            throws IOException {
        this.home = home;
        this.subject = subject;
        this.pass = pass;
        this.database = "bench_" + subject.code + pass;
        this.admin = Admin.create(Map.of("bootstrap.servers", servers()));
        pids.put("driver", ProcessHandle.current().pid());
        pids.put("kafka", infrastructure.getOrDefault("kafka", -1L));
        if (subject == Subject.DATABASE) {
            pids.put("postgres", infrastructure.getOrDefault("postgres", -1L));
        }
    }

    /** How many handoffs a change has from its proposal to its closure, by the catalogue. */
    static int hops() {
        return (int)
                Arrays.stream(Topic.values())
                        .filter(topic -> topic.key().equals("change id"))
                        .count();
    }

    /** Makes topics and tables, starts the hops, and sends one change through. */
    void open() throws IOException, InterruptedException, SQLException {
        for (int hop = 1; hop <= hops(); hop++) {
            topics.add("bench." + subject.code + pass + "." + hop);
        }
        try {
            admin.createTopics(
                            topics.stream()
                                    .map(topic ->
                                            new NewTopic(
                                                    topic,
                                                    Optional.of(PARTITIONS),
                                                    Optional.empty()))
                                    .toList())
                    .all()
                    .get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("cannot make the benchmark's topics: " + e.getMessage(), e);
        }
        String address = Hop.NO_DATABASE;
        if (subject == Subject.DATABASE) {
            statement("create database " + database);
            address = address(database);
        }
        for (int hop = 2; hop <= hops(); hop++) {
            ChildJvm jvm =
                    ChildJvm.start(
                            "hop " + hop,
                            Hop.class,
                            List.of(
                                    servers(),
                                    topics.get(hop - 2),
                                    topics.get(hop - 1),
                                    address,
                                    Stack.DATABASE_USER,
                                    String.valueOf(hop)),
                            home.secret("postgres"),
                            home.logs().resolve("bench-hop-" + hop + ".log"));
            hops.add(jvm);
            pids.put(jvm.name(), jvm.pid());
        }
        for (ChildJvm hop : hops) {
            hop.awaitReady();
        }
        follower = new Follower(servers(), List.of(topics.getLast()), this::arrived);
        first =
                new Hop(
                        servers(),
                        topics.getFirst(),
                        address,
                        Stack.DATABASE_USER,
                        home.secret("postgres"),
                        1);
        drive(Pace.SATURATION, 1);
    }

    /** Warms the JVMs up, each run twice as long, and gives changes per second of the last. */
    double warmUp(double seconds) throws IOException, InterruptedException, SQLException {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        double perSecond = 0;
        for (int changes = 1_000;
                changes <= 2_000 || System.nanoTime() < end;
                changes = Math.min(MOST, changes * 2)) {
            long start = System.nanoTime();
            drive(Pace.SATURATION, changes);
            perSecond = changes / ((System.nanoTime() - start) / 1e9);
        }
        return perSecond;
    }

    /** One run of about this many seconds. */
    Measure measure(Load load, Pace pace, double seconds)
            throws IOException, InterruptedException, SQLException {
        return measureChanges(load, pace, pace.changes(seconds, MOST));
    }

    /** One run of so many changes. */
    Measure measureChanges(Load load, Pace pace, int changes)
            throws IOException, InterruptedException, SQLException {
        Map<String, Long> bytes = bytes();
        Machine.Usage before = Machine.usage(pids);
        long start = drive(pace, changes);
        Machine.Usage usage = Machine.usage(pids).since(before);
        long[] latencies = new long[changes];
        long last = start;
        for (int index = 0; index < changes; index++) {
            latencies[index] = arrivals.nanoTimes[index] - start - pace.due(index);
            last = Math.max(last, arrivals.nanoTimes[index]);
        }
        Map<String, Long> grown = new LinkedHashMap<>();
        bytes().forEach((where, now) -> grown.put(where, now - bytes.getOrDefault(where, 0L)));
        return new Measure(
                subject,
                pass,
                load,
                pace.perSecond(),
                changes,
                changes,
                (last - start) / 1e9,
                load == Load.SATURATION ? null : Distribution.of(latencies, 0),
                null,
                usage,
                grown,
                Machine.memory(pids),
                Batches.NONE);
    }

    /** Sends the changes at the pace and waits for all of them; gives when it started. */
    private long drive(Pace pace, int changes)
            throws IOException, InterruptedException, SQLException {
        Hop driver = java.util.Objects.requireNonNull(first);
        Arrivals expected = new Arrivals(++runs, changes);
        arrivals = expected;
        int window = pace.equals(Pace.SATURATION) ? WINDOW : Integer.MAX_VALUE;
        long start = System.nanoTime();
        int sent = 0;
        while (sent < changes) {
            int batch =
                    Math.min(
                            Math.min(BATCH, window - (sent - expected.count.get())),
                            pace.dueBy(System.nanoTime() - start, changes) - sent);
            if (batch <= 0) {
                check();
                LockSupport.parkNanos(100_000);
                continue;
            }
            List<Message> messages = new ArrayList<>(batch);
            for (int index = sent; index < sent + batch; index++) {
                messages.add(Message.number(expected.run, index));
            }
            driver.send(messages);
            sent += batch;
        }
        long progress = System.nanoTime();
        for (int seen = expected.count.get(); seen < changes; ) {
            check();
            Thread.sleep(1);
            if (expected.count.get() > seen) {
                seen = expected.count.get();
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > PATIENCE) {
                throw new IOException(
                        subject.words
                                + ": "
                                + (changes - seen)
                                + " of "
                                + changes
                                + " changes do not arrive; see "
                                + home.logs());
            }
        }
        return start;
    }

    private void arrived(ConsumerRecord<String, byte[]> record, long nanoTime) {
        Arrivals expected = arrivals;
        if (UUID.fromString(record.key()).getMostSignificantBits() != expected.run) {
            return;
        }
        int index = Message.number(record.value());
        if (expected.nanoTimes[index] == 0) {
            expected.nanoTimes[index] = nanoTime;
            expected.count.incrementAndGet();
        }
    }

    private void check() throws IOException {
        java.util.Objects.requireNonNull(follower).check();
        for (ChildJvm hop : hops) {
            hop.check();
        }
    }

    private Map<String, Long> bytes() throws IOException, SQLException {
        Map<String, Long> bytes = new LinkedHashMap<>();
        bytes.put(
                "kafka",
                Machine.bytes(
                        home.data().resolve("kafka"), "bench." + subject.code + pass, ".log"));
        if (subject == Subject.DATABASE) {
            bytes.put("postgres", databaseBytes(home, List.of(database)));
        }
        return bytes;
    }

    /** Bytes of these databases: tables and indexes, without the write-ahead log. */
    static long databaseBytes(Home home, List<String> databases) throws IOException, SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                address(home, "postgres"),
                                Stack.DATABASE_USER,
                                home.secret("postgres"));
                Statement statement = connection.createStatement();
                ResultSet sum =
                        statement.executeQuery(
                                "select sum(pg_database_size(datname)) from pg_database where datname in ('"
                                        + String.join("', '", databases)
                                        + "')")) {
            return sum.next() ? sum.getLong(1) : 0;
        }
    }

    private void statement(String sql) throws IOException, SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                address("postgres"), Stack.DATABASE_USER, home.secret("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String servers() throws IOException {
        return "127.0.0.1:" + home.port("kafka");
    }

    private String address(String name) throws IOException {
        return address(home, name);
    }

    static String address(Home home, String name) throws IOException {
        return "jdbc:postgresql://127.0.0.1:" + home.port("postgres") + "/" + name;
    }

    /** Ends the hops; what they wrote goes. */
    @Override
    public void close() throws IOException, SQLException {
        if (follower != null) {
            follower.close();
        }
        for (ChildJvm hop : hops) {
            hop.close();
        }
        if (first != null) {
            first.close();
        }
        if (subject == Subject.DATABASE) {
            statement("drop database if exists " + database + " with (force)");
        }
        try (admin) {
            admin.deleteTopics(topics).all().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // the data directory goes anyway
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
