package dev.remit.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.bench.Measure.Load;
import dev.remit.bench.Measure.Subject;
import dev.remit.handoff.Service;
import dev.remit.handoff.Topic;
import dev.remit.stack.Home;
import dev.remit.stack.Requests;
import dev.remit.stack.Stack;
import dev.remit.stack.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The mesh under load: HR's feed or a proposer opens changes of accounts that a SCIM server holds,
 * a rule or people approve, the executor switches the accounts off, and the ledger closes. A change
 * counts when its ChangeClosed says COMPLETED.
 */
final class Mesh implements AutoCloseable {
    /** The system whose accounts are changed. */
    private static final String SYSTEM = "scim:bench";

    private static final String URL_PROPERTY = "remit.scim.bench.url";
    private static final String EVERY_PROPERTY = "remit.scim.bench.every";

    /** How often the connector reads the whole directory, in the services' notation. */
    static final String EVERY = "15s";

    /** As many decisions as one request may carry. */
    private static final int DECISIONS = 200;

    private static final List<String> APPROVERS = List.of("security.one", "security.two");
    private static final String PROPOSER = "offboarding.owner";
    private static final Duration NO_PROGRESS = Duration.ofMinutes(2);
    private static final Duration LONGEST_RUN = Duration.ofMinutes(4);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Home home;
    private final Stack stack;
    private final int accounts;
    private final Passage passage = new Passage();
    private final Map<String, Long> pids = new LinkedHashMap<>();
    private @Nullable ChildJvm scim;
    private @Nullable Follower follower;
    private int next;
    private int files;

    /** What decides open stages, if anything here does. */
    private @Nullable Approvers approvers;

    Mesh(Home home, Stack stack, int accounts) {
        this.home = home;
        this.stack = stack;
        this.accounts = accounts;
    }

