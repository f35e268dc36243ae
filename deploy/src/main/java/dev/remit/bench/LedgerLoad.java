package dev.remit.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.Service;
import dev.remit.ledger.audit.Database;
import dev.remit.ledger.audit.Fsck;
import dev.remit.ledger.audit.Stored;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.TrustPack;
import dev.remit.ledger.certificate.Verification;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.TlogProof;
import dev.remit.ledger.log.TrustPolicy;
import dev.remit.stack.Databases;
import dev.remit.stack.Ending;
import dev.remit.stack.Home;
import dev.remit.stack.Java;
import dev.remit.stack.Progress;
import dev.remit.stack.Requests;
import dev.remit.stack.Stack;
import dev.remit.stack.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The evidence ledger alone under load: changes with all their handoffs, sealed ahead with the
 * services' keys, are put on the topics, and the ledger verifies, logs, encrypts, decides and
 * closes them as in the mesh, with its witnesses and timestamp authority. Then proofs and
 * certificates are asked for over HTTP, and verified here.
 */
public final class LedgerLoad {
    /**
     * How much.
     *
     * @param entries that the log grows by while they are measured
     * @param step entries measured together, so that the cost shows as the log grows
     * @param rate entries per second of the run at a low rate
     * @param sustained entries per second of a run that it is to keep up with
     * @param seconds how long each run at a rate lasts
     * @param profile whether to look into the ledger with JFR, and into its statements
     */
    public record Options(
            int entries, int step, double rate, double sustained, int seconds, boolean profile) {
        /**
         * @throws IllegalArgumentException naming the option
         */
        public Options {
            if (step < 700 || step > 200_000) {
                throw new IllegalArgumentException("--step must be from 700 to 200000");
            }
            if (entries < step || entries > 10_000_000) {
                throw new IllegalArgumentException("--entries must be from --step to 10000000");
            }
            if (!(rate >= SealedChanges.ENTRIES && rate <= 2_000)) {
                throw new IllegalArgumentException(
                        "--rate must be from " + SealedChanges.ENTRIES + " to 2000");
            }
            if (!(sustained >= rate && sustained <= 20_000)) {
                throw new IllegalArgumentException("--sustained must be from --rate to 20000");
            }
            if (seconds < 2 || seconds > 60) {
                throw new IllegalArgumentException("--seconds must be from 2 to 60");
            }
        }

        int changesOfStep() {
            return step / SealedChanges.ENTRIES;
        }
    }

    private static final int PROOFS = 4_000;
    private static final int CERTIFICATES = 300;
    private static final int CLIENTS = 4;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(240);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Options options;
    private final Home home;
    private final Progress progress;
    private final Map<String, Long> pids = new LinkedHashMap<>();
    private final List<UUID> changes = new ArrayList<>();
    private final ObjectNode results = JSON.createObjectNode();

    /** In a home of its own, which must be empty. */
    public LedgerLoad(Options options, Home home, Progress progress) {
        this.options = options;
        this.home = home;
        this.progress = progress;
    }

    /**
     * Runs it.
     *
     * @return what was measured, as JSON
     * @throws IOException naming what failed
     */
    public ObjectNode run() throws IOException, InterruptedException, SQLException {
        Stack stack = new Stack(home);
        stack.use(Java.Use.STEADY_LOAD);
        if (options.profile()) {
            Statements.prepare(stack);
        }
        Ending ending = Ending.with(stack::down);
        try {
            results.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
            ObjectNode machine = results.putObject("machine");
            Machine.describe().forEach(machine::put);
            results.put("loadBefore", Machine.load());
            progress.say("starting the ledger and what it stands on");
            for (Service service : Service.values()) {
                if (service != Service.EVIDENCE_LEDGER) {
                    stack.leaveOut(service);
                }
            }
            stack.up((name, took, adopted) -> {});
            pids.put("driver", ProcessHandle.current().pid());
            for (Stack.State state : stack.status()) {
                state.pid().ifPresent(pid -> pids.put(state.name(), pid));
            }
            try (var producer =
                            new KafkaProducer<>(
                                    Map.<String, Object>of(
                                            "bootstrap.servers",
                                            "127.0.0.1:" + home.port("kafka"),
                                            "linger.ms",
                                            "1",
                                            "acks",
                                            "all"),
                                    new StringSerializer(),
                                    new ByteArraySerializer());
                    Log log = new Log(home)) {
                measure(producer, log);
            }
            return results;
        } finally {
            ending.now();
        }
    }

