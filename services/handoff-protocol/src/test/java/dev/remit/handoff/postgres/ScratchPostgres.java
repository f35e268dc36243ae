package dev.remit.handoff.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.flywaydb.core.Flyway;

/**
 * A PostgreSQL of a test's own, on loopback, with a service's migrations applied: for what only the
 * database can show of a statement. The module that uses it has the binaries on its test class
 * path. Unpacked once a module; gone with the test.
 */
public final class ScratchPostgres implements AutoCloseable {
    private static final Path PROGRAM = Path.of("target", "scratch-postgres");
    private static final Pattern PARAMETER = Pattern.compile("(?<!:)[:?](\\w+)");
    private static final Pattern OF_KEYS = Pattern.compile("Index Cond: .* = ");
    private static final String USER = "scratch";

    private final Path data;
    private final int port;
    private final Process server;

    /**
     * Starts it and applies the migrations of these places on the class path, for example {@code
     * db/migration}.
     */
    public ScratchPostgres(String... migrations) throws IOException, InterruptedException {
        this(Map.of(), migrations);
    }

    /** The same, with what the migrations leave open ({@code quarkus.flyway.placeholders}). */
    public ScratchPostgres(Map<String, String> placeholders, String... migrations)
            throws IOException, InterruptedException {
        unpack();
        this.data = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "scratch.");
        Path log = data.resolve("log");
        Path cluster = data.resolve("cluster");
        Process made =
                run(
                        log,
                        "initdb",
                        "-D",
                        cluster.toString(),
                        "-U",
                        USER,
                        "-A",
                        "trust",
                        "-E",
                        "UTF8",
                        "--locale",
                        "C",
                        "--no-sync");
        if (!made.waitFor(60, TimeUnit.SECONDS) || made.exitValue() != 0) {
            throw new IOException("initdb failed: " + Files.readString(log));
        }
        this.port = freePort();
        this.server =
                run(
                        log,
                        "postgres",
                        "-D",
                        cluster.toString(),
                        "-p",
                        String.valueOf(port),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "fsync=off");
        awaitStart(log);
        Flyway.configure()
                .dataSource(url(), USER, "")
                .placeholders(placeholders)
                .locations(
                        Arrays.stream(migrations)
                                .map(each -> "classpath:" + each)
                                .toArray(String[]::new))
                .placeholders(placeholders)
                .load()
                .migrate();
    }

    /** A connection of its own; nothing is committed by itself. */
    public Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(url(), USER, "");
        connection.setAutoCommit(false);
        return connection;
    }

    /**
     * Runs a statement as the services write it, with parameters {@code :name} or {@code ?1}.
     *
     * @param parameters by name or number; arrays of strings or UUIDs, or what JDBC takes
     * @return the rows that it gives, none for one that gives none
     */
    public static List<Object[]> run(
            Connection connection, String sql, Map<String, Object> parameters) throws SQLException {
        Matcher matcher = PARAMETER.matcher(sql);
        StringBuilder positional = new StringBuilder();
        List<Object> values = new ArrayList<>();
        while (matcher.find()) {
            values.add(parameters.get(matcher.group(1)));
            matcher.appendReplacement(positional, "?");
        }
        matcher.appendTail(positional);
        try (PreparedStatement statement = connection.prepareStatement(positional.toString())) {
            for (int n = 0; n < values.size(); n++) {
                statement.setObject(n + 1, value(connection, values.get(n)));
            }
            List<Object[]> rows = new ArrayList<>();
            if (statement.execute()) {
                try (ResultSet found = statement.getResultSet()) {
                    int columns = found.getMetaData().getColumnCount();
                    while (found.next()) {
                        Object[] row = new Object[columns];
                        for (int n = 0; n < columns; n++) {
                            row[n] = found.getObject(n + 1);
                        }
                        rows.add(row);
                    }
                }
            }
            return rows;
        }
    }

    /**
     * Where a statement reads a table or one of its indexes from end to end, planned by keys
     * ({@link dev.remit.handoff.postgres.Statement#BY_KEYS}) for any values, with the tables as
     * they are. Halts may be read so: there are few.
     */
    public static List<String> endToEnd(Connection connection, String sql) throws SQLException {
        Map<String, String> numbers = new LinkedHashMap<>();
        String numbered =
                PARAMETER
                        .matcher(sql)
                        .replaceAll(found ->
                                numbers.computeIfAbsent(
                                        found.group(1), _ -> "\\$" + (numbers.size() + 1)));
        run(connection, dev.remit.handoff.postgres.Statement.BY_KEYS.sql(), Map.of());
        List<String> plan = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            // the server takes no statement from the driver that leaves its parameters open
            statement.execute(
                    "create or replace function pg_temp.plan(asked text) returns setof text language plpgsql"
                            + " as $$ begin return query execute 'explain (generic_plan, costs off) ' || asked; end $$");
        }
        run(connection, "select pg_temp.plan(:asked)", Map.of("asked", numbered))
                .forEach(row -> plan.add(String.valueOf(row[0])));
        List<String> found = new ArrayList<>();
        for (int n = 0; n < plan.size(); n++) {
            String node = plan.get(n);
            boolean isOfKeys = n + 1 < plan.size() && OF_KEYS.matcher(plan.get(n + 1)).find();
            boolean isScan =
                    node.contains("Seq Scan on")
                            || (node.contains("Index") && node.contains("Scan ") && !isOfKeys);
            if (isScan && !node.contains("handoff_halt")) {
                found.add(node.strip());
            }
        }
        return found;
    }

    private static Object value(Connection connection, Object given) throws SQLException {
        return switch (given) {
            case String[] texts -> connection.createArrayOf("text", texts);
            case UUID[] ids -> connection.createArrayOf("uuid", ids);
            case Object other -> other;
        };
    }

    @Override
    public void close() throws IOException, InterruptedException {
        server.destroy();
        if (!server.waitFor(20, TimeUnit.SECONDS)) {
            server.destroyForcibly();
        }
        try (Stream<Path> all = Files.walk(data)) {
            for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(each);
            }
        }
    }

    private String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?connectTimeout=2";
    }

    private void awaitStart(Path log) throws IOException, InterruptedException {
        for (int n = 0; n < 300 && server.isAlive(); n++) {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("select 1");
                return;
            } catch (SQLException e) {
                Thread.sleep(100);
            }
        }
        server.destroy();
        throw new IOException("PostgreSQL does not start: " + Files.readString(log));
    }

    /** PostgreSQL refuses to run as root: there, it runs as nobody in a user namespace. */
    private static Process run(Path log, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(PROGRAM.resolve("bin").resolve(program).toAbsolutePath().toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TZ", "UTC");
        return builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void unpack() throws IOException {
        if (Files.exists(PROGRAM)) {
            return;
        }
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
        Path fresh = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "unpacking.");
        try (InputStream packed =
                        ScratchPostgres.class.getResourceAsStream(
                                "/postgres-linux-" + architecture + ".txz");
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new XZCompressorInputStream(packed))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                unpack(tar, entry, fresh);
            }
        }
        Files.move(fresh, PROGRAM.toAbsolutePath(), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path folder)
            throws IOException {
        Path target = folder.resolve(entry.getName()).normalize();
        if (!target.startsWith(folder)) {
            throw new IOException("archive entry outside its folder: " + entry.getName());
        }
        Files.createDirectories(entry.isDirectory() ? target : target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else if (!entry.isDirectory()) {
            Files.copy(tar, target, StandardCopyOption.REPLACE_EXISTING);
            if ((entry.getMode() & 0100) != 0) {
                Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }
}
