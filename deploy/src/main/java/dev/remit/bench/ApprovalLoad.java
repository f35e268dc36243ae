package dev.remit.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.stack.Databases;
import dev.remit.stack.Ending;
import dev.remit.stack.Home;
import dev.remit.stack.Java;
import dev.remit.stack.Progress;
import dev.remit.stack.Requests;
import dev.remit.stack.Schemas;
import dev.remit.stack.Stack;
import dev.remit.stack.Tokens;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import dev.remit.wire.v1.Subject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * approval-routing under load, with a directory as large as a company's: how long it takes to find
 * whom a change asks, how fast changes are routed, and how fast people's decisions are taken. Real
 * PostgreSQL, Kafka, tokens and seals; people, groups and charters are written into its directory
 * by SQL, and changes are handed to it in data-readiness's name, sealed with that service's key.
 * Each stage asks for two approvals and gets one, so that nothing is authorized and executed
 * meanwhile; the ledger logs everything.
 */
public final class ApprovalLoad {
    /**
     * How much.
     *
     * @param people accounts in the directory
     * @param groups groups that they are in, three each
     * @param changes changes to be routed and decided, from 2
     */
    public record Options(int people, int groups, int changes) {
        /**
         * @throws IllegalArgumentException naming the option
         */
        public Options {
            if (people < 100 || people > 1_000_000) {
                throw new IllegalArgumentException("--people must be from 100 to 1000000");
            }
            if (groups < CHARTERS || groups > people) {
                throw new IllegalArgumentException(
                        "--groups must be from " + CHARTERS + " to --people");
            }
            if (changes < 2 || changes > 100_000) {
                throw new IllegalArgumentException("--changes must be from 2 to 100000");
            }
        }
    }

    private static final int CHARTERS = 100;
    private static final int GROUPS_OF_STAGE = 3;
    private static final int PREVIEWS = 4_000;
    private static final int CLIENTS = 8;
    private static final int BATCH = 200;
    private static final String SYSTEM = "keycloak:acme";
    private static final String PROPOSER = "00000000-0000-4000-8000-000000000020";
    private static final String APPROVER = "security.one";
    private static final String APPROVER_ID = "00000000-0000-4000-8000-000000000010";
    private static final byte[] PLAN = "{\"steps\":[]}".getBytes(StandardCharsets.UTF_8);
    private static final String PLAN_HASH = Hash.sha256(PLAN).hex();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Options options;
    private final Home home;
    private final Progress progress;
    private final List<String> hashes = new ArrayList<>();
    private final ObjectNode results = JSON.createObjectNode();

    /** In a home of its own, which must be empty. */
    public ApprovalLoad(Options options, Home home, Progress progress) {
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
        Ending ending = Ending.with(stack::down);
        try {
            progress.say("starting the mesh");
            stack.up((name, took, adopted) -> {});
            results.put("people", options.people());
            results.put("groups", options.groups());
            ObjectNode machine = results.putObject("machine");
            Machine.describe().forEach(machine::put);
            fill();
            resolve();
            List<UUID> changes = route();
            decide(changes);
            return results;
        } finally {
            ending.now();
        }
    }

    /** The path of a group. */
    private static String group(int number) {
        return "/bench/g-" + number;
    }

    /** A charter whose one stage asks some groups for two approvals. */
    static String charter(int number, int groups) {
        StringBuilder sources = new StringBuilder();
        for (int n = 0; n < GROUPS_OF_STAGE; n++) {
            sources.append(n == 0 ? "" : ",")
                    .append("{\"group\":\"")
                    .append(group((number * GROUPS_OF_STAGE + n) % groups))
                    .append("\"}");
        }
        return """
        {"metadata":{"name":"bench-%d","owner":"%s","version":"1"},"spec":{"approval":{"role":"approver",\
        "stages":[{"expiresAfter":"PT48H","name":"team","quorum":2,"resolvers":[%s]}]},\
        "execution":{"authorizationExpiresAfter":"PT1H"}}}\
        """
                .formatted(number, PROPOSER, sources);
    }

