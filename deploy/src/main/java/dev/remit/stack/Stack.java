package dev.remit.stack;

import dev.remit.handoff.Service;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * The whole local mesh: PostgreSQL and Kafka, then the registry, Keycloak and the log's witnesses,
 * then the five services. Starting adopts what runs already; stopping ends only what was started
 * here.
 */
public final class Stack {
    /** Where the log keeps its name: the origin in its checkpoints. */
    public static final String LOG_ORIGIN = "remit.local/acme";

    private static final String BOOTSTRAP = "remit.charters.bootstrap";
    private static final String SHIPPED = "leaver-offboarding";

    /** Who owns the databases; the password is the secret {@code postgres}. */
    public static final String DATABASE_USER = Postgres.USER;

    private static final int ATTEMPTS = 4;

    /** One process as seen now. */
    public record State(
            String name, Optional<Long> pid, boolean ready, long memoryKilobytes, Path log) {}

    /** Told about progress. */
    public interface Progress {
        /** A part answers. */
        void ready(String name, Duration took, boolean adopted);
    }

    private final Home home;
    private final List<List<Part>> stages;
    private String bootstrap = SHIPPED;

    public Stack(Home home) throws IOException {
        this(home, Map.of());
    }

    /**
     * A stack whose parts with these names are run by something else.
     *
     * @throws IllegalArgumentException if there is no part of that name
     */
    public Stack(Home home, Map<String, Engine> engines) throws IOException {
        this.home = home;
        List<String> databases = new ArrayList<>(List.of("registry", "keycloak"));
        Arrays.stream(Service.values()).map(MeshService::database).forEach(databases::add);
        List<Part> services = new ArrayList<>();
        for (Service service : Service.values()) {
            services.add(new MeshService(home, service, extra(service)));
        }
        this.stages =
                List.of(
                        List.of(new Postgres(home, databases), new Broker(home)),
                        List.of(
                                new Registry(home),
                                new IdentityProvider(home),
                                new WitnessPart(home)),
                        services);
        engines.forEach((name, engine) -> part(name).runBy(engine));
    }

    public Home home() {
        return home;
    }

    /**
     * Starts what does not run, and waits until all of it answers.
     *
     * @throws IOException naming the part that does not come up, with the end of its log
     */
    public void up(Progress progress) throws IOException, InterruptedException {
        prepare();
        long since = System.nanoTime();
        Map<String, CompletableFuture<Boolean>> answering = new HashMap<>();
        stages.forEach(stage ->
                stage.forEach(part -> answering.put(part.name(), new CompletableFuture<>())));
        try (var starters = Executors.newCachedThreadPool()) {
            var ended = new ExecutorCompletionService<Part>(starters);
            for (String name : answering.keySet()) {
                Part part = part(name);
                ended.submit(() -> {
                    for (String need : part.needs()) {
                        answering.getOrDefault(need, new CompletableFuture<>()).get();
                    }
                    boolean adopted = part.isRunning();
                    if (!adopted) {
                        part.begin();
                    }
                    await(part);
                    prepare(part);
                    synchronized (progress) {
                        Duration took = Duration.ofNanos(System.nanoTime() - since);
                        progress.ready(name, took, adopted);
                    }
                    answering.getOrDefault(name, new CompletableFuture<>()).complete(adopted);
                    return part;
                });
            }
            try {
                for (int n = 0; n < answering.size(); n++) {
                    ended.take().get();
                }
            } catch (ExecutionException e) {
                starters.shutdownNow();
                throw e.getCause() instanceof IOException failure
                        ? failure
                        : new IOException("the mesh does not start: " + e.getCause(), e);
            }
        }
    }

    /**
     * What a service is configured with here, property to value: all that it needs beside what it
     * ships.
     */
    public Map<String, String> configuration(Service service) throws IOException {
        return ((MeshService) part(service.id())).properties();
    }

    /** Starts one service again, or for the first time, and waits until it answers. */
    public void start(String name) throws IOException, InterruptedException {
        Part part = part(name);
        if (!part.isRunning()) {
            part.begin();
        }
        await(part);
    }

    /**
     * Starts one service with configuration of its own, for example to slow it down in a fault
     * test.
     *
     * @param configuration property to value; kept until this object is gone
     */
    public void start(String name, Map<String, String> configuration)
            throws IOException, InterruptedException {
        configure(name, configuration);
        start(name);
    }

