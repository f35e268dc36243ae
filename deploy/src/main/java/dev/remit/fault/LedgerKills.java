package dev.remit.fault;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.audit.Database;
import dev.remit.ledger.audit.Fsck;
import dev.remit.ledger.audit.Stored;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.TrustPolicy;
import dev.remit.ledger.witness.WitnessFolder;
import dev.remit.ledger.witness.WitnessServer;
import dev.remit.stack.Home;
import dev.remit.stack.Java;
import dev.remit.stack.KeyFolder;
import dev.remit.stack.Progress;
import dev.remit.stack.Stack;
import dev.remit.stack.WitnessKeys;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Kills the log's writer again and again: half of the times by SIGKILL at any moment, half of the
 * times before a step of its protocol, a statement, a commit, a change of the disk, an answer of a
 * witness. After each death everything is read from outside: the log derived anew from its files
 * and compared with the database, each message there once, each root ever seen still the only one
 * of its size. Then the writer starts again, and some of what it had committed comes once more.
 *
 * <p>The writer is {@code KilledLog} in the tests of evidence-ledger: the ledger's own code on real
 * PostgreSQL, files and witnesses.
 */
public final class LedgerKills {
    /** Deaths of one log, before the next one is begun: a check reads the whole log. */
    private static final int PER_LOG = 50;

    /** Steps after which one of the writer's first publications is over. */
    private static final int STEPS = 220;

    private static final int MOST_MILLIS = 600;
    private static final long PATIENCE_SECONDS = 60;
    private static final long NO_END = 1_000_000;
    private static final List<String> WITNESSES =
            List.of("witness.remit.local/one", "witness.remit.local/two");

    /**
     * What came of it.
     *
     * @param kills how often the writer died
     * @param steps before what it died, and how often; SIGKILL is at any moment
     * @param messages that were to be logged, once each
     * @param leaves with the manifests of offsets
     * @param checkpoints signed, in all logs
     * @param shards begun, in all logs
     * @param wrong what must not be, in words
     */
    public record Outcome(
            int kills,
            Map<String, Integer> steps,
            long messages,
            long leaves,
            long checkpoints,
            long shards,
            List<String> wrong) {
        /** Both together. */
        public Outcome and(Outcome other) {
            Map<String, Integer> both = new TreeMap<>(steps);
            other.steps.forEach((step, number) -> both.merge(step, number, Integer::sum));
            List<String> all = new ArrayList<>(wrong);
            all.addAll(other.wrong);
            return new Outcome(
                    kills + other.kills,
                    both,
                    messages + other.messages,
                    leaves + other.leaves,
                    checkpoints + other.checkpoints,
                    shards + other.shards,
                    all);
        }

        /** Whether nothing is lost, nothing twice, and no size has two roots. */
        public boolean holds() {
            return wrong.isEmpty();
        }
    }

    private final Home home;
    private final String lane;
    private final Random random;
    private final Progress progress;
    private final Map<String, Integer> steps = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();
    private int kills;
    private long messages;
    private long leaves;
    private long checkpoints;
    private long shards;

    /**
     * @param home whose PostgreSQL runs; a folder and databases of its own are made there
     */
    public LedgerKills(Home home, long seed, Progress progress) {
        this(home, "a", seed, progress);
    }

    /**
     * @param lane tells those apart that run at the same time, lower case letters
     */
    public LedgerKills(Home home, String lane, long seed, Progress progress) {
        this.home = home;
        this.lane = lane;
        this.random = new Random(seed);
        this.progress = progress;
    }

    /**
     * Kills the writer so often.
     *
     * @throws IOException if it cannot be started at all
     */
    public Outcome run(int number) throws IOException, InterruptedException, SQLException {
        warm();
        for (int log = 0; kills < number && wrong.isEmpty(); log++) {
            try (Subject subject =
                    new Subject("kills_" + lane + "_" + log, System.currentTimeMillis())) {
                for (int n = 0; n < PER_LOG && kills < number && wrong.isEmpty(); n++) {
                    subject.die("none");
                }
                subject.finish("none");
                subject.add();
                progress.say(
                        "%d deaths: %,d messages, %,d leaves, %,d checkpoints"
                                .formatted(kills, messages, leaves, checkpoints));
            }
        }
        return outcome();
    }

    /** Makes what lets the writer start in a fraction of the time. */
    private void warm() throws IOException, InterruptedException, SQLException {
        try (Subject subject = new Subject("warm_" + lane)) {
            subject.start("warm", 0, 400, "none").end();
        }
    }