    private void fill() throws IOException, SQLException {
        progress.say(
                "a directory of %d people in %d groups"
                        .formatted(options.people(), options.groups()));
        List<String> sql = new ArrayList<>();
        sql.add(
                """
                insert into directory_account (system, id, enabled, worker_id, manager_worker_id, group_ids, group_paths,
                  roles, label, removed, observed_at)
                select '%1$s', cast(md5('person ' || n) as uuid), true, 'B' || n, 'B' || n / 10, array['a', 'b', 'c'],
                  array['/bench/g-' || n %% %2$d, '/bench/g-' || (n * 7 + 1) %% %2$d, '/bench/g-' || (n * 13 + 2) %% %2$d],
                  array['approver'], 'person ' || n, false, now()
                from generate_series(1, %3$d) as n\
                """
                        .formatted(SYSTEM, options.groups(), options.people()));
        StringBuilder own = new StringBuilder("'/security-approvers'");
        for (int n = 0; n < CHARTERS; n++) {
            String document = charter(n, options.groups());
            String hash = Hash.sha256(document.getBytes(StandardCharsets.UTF_8)).hex();
            hashes.add(hash);
            sql.add(
                    "insert into directory_charter (hash, name, version, document) values ('%s', 'bench-%d', '1', '%s')"
                            .formatted(hash, n, document));
            own.append(", '").append(group(n * GROUPS_OF_STAGE % options.groups())).append('\'');
        }
        // the one who decides, in a group of each charter; no later look of the feed takes that
        // back
        sql.add(
                """
                insert into directory_account (system, id, enabled, worker_id, group_ids, group_paths, roles, label, removed, observed_at)
                values ('%1$s', '%2$s', true, 'E1010', array[%3$s], array[%3$s], array['approver'], '%4$s', false, '2100-01-01')
                on conflict (system, id) do update set group_ids = excluded.group_ids, group_paths = excluded.group_paths, roles = excluded.roles,
                  observed_at = excluded.observed_at\
                """
                        .formatted(SYSTEM, APPROVER_ID, own, APPROVER));
        sql.add("analyze directory_account");
        Databases.fill(home, Service.APPROVAL_ROUTING, sql);
    }

    /** Whom would a change ask? By the API, nothing is kept. */
    private void resolve() throws IOException, InterruptedException {
        String token = Tokens.of(home, "remit-cli", "auditor");
        List<String> bodies = new ArrayList<>();
        for (int n = 0; n < CHARTERS; n++) {
            bodies.add(preview(n));
        }
        progress.say("resolving, warm-up");
        requests(PREVIEWS, n -> post("/previews", token, bodies.get(n % CHARTERS), 200));
        progress.say("resolving " + PREVIEWS + " times, " + CLIENTS + " at once");
        Timed timed =
                requests(PREVIEWS, n -> post("/previews", token, bodies.get(n % CHARTERS), 200));
        JsonNode one =
                Requests.send("POST", url("/previews"), token, bodies.getFirst())
                        .json()
                        .path("stages")
                        .path(0);
        if (one.path("candidates").size() < 2) {
            throw new IOException("a preview finds nobody: " + one);
        }
        show("resolution", timed).put("candidates", one.path("candidates").size());
    }

    private String preview(int charter) {
        ObjectNode body =
                JSON.createObjectNode()
                        .put("charter", "bench-" + charter)
                        .put("charterHash", hashes.get(charter))
                        .put("target", SYSTEM)
                        .put("action", "offboard")
                        .put("reason", "benchmark")
                        .put("mode", "OWN")
                        .put("proposer", PROPOSER)
                        .put("verdict", "READY")
                        .put("account", "bench-account")
                        .put("planHash", PLAN_HASH);
        body.putObject("subject").put("system", "hr").put("id", "bench-worker");
        body.putObject("plan").putArray("steps");
        body.putArray("facts");
        return body.toString();
    }

