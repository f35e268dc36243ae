package dev.remit.fault;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Service;
import dev.remit.stack.Accounts;
import dev.remit.stack.Databases;
import dev.remit.stack.Ending;
import dev.remit.stack.Home;
import dev.remit.stack.Progress;
import dev.remit.stack.Requests;
import dev.remit.stack.Stack;
import dev.remit.stack.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Changes go through a whole mesh of their own while its processes die, its connections break, old
 * messages come again and one clock is wrong; then everything is left alone, and {@link MeshCheck}
 * says from outside what came of it.
 */
public final class Chaos {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CHARTER = "fault-test";
    private static final String OFFSET = "remit.clock.offset";
    private static final Duration SETTLING = Duration.ofMinutes(5);
    private static final Duration PROPOSING = Duration.ofMinutes(4);
    private static final int WRONG_CLOCK_SECONDS = 40;

    /**
     * What is asked for.
     *
     * @param changes 1 to 5,000
     * @param faults 0 to 1,000
     * @param seed the same seed gives the same faults in the same order; what they meet is up to
     *     the machine
     */
    public record Options(int changes, int faults, long seed) {
        public Options {
            if (changes < 1 || changes > 5_000) {
                throw new IllegalArgumentException("--changes: " + changes + " is not 1 to 5000");
            }
            if (faults < 0 || faults > 1_000) {
                throw new IllegalArgumentException("--faults: " + faults + " is not 0 to 1000");
            }
        }
    }

    /**
     * What came of it.
     *
     * @param faults how often each kind of fault was applied
     * @param restarts how often a process was started again
     * @param redelivered messages that were delivered once more
     * @param clock the service whose clock was wrong, and by how much
     * @param refused proposals that were never accepted, in words
     * @param seconds from the first proposal to a quiet mesh
     */
    public record Outcome(
            Map<String, Integer> faults,
            int restarts,
            int redelivered,
            String clock,
            List<String> refused,
            long seconds,
            MeshCheck.Report report) {
        /** Whether every change closed as it should, and nothing is lost, doubled or unproved. */
        public boolean holds() {
            return refused.isEmpty()
                    && report.holds()
                    && report.closed() == report.changes()
                    && report.effects() == report.changes();
        }
    }

    private record WrongClock(Service service, int seconds) {
        @Override
        public String toString() {
            return "%s is %d s %s"
                    .formatted(service.id(), Math.abs(seconds), seconds < 0 ? "behind" : "ahead");
        }
    }

    private final Home home;
    private final Options options;
    private final Progress progress;
    private final Random random;

    /** Apart: how much it is asked depends on what Kafka answers. */
    private final Random deliveries;

    private final Map<String, Link> links = new TreeMap<>();
    private final Map<UUID, String> changes = new ConcurrentHashMap<>();
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> applied = new TreeMap<>();
    private volatile @Nullable String token;
    private volatile boolean closing;
    private volatile @Nullable Keeper keeping;
    private int redelivered;

    /**
     * @param home its data are deleted first
     */
    public Chaos(Home home, Options options, Progress progress) {
        this.home = home;
        this.options = options;
        this.progress = progress;
        this.random = new Random(options.seed());
        this.deliveries = new Random(options.seed());
    }

    /** Runs it all; whatever it started is stopped in the end. */
    public Outcome run() throws IOException, InterruptedException {
        Stack old = new Stack(home);
        old.down();
        home.delete();
        Stack stack = new Stack(home);
        Ending ending = Ending.with(() -> end(stack));
        try {
            return run(stack);
        } finally {
            ending.now();
        }
    }

    /** Nothing is started again, and what runs is stopped. */
    private void end(Stack stack) throws IOException, InterruptedException {
        closing = true;
        Keeper keeper = keeping;
        if (keeper != null) {
            keeper.close();
        }
        for (Link link : links.values()) {
            link.close();
        }
        stack.down();
    }