    private void measure(KafkaProducer<String, byte[]> producer, Log log)
            throws IOException, InterruptedException, SQLException {
        SealedChanges made = SealedChanges.of(home);
        log.awaitQuiet();
        send(producer, made.charter());
        progress.say("warming up with " + options.step() + " entries");
        saturate(producer, log, made);
        ArrayNode steps = results.putArray("steps");
        Frames frames =
                new Frames(
                        Map.of(
                                Service.EVIDENCE_LEDGER.id(),
                                pids.getOrDefault(Service.EVIDENCE_LEDGER.id(), -1L)),
                        Files.createDirectories(home.logs()));
        Statements statements = new Statements(home);
        if (options.profile()) {
            frames.start();
            statements.start();
        }
        long most = 0;
        double seconds = 0;
        for (int done = 0; done + options.step() <= options.entries(); done += options.step()) {
            ObjectNode step = saturate(producer, log, made);
            steps.add(step);
            most += step.path("entries").asLong();
            seconds += step.path("seconds").asDouble();
        }
        if (options.profile()) {
            String profile = frames.stop() + statements.stop();
            progress.say(profile);
            results.put("profile", profile);
        }
        double perSecond = most / seconds;
        results.putObject("saturation").put("entries", most).put("perSecond", perSecond);
        progress.say("in all %,.0f entries/s".formatted(perSecond));
        List<ObjectNode> latencies = new ArrayList<>();
        latencies.add(trickle(producer, log, made, options.rate()));
        latencies.add(trickle(producer, log, made, perSecond / 2));
        latencies.add(trickle(producer, log, made, options.sustained()));
        results.putArray("toWitnessedProof").addAll(latencies);
        proofs(log);
        certificates();
        check(log);
        long open =
                log.number(
                        "select count(*) from change where outcome is distinct from 'COMPLETED'");
        results.put("changes", changes.size()).put("notCompleted", open);
        if (open > 0) {
            throw new IOException(open + " changes did not close as COMPLETED");
        }
    }

    /** The log as its database and its public checkpoint show it. */
    private static final class Log implements AutoCloseable {
        private final Home home;
        private final Connection connection;
        private final TrustPolicy policy;

        Log(Home home) throws IOException, SQLException {
            this.home = home;
            this.connection = connect(home);
            this.policy = TrustPolicy.parse(Files.readString(home.keys().resolve("log.policy")));
        }

        static Connection connect(Home home) throws IOException, SQLException {
            return DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:" + home.port("postgres") + "/evidence_ledger",
                    Stack.DATABASE_USER,
                    home.secret("postgres"));
        }