    /**
     * Shows that the checks see what is wrong, each in a log of its own: a message that is logged
     * again as another one, one that is passed over, a leaf altered behind the log's back, a second
     * root for a size.
     *
     * @return what the checks say, by what was planted; every list must have something in it
     */
    public Map<String, List<String>> planted()
            throws IOException, InterruptedException, SQLException {
        Map<String, List<String>> said = new TreeMap<>();
        for (String fault : List.of("twice", "lost")) {
            try (Subject subject = new Subject("planted_" + fault)) {
                subject.finish("none");
                subject.finish(fault);
                said.put(fault, List.copyOf(wrong));
                wrong.clear();
            }
        }
        try (Subject subject = new Subject("planted_altered")) {
            subject.finish("none");
            subject.execute(
                    "update message set leaf = convert_to('altered', 'UTF8') where leaf_index = 3");
            subject.check();
            said.put("altered", List.copyOf(wrong));
            wrong.clear();
        }
        try (Subject subject = new Subject("planted_fork")) {
            subject.finish("none");
            subject.seen.replaceAll((size, root) -> "another");
            subject.check();
            said.put("fork", List.copyOf(wrong));
            wrong.clear();
        }
        return said;
    }

    /**
     * Puts the database back, then the files too, as from an old backup.
     *
     * @return what the writer says when it is started then; it must refuse both times
     */
    public List<String> restored() throws IOException, InterruptedException, SQLException {
        try (Subject subject = new Subject("restored")) {
            subject.finish("none");
            subject.execute(
                    "delete from message where leaf_index >= 40; update log_state set size = 40 where id = 1;"
                            + " delete from checkpoint where size > 40");
            List<String> said = new ArrayList<>();
            said.add(subject.start("run", 0, NO_END, "none").end());
            Files.delete(subject.directory.resolve("log/checkpoint"));
            Files.delete(subject.directory.resolve("log/checkpoint.signed"));
            said.add(subject.start("run", 0, NO_END, "none").end());
            return said;
        }
    }

    /** How many of 250 busy partitions manifests of a hundred have named after three rounds. */
    public String turns() throws IOException, InterruptedException, SQLException {
        try (Subject subject = new Subject("turns")) {
            return subject.start("turns", 0, NO_END, "none").end();
        }
    }

    private Outcome outcome() {
        return new Outcome(
                kills,
                new TreeMap<>(steps),
                messages,
                leaves,
                checkpoints,
                shards,
                List.copyOf(wrong));
    }

    /** The last line of a writer's output, and whether it ended by itself as it should. */
    private record Writer(Process process, BufferedReader lines) {
        /** Waits for the line by which it says that it has started, or why not. */
        String first() throws IOException {
            String line = lines.readLine();
            return line == null ? "" : line;
        }