    private Outcome run(Stack stack) throws IOException, InterruptedException {
        Path stopPoints = Files.createDirectories(home.data().resolve("stop-points"));
        WrongClock wrong = configure(stack, stopPoints);
        stack.bootstrap(CHARTER);
        Files.createDirectories(home.charters());
        try (InputStream in =
                Objects.requireNonNull(
                        Chaos.class.getResourceAsStream("/fault/" + CHARTER + ".yaml"))) {
            Files.copy(
                    in,
                    home.charters().resolve(CHARTER + ".yaml"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        progress.say("starting a mesh of its own; the clock of " + wrong);
        stack.up((name, took, adopted) -> {});
        progress.say("adding " + options.changes() + " accounts to Keycloak");
        List<String> workers = new ArrayList<>();
        for (int n = 0; n < options.changes(); n++) {
            workers.add("C%05d".formatted(n));
        }
        Map<String, String> accounts = Accounts.addAll(home, workers, "E1001");
        await(
                "data-readiness knows every account",
                Duration.ofMinutes(2),
                () ->
                        Databases.count(
                                        home,
                                        Service.DATA_READINESS,
                                        "select count(*) from directory_account where worker_id like 'C_____'")
                                >= workers.size());
        List<String> parts = new ArrayList<>(List.of("postgres", "kafka", "registry", "keycloak"));
        for (Service service : Service.values()) {
            parts.add(service.id());
        }
        long start = System.nanoTime();
        int restarts;
        try (var keeper = new Keeper(stack, parts);
                ExecutorService proposers = Executors.newVirtualThreadPerTaskExecutor()) {
            keeping = keeper;
            faults(stack, stopPoints, workers, accounts, proposers);
            for (Service service : Service.values()) {
                Files.deleteIfExists(stopPoints.resolve(service.id()));
            }
            links.values().forEach(Link::heal);
            stack.configure(wrong.service().id(), Map.of(OFFSET, "PT0S"));
            stack.kill(wrong.service().id());
            progress.say("no more faults, all clocks right; waiting for every change to end");
            proposers.shutdown();
            if (!proposers.awaitTermination(PROPOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                closing = true;
            }
            MeshCheck.Report report = settled();
            restarts = keeper.starts();
            return new Outcome(
                    applied,
                    restarts,
                    redelivered,
                    wrong.toString(),
                    List.copyOf(refused),
                    (System.nanoTime() - start) / 1_000_000_000,
                    report);
        }
    }

    /** Leads the services over links, and sets one clock wrong. */
    private WrongClock configure(Stack stack, Path stopPoints) throws IOException {
        Link kafka = link("kafka", home.port("kafka"));
        stack.advertise(kafka.port());
        Link keycloak = link("keycloak", home.port("keycloak"));
        for (Service service : Service.values()) {
            Link postgres = link("postgres of " + service.id(), home.port("postgres"));
            Map<String, String> configuration = new TreeMap<>();
            configuration.put(
                    "quarkus.datasource.reactive.url",
                    "postgresql://127.0.0.1:"
                            + postgres.port()
                            + "/"
                            + service.id().replace('-', '_'));
            configuration.put("kafka.bootstrap.servers", "127.0.0.1:" + kafka.port());
            configuration.put("remit.stop-points", stopPoints.toString());
            if (service == Service.CONNECTOR || service == Service.EXECUTOR) {
                configuration.put("remit.keycloak.url", "http://127.0.0.1:" + keycloak.port());
            }
            if (service == Service.EXECUTOR) {
                configuration.put("remit.executor.lease", "PT5S");
            }
            stack.configure(service.id(), configuration);
        }
        List<Service> services = List.of(Service.values());
        Service wrong = services.get(random.nextInt(services.size()));
        int seconds = 10 + random.nextInt(WRONG_CLOCK_SECONDS - 10);
        seconds = random.nextBoolean() ? seconds : -seconds;
        stack.configure(wrong.id(), Map.of(OFFSET, Duration.ofSeconds(seconds).toString()));
        return new WrongClock(wrong, seconds);
    }

    private Link link(String name, int target) throws IOException {
        Link link = new Link(name, target);
        links.put(name, link);
        return link;
    }

    private void faults(
            Stack stack,
            Path stopPoints,
            List<String> workers,
            Map<String, String> accounts,
            ExecutorService proposers)
            throws IOException, InterruptedException {
        List<Fault> plan = Fault.plan(random, options.faults(), List.copyOf(links.keySet()));
        int proposed = 0;
        for (int n = 0; n < plan.size(); n++) {
            int until = (int) ((long) workers.size() * (n + 1) / plan.size());
            for (; proposed < until; proposed++) {
                propose(workers.get(proposed), accounts, proposers);
            }
            Thread.sleep(random.nextInt(1000));
            progress.say(
                    "%3d of %d  %s"
                            .formatted(n + 1, plan.size(), apply(plan.get(n), stack, stopPoints)));
            Thread.sleep(2000 + random.nextInt(4000));
        }
        for (; proposed < workers.size(); proposed++) {
            propose(workers.get(proposed), accounts, proposers);
        }
    }

    private String apply(Fault fault, Stack stack, Path stopPoints)
            throws IOException, InterruptedException {
        if (fault instanceof Fault.Kill(String part) && !stack.isRunning(part)) {
            return part + " is dead already; not counted";
        }
        applied.merge(fault.getClass().getSimpleName(), 1, Integer::sum);
        return switch (fault) {
            case Fault.Kill(String part) -> {
                stack.kill(part);
                yield part + " is killed";
            }
            case Fault.StopPoint(Service service, String point) -> {
                Files.writeString(stopPoints.resolve(service.id()), point);
                yield service.id() + " ends at " + point;
            }
            case Fault.Drop(String name) -> {
                link(name).drop();
                yield "connections break: " + name;
            }
            case Fault.Cut(String name, long millis) -> {
                link(name).cut();
                Thread.sleep(millis);
                link(name).heal();
                yield "no connection for " + millis + " ms: " + name;
            }
            case Fault.Slow(String name, long delay, long millis) -> {
                link(name).delay(delay);
                Thread.sleep(millis);
                link(name).heal();
                yield "each read " + delay + " ms late for " + millis + " ms: " + name;
            }
            case Fault.Redeliver(int messages) -> {
                int done =
                        new Redelivery("127.0.0.1:" + home.port("kafka"), deliveries)
                                .redeliver(messages);
                redelivered += done;
                yield done + " old messages come again";
            }
        };
    }

    private Link link(String name) {
        return Objects.requireNonNull(links.get(name));
    }

    /** Asks until the proposal is accepted; the same key each time. */
    private void propose(String worker, Map<String, String> accounts, ExecutorService proposers) {
        proposers.execute(() -> {
            String last = "nobody answered";
            long deadline = System.nanoTime() + PROPOSING.toNanos();
            try {
                while (!closing && System.nanoTime() < deadline) {
                    try {
                        Requests.Answer answer = ask(worker);
                        if (answer.status() == 202) {
                            changes.put(
                                    UUID.fromString(answer.json().path("changeId").asText()),
                                    Objects.requireNonNull(accounts.get(worker)));
                            return;
                        }
                        last = answer.status() + " " + answer.text();
                        if (answer.status() == 401) {
                            token = null;
                        }
                    } catch (IOException died) {
                        last = String.valueOf(died.getMessage());
                    }
                    Thread.sleep(500);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            refused.add(worker + ": " + last);
        });
    }

    private Requests.Answer ask(String worker) throws IOException, InterruptedException {
        String held = token;
        if (held == null) {
            held = Tokens.of(home, "remit-cli", "offboarding.owner");
            token = held;
        }
        return Requests.send(
                "POST",
                "http://127.0.0.1:" + home.port("connector") + "/changes",
                held,
                JSON.writeValueAsString(
                        Map.of(
                                "charter", CHARTER,
                                "subject", Map.of("system", "hr", "id", worker),
                                "target", "keycloak:acme",
                                "action", "offboard",
                                "reason", "chaos")),
                Map.of("Idempotency-Key", "chaos-" + worker));
    }

    /** The check of a quiet mesh; of a mesh that does not become quiet, its last. */
    private MeshCheck.Report settled() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + SETTLING.toNanos();
        long ended = 0;
        while (System.nanoTime() < deadline) {
            long before = ended;
            try {
                ended =
                        Databases.count(
                                home,
                                Service.EVIDENCE_LEDGER,
                                "select count(*) from change where outcome is not null");
            } catch (SQLException e) {
                throw new IOException("the ledger's database does not answer", e);
            }
            if (ended != before) {
                progress.say(ended + " changes have ended");
            }
            if (ended >= changes.size()) {
                MeshCheck.Report report = new MeshCheck(home, Set.of()).check(Map.copyOf(changes));
                if (report.lost().isEmpty()) {
                    return report;
                }
            }
            Thread.sleep(2000);
        }
        try {
            Databases.words(
                            home,
                            Service.EVIDENCE_LEDGER,
                            "select change_id || ': ' || holder || ', ' || last from change"
                                    + " where outcome is distinct from 'COMPLETED' limit 10")
                    .forEach(progress::say);
        } catch (SQLException e) {
            throw new IOException("the ledger's database does not answer", e);
        }
        return new MeshCheck(home, Set.of()).check(Map.copyOf(changes));
    }

    private interface Question {
        boolean holds() throws IOException, SQLException;
    }

    private static void await(String what, Duration patience, Question question)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            while (!question.holds()) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("not so after " + patience.toSeconds() + " s: " + what);
                }
                Thread.sleep(500);
            }
        } catch (SQLException e) {
            throw new IOException("a database does not answer", e);
        }
    }
}