    /** From the first ready change sent to the last one routed. */
    private List<UUID> route() throws IOException, InterruptedException, SQLException {
        progress.say("routing " + options.changes() + " changes");
        List<UUID> changes = new ArrayList<>();
        SigningKey key = SigningKey.read(home.keys().resolve("data-readiness.key"));
        byte[] head =
                ByteBuffer.allocate(5)
                        .put((byte) 0)
                        .putInt(
                                new Schemas(
                                                "http://127.0.0.1:"
                                                        + home.port("registry")
                                                        + "/apis/registry/v3")
                                        .contentId(ReadinessJudged.getClassSchema()))
                        .array();
        long start;
        try (var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers",
                                "127.0.0.1:" + home.port("kafka"),
                                "linger.ms",
                                "5"),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            List<List<ProducerRecord<String, byte[]>>> batches = new ArrayList<>();
            for (int from = 0; from < options.changes(); from += BATCH) {
                List<Envelope> envelopes = new ArrayList<>();
                List<byte[]> payloads = new ArrayList<>();
                List<Hash> leaves = new ArrayList<>();
                for (int n = from; n < Math.min(from + BATCH, options.changes()); n++) {
                    UUID change = UUID.randomUUID();
                    changes.add(change);
                    Envelope envelope = envelope(change);
                    byte[] payload = payload(head, judged(change, n));
                    envelopes.add(envelope);
                    payloads.add(payload);
                    leaves.add(Seal.hash(envelope, payload));
                }
                List<Seal> seals = Seal.all(key, leaves);
                List<ProducerRecord<String, byte[]>> batch = new ArrayList<>();
                for (int n = 0; n < envelopes.size(); n++) {
                    batch.add(
                            SealedChanges.record(envelopes.get(n), seals.get(n), payloads.get(n)));
                }
                batches.add(batch);
            }
            start = System.nanoTime();
            for (List<ProducerRecord<String, byte[]>> batch : batches) {
                for (ProducerRecord<String, byte[]> each : batch) {
                    // what does not arrive shows as not routed
                    var _ = producer.send(each);
                }
            }
            producer.flush();
        }
        long end = start + 120_000_000_000L;
        long routed = 0;
        while (routed < options.changes()) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "of %d changes %d were routed".formatted(options.changes(), routed));
            }
            Thread.sleep(20);
            routed =
                    Databases.count(
                            home,
                            Service.APPROVAL_ROUTING,
                            "select count(*) from route where state = 'OPEN' and held is null");
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        results.putObject("routing")
                .put("changes", options.changes())
                .put("perSecond", options.changes() / seconds);
        progress.say("routing: %.0f changes/s".formatted(options.changes() / seconds));
        return changes;
    }

    private static Envelope envelope(UUID change) {
        return new Envelope(
                UUID.randomUUID(),
                Service.DATA_READINESS,
                Handoff.READINESS_JUDGED,
                change.toString(),
                Instant.now(),
                Handoff.READINESS_JUDGED.dataschema(),
                change,
                null,
                2,
                Hash.sha256(change.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private ReadinessJudged judged(UUID change, int number) {
        int charter = number % CHARTERS;
        return ReadinessJudged.newBuilder()
                .setChange(
                        Change.newBuilder()
                                .setChangeId(change)
                                .setCharter(
                                        new CharterRef(
                                                "bench-" + charter, "1", hashes.get(charter)))
                                .setMode(Mode.OWN)
                                .setSubject(
                                        Subject.newBuilder()
                                                .setSystem("hr")
                                                .setId("bench-worker-" + number)
                                                .build())
                                .setTarget(SYSTEM)
                                .setAction("offboard")
                                .setReason("benchmark")
                                .setProposer(
                                        Actor.newBuilder()
                                                .setId(PROPOSER)
                                                .setKind(ActorKind.HUMAN)
                                                .build())
                                .setProposedAt(Instant.now())
                                .build())
                .setVerdict(ReadinessVerdict.READY)
                .setFacts(List.of())
                .setAccount("bench-account-" + number)
                .setPlan(ByteBuffer.wrap(PLAN))
                .setPlanHash(PLAN_HASH)
                .setReason("benchmark")
                .setJudgedAt(Instant.now())
                .build();
    }

    private static byte[] payload(byte[] head, ReadinessJudged judged) throws IOException {
        var out = new ByteArrayOutputStream(1024);
        out.writeBytes(head);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new SpecificDatumWriter<>(ReadinessJudged.class).write(judged, encoder);
        return out.toByteArray();
    }

    /** One half alone, a request each; the other in requests of 200. */
    private void decide(List<UUID> changes) throws IOException, InterruptedException {
        String token = Tokens.of(home, "remit-cli", APPROVER);
        int half = changes.size() / 2;
        progress.say("deciding " + half + " changes, one a request, " + CLIENTS + " at once");
        ObjectNode vote =
                JSON.createObjectNode()
                        .put("decision", "APPROVED")
                        .put("reason", "benchmark")
                        .put("planHash", PLAN_HASH);
        show(
                "decisionsAlone",
                requests(
                        half,
                        n ->
                                post(
                                        "/changes/" + changes.get(n) + "/decisions",
                                        token,
                                        vote.toString(),
                                        201)));
        List<String> bodies = new ArrayList<>();
        for (int from = half; from < changes.size(); from += BATCH) {
            ObjectNode body = JSON.createObjectNode();
            ArrayNode items = body.putArray("items");
            for (UUID each : changes.subList(from, Math.min(from + BATCH, changes.size()))) {
                items.add(vote.deepCopy().put("changeId", each.toString()));
            }
            bodies.add(body.toString());
        }
        progress.say("deciding the others, " + BATCH + " a request, two at once");
        long start = System.nanoTime();
        AtomicInteger taken = new AtomicInteger();
        requests(
                bodies.size(),
                2,
                n -> {
                    Requests.Answer answer = post("/decisions", token, bodies.get(n), 200);
                    for (JsonNode each : answer.json().path("results")) {
                        if (each.path("status").asInt() != 201) {
                            throw new IOException("a decision was refused: " + each);
                        }
                        taken.incrementAndGet();
                    }
                });
        double seconds = (System.nanoTime() - start) / 1e9;
        results.putObject("decisionsTogether")
                .put("decisions", taken.get())
                .put("perSecond", taken.get() / seconds);
        progress.say("decisions together: %.0f/s".formatted(taken.get() / seconds));
    }

    private ObjectNode show(String name, Timed timed) {
        Distribution times = timed.times();
        progress.say(
                String.format(
                        Locale.ROOT,
                        "%s: %.0f/s, p50 %.1f ms, p99 %.1f ms, max %.1f ms",
                        name,
                        timed.perSecond(),
                        times.p50(),
                        times.p99(),
                        times.max()));
        return results.putObject(name)
                .put("requests", times.count())
                .put("perSecond", timed.perSecond())
                .put("p50Ms", times.p50())
                .put("p90Ms", times.p90())
                .put("p99Ms", times.p99())
                .put("maxMs", times.max());
    }

    private String url(String path) throws IOException {
        return "http://127.0.0.1:" + home.port("approval-routing") + path;
    }

    private Requests.Answer post(String path, String token, String body, int status)
            throws IOException, InterruptedException {
        Requests.Answer answer = Requests.send("POST", url(path), token, body);
        if (answer.status() != status) {
            throw new IOException(path + ": " + answer.status() + " " + answer.text());
        }
        return answer;
    }

    /** How long each took, and how many there were a second. */
    record Timed(Distribution times, double perSecond) {}

    /** One request. */
    interface Work {
        void send(int number) throws IOException, InterruptedException;
    }

    private static Timed requests(int number, Work work) throws IOException, InterruptedException {
        return requests(number, CLIENTS, work);
    }

    /** A closed loop: each client sends its next request when the last one was answered. */
    static Timed requests(int number, int clients, Work work)
            throws IOException, InterruptedException {
        long[] took = new long[number];
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        long start = System.nanoTime();
        for (int n = 0; n < clients; n++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int each = next.getAndIncrement();
                                            each < number && failure.get() == null;
                                            each = next.getAndIncrement()) {
                                        long sent = System.nanoTime();
                                        work.send(each);
                                        took[each] = System.nanoTime() - sent;
                                    }
                                } catch (IOException | RuntimeException e) {
                                    failure.compareAndSet(null, e);
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            }));
        }
        for (Thread each : threads) {
            each.join();
        }
        Exception failed = failure.get();
        if (failed != null) {
            throw new IOException(failed.getMessage(), failed);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Timed(Distribution.of(took, 0), number / seconds);
    }
}