        long number(String query) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(query)) {
                row.next();
                return row.getLong(1);
            }
        }

        long size() throws SQLException {
            return number("select size from log_state where id = 1");
        }

        /**
         * How many messages were logged from a size on: manifests of offsets and keys are entries
         * too.
         */
        long messages(long from) throws SQLException {
            return size()
                    - from
                    - number(
                            "select count(*) from message where leaf_index >= "
                                    + from
                                    + " and type in ('OffsetManifest', 'KeyTrust', 'ShardEnd', 'ShardStart', 'StatementSigned')");
        }

        /** The public checkpoint; empty while there is none. */
        Optional<String> checkpoint() throws IOException {
            Path file = home.ledger().resolve("log/checkpoint");
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        }

        long settled() throws IOException {
            return checkpoint().map(note -> Long.parseLong(note.split("\n", 3)[1])).orElse(0L);
        }

        /** Until the log stands still and all of it is public. */
        void awaitQuiet() throws IOException, InterruptedException, SQLException {
            long since = System.nanoTime();
            long size = size();
            while (System.nanoTime() - since < PATIENCE) {
                Thread.sleep(1_500);
                long now = size();
                if (now == size && settled() == now) {
                    return;
                }
                size = now;
            }
            throw new IOException("the log does not come to rest");
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    private static void send(
            KafkaProducer<String, byte[]> producer, List<SealedChanges.Message> messages) {
        for (SealedChanges.Message each : messages) {
            // what does not arrive shows as not logged
            var _ = producer.send(each.record());
        }
        producer.flush();
    }

    /** One step: sealed ahead, sent all at once, until the last one is closed and public. */
    private ObjectNode saturate(KafkaProducer<String, byte[]> producer, Log log, SealedChanges made)
            throws IOException, InterruptedException, SQLException {
        List<SealedChanges.Sealed> sealed = made.next(options.changesOfStep());
        sealed.forEach(each -> changes.add(each.change()));
        List<SealedChanges.Message> messages = new ArrayList<>();
        // as they would come: whole batches, one service after the other
        for (int from = 0; from < sealed.size(); from += 100) {
            List<SealedChanges.Sealed> batch =
                    sealed.subList(from, Math.min(from + 100, sealed.size()));
            for (int n = 0; n < SealedChanges.HANDOFFS; n++) {
                for (SealedChanges.Sealed each : batch) {
                    messages.add(each.handoffs().get(n));
                }
            }
        }
        log.awaitQuiet();
        long first = log.size();
        long due = (long) sealed.size() * SealedChanges.ENTRIES;
        Map<String, Long> bytes = bytes();
        Machine.Usage before = Machine.usage(pids);
        long start = System.nanoTime();
        send(producer, messages);
        double sent = (System.nanoTime() - start) / 1e9;
        while (log.size() < first + due || log.messages(first) < due) {
            if (System.nanoTime() - start > PATIENCE) {
                throw new IOException(
                        "the log has %d of %d entries; its changes: %s"
                                .formatted(
                                        log.messages(first),
                                        due,
                                        Databases.words(
                                                home,
                                                Service.EVIDENCE_LEDGER,
                                                "select state || ' ' || count(*) from change group by state")));
            }
            Thread.sleep(20);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long last = log.size();
        while (log.settled() < last) {
            if (System.nanoTime() - start > PATIENCE) {
                throw new IOException("the log's end does not become public");
            }
            Thread.sleep(10);
        }
        double settled = (System.nanoTime() - start) / 1e9;
        Machine.Usage usage = Machine.usage(pids).since(before);
        long entries = due;
        ObjectNode step =
                JSON.createObjectNode()
                        .put("logSize", first)
                        .put("entries", entries)
                        .put("secondsToSend", sent)
                        .put("seconds", seconds)
                        .put("perSecond", entries / seconds)
                        .put("secondsToPublic", settled)
                        .put("cpuMillisecondsPerEntry", usage.total() * 1000 / entries)
                        .put("foreignCpuSeconds", Math.max(0, usage.machine() - usage.total()));
        ObjectNode cpu = step.putObject("cpuMillisecondsPerEntryByProcess");
        usage.processes().forEach((name, used) -> cpu.put(name, used * 1000 / entries));
        ObjectNode growth = step.putObject("bytesPerEntry");
        bytes().forEach((where, now) ->
                growth.put(where, (now - bytes.getOrDefault(where, 0L)) / entries));
        progress.say(
                "from %,d: %,.0f entries/s, public after %.1f s; %.3f ms of CPU an entry (ledger %.3f, PostgreSQL %.3f); bytes %s"
                        .formatted(
                                first,
                                entries / seconds,
                                settled,
                                usage.total() * 1000 / entries,
                                cpu.path(Service.EVIDENCE_LEDGER.id()).asDouble(),
                                cpu.path("postgres").asDouble(),
                                growth));
        return step;
    }

    private Map<String, Long> bytes() throws IOException, SQLException {
        Map<String, Long> bytes = new LinkedHashMap<>();
        bytes.put("database", Chain.databaseBytes(home, List.of("evidence_ledger")));
        bytes.put("log", Machine.bytes(home.ledger(), "", ""));
        return bytes;
    }

    /** An open loop: from when a message was due to the first public checkpoint that covers it. */
    private ObjectNode trickle(
            KafkaProducer<String, byte[]> producer, Log log, SealedChanges made, double rate)
            throws IOException, InterruptedException, SQLException {
        Pace pace = new Pace(rate / SealedChanges.ENTRIES);
        int number = pace.changes(options.seconds(), 50_000);
        List<SealedChanges.Sealed> sealed = new ArrayList<>();
        // one by one under a seal of its own, or as many together as come in 50 ms
        int together = (int) Math.clamp(pace.perSecond() / 20, 1, 100);
        while (sealed.size() < number) {
            sealed.addAll(made.next(Math.min(together, number - sealed.size())));
        }
        sealed.forEach(each -> changes.add(each.change()));
        log.awaitQuiet();
        long first = log.size();
        long entries = (long) number * SealedChanges.ENTRIES;
        var seen = new ConcurrentSkipListMap<Long, Long>();
        Map<Long, String> notes = new ConcurrentHashMap<>();
        Thread watcher = Thread.ofPlatform().daemon().start(() -> watch(log, seen, notes));
        Map<UUID, Long> due = new HashMap<>();
        Machine.Usage before = Machine.usage(pids);
        long start = System.nanoTime();
        for (int n = 0; n < number; n++) {
            long at = start + pace.due(n);
            for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            for (SealedChanges.Message each : sealed.get(n).handoffs()) {
                due.put(each.id(), at);
                var _ = producer.send(each.record());
            }
        }
        producer.flush();
        while ((log.settled() < first + entries || log.messages(first) < entries)
                && System.nanoTime() - start < PATIENCE) {
            Thread.sleep(20);
        }
        Machine.Usage usage = Machine.usage(pids).since(before);
        log.awaitQuiet();
        watcher.interrupt();
        watcher.join();
        for (String note : notes.values()) {
            if (!log.policy.open(SignedNote.parse(note)).isWitnessed()) {
                throw new IOException("a public checkpoint is not witnessed:\n" + note);
            }
        }
        List<Long> took = new ArrayList<>();
        for (String row :
                Databases.words(
                        home,
                        Service.EVIDENCE_LEDGER,
                        "select id || ' ' || leaf_index from message where leaf_index >= "
                                + first)) {
            String[] words = row.split(" ", 2);
            Long at = due.get(UUID.fromString(words[0]));
            Map.Entry<Long, Long> covering = seen.higherEntry(Long.parseLong(words[1]));
            if (at != null && covering != null) {
                took.add(covering.getValue() - at);
            }
        }
        Distribution times =
                Distribution.of(
                        took.stream().mapToLong(Long::longValue).toArray(),
                        number * SealedChanges.HANDOFFS - took.size());
        progress.say(
                "at %,.0f entries/s: to a witnessed proof p50 %.0f ms, p95 %.0f ms, p99 %.0f ms, max %.0f ms; %d checkpoints"
                        .formatted(
                                rate,
                                times.p50(),
                                quantile(took, 0.95),
                                times.p99(),
                                times.max(),
                                notes.size()));
        return shown(times)
                .put("rate", rate)
                .put("p95Ms", quantile(took, 0.95))
                .put("checkpoints", notes.size())
                .put("missing", times.missing())
                .put("cpuMillisecondsPerEntry", usage.total() * 1000 / entries);
    }

    private static double quantile(List<Long> nanoseconds, double quantile) {
        long[] sorted = nanoseconds.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == 0
                ? Double.NaN
                : sorted[Math.max(0, (int) Math.ceil(quantile * sorted.length) - 1)] / 1e6;
    }

    private static void watch(
            Log log, ConcurrentSkipListMap<Long, Long> seen, Map<Long, String> notes) {
        String last = "";
        try {
            while (!Thread.currentThread().isInterrupted()) {
                String note = log.checkpoint().orElse("");
                long now = System.nanoTime();
                if (!note.equals(last)) {
                    long size = Long.parseLong(note.split("\n", 3)[1]);
                    seen.putIfAbsent(size, now);
                    notes.putIfAbsent(size, note);
                    last = note;
                }
                Thread.sleep(5);
            }
        } catch (InterruptedException | IOException e) {
            // what was not seen counts as never arrived
            Thread.currentThread().interrupt();
        }
    }

    /** Proofs of leaves all over the log, each verified afterwards. */
    private void proofs(Log log) throws IOException, InterruptedException, SQLException {
        long size = log.settled();
        Random random = new Random(42);
        long[] indices = random.longs(PROOFS, 0, size).toArray();
        String url = "http://127.0.0.1:" + home.port(Service.EVIDENCE_LEDGER.id()) + "/log/proof/";
        String[] proofs = new String[PROOFS];
        progress.say("asking for %d inclusion proofs in a log of %,d".formatted(PROOFS, size));
        ApprovalLoad.requests(PROOFS, CLIENTS, n -> get(url + indices[n], null));
        ApprovalLoad.Timed timed =
                ApprovalLoad.requests(
                        PROOFS, CLIENTS, n -> proofs[n] = get(url + indices[n], null).text());
        Map<Long, byte[]> leaves = new HashMap<>();
        StringBuilder in = new StringBuilder("-1");
        for (long each : indices) {
            in.append(',').append(each);
        }
        for (String row :
                Databases.words(
                        home,
                        Service.EVIDENCE_LEDGER,
                        "select leaf_index || ' ' || translate(encode(leaf, 'base64'), chr(10), '') from message where leaf_index in ("
                                + in
                                + ")")) {
            String[] words = row.split(" ", 2);
            leaves.put(Long.parseLong(words[0]), Base64.getDecoder().decode(words[1]));
        }
        for (int n = 0; n < PROOFS; n++) {
            TlogProof proof = TlogProof.parse(proofs[n]);
            TrustPolicy.Opened opened = log.policy.open(SignedNote.parse(proof.checkpoint()));
            byte[] leaf = leaves.getOrDefault(indices[n], new byte[0]);
            if (proof.index() != indices[n]
                    || !opened.isWitnessed()
                    || !proof.proves(leaf, opened.checkpoint())) {
                throw new IOException("the proof of leaf " + indices[n] + " does not verify");
            }
        }
        show("inclusionProof", timed).put("logSize", size);
        show(
                        "inclusionProofAlone",
                        ApprovalLoad.requests(PROOFS, 1, n -> get(url + indices[n], null)))
                .put("logSize", size);
    }

    /** Certificates made, then served once more; some are verified. */
    private void certificates() throws IOException, InterruptedException {
        String token = Tokens.of(home, "remit-cli", "auditor");
        String url = "http://127.0.0.1:" + home.port(Service.EVIDENCE_LEDGER.id()) + "/changes/";
        List<UUID> some = new ArrayList<>(changes);
        java.util.Collections.shuffle(some, new Random(42));
        int warm = Math.min(200, some.size() / 3);
        int number = Math.min(CERTIFICATES, some.size() - warm);
        progress.say("making " + number + " certificates, one after the other");
        ApprovalLoad.requests(warm, 1, n -> get(url + some.get(n) + "/certificate", token));
        byte[][] files = new byte[number][];
        show(
                "certificateMade",
                ApprovalLoad.requests(
                        number,
                        1,
                        n ->
                                files[n] =
                                        get(url + some.get(warm + n) + "/certificate", token)
                                                .body()));
        show(
                "certificateServed",
                ApprovalLoad.requests(
                        number, 1, n -> get(url + some.get(warm + n) + "/certificate", token)));
        long bytes = 0;
        CertificateVerifier.Trust trust = TrustPack.read(home.keys());
        for (int n = 0; n < number; n++) {
            bytes += files[n].length;
            if (n % 10 == 0) {
                Verification verified = CertificateVerifier.verify(files[n], Optional.of(trust));
                if (verified.finding().exitCode() != 0) {
                    throw new IOException("a certificate does not verify: " + verified.lines());
                }
            }
        }
        results.put("bytesPerCertificate", bytes / number);
    }

    /** The whole log derived anew, and whether every offset is accounted for. */
    private void check(Log log) throws IOException, SQLException {
        long start = System.nanoTime();
        Fsck.Report report;
        try (Connection connection = Log.connect(home)) {
            report =
                    Fsck.run(
                            Stored.in(home.ledger().resolve("log")),
                            log.policy,
                            Optional.of(Database.of(connection)),
                            List.of());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!report.isClean()) {
            throw new IOException("the log is not sound: " + report.findings());
        }
        results.putObject("fsck")
                .put("leaves", report.leaves())
                .put("seconds", seconds)
                .put(
                        "manifests",
                        log.number("select count(*) from message where type = 'OffsetManifest'"));
        progress.say(
                "derived anew, clean: %,d leaves in %.1f s".formatted(report.leaves(), seconds));
    }

    private static Requests.Answer get(String url, @org.jspecify.annotations.Nullable String token)
            throws IOException, InterruptedException {
        Requests.Answer answer = Requests.send("GET", url, token, null);
        if (!answer.ok()) {
            throw new IOException(url + ": " + answer.status() + " " + answer.text());
        }
        return answer;
    }

    private ObjectNode show(String name, ApprovalLoad.Timed timed) {
        progress.say(
                "%s: p50 %.1f ms, p99 %.1f ms, max %.1f ms, %.0f/s"
                        .formatted(
                                name,
                                timed.times().p50(),
                                timed.times().p99(),
                                timed.times().max(),
                                timed.perSecond()));
        ObjectNode shown = shown(timed.times()).put("perSecond", timed.perSecond());
        results.set(name, shown);
        return shown;
    }

    private static ObjectNode shown(Distribution times) {
        return JSON.createObjectNode()
                .put("count", times.count())
                .put("p50Ms", times.p50())
                .put("p90Ms", times.p90())
                .put("p99Ms", times.p99())
                .put("maxMs", times.max());
    }
}