    /** Lets the first version of these charters too be published without anybody's approval. */
    public void bootstrap(String... charters) {
        bootstrap = SHIPPED + "," + String.join(",", charters);
        configure(Service.CONNECTOR.id(), Map.of(BOOTSTRAP, bootstrap));
    }

    /**
     * Adds to a service's configuration, from its next start on.
     *
     * @param configuration property to value; kept until this object is gone
     */
    public void configure(String name, Map<String, String> configuration) {
        ((MeshService) part(name)).configure(configuration);
    }

    /**
     * Adds to PostgreSQL's settings, from its next start on.
     *
     * @param settings each as {@code name=value}
     */
    public void configurePostgres(List<String> settings) {
        ((Postgres) part("postgres")).configure(settings);
    }

    /**
     * Adds another process of a service, which is started and stopped with the rest: it shares the
     * work by sharing database, key and consumer group.
     *
     * @param name of the part, none that there is
     * @return where it will answer, for example {@code http://127.0.0.1:7106}
     */
    public String addReplica(String name, Service service) throws IOException {
        if (stages.stream().flatMap(List::stream).anyMatch(part -> part.name().equals(name))) {
            throw new IllegalArgumentException("there is a part named " + name);
        }
        MeshService replica = ((MeshService) part(service.id())).replica(name);
        stages.getLast().add(replica);
        return "http://127.0.0.1:" + replica.port();
    }

    /** Keeps a service out of the mesh, before its first start: a benchmark plays its part. */
    public void leaveOut(Service service) {
        stages.getLast().remove(part(service.id()));
    }

    /** What the JVMs are started for, from their next start on. */
    public void use(Java.Use use) {
        stages.forEach(stage -> stage.forEach(part -> part.use(use)));
    }

    /**
     * Lets Kafka demand TLS, SCRAM and rights, as a production cluster does; before its first
     * start.
     */
    public void secureKafka() throws IOException {
        KafkaSecurity security = new KafkaSecurity(home);
        ((Broker) part("kafka")).secure(security);
        for (Service service : Service.values()) {
            Map<String, String> client = new HashMap<>();
            security.client(service.id())
                    .forEach((name, value) -> client.put("kafka." + name, value));
            configure(service.id(), client);
        }
    }

    /**
     * A Kafka client's settings for a service's own user, where Kafka {@linkplain #secureKafka()
     * demands} one.
     */
    public Map<String, String> kafkaClient(Service service) throws IOException {
        return new KafkaSecurity(home).client(service.id());
    }

    /**
     * Lets Kafka, where it is {@linkplain #secureKafka() secured}, listen on another port too,
     * where it demands tokens of Keycloak for these services; restarts it. Keycloak must run.
     *
     * @return the settings of a Kafka client that comes with a token of that service
     */
    public Map<Service, Map<String, String>> demandKafkaTokens(Service... services)
            throws IOException, InterruptedException {
        int port = Home.anyFree();
        ((Broker) part("kafka")).demandTokens(port);
        stop("kafka");
        start("kafka");
        Map<Service, Map<String, String>> clients = new EnumMap<>(Service.class);
        for (Service service : services) {
            KafkaTokens.addClient(home, service);
            Map<String, String> client = new HashMap<>(KafkaTokens.client(home, service));
            client.put("bootstrap.servers", "127.0.0.1:" + port);
            clients.put(service, client);
        }
        return clients;
    }

    /** Lets Kafka's clients connect through another port on loopback, from its next start on. */
    public void advertise(int port) {
        ((Broker) part("kafka")).advertise(port);
    }

    /** Whether the process of a part runs; it need not answer. */
    public boolean isRunning(String name) throws IOException {
        return part(name).isRunning();
    }

    /**
     * Makes what lets the services start in a third of the time, unless it is there: each runs once
     * while the JVM writes down what it loads, and a cache is made of that, beside the program. A
     * new build forgets it.
     *
     * @throws IOException naming the service whose cache could not be made; the services run then
     */
    public void warm(Progress progress) throws IOException, InterruptedException {
        record();
        try {
            stop(stages.getLast());
            up((name, took, adopted) -> {});
            stop(stages.getLast());
            requireCaches();
        } catch (IOException e) {
            for (Part part : stages.getLast()) {
                if (part instanceof MeshService service) {
                    service.recordNothing();
                }
            }
            up(progress);
            throw e;
        }
        up(progress);
    }

