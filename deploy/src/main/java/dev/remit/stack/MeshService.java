package dev.remit.stack;

import dev.remit.handoff.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** One of Remit's services, in a JVM of its own with a database of its own. */
final class MeshService extends Part {
    private final Service service;
    private final Map<String, String> extra;

    /** A port of its own; empty for the one that its home has chosen. */
    private final OptionalInt port;

    private volatile boolean records;

    MeshService(Home home, Service service, Map<String, String> extra) {
        this(service.id(), home, service, extra, OptionalInt.empty());
    }

    private MeshService(
            String name, Home home, Service service, Map<String, String> extra, OptionalInt port) {
        super(name, home);
        this.service = service;
        this.extra = extra;
        this.port = port;
    }

    /** Another process of the same service: same database, same key, a port of its own. */
    MeshService replica(String name) throws IOException {
        return new MeshService(
                name, home(), service, new HashMap<>(extra), OptionalInt.of(Home.anyFree()));
    }

    int port() throws IOException {
        return port.isPresent() ? port.getAsInt() : home().port(service.id());
    }

    /** Replaces or adds configuration for the next start. */
    void configure(Map<String, String> configuration) {
        extra.putAll(configuration);
    }

    static String database(Service service) {
        return service.id().replace('-', '_');
    }

    @Override
    List<String> needs() {
        return List.of("postgres", "kafka", "registry", "keycloak");
    }

    @Override
    void start() throws IOException {
        if (records) {
            Files.deleteIfExists(recording());
            run(List.of("-XX:AOTMode=record", "-XX:AOTConfiguration=" + recording()));
        } else {
            run(hasCache() ? List.of("-XX:AOTCache=" + cache()) : List.of());
        }
    }

    /** Whether it starts with a cache of what it loads. */
    boolean hasCache() {
        return Files.exists(cache());
    }

    /**
     * From its next start on, until the cache is made, the JVM records what it loads, and how its
     * methods are used; written down when it ends in order (JEP 483, JEP 515).
     */
    void record() {
        records = true;
    }

    /** It starts without a cache until the next one is made. */
    void forget() throws IOException {
        Files.deleteIfExists(cache());
    }

    /** From its next start on it records nothing. */
    void recordNothing() {
        records = false;
    }

    /** A JVM that records loads each class from its jar. */
    @Override
    Duration patience() {
        return records ? super.patience().multipliedBy(3) : super.patience();
    }

    @Override
    Duration grace() {
        return records ? Duration.ofSeconds(90) : super.grace();
    }

    /** Without a cache it only starts more slowly: whoever stops it is told, and goes on. */
    @Override
    void ended() throws InterruptedException {
        if (!records || !Files.exists(recording())) {
            return;
        }
        records = false;
        try {
            makeCache();
        } catch (IOException e) {
            System.err.println(
                    name() + ": no cache could be made (" + e + "); see " + child().log());
        }
    }

    /** Makes the cache of what was recorded; it is in place when it is whole, or not at all. */
    private void makeCache() throws IOException, InterruptedException {
        Path cache = program().resolveSibling("start.aot.new");
        Process process =
                new ProcessBuilder(
                                command(
                                        List.of(
                                                "-XX:AOTMode=create",
                                                "-XX:AOTConfiguration=" + recording(),
                                                "-XX:AOTCache=" + cache)))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(child().log().toFile()))
                        .start();
        try {
            if (!process.waitFor(180, TimeUnit.SECONDS)) {
                throw new IOException("it takes longer than 180 s");
            }
            if (process.exitValue() != 0) {
                throw new IOException("exit code " + process.exitValue());
            }
            Files.move(cache, cache(), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            process.destroyForcibly();
            Files.deleteIfExists(recording());
            Files.deleteIfExists(cache);
        }
    }

    private Path cache() {
        return program().resolveSibling("start.aot");
    }

    private Path recording() {
        return program().resolveSibling("start.aotconf");
    }

    private Path program() {
        return home().top()
                .resolve("services/" + service.id() + "/target/quarkus-app/quarkus-run.jar");
    }

    private List<String> command(List<String> options) {
        List<String> rest = new ArrayList<>(options);
        rest.add("-Dquarkus.config.locations=" + home().config().resolve(name() + ".properties"));
        rest.addAll(List.of("-jar", program().toString()));
        return Java.command(use(), heap(), rest);
    }

    /**
     * In megabytes. The ledger keeps the stories of open changes in memory, as many as fit; under
     * load, what is being handled would fill so small a heap again and again.
     */
    private int heap() {
        int least = service == Service.EVIDENCE_LEDGER ? 448 : 192;
        return switch (use()) {
            case SHORT_WORK -> least;
            case STEADY_LOAD -> 3 * least;
        };
    }

    private void run(List<String> options) throws IOException {
        if (!Files.exists(program())) {
            throw new IOException(service.id() + " is not built; run: ./remit build");
        }
        Path config = home().config().resolve(name() + ".properties");
        Home.write(config, properties());
        child().start(command(options), Map.of(), home().data().resolve("work/" + name()));
    }

    @Override
    boolean isReady() {
        try {
            return Requests.answers("http://127.0.0.1:" + port() + "/q/health/ready");
        } catch (IOException e) {
            return false;
        }
    }

    Map<String, String> properties() throws IOException {
        Map<String, String> properties = new TreeMap<>();
        String postgres =
                "postgresql://127.0.0.1:" + home().port("postgres") + "/" + database(service);
        properties.put("quarkus.http.host", "127.0.0.1");
        properties.put("quarkus.http.port", String.valueOf(port()));
        // five services share the processors: each thread that must first come to run is a wait
        properties.put(
                "quarkus.vertx.event-loops-pool-size",
                String.valueOf(Math.max(1, Runtime.getRuntime().availableProcessors() / 2)));
        properties.put("quarkus.datasource.username", Postgres.USER);
        properties.put("quarkus.datasource.password", home().secret("postgres"));
        properties.put("quarkus.datasource.reactive.url", postgres);
        properties.put("quarkus.datasource.jdbc.url", "jdbc:" + postgres);
        properties.put("kafka.bootstrap.servers", "127.0.0.1:" + home().port("kafka"));
        properties.put(
                "remit.registry.url",
                "http://127.0.0.1:" + home().port("registry") + "/apis/registry/v3");
        properties.put(
                "quarkus.oidc.auth-server-url",
                IdentityProvider.url(home()) + "/realms/" + IdentityProvider.REALM);
        properties.put(
                "remit.keys.signing", home().keys().resolve(service.id() + ".key").toString());
        properties.put("remit.keys.trust", home().keys().resolve("trust.vkeys").toString());
        properties.putAll(extra);
        return properties;
    }
}
