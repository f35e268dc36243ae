package dev.remit.ledger.adapter.s3;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** A server for S3 that others made, as a process of its own, with one bucket. */
public final class S3Server implements AutoCloseable {
    private static final String BUCKET = "acme";
    private static final String ACCESS = "access";
    private static final String SECRET = "secret";
    private static final long PATIENCE = 60_000_000_000L;

    private final String name;
    private final Process process;
    private final URI url;
    private final S3Presigner links;

    /** Starts it, and waits until it answers. */
    private S3Server(String name, int port, Path folder, List<String> program) throws Exception {
        this.name = name;
        this.url = url(port);
        this.links =
                S3Presigner.builder()
                        .endpointOverride(url)
                        .region(Region.of(Bucket.Settings.DEFAULT_REGION))
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(ACCESS, SECRET)))
                        .serviceConfiguration(
                                S3Configuration.builder().pathStyleAccessEnabled(true).build())
                        .build();
        Path log = folder.resolve(name + ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"));
        command.addAll(program);
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        long until = System.nanoTime() + PATIENCE;
        while (!answers(port)) {
            if (!process.isAlive() || System.nanoTime() > until) {
                close();
                throw new IOException(name + " does not start:\n" + Files.readString(log));
            }
            Thread.sleep(50);
        }
    }

    /**
     * S3Mock, which takes any signature. It is used on loopback; one more port of it, a random one,
     * cannot be kept there.
     */
    public static S3Server mock(Path folder) throws Exception {
        int port = freePort();
        return new S3Server(
                "S3Mock",
                port,
                folder,
                List.of(
                        "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("s3")),
                        "-jar",
                        jar().toString(),
                        "--server.address=127.0.0.1",
                        "--server.port=" + port,
                        "--server.ssl.enabled=false",
                        "--com.adobe.testing.s3mock.http-port=0",
                        "--com.adobe.testing.s3mock.store.initial-buckets=" + BUCKET));
    }

    /**
     * S3Proxy over a folder, which checks signatures, version 4. Of writes at the very same moment
     * it lets several through.
     */
    public static S3Server proxy(Path folder) throws Exception {
        int port = freePort();
        Path objects = folder.resolve("s3proxy");
        Files.createDirectories(objects.resolve(BUCKET));
        Path settings =
                Files.writeString(
                        folder.resolve("s3proxy.properties"),
                        """
                        s3proxy.endpoint=%s
                        s3proxy.authorization=aws-v4
                        s3proxy.identity=%s
                        s3proxy.credential=%s
                        jclouds.provider=filesystem-nio2
                        jclouds.filesystem.basedir=%s
                        jclouds.identity=unused
                        jclouds.credential=unused
                        """
                                .formatted(url(port), ACCESS, SECRET, objects));
        return new S3Server(
                "S3Proxy",
                port,
                folder,
                List.of(
                        "-cp",
                        "s3proxy/target/lib/*",
                        "org.gaul.s3proxy.Main",
                        "--properties",
                        settings.toString()));
    }

    /** Where a prefix of the bucket is. */
    public Bucket.Settings settings(String prefix) {
        return settings(BUCKET, prefix, SECRET);
    }

    /** With a bucket, or a secret key, that may be wrong. */
    public Bucket.Settings settings(String bucket, String prefix, String secret) {
        return new Bucket.Settings(
                bucket,
                Optional.of(url),
                Bucket.Settings.DEFAULT_REGION,
                prefix,
                true,
                Optional.of(ACCESS),
                Optional.of(secret));
    }

    /** An object, for who has no credentials: a link, signed, good for a minute. */
    public URI link(String key) {
        return URI.create(
                links.presignGetObject(each ->
                                each.signatureDuration(Duration.ofMinutes(1))
                                        .getObjectRequest(get -> get.bucket(BUCKET).key(key)))
                        .url()
                        .toString());
    }

    private static URI url(int port) {
        return URI.create("http://127.0.0.1:" + port);
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
        links.close();
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public String toString() {
        return name;
    }
}