    /**
     * @throws IOException naming a service that has no cache to start with
     */
    public void requireCaches() throws IOException {
        for (Part part : stages.getLast()) {
            if (part instanceof MeshService service && !service.hasCache()) {
                throw new IOException(
                        part.name() + ": no cache could be made; see " + part.child().log());
            }
        }
    }

    /**
     * Lets the services that start without a cache write down what they load, from their next start
     * to their end in order, when the cache is made.
     */
    public void record() {
        for (Part part : stages.getLast()) {
            if (part instanceof MeshService service && !service.hasCache()) {
                service.record();
            }
        }
    }

    /** The same for all of them: what they wrote down before is forgotten. */
    public void recordAnew() throws IOException {
        for (Part part : stages.getLast()) {
            if (part instanceof MeshService service) {
                service.forget();
                service.record();
            }
        }
    }

    /** Ends one part at once, as a crash would. */
    public void kill(String name) throws IOException, InterruptedException {
        part(name).kill();
    }

    /** Starts what has ended, as an orchestrator would, and waits until it answers. */
    public List<String> revive() throws IOException, InterruptedException {
        List<String> revived = new ArrayList<>();
        for (List<Part> stage : stages) {
            for (Part part : stage) {
                if (!part.isRunning()) {
                    start(part.name());
                    revived.add(part.name());
                }
            }
        }
        return revived;
    }

    /** Ends one part in order. */
    public void stop(String name) throws IOException, InterruptedException {
        part(name).end();
    }

    /**
     * Ends everything that was started here, services first.
     *
     * @throws IOException naming the first part that could not be stopped; the others were
     */
    public void down() throws IOException, InterruptedException {
        List<IOException> failures = new ArrayList<>();
        for (List<Part> stage : stages.reversed()) {
            try {
                stop(stage);
            } catch (IOException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    private static void stop(List<Part> stage) throws IOException, InterruptedException {
        List<Thread> stopping = new ArrayList<>();
        List<Exception> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        for (Part part : stage) {
            stopping.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    part.end();
                                } catch (IOException | RuntimeException e) {
                                    failures.add(e);
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            }));
        }
        for (Thread each : stopping) {
            each.join();
        }
        if (!failures.isEmpty()) {
            throw new IOException(
                    "a part could not be stopped: " + failures.getFirst().getMessage(),
                    failures.getFirst());
        }
    }

    /** Every part as it is now. */
    public List<State> status() throws IOException {
        List<State> states = new ArrayList<>();
        for (List<Part> stage : stages) {
            for (Part part : stage) {
                Optional<ProcessHandle> process = part.child().running();
                long memory = 0;
                if (process.isPresent()) {
                    memory = memory(process.get());
                    for (ProcessHandle each : process.get().descendants().toList()) {
                        memory += memory(each);
                    }
                }
                states.add(
                        new State(
                                part.name(),
                                process.map(ProcessHandle::pid),
                                part.isRunning() && part.isReady(),
                                memory,
                                part.child().log()));
            }
        }
        return states;
    }

    private Part part(String name) {
        return stages.stream()
                .flatMap(List::stream)
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no part is named " + name));
    }