        /** Waits for its end; gives what it said last. */
        String end() throws IOException, InterruptedException {
            String last = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
            }
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("the log's writer does not end");
            }
            return last;
        }
    }

    /** The ledger's own jars, and the tests': a cache of loaded classes takes no folders. */
    private String classPath() throws IOException {
        Path services = home.top().resolve("services");
        List<String> jars = new ArrayList<>();
        for (Path folder :
                List.of(
                        services.resolve("evidence-ledger/target"),
                        services.resolve("handoff-protocol/target"),
                        services.resolve("evidence-ledger/target/quarkus-app/lib/boot"),
                        services.resolve("evidence-ledger/target/quarkus-app/lib/main"))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.map(Path::toString)
                        .filter(file -> file.endsWith(".jar"))
                        // the protocol's own is among the ledger's, and may not be there twice
                        .filter(file ->
                                !file.contains("handoff-protocol/target")
                                        || file.endsWith("-tests.jar"))
                        .sorted()
                        .forEach(jars::add);
            }
        }
        return String.join(":", jars);
    }

    /** The first run to an end writes down what it loads; the others start with that (JEP 514). */
    private List<String> cache(String what) {
        Path cache = home.data().resolve("kills/writer-" + lane + ".aot");
        return Files.exists(cache)
                ? List.of("-XX:AOTCache=" + cache)
                : what.equals("warm") ? List.of("-XX:AOTCacheOutput=" + cache) : List.of();
    }

    /** One log: its database, its folder, its witnesses. */
    private final class Subject implements AutoCloseable {
        private final String name;
        private final Path directory;
        private final Path keys;
        private final WitnessServer server;
        private final TrustPolicy policy;
        private final Connection connection;

        /** When the log began that is kept by months of a second each; 0: by no periods. */
        private final long began;

        /** Every root that was ever seen, by origin and size. */
        private final Map<String, String> seen = new HashMap<>();

        private long published;

        Subject(String name) throws IOException, InterruptedException, SQLException {
            this(name, 0);
        }

        Subject(String name, long began) throws IOException, InterruptedException, SQLException {
            this.name = name;
            this.began = began;
            Path folder = home.data().resolve("kills").resolve(name);
            this.directory = Files.createDirectories(folder.resolve("ledger"));
            this.keys = folder.resolve("keys");
            Path witnesses = folder.resolve("witness");
            new KeyFolder(keys, Stack.LOG_ORIGIN, true, false).make();
            TrustPolicy own = TrustPolicy.parse(Files.readString(keys.resolve("log.policy")));
            this.server =
                    WitnessServer.start(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                            witnesses,
                            WITNESSES,
                            own.logs().stream().map(TrustPolicy.Member::key).toList(),
                            Optional.empty(),
                            Clock.systemUTC());
            Map<String, String> asked = new LinkedHashMap<>();
            for (String each : WITNESSES) {
                asked.put(
                        each,
                        "http://127.0.0.1:%d/%s"
                                .formatted(server.port(), WitnessServer.segment(each)));
            }
            String lines = WitnessKeys.policy(witnesses, asked, WITNESSES.size());
            new KeyFolder(keys, Stack.LOG_ORIGIN, true, false, Optional.of(lines)).make();
            this.policy = TrustPolicy.parse(Files.readString(keys.resolve("log.policy")));
            try (Connection maintenance = connect("postgres");
                    Statement statement = maintenance.createStatement()) {
                statement.execute("drop database if exists " + name + " with (force)");
                statement.execute("create database " + name);
            }
            this.connection = connect(name);
            Writer migration = start("migrate", 0, 0, "none");
            String said = migration.end();
            if (migration.process().exitValue() != 0) {
                throw new IOException("the log's writer does not start: " + said);
            }
        }

        private Connection connect(String database) throws IOException, SQLException {
            return DriverManager.getConnection(
                    url(database), Stack.DATABASE_USER, home.secret("postgres"));
        }

        private String url(String database) throws IOException {
            return "jdbc:postgresql://127.0.0.1:" + home.port("postgres") + "/" + database;
        }

        Writer start(String what, int dieBefore, long until, String fault) throws IOException {
            List<String> options = new ArrayList<>(cache(what));
            options.addAll(
                    List.of(
                            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                            "-cp",
                            classPath(),
                            "dev.remit.ledger.application.KilledLog",
                            what,
                            url(name),
                            directory.toString(),
                            keys.toString(),
                            String.valueOf(random.nextInt()),
                            String.valueOf(dieBefore),
                            String.valueOf(until),
                            fault,
                            String.valueOf(began)));
            List<String> command = Java.command(Java.Use.SHORT_WORK, 128, options);
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectError(
                                    ProcessBuilder.Redirect.appendTo(
                                            directory.resolveSibling("writer.log").toFile()));
            builder.environment().put("PGPASSWORD", home.secret("postgres"));
            Process process = builder.start();
            return new Writer(
                    process,
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8)));
        }

        /** Lets the writer die once, then looks. */
        void die(String fault) throws IOException, InterruptedException, SQLException {
            boolean atStep = random.nextBoolean();
            Writer writer = start("run", atStep ? 1 + random.nextInt(STEPS) : 0, NO_END, fault);
            String said = writer.first();
            if (atStep) {
                said = said.startsWith("DIES") ? said : writer.end();
            } else if (said.equals("READY")) {
                Thread.sleep(random.nextInt(MOST_MILLIS));
                writer.process().destroyForcibly();
                said = "DIES by SIGKILL";
            }
            writer.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!said.startsWith("DIES")) {
                wrong.add("the writer ended by itself, and said: " + said);
                return;
            }
            kills++;
            steps.merge(said.replaceFirst("DIES ", ""), 1, Integer::sum);
            awaitItsSessions();
            check();
        }

        /** What a dead writer's session was about to commit it still commits. */
        private void awaitItsSessions() throws InterruptedException, SQLException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (number(
                            "select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'"
                                    + " and pid <> pg_backend_pid()")
                    > 0) {
                if (System.nanoTime() > end) {
                    wrong.add("a dead writer's session does not end");
                    return;
                }
                Thread.sleep(5);
            }
        }

        /** Lets the writer go on until all is logged and public, then looks. */
        void finish(String fault) throws IOException, InterruptedException, SQLException {
            long until = Math.max(120, number("select committed from killed") + 20);
            Writer writer = start("run", 0, until, fault);
            String said = writer.end();
            if (!said.startsWith("DONE")) {
                wrong.add("the writer did not finish: " + said);
            }
            check();
            long logged = number("select count(*) from message where type = 'IdentityObserved'");
            if (logged != until) {
                wrong.add(until + " messages came, " + logged + " are logged");
            }
            if (published != number("select size from log_state where id = 1")) {
                wrong.add("not all of the log is public: " + published);
            }
        }

        void add() throws SQLException {
            messages += number("select count(*) from message where type = 'IdentityObserved'");
            leaves += number("select size from log_state where id = 1");
            checkpoints += number("select count(*) from checkpoint");
            shards += number("select count(*) from log_shard");
        }

        /** From outside, with the writer dead. */
        void check() throws IOException, SQLException {
            List<String> found = new ArrayList<>();
            if (Files.isDirectory(directory.resolve("log"))) {
                try (Connection own = connect(name)) {
                    Fsck.Report report =
                            Fsck.run(
                                    Stored.in(directory.resolve("log")),
                                    policy,
                                    Optional.of(Database.of(own)),
                                    List.of());
                    report.findings().forEach(each -> found.add("fsck: " + each));
                }
            }
            once(found);
            roots(found);
            found.forEach(each -> wrong.add(name + " after " + kills + " deaths: " + each));
        }

        /** Each message is there once, and all of those that are committed. */
        private void once(List<String> found) throws SQLException {
            long size = number("select size from log_state where id = 1");
            long all = number("select count(*) from message");
            // each shard has the keys that are trusted, in leaves of the same bytes
            long different =
                    number(
                            "select count(distinct (leaf, (select max(first) from log_shard where first <= leaf_index))) from message");
            if (all != size || different != all) {
                found.add(
                        "%d messages, %d different ones, and the log has %d leaves"
                                .formatted(all, different, size));
            }
            String observed = " from message where type = 'IdentityObserved'";
            long logged = number("select count(*)" + observed);
            long origins = number("select count(distinct origin)" + observed);
            if (origins != logged) {
                found.add("duplicated: %d messages in %d leaves".formatted(origins, logged));
            }
            long committed = number("select committed from killed");
            if (origins < committed) {
                found.add("lost: %d of %d committed messages".formatted(origins, committed));
            }
            long gaps =
                    number(
                            "select coalesce(sum(last + 1 - number), 0) from (select max(cast(split_part(origin, '@', 2) as bigint))"
                                    + " as last, count(distinct origin) as number"
                                    + observed
                                    + " group by split_part(origin, '@', 1)) as partitions");
            if (gaps != 0) {
                found.add("lost: " + gaps + " messages before the last one");
            }
        }

        /** No size ever has two roots, wherever one is seen; what is public never shrinks. */
        private void roots(List<String> found) throws IOException, SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery(
                                    "select note from checkpoint union all select settled_note from checkpoint"
                                            + " where settled_note is not null union all select note from announced")) {
                while (rows.next()) {
                    seen(rows.getString(1), "database", found);
                }
            }
            if (number("select count(*) from announced")
                    != number("select count(*) from checkpoint")) {
                found.add("not each checkpoint was announced once");
            }
            long settled = 0;
            List<Shard> shards = shards();
            for (Shard shard : shards) {
                Path folder = directory.resolve("log").resolve(shard.period());
                for (String file : List.of("checkpoint.signed", "checkpoint")) {
                    Path path = folder.resolve(file);
                    if (Files.exists(path)) {
                        long size = seen(Files.readString(path), path.toString(), found);
                        settled = file.equals("checkpoint") ? shard.first() + size : settled;
                    }
                }
            }
            if (settled < published) {
                found.add(
                        "the public checkpoint went back from %d to %d"
                                .formatted(published, settled));
            }
            published = settled;
            for (String witness : WITNESSES) {
                WitnessFolder folder =
                        new WitnessFolder(
                                WitnessServer.folder(directory.resolveSibling("witness"), witness));
                for (Shard shard : shards) {
                    Optional<String> last =
                            folder.last(Shard.origin(Stack.LOG_ORIGIN, shard.period()));
                    if (last.isPresent()) {
                        seen(last.get(), witness, found);
                    }
                }
            }
        }

        private List<Shard> shards() throws SQLException {
            List<Shard> all = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery(
                                    "select period, first from log_shard order by first")) {
                while (rows.next()) {
                    all.add(new Shard(rows.getString(1), rows.getLong(2)));
                }
            }
            return all;
        }

        private long seen(String note, String where, List<String> found) {
            Checkpoint checkpoint = policy.open(SignedNote.parse(note)).checkpoint();
            Hash root = checkpoint.root();
            String other =
                    seen.putIfAbsent(
                            checkpoint.origin() + " " + checkpoint.size(), root.toString());
            if (other != null && !other.equals(root.toString())) {
                found.add("%s: two roots for size %d".formatted(where, checkpoint.size()));
            }
            return checkpoint.size();
        }

        void execute(String statements) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(statements);
            }
        }

        private long number(String query) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(query)) {
                row.next();
                return row.getLong(1);
            }
        }

        @Override
        public void close() throws IOException, SQLException {
            connection.close();
            server.close();
        }
    }
}
