package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.remit.handoff.loop.Received;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.adapter.s3.Bucket;
import dev.remit.ledger.adapter.s3.PublicBucket;
import dev.remit.ledger.adapter.s3.S3Server;
import dev.remit.ledger.audit.Audit;
import dev.remit.ledger.audit.Fsck;
import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.TlogProof;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The log's public files in S3-compatible storage: two servers that others made. */
class LogInBucketTest {
    @TempDir static Path folder;

    private static S3Server mock;
    private static S3Server proxy;
    private static Vertx vertx;

    private final HttpClient client = HttpClient.newHttpClient();
    private int sent;

    @BeforeAll
    static void start() throws Exception {
        mock = S3Server.mock(folder);
        proxy = S3Server.proxy(folder);
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        proxy.close();
        mock.close();
    }

    static List<S3Server> servers() {
        return List.of(mock, proxy);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("servers")
    void aLogInABucketIsSoundFromInsideAndOutside(S3Server server) throws Exception {
        try (Bucket bucket = new Bucket(server.settings("acme/log/"))) {
            PublicBucket files = new PublicBucket(vertx, bucket);
            files.check();
            InMemoryLedger ledger = new InMemoryLedger();
            ledger.elsewhere = files;
            grow(ledger, 70, 300, 1);
            assertThat(ledger.publicFiles).isEmpty();

            Fsck.Report report =
                    Fsck.run(bucket, ledger.log.witnesses(), Optional.empty(), List.of());
            assertThat(report.findings()).isEmpty();
            assertThat(report.notes()).isEmpty();
            assertThat(report.leaves()).isEqualTo(371);

            Audit audit =
                    new Audit(
                            path -> body(get(server, path)),
                            ledger.log.witnesses(),
                            List.of(),
                            List.of());
            Audit.Result seen = audit.follow(Optional.empty());
            assertThat(seen.outcome()).as(seen.words()).isEqualTo(Audit.Outcome.CONSISTENT);
            grow(ledger, 200);
            assertThat(audit.follow(seen.seen()).outcome()).isEqualTo(Audit.Outcome.CONSISTENT);

            assertThat(get(server, "checkpoint").headers().firstValue("Cache-Control"))
                    .contains("no-cache");
            assertThat(get(server, "checkpoint").headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/plain");
            assertThat(get(server, "tile/0/000").headers().map())
                    .containsEntry("Cache-Control", List.of("max-age=31536000, immutable"))
                    .containsEntry("Content-Type", List.of("application/octet-stream"));

            TlogProof proof = new ProveEntries(files, new KeptTiles(files)).inclusion("", 300);
            assertThat(proof.index()).isEqualTo(300);
            // a partial tile of this width was never published: a wider one, or the full one
            assertThat(files.read(0, 2, 30).length).isEqualTo((571 - 2 * Tile.FULL) * 32);
            assertThat(files.read(0, 0, 33).length).isEqualTo(Tile.FULL * 32);
            assertThatThrownBy(() -> files.read(0, 2, 200)).hasMessageContaining("is missing");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("servers")
    void whoWritesLateWritesNothing(S3Server server) {
        try (Bucket bucket = new Bucket(server.settings("late/"))) {
            PublicBucket files = new PublicBucket(vertx, bucket);
            files.replace("checkpoint", Optional.empty(), bytes("one"));
            files.replace("checkpoint", Optional.of(bytes("one")), bytes("two"));
            files.replace("checkpoint", Optional.of(bytes("one")), bytes("two"));
            assertThatThrownBy(() ->
                            files.replace("checkpoint", Optional.of(bytes("one")), bytes("late")))
                    .hasMessageContaining("somebody else writes");
            assertThatThrownBy(() -> files.replace("checkpoint", Optional.empty(), bytes("first")))
                    .hasMessageContaining("somebody else writes");
            assertThat(files.read("checkpoint")).contains(bytes("two"));

            files.write(Map.of("tile/0/000.p/1", bytes("leaf"), "tile/0/001.p/1", bytes("leaf")));
            files.write(Map.of("tile/0/000.p/1", bytes("leaf")));
            assertThatThrownBy(() -> files.write(Map.of("tile/0/000.p/1", bytes("other"))))
                    .hasMessageContaining("tile/0/000.p/1")
                    .hasMessageContaining("not written over");
            assertThat(files.read("tile/0/000.p/1")).contains(bytes("leaf"));
            assertThat(files.read("../acme/checkpoint")).isEmpty();
        }
    }

    @Test
    void aWrongSecretIsRefusedByTheSettingsNameAndNotShown() {
        String wrong = "nobody-else-knows-this";
        try (Bucket bucket = new Bucket(proxy.settings("acme", "acme/log/", wrong))) {
            PublicBucket files = new PublicBucket(vertx, bucket);
            for (ThrowingCallable each :
                    List.<ThrowingCallable>of(
                            files::check, () -> files.read("checkpoint"), bucket::list)) {
                assertThatThrownBy(each)
                        .hasMessageContaining("remit.log.s3.secret-key")
                        .hasMessageContaining("403 SignatureDoesNotMatch")
                        .extracting(Throwables::getStackTrace, STRING)
                        .doesNotContain(wrong);
            }
        }
    }

    @Test
    void aBucketThatIsNotThereIsNamed() {
        try (Bucket bucket = new Bucket(proxy.settings("elsewhere", "", "secret"))) {
            assertThatThrownBy(new PublicBucket(vertx, bucket)::check)
                    .hasMessageContaining("remit.log.s3.bucket")
                    .hasMessageContaining("elsewhere");
        }
    }

    @Test
    void storageIsTakenIfItKeepsToConditions() {
        assertThatThrownBy(() -> check(put -> true)).hasMessageContaining("ignores If-None-Match");
        // what is no tag to it is no condition
        assertThatThrownBy(() -> check(put -> "0".equals(put.getFirst("If-Match"))))
                .hasMessageContaining("ignores If-None-Match");
        assertThatThrownBy(() -> check(put -> false)).hasMessageContaining("its own tag \"1\"");
        assertThatCode(() -> check(put -> "\"1\"".equals(put.getFirst("If-Match"))))
                .doesNotThrowAnyException();
        // as Ceph does
        assertThatCode(() -> check(put -> "1".equals(put.getFirst("If-Match"))))
                .doesNotThrowAnyException();
    }

    /**
     * @param takes whether storage puts an object instead of one whose tag is 1
     */
    private static void check(Predicate<Headers> takes) throws IOException {
        HttpServer storage =
                storage(exchange -> {
                    exchange.getResponseHeaders().add("ETag", "\"1\"");
                    return exchange.getRequestMethod().equals("GET")
                                    || takes.test(exchange.getRequestHeaders())
                            ? 200
                            : 412;
                });
        try (Bucket bucket = new Bucket(settings(storage))) {
            new PublicBucket(vertx, bucket).check();
        } finally {
            storage.stop(0);
        }
    }

    @Test
    void whatIsPutHasItsDigestAndIsPutAgainAfterAConflict() throws Exception {
        List<String> digests = new CopyOnWriteArrayList<>();
        HttpServer locking =
                storage(exchange -> {
                    digests.add(
                            String.valueOf(exchange.getRequestHeaders().getFirst("Content-MD5")));
                    return digests.size() < 3 ? 409 : 200;
                });
        try (Bucket bucket = new Bucket(settings(locking))) {
            new PublicBucket(vertx, bucket).write(Map.of("tile/0/000.p/1", bytes("leaf")));
            // RFC 1864: of the body's bytes, in base64
            assertThat(digests).hasSize(3).containsOnly("urT/BMwUr2bk1CyF+IjP5g==");
        } finally {
            locking.stop(0);
        }
    }

    /** What storage answers, by its status. */
    private interface Answer {
        int to(HttpExchange exchange) throws IOException;
    }

    private static HttpServer storage(Answer answer) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(answer.to(exchange), -1);
                    exchange.close();
                });
        server.start();
        return server;
    }

    private static Bucket.Settings settings(HttpServer storage) {
        return new Bucket.Settings(
                "acme",
                Optional.of(URI.create("http://127.0.0.1:" + storage.getAddress().getPort())),
                "eu-central-1",
                "",
                true,
                Optional.of("access"),
                Optional.of("secret"));
    }

    private void grow(InMemoryLedger ledger, int... steps) {
        for (int step : steps) {
            List<Received> messages = new ArrayList<>();
            for (int n = 0; n < step; n++) {
                messages.add(new Leaver(10_000 + sent++).activity());
            }
            ledger.receiveFresh(messages);
            ledger.publish.publish(1).await().indefinitely();
        }
    }

    private HttpResponse<byte[]> get(S3Server server, String path) throws IOException {
        try {
            return client.send(
                    HttpRequest.newBuilder(server.link("acme/log/" + path)).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static Optional<byte[]> body(HttpResponse<byte[]> answer) {
        return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