    private static void await(Part part) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + part.patience().toNanos();
        while (!part.isRunning() || !part.isReady()) {
            if (!part.isRunning()) {
                throw new IOException(
                        part.name()
                                + " ended while starting; the end of its log:\n"
                                + tail(part.child().log()));
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        part.name()
                                + " does not answer after "
                                + part.patience().toSeconds()
                                + " s; the end of its log:\n"
                                + tail(part.child().log()));
            }
            Thread.sleep(150);
        }
    }

    private static String tail(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            List<String> all = lines.toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - 15), all.size()));
        }
    }

    /** Proportional set size: shared pages counted once over all who share them. */
    private static long memory(ProcessHandle process) throws IOException {
        Path rollup = Path.of("/proc/" + process.pid() + "/smaps_rollup");
        try (Stream<String> lines = Files.lines(rollup)) {
            return lines.filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        } catch (java.io.UncheckedIOException | java.nio.file.FileSystemException gone) {
            return 0;
        }
    }

    /** A part that has just come up may leave a first request without an answer. */
    private static void prepare(Part part) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                part.afterwards();
                return;
            } catch (HttpTimeoutException e) {
                if (attempt == ATTEMPTS) {
                    throw new IOException(part.name() + " answers, but not what it is asked", e);
                }
            }
        }
    }

    private void prepare() throws IOException {
        for (Path folder :
                List.of(
                        home.config(),
                        home.hr(),
                        home.charters(),
                        home.ledger(),
                        home.certificates())) {
            Files.createDirectories(folder);
        }
        new KeyFolder(home.keys(), LOG_ORIGIN, true, false, Optional.of(WitnessPart.policy(home)))
                .make();
        configure(Service.EVIDENCE_LEDGER.id(), WitnessPart.configuration(home));
        Path charter = home.charters().resolve(SHIPPED + ".yaml");
        try (InputStream in =
                Objects.requireNonNull(
                        Stack.class.getResourceAsStream("/charters/leaver-offboarding.yaml"))) {
            Files.copy(in, charter, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private Map<String, String> extra(Service service) throws IOException {
        Map<String, String> extra = new HashMap<>();
        switch (service) {
            case CONNECTOR -> {
                extra.putAll(keycloak("remit-connector"));
                extra.put("remit.hr.folder", home.hr().toString());
                extra.put("remit.charters", home.charters().toString());
                // its first version is there from the start; others need their approvals
                extra.put(BOOTSTRAP, bootstrap);
                extra.put("remit.readiness.url", service(Service.DATA_READINESS));
                extra.put("remit.approval.url", service(Service.APPROVAL_ROUTING));
                extra.put("remit.ledger.url", service(Service.EVIDENCE_LEDGER));
            }
            case EXECUTOR -> extra.putAll(keycloak("remit-executor"));
            case EVIDENCE_LEDGER -> {
                extra.put("remit.ledger.directory", home.ledger().toString());
                extra.put("remit.ledger.key", home.keys().resolve("log.key").toString());
            }
            case DATA_READINESS ->
                    extra.put("remit.people.system", "keycloak:" + IdentityProvider.REALM);
            case APPROVAL_ROUTING -> {
                extra.put("remit.people.system", "keycloak:" + IdentityProvider.REALM);
                extra.put("remit.approval.executors", Accounts.EXECUTOR);
                extra.put("remit.pages.client", "remit-web");
                extra.put(
                        "remit.pages.issuer",
                        IdentityProvider.url(home) + "/realms/" + IdentityProvider.REALM);
                // a browser takes passkeys for a name, not for an address
                extra.put("remit.passkeys.site", "localhost");
                extra.put(
                        "remit.passkeys.origins",
                        "http://localhost:" + home.port("approval-routing"));
                // tokens that are given for a password do not say when their person signed in
                extra.put("remit.passkeys.accept-unknown-sign-in-time", "true");
            }
        }
        if (service == Service.CONNECTOR) {
            extra.put("remit.mcp.scopes.read", "remit.read");
            extra.put("remit.mcp.scopes.propose", "remit.propose");
            extra.put("quarkus.oidc.resource-metadata.scopes", "remit.read,remit.propose");
            extra.put("quarkus.oidc.resource-metadata.force-https-scheme", "false");
        }
        if (service == Service.CONNECTOR || service == Service.APPROVAL_ROUTING) {
            // the demo's AI: it acts with the token of whom it helps, and proposes in their name
            extra.put("remit.agents.copilot.kind", "COPILOT");
            extra.put("remit.agents.copilot.model", "demo-model-1");
            extra.put("remit.agents.copilot.proposes", "true");
            extra.put("remit.agents.onlooker.kind", "COPILOT");
        }
        return extra;
    }

    private String service(Service service) throws IOException {
        return "http://127.0.0.1:" + home.port(service.id());
    }

    private Map<String, String> keycloak(String client) throws IOException {
        return Map.of(
                "remit.keycloak.url",
                IdentityProvider.url(home),
                "remit.keycloak.realm",
                IdentityProvider.REALM,
                "remit.keycloak.client-id",
                client,
                "remit.keycloak.client-secret",
                home.secret(client));
    }
}
