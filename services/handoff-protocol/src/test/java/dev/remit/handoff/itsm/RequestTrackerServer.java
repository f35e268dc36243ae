package dev.remit.handoff.itsm;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real Request Tracker 5 on loopback, from Debian's packages, with data of its own. */
public final class RequestTrackerServer implements AutoCloseable {
    /** What installs it. */
    public static final String PACKAGES = "request-tracker5 rt5-db-sqlite rt5-standalone";

    /** The Authorization header of its first user. */
    public static final String ROOT =
            "Basic "
                    + Base64.getEncoder()
                            .encodeToString("root:password".getBytes(StandardCharsets.UTF_8));

    private static final Path SERVER = Path.of("/usr/share/request-tracker5/libexec/rt-server");
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path folder;
    private final Process process;

    /** The address of its REST2. */
    public final String url;

    /** Whether it is installed here. */
    public static boolean isInstalled() {
        return Files.isExecutable(SERVER);
    }

    /** Makes its database in this folder, and starts it. */
    public RequestTrackerServer(Path folder) throws IOException, InterruptedException {
        this.folder = folder.toAbsolutePath();
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        url = "http://127.0.0.1:" + port + "/REST/2.0";
        Files.createDirectories(this.folder.resolve("RT_SiteConfig.d"));
        Files.writeString(
                this.folder.resolve("RT_SiteConfig.pm"),
                """
                Set($DatabaseType, 'SQLite'); Set($DatabaseName, '%1$s/rt.db');
                Set($WebDomain, '127.0.0.1'); Set($WebPort, %2$d); Set($rtname, 'remit'); Set($Organization, 'remit');
                Set($LogToSTDERR, 'warning'); Set($LogToSyslog, undef); Set($MailCommand, 'testfile');
                Set($WebSessionClass, 'Apache::Session::File'); Set($MasonSessionDir, '%1$s'); Set($MasonDataDir, '%1$s');
                1;
                """
                        .formatted(this.folder, port));
        Process setup =
                run(
                        "rt-setup-database",
                        "--action",
                        "init",
                        "--dba",
                        "",
                        "--dba-password",
                        "",
                        "--skip-create");
        if (!setup.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            setup.destroy();
        }
        if (setup.waitFor() != 0) {
            throw new IOException("Request Tracker has no database: see " + this.folder);
        }
        process =
                run(
                        SERVER.toString(),
                        "--server",
                        "Standalone",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        String.valueOf(port));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!answers()) {
            if (System.nanoTime() > end || !process.isAlive()) {
                close();
                throw new IOException("Request Tracker does not answer: see " + this.folder);
            }
            Thread.sleep(200);
        }
    }

    /** What it answers, as JSON, to its first user. */
    public String get(String path) throws IOException {
        return send(path);
    }

    /** What it answers to a search in TicketSQL. */
    public String tickets(String query) throws IOException {
        return get("/tickets?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    }

    /** It serves one connection at a time: one that was kept would shut everybody else out. */
    private String send(String path) throws IOException {
        var connection = (HttpURLConnection) URI.create(url + path).toURL().openConnection();
        connection.setConnectTimeout(20_000);
        connection.setReadTimeout(20_000);
        connection.setRequestProperty("Connection", "close");
        connection.setRequestProperty("Authorization", ROOT);
        try (InputStream body = connection.getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private boolean answers() {
        try {
            send("/queues/all");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Process run(String... command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(List.of(command))
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        builder.environment().put("RT_SITE_CONFIG", folder + "/RT_SiteConfig.pm");
        builder.environment().put("RT_SITE_CONFIG_DIR", folder + "/RT_SiteConfig.d");
        return builder.start();
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        process.waitFor(10, TimeUnit.SECONDS);
    }
}
