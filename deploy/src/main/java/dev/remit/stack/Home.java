package dev.remit.stack;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Where a local mesh keeps everything it writes.
 *
 * @param data the data directory, {@code .remit} by default
 * @param top the repository
 */
public record Home(Path data, Path top) {
    /**
     * The first of this mesh's hundred ports: below those that the kernel gives to clients, so that
     * what is killed finds its port free again.
     */
    private static final int FIRST_PORT = Integer.getInteger("remit.ports.from", 7100);

    /** The next of the upper fifty to be looked at. */
    private static final AtomicInteger SPARE =
            new AtomicInteger((int) (ProcessHandle.current().pid() % 50));

    /** Default ports; a taken one is replaced by a free one, and the choice is kept. */
    private static final Map<String, Integer> DEFAULT_PORTS =
            Map.ofEntries(
                    Map.entry("connector", FIRST_PORT + 1),
                    Map.entry("data-readiness", FIRST_PORT + 2),
                    Map.entry("approval-routing", FIRST_PORT + 3),
                    Map.entry("executor", FIRST_PORT + 4),
                    Map.entry("evidence-ledger", FIRST_PORT + 5),
                    Map.entry("witness", FIRST_PORT + 8),
                    Map.entry("keycloak", FIRST_PORT + 10),
                    Map.entry("keycloak-management", FIRST_PORT + 11),
                    Map.entry("registry", FIRST_PORT + 12),
                    Map.entry("registry-management", FIRST_PORT + 13),
                    Map.entry("kafka", FIRST_PORT + 20),
                    Map.entry("kafka-controller", FIRST_PORT + 21),
                    Map.entry("postgres", FIRST_PORT + 30));

    /** What is chosen once and kept is chosen by one thread at a time. */
    private static final Object CHOICES = new Object();

    /** Programs unpacked once, shared by every data directory of this repository. */
    public Path parts() {
        return top.resolve(".remit/parts");
    }

    public Path logs() {
        return data.resolve("logs");
    }

    public Path run() {
        return data.resolve("run");
    }

    public Path config() {
        return data.resolve("config");
    }

    public Path keys() {
        return data.resolve("keys");
    }

    public Path hr() {
        return data.resolve("hr");
    }

    public Path charters() {
        return data.resolve("charters");
    }

    public Path ledger() {
        return data.resolve("ledger");
    }

    /** What the local witnesses and the timestamp authority keep. */
    public Path witness() {
        return data.resolve("witness");
    }

    public Path certificates() {
        return data.resolve("certificates");
    }

    /** The chosen ports, by name; chosen and kept at the first call. */
    public Map<String, Integer> ports() throws IOException {
        synchronized (CHOICES) {
            return portsInTurn();
        }
    }

    private Map<String, Integer> portsInTurn() throws IOException {
        Path file = data.resolve("ports.properties");
        Map<String, String> kept = read(file);
        if (kept.keySet().containsAll(DEFAULT_PORTS.keySet())) {
            Map<String, Integer> ports = new TreeMap<>();
            kept.forEach((name, port) -> ports.put(name, Integer.valueOf(port)));
            return ports;
        }
        Map<String, Integer> ports = new TreeMap<>();
        for (Map.Entry<String, Integer> each : DEFAULT_PORTS.entrySet()) {
            String chosen = kept.get(each.getKey());
            ports.put(
                    each.getKey(),
                    chosen != null
                            ? Integer.parseInt(chosen)
                            : isFree(each.getValue()) ? each.getValue() : anyFree());
        }
        Map<String, String> text = new TreeMap<>();
        ports.forEach((name, port) -> text.put(name, String.valueOf(port)));
        write(file, text);
        return ports;
    }

    public int port(String name) throws IOException {
        Integer port = ports().get(name);
        if (port == null) {
            throw new IllegalArgumentException("no port is named " + name);
        }
        return port;
    }

    /**
     * Makes sure that the ports of a part are its own to take.
     *
     * @throws IOException naming the port that something else listens on
     */
    void requireFreePorts(String part) throws IOException {
        for (Map.Entry<String, Integer> each : ports().entrySet()) {
            boolean its = each.getKey().equals(part) || each.getKey().startsWith(part + "-");
            if (its && !isFree(each.getValue())) {
                throw new IOException(
                        part
                                + ": port "
                                + each.getValue()
                                + " is taken by another process. End that process, or delete "
                                + data.resolve("ports.properties")
                                + " while this mesh is down, so that free ports are chosen.");
            }
        }
    }

    /**
     * A secret by name, made at random when it is first asked for, kept in a file that only its
     * owner reads.
     */
    public String secret(String name) throws IOException {
        synchronized (CHOICES) {
            return secretInTurn(name);
        }
    }

    private String secretInTurn(String name) throws IOException {
        Path file = data.resolve("secrets.properties");
        Map<String, String> secrets = new LinkedHashMap<>(read(file));
        String secret = secrets.get(name);
        if (secret == null) {
            byte[] random = new byte[18];
            new SecureRandom().nextBytes(random);
            secret = Base64.getUrlEncoder().encodeToString(random);
            secrets.put(name, secret);
            write(file, secrets);
        }
        return secret;
    }

    /** Deletes everything that is kept here; nothing of it may run. */
    public void delete() throws IOException {
        if (!Files.exists(data)) {
            return;
        }
        try (Stream<Path> all = Files.walk(data)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** Writes properties that only their owner may read. */
    public static void write(Path file, Map<String, String> properties) throws IOException {
        Properties text = new Properties();
        properties.forEach(text::setProperty);
        Files.createDirectories(file.getParent());
        if (!Files.exists(file)) {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        try (Writer out = Files.newBufferedWriter(file)) {
            text.store(out, null);
        }
    }

    /** Reads properties; none when there is no such file. */
    public static Map<String, String> read(Path file) throws IOException {
        Properties text = new Properties();
        if (Files.exists(file)) {
            try (Reader in = Files.newBufferedReader(file)) {
                text.load(in);
            }
        }
        Map<String, String> properties = new TreeMap<>();
        text.stringPropertyNames().forEach(name -> properties.put(name, text.getProperty(name)));
        return properties;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    /** A port that nothing listens on now, and that was not given away just before. */
    static int anyFree() throws IOException {
        for (int n = 0; n < 50; n++) {
            int port = FIRST_PORT + 50 + Math.floorMod(SPARE.getAndIncrement(), 50);
            if (isFree(port)) {
                return port;
            }
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
