package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.Unprocessable.Code;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SigningKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Instance;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was checked while another batch was stored, when its own begins. */
class CheckAheadTest {
    private final SigningKey own = SigningKey.generate("executor", new SecureRandom());
    private final SigningKey ledger = SigningKey.generate("evidence-ledger", new SecureRandom());

    private final Vertx vertx = Vertx.vertx();

    private final List<Received> expected = new CopyOnWriteArrayList<>();

    @TempDir Path folder;

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void itIsCheckedOnceMoreIfTheTrustedKeysAreOthersByThen() throws Exception {
        Path signing = Files.writeString(folder.resolve("executor.key"), own.secretText());
        Path trust = Files.writeString(folder.resolve("trust.vkeys"), own.verifier() + "\n");
        HandoffLoop loop = loop(new Keys("executor", signing, trust));
        List<ConsumerRecord<String, byte[]>> records = List.of(withoutPayload());

        loop.checkAhead(records).await().atMost(Duration.ofSeconds(5));
        Files.writeString(trust, own.verifier() + "\n" + ledger.verifier() + "\n");
        Files.setLastModifiedTime(trust, FileTime.from(Instant.now().plusSeconds(60)));
        Thread.sleep(1_100);

        assertThat(loop.check(records).rejected())
                .extracting(HandoffLoop.Rejected::code)
                .as("its key is trusted now, so that its payload is looked at")
                .containsExactly(Code.UNDECODABLE);
    }

    @Test
    void underTheSameKeysItIsNot() throws Exception {
        Path signing = Files.writeString(folder.resolve("executor.key"), own.secretText());
        Path trust = Files.writeString(folder.resolve("trust.vkeys"), own.verifier() + "\n");
        HandoffLoop loop = loop(new Keys("executor", signing, trust));
        ConsumerRecord<String, byte[]> record = withoutPayload();

        loop.checkAhead(List.of(record)).await().atMost(Duration.ofSeconds(5));
        record.headers().remove(Seal.KEY_HEADER);

        assertThat(loop.check(List.of(record)).rejected())
                .extracting(HandoffLoop.Rejected::reason)
                .as("of before the header was lost")
                .singleElement()
                .asString()
                .doesNotContain("is missing");
        assertThat(loop.check(List.of(record)).rejected())
                .as("and only once: what is tried again is checked again")
                .extracting(HandoffLoop.Rejected::reason)
                .singleElement()
                .asString()
                .contains("is missing");
    }

    @Test
    void whatIsAcceptedIsExpectedAndWhatIsRefusedIsNot() throws Exception {
        Path signing = Files.writeString(folder.resolve("executor.key"), own.secretText());
        Path trust =
                Files.writeString(
                        folder.resolve("trust.vkeys"),
                        own.verifier() + "\n" + ledger.verifier() + "\n");
        Handoff handoff = Handoff.CHECKPOINT_PUBLISHED;
        HttpServer registry = registry(handoff);
        try {
            Wire wire =
                    new Wire(
                            "http://127.0.0.1:"
                                    + registry.getAddress().getPort()
                                    + "/apis/registry/v3",
                            Optional.empty());
            HandoffLoop loop = loop(new Keys("executor", signing, trust), wire);
            List<ConsumerRecord<String, byte[]>> records =
                    List.of(record(payload()), withoutPayload());

            loop.checkAhead(records).await().atMost(Duration.ofSeconds(5));
            assertThat(expected).as("its schema is not known yet").isEmpty();

            wire.decode(handoff, handoff.dataschema(), payload());
            loop.checkAhead(records).await().atMost(Duration.ofSeconds(5));
            assertThat(expected).singleElement().extracting(Received::payload).isEqualTo(payload());
        } finally {
            registry.stop(0);
        }
    }

    private static HttpServer registry(Handoff handoff) throws IOException {
        HttpServer registry =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext(
                "/",
                exchange -> {
                    boolean isOfNone = exchange.getRequestURI().getPath().endsWith("/references");
                    byte[] body =
                            (isOfNone ? "[]" : handoff.schema().toString())
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        registry.start();
        return registry;
    }

    private static byte[] payload() throws IOException {
        return WireTest.payload(WireTest.message());
    }

    private ConsumerRecord<String, byte[]> withoutPayload() {
        return record(null);
    }

    private ConsumerRecord<String, byte[]> record(byte @Nullable [] payload) {
        Handoff handoff = Handoff.CHECKPOINT_PUBLISHED;
        Envelope envelope =
                new Envelope(
                        new UUID(0, 1),
                        Service.EVIDENCE_LEDGER,
                        handoff,
                        "log",
                        Instant.EPOCH,
                        handoff.dataschema(),
                        null,
                        null,
                        0,
                        null);
        byte[] sealed = payload == null ? new byte[0] : payload;
        Seal seal = Seal.all(ledger, List.of(Seal.hash(envelope, sealed))).getFirst();
        Map<String, String> headers = envelope.headers();
        headers.put(Seal.KEY_HEADER, seal.key());
        headers.put(Seal.SEAL_HEADER, seal.text());
        ConsumerRecord<String, byte[]> record =
                new ConsumerRecord<>(handoff.topic().topicName(), 0, 7, "log", payload);
        headers.forEach((name, value) ->
                record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    private HandoffLoop loop(Keys keys) {
        return loop(keys, new Wire("http://127.0.0.1:1", Optional.empty()));
    }

    @SuppressWarnings("unchecked")
    private HandoffLoop loop(Keys keys, Wire wire) {
        Receiver expecting =
                new Receiver() {
                    @Override
                    public Uni<Void> receive(List<Received> batch, Outbox outbox) {
                        throw new UnsupportedOperationException("nothing is received here");
                    }

                    @Override
                    public void expect(List<Received> messages) {
                        expected.addAll(messages);
                    }
                };
        Instance<Receiver> receiver =
                (Instance<Receiver>)
                        Proxy.newProxyInstance(
                                CheckAheadTest.class.getClassLoader(),
                                new Class<?>[] {Instance.class},
                                (_, _, _) -> expecting);
        Instance<Polls> nobody =
                (Instance<Polls>)
                        Proxy.newProxyInstance(
                                CheckAheadTest.class.getClassLoader(),
                                new Class<?>[] {Instance.class},
                                (_, _, _) -> false);
        return new HandoffLoop(
                keys,
                wire,
                new Contexts(vertx),
                null,
                null,
                null,
                null,
                new SimpleMeterRegistry(),
                receiver,
                null,
                nobody,
                Optional.empty(),
                Duration.ZERO,
                Optional.empty(),
                Optional.empty(),
                null);
    }
}