    /**
     * Starts the directory and the mesh, and waits until the mesh knows charters and accounts.
     *
     * @throws IOException saying what is missing
     */
    void open(Stack.Progress progress) throws IOException, InterruptedException {
        ChildJvm directory =
                ChildJvm.start(
                        "scim",
                        ScimServer.class,
                        List.of(String.valueOf(accounts)),
                        "",
                        home.logs().resolve("bench-scim.log"));
        scim = directory;
        String url = directory.awaitReady();
        stack.configure("connector", Map.of(URL_PROPERTY, url, EVERY_PROPERTY, EVERY));
        stack.configure("executor", Map.of(URL_PROPERTY, url));
        stack.bootstrap("bench-rule", "bench-people");
        Files.createDirectories(home.charters());
        for (String charter : List.of("bench-rule", "bench-people")) {
            try (InputStream in =
                    Objects.requireNonNull(
                            Mesh.class.getResourceAsStream("/bench/" + charter + ".yaml"))) {
                Files.copy(
                        in,
                        home.charters().resolve(charter + ".yaml"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        stack.up(progress);
        pids.put("driver", ProcessHandle.current().pid());
        for (Stack.State state : stack.status()) {
            state.pid().ifPresent(pid -> pids.put(state.name(), pid));
        }
        pids.put("scim", directory.pid());
        follower =
                new Follower(
                        servers(),
                        List.of(
                                Topic.CHANGE_PROPOSED.topicName(),
                                Topic.CHANGE_APPROVAL.topicName(),
                                Topic.CHANGE_CLOSED.topicName()),
                        passage);
        awaitCharters();
        awaitAccounts();
        awaitQuiet();
    }

    /** The pids of the services, by name. */
    Map<String, Long> services() {
        return Arrays.stream(Service.values())
                .map(Service::id)
                .filter(pids::containsKey)
                .collect(
                        Collectors.toMap(
                                id -> id,
                                id -> pids.getOrDefault(id, -1L),
                                (a, _) -> a,
                                LinkedHashMap::new));
    }

    /** What the whole mesh spends with nothing to do: seconds of CPU, by process. */
    Machine.Usage idle(int seconds) throws IOException, InterruptedException {
        Machine.Usage before = Machine.usage(pids);
        Thread.sleep(Duration.ofSeconds(seconds));
        return Machine.usage(pids).since(before);
    }

    /** Decides by API from now on, or leaves it to the rule. */
    void approve(Subject subject) throws IOException, InterruptedException {
        if (approvers != null) {
            approvers.close();
        }
        approvers = subject == Subject.MESH_PEOPLE ? new Approvers() : null;
    }

    /** All changes in one HR file. */
    Measure saturate(Subject subject, int changes)
            throws IOException, InterruptedException, SQLException {
        return saturate(subject, 1, changes);
    }

    /** The same for the nth time. */
    Measure saturate(Subject subject, int pass, int changes)
            throws IOException, InterruptedException, SQLException {
        return measure(
                subject,
                pass,
                Load.SATURATION,
                Pace.SATURATION,
                changes,
                (run, start) -> drop(subject, run, 0, changes));
    }

    /** One change at a time, each proposed by a request of its own when it is due. */
    Measure trickle(Subject subject, double perSecond, double seconds)
            throws IOException, InterruptedException, SQLException {
        return trickle(subject, 1, perSecond, seconds);
    }

    /** The same for the nth time. */
    Measure trickle(Subject subject, int pass, double perSecond, double seconds)
            throws IOException, InterruptedException, SQLException {
        Pace pace = new Pace(perSecond);
        String token = Tokens.of(home, "remit-cli", PROPOSER);
        return measure(
                subject,
                pass,
                Load.LOW,
                pace,
                pace.changes(seconds, accounts),
                (run, start) -> propose(subject, run, pace, start, token));
    }

    /** One HR file a second, with a second's changes. */
    Measure pour(Subject subject, double perSecond, double seconds, int most)
            throws IOException, InterruptedException, SQLException {
        int files = (int) Math.max(1, Math.min(seconds, (double) most / Math.max(1, perSecond)));
        int rows = (int) Math.max(1, Math.min((double) most, perSecond));
        // every row of a file is due when the file is
        return measure(
                subject,
                1,
                Load.HALF,
                new Pace(rows),
                files * rows,
                (run, start) -> {
                    for (int file = 0; file < files; file++) {
                        sleepUntil(start + file * 1_000_000_000L);
                        drop(subject, run, file * rows, rows);
                    }
                });
    }

    /** Opens the changes of a run. */
    private interface Opening {
        void open(Passage.Run run, long start) throws IOException, InterruptedException;
    }

    private Measure measure(
            Subject subject, int pass, Load load, Pace pace, int changes, Opening opening)
            throws IOException, InterruptedException, SQLException {
        if (next + changes > accounts) {
            throw new IOException(
                    "the directory has " + accounts + " accounts, and all are used: a fault here");
        }
        Map<String, Long> bytes = bytes();
        Passage.Run run = passage.expect(next, changes);
        next += changes;
        Batches batched = Batches.of(addresses());
        Machine.Usage before = Machine.usage(pids);
        long start = System.nanoTime();
        opening.open(run, start);
        await(subject, run);
        Machine.Usage usage = Machine.usage(pids).since(before);
        Batches batches = Batches.of(addresses()).since(batched);
        Map<String, Long> memory = Machine.memory(pids);
        Map<String, Long> grown = new LinkedHashMap<>();
        bytes().forEach((where, now) -> grown.put(where, now - bytes.getOrDefault(where, 0L)));
        Instant first =
                Arrays.stream(run.proposed)
                        .filter(Objects::nonNull)
                        .min(Instant::compareTo)
                        .orElseThrow();
        Instant last =
                Arrays.stream(run.ended)
                        .filter(Objects::nonNull)
                        .max(Instant::compareTo)
                        .orElseThrow();
        long[] latencies = new long[run.completed.get()];
        int found = 0;
        for (int index = 0; index < changes && found < latencies.length; index++) {
            if (run.endedNanos[index] != 0) {
                long due =
                        load == Load.HALF
                                ? TimeUnit.SECONDS.toNanos(index / (int) pace.perSecond())
                                : pace.due(index);
                latencies[found++] = run.endedNanos[index] - start - due;
            }
        }
        int missing = changes - run.completed.get();
        return new Measure(
                subject,
                pass,
                load,
                pace.perSecond(),
                changes,
                run.completed.get(),
                Math.max(1e-3, Duration.between(first, last).toNanos() / 1e9),
                load == Load.SATURATION ? null : Distribution.of(latencies, missing),
                Distribution.of(run.fromProposal(), missing),
                usage,
                grown,
                memory,
                batches);
    }

    private Map<String, String> addresses() throws IOException {
        Map<String, String> addresses = new LinkedHashMap<>();
        for (String service : services().keySet()) {
            addresses.put(service, address(service, ""));
        }
        return addresses;
    }

    /**
     * Waits for every change of the run to end.
     *
     * @throws IOException saying where the first open change is stuck, if half of them do not close
     */
    private void await(Subject subject, Passage.Run run) throws IOException, InterruptedException {
        long start = System.nanoTime();
        long progress = start;
        int seen = -1;
        while (!run.isOver()) {
            Objects.requireNonNull(follower).check();
            Objects.requireNonNull(scim).check();
            if (approvers != null) {
                approvers.check();
            }
            Thread.sleep(2);
            long now = System.nanoTime();
            if (run.completed.get() + run.proposals.get() != seen) {
                seen = run.completed.get() + run.proposals.get();
                progress = now;
            }
            if (now - progress > NO_PROGRESS.toNanos() || now - start > LONGEST_RUN.toNanos()) {
                break;
            }
        }
        if (run.completed.get() < run.size()) {
            String trouble = trouble(subject, run);
            if (run.completed.get() * 2 < run.size()) {
                throw new IOException(trouble);
            }
            System.out.println("      " + trouble);
        }
    }

    /** What is wrong, as far as the mesh itself says. */
    private String trouble(Subject subject, Passage.Run run)
            throws IOException, InterruptedException {
        StringBuilder words =
                new StringBuilder(
                        "%s: %d of %d changes closed COMPLETED, %d were proposed, otherwise ended %s."
                                .formatted(
                                        subject.words,
                                        run.completed.get(),
                                        run.size(),
                                        run.proposals.get(),
                                        run.outcomes()));
        passage.held().ifPresent(why -> words.append(" A stage is held: ").append(why).append('.'));
        String refused = approvers == null ? null : approvers.refused.get();
        if (refused != null) {
            words.append(" A decision was refused: ").append(refused).append('.');
        }
        for (int index = 0; index < run.size(); index++) {
            String change = run.changes[index];
            if (change != null && run.endedNanos[index] == 0) {
                Requests.Answer answer =
                        ask("GET", "evidence-ledger", "/changes/" + change, "auditor", null);
                if (answer.ok()) {
                    JsonNode view = answer.json();
                    words.append(
                            " Change %s is held by %s: %s; not proved yet: %s."
                                    .formatted(
                                            change,
                                            view.path("holder").asText("?"),
                                            view.path("state").asText("?"),
                                            view.path("missing")));
                }
                break;
            }
        }
        letters(words);
        return words.append(" Logs: ").append(home.logs()).toString();
    }

    private void letters(StringBuilder words) throws IOException, InterruptedException {
        Requests.Answer letters =
                ask("GET", "evidence-ledger", "/evidence/dead-letters", "operator", null);
        if (letters.ok() && letters.json().size() > 0) {
            JsonNode letter = letters.json().path(0);
            words.append(
                    " %d messages were set aside, the latest %s of %s: %s."
                            .formatted(
                                    letters.json().size(),
                                    letter.path("code").asText(),
                                    letter.path("origin").asText(),
                                    letter.path("reason").asText()));
        }
    }

    private void drop(Subject subject, Passage.Run run, int from, int rows) throws IOException {
        String event = subject == Subject.MESH_PEOPLE ? "JOINED" : "MOVED";
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        StringBuilder text = new StringBuilder("event_id,worker_id,event,effective_date,reason\n");
        for (int row = from; row < from + rows; row++) {
            String worker = ScimServer.worker(run.first + row);
            text.append("bench-").append(worker).append(',').append(worker).append(',');
            text.append(event).append(',').append(today).append(",benchmark\n");
        }
        // whole or not at all: the connector takes what ends in .csv
        String name = "bench-%05d".formatted(++files);
        Path fresh = home.hr().resolve(name + ".part");
        Files.writeString(fresh, text);
        Files.move(fresh, home.hr().resolve(name + ".csv"), StandardCopyOption.ATOMIC_MOVE);
    }

    private void propose(Subject subject, Passage.Run run, Pace pace, long start, String token)
            throws IOException, InterruptedException {
        AtomicReference<@Nullable String> refused = new AtomicReference<>();
        AtomicInteger answered = new AtomicInteger();
        URI uri = URI.create(address("connector", "/changes"));
        try (HttpClient client = client()) {
            for (int index = 0; index < run.size(); index++) {
                ObjectNode body =
                        JSON.createObjectNode()
                                .put(
                                        "charter",
                                        subject == Subject.MESH_PEOPLE
                                                ? "bench-people"
                                                : "bench-rule")
                                .put("target", SYSTEM)
                                .put("action", "offboard")
                                .put("reason", "benchmark");
                body.putObject("subject")
                        .put("system", "hr")
                        .put("id", ScimServer.worker(run.first + index));
                HttpRequest request =
                        request(uri, token)
                                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                                .build();
                sleepUntil(start + pace.due(index));
                var _ =
                        client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                                .whenComplete((answer, failure) -> {
                                    answered.incrementAndGet();
                                    if (failure != null) {
                                        refused.set(failure.toString());
                                    } else if (answer.statusCode() / 100 != 2) {
                                        refused.set(answer.statusCode() + " " + answer.body());
                                    }
                                });
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (answered.get() < run.size() && System.nanoTime() < end) {
                Thread.sleep(5);
            }
        }
        String words = refused.get();
        if (words != null) {
            throw new IOException("POST /changes of the connector: " + words);
        }
    }

    /** Two people who decide whatever waits, as many at once as a request may carry. */
    private final class Approvers implements AutoCloseable {
        private volatile boolean stopped;
        private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
        private final AtomicReference<@Nullable String> refused = new AtomicReference<>();

        Approvers() throws IOException, InterruptedException {
            URI uri = URI.create(address("approval-routing", "/decisions"));
            HttpClient client = client();
            for (String approver : APPROVERS) {
                String token = Tokens.of(home, "remit-cli", approver);
                Thread.ofPlatform()
                        .daemon()
                        .name("approver " + approver)
                        .start(() -> {
                            try {
                                while (!stopped) {
                                    decide(client, uri, token);
                                }
                            } catch (IOException | RuntimeException e) {
                                failure.compareAndSet(null, String.valueOf(e.getMessage()));
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
            }
        }

        private void decide(HttpClient client, URI uri, String token)
                throws IOException, InterruptedException {
            Passage.Waiting one = passage.waiting().poll(100, TimeUnit.MILLISECONDS);
            if (one == null) {
                return;
            }
            List<Passage.Waiting> some = new ArrayList<>(List.of(one));
            passage.waiting().drainTo(some, DECISIONS - 1);
            ObjectNode body = JSON.createObjectNode();
            ArrayNode items = body.putArray("items");
            for (Passage.Waiting each : some) {
                items.addObject()
                        .put("changeId", each.change())
                        .put("decision", "APPROVED")
                        .put("reason", "benchmark")
                        .put("planHash", each.planHash());
            }
            HttpResponse<String> answer =
                    client.send(
                            request(uri, token)
                                    .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 404) {
                throw new IOException(
                        "approval-routing has no POST /decisions: this build has no bulk decisions");
            }
            if (answer.statusCode() / 100 != 2) {
                throw new IOException(
                        "POST /decisions: " + answer.statusCode() + " " + answer.body());
            }
            for (JsonNode each : JSON.readTree(answer.body()).path("results")) {
                if (each.path("status").asInt() != 201) {
                    refused.compareAndSet(
                            null,
                            "%s %s"
                                    .formatted(
                                            each.path("code").asText(),
                                            each.path("detail").asText()));
                }
            }
        }

        void check() throws IOException {
            String words = failure.get();
            if (words != null) {
                throw new IOException(words);
            }
        }

        @Override
        public void close() {
            stopped = true;
        }
    }

    /** Waits until nothing waits in any topic for any service, or half a minute. */
    void awaitQuiet() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers()))) {
            while (lag(admin) > 0 && System.nanoTime() < deadline) {
                Thread.sleep(200);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the broker does not say how far the services are", e);
        }
    }

    private static long lag(Admin admin)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetSpec> latest = new LinkedHashMap<>();
        Map<TopicPartition, Long> least = new LinkedHashMap<>();
        for (Service service : Service.values()) {
            Map<TopicPartition, OffsetAndMetadata> committed =
                    admin.listConsumerGroupOffsets(service.id())
                            .partitionsToOffsetAndMetadata()
                            .get(10, TimeUnit.SECONDS);
            committed.forEach((partition, offset) -> {
                if (offset != null) {
                    latest.put(partition, OffsetSpec.latest());
                    least.merge(partition, offset.offset(), Math::min);
                }
            });
        }
        long lag = 0;
        for (var end : admin.listOffsets(latest).all().get(10, TimeUnit.SECONDS).entrySet()) {
            lag += Math.max(0, end.getValue().offset() - least.getOrDefault(end.getKey(), 0L));
        }
        return lag;
    }

    private void awaitCharters() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            Requests.Answer answer = ask("GET", "connector", "/charters", "operator", null);
            List<String> names = answer.ok() ? answer.json().findValuesAsText("name") : List.of();
            if (names.containsAll(List.of("bench-rule", "bench-people"))) {
                return;
            }
            if (System.nanoTime() > deadline) {
                StringBuilder words =
                        new StringBuilder("the connector did not take the benchmark's charters.");
                letters(words);
                throw new IOException(words.toString());
            }
            Thread.sleep(300);
        }
    }

    private void awaitAccounts() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        String topic = Topic.IDENTITY_OBSERVED.topicName();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers()))) {
            while (true) {
                Map<TopicPartition, OffsetSpec> latest = new LinkedHashMap<>();
                admin.describeTopics(List.of(topic))
                        .allTopicNames()
                        .get(10, TimeUnit.SECONDS)
                        .values()
                        .forEach(each ->
                                each.partitions()
                                        .forEach(partition ->
                                                latest.put(
                                                        new TopicPartition(
                                                                topic, partition.partition()),
                                                        OffsetSpec.latest())));
                long observed =
                        admin.listOffsets(latest).all().get(10, TimeUnit.SECONDS).values().stream()
                                .mapToLong(each -> each.offset())
                                .sum();
                if (observed >= accounts) {
                    return;
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException(
                            "the connector observed "
                                    + observed
                                    + " of "
                                    + accounts
                                    + " accounts of "
                                    + SYSTEM
                                    + ": this build may not read SCIM ("
                                    + URL_PROPERTY
                                    + "); see "
                                    + home.logs().resolve("connector.log"));
                }
                Thread.sleep(300);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the broker does not say what was observed", e);
        }
    }

    private Map<String, Long> bytes() throws IOException, SQLException {
        Map<String, Long> bytes = new LinkedHashMap<>();
        bytes.put("kafka", Machine.bytes(home.data().resolve("kafka"), "remit.", ".log"));
        bytes.put(
                "postgres",
                Chain.databaseBytes(
                        home,
                        Arrays.stream(Service.values())
                                .map(service -> service.id().replace('-', '_'))
                                .toList()));
        bytes.put("log", Machine.bytes(home.ledger(), "", ""));
        return bytes;
    }

    private Requests.Answer ask(
            String method, String service, String path, String user, @Nullable String body)
            throws IOException, InterruptedException {
        return Requests.send(
                method, address(service, path), Tokens.of(home, "remit-cli", user), body);
    }

    private String address(String service, String path) throws IOException {
        return "http://127.0.0.1:" + home.port(service) + path;
    }

    private static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
    }

    private static HttpRequest.Builder request(URI uri, String token) {
        return HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token);
    }

    private static void sleepUntil(long nanoTime) {
        for (long left = nanoTime - System.nanoTime();
                left > 0;
                left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private String servers() throws IOException {
        return "127.0.0.1:" + home.port("kafka");
    }

    @Override
    public void close() throws IOException {
        if (approvers != null) {
            approvers.close();
        }
        if (follower != null) {
            follower.close();
        }
        if (scim != null) {
            scim.close();
        }
    }
}
