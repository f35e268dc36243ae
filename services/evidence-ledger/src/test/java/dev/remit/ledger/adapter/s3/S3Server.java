package dev.remit.ledger.adapter.s3;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * S3Mock as a process of its own, with one bucket. It is used on loopback; one more port of it, a
 * random one, cannot be kept there.
 */
public final class S3Server implements AutoCloseable {
    private static final String BUCKET = "acme";
    private static final long PATIENCE = 60_000_000_000L;

    private final Process process;
    private final URI url;

    /** Starts it, and waits until it answers. */
    public S3Server(Path folder) throws Exception {
        int port = freePort();
        Path log = folder.resolve("s3mock.log");
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-XX:TieredStopAtLevel=1",
                                "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("s3")),
                                "-jar",
                                jar().toString(),
                                "--server.address=127.0.0.1",
                                "--server.port=" + port,
                                "--server.ssl.enabled=false",
                                "--com.adobe.testing.s3mock.http-port=0",
                                "--com.adobe.testing.s3mock.store.initial-buckets=" + BUCKET)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        url = URI.create("http://127.0.0.1:" + port);
        long until = System.nanoTime() + PATIENCE;
        while (!answers(port)) {
            if (!process.isAlive() || System.nanoTime() > until) {
                close();
                throw new IOException("S3Mock does not start:\n" + Files.readString(log));
            }
            Thread.sleep(50);
        }
    }

    /** Where a prefix of the bucket is. */
    public Bucket.Settings settings(String prefix) {
        return new Bucket.Settings(
                BUCKET,
                Optional.of(url),
                Bucket.Settings.DEFAULT_REGION,
                prefix,
                true,
                Optional.of("access"),
                Optional.of("secret"));
    }

    /** A prefix of the bucket, as a client without credentials sees it. */
    public URI url(String prefix) {
        return url.resolve("/" + BUCKET + "/" + prefix);
    }

    private static Path jar() {
        return List.of(System.getProperty("java.class.path").split(":")).stream()
                .map(Path::of)
                .filter(each -> each.getFileName().toString().startsWith("s3mock-"))
                .findFirst()
                .orElseThrow();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }
}
