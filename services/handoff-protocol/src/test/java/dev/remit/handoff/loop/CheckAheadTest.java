package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.Unprocessable.Code;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SigningKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Instance;
import java.lang.reflect.Proxy;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was checked while another batch was stored, when its own begins. */
class CheckAheadTest {
    private final SigningKey own = SigningKey.generate("executor", new SecureRandom());
    private final SigningKey ledger = SigningKey.generate("evidence-ledger", new SecureRandom());

    private final Vertx vertx = Vertx.vertx();

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

    private ConsumerRecord<String, byte[]> withoutPayload() {
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
        Seal seal = Seal.all(ledger, List.of(Seal.hash(envelope, new byte[0]))).getFirst();
        Map<String, String> headers = envelope.headers();
        headers.put(Seal.KEY_HEADER, seal.key());
        headers.put(Seal.SEAL_HEADER, seal.text());
        ConsumerRecord<String, byte[]> record =
                new ConsumerRecord<>(handoff.topic().topicName(), 0, 7, "log", null);
        headers.forEach((name, value) ->
                record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    @SuppressWarnings("unchecked")
    private HandoffLoop loop(Keys keys) {
        Instance<Polls> nobody =
                (Instance<Polls>)
                        Proxy.newProxyInstance(
                                CheckAheadTest.class.getClassLoader(),
                                new Class<?>[] {Instance.class},
                                (_, _, _) -> false);
        return new HandoffLoop(
                keys,
                new Wire("http://127.0.0.1:1", Optional.empty()),
                new Contexts(vertx),
                null,
                null,
                null,
                null,
                new SimpleMeterRegistry(),
                null,
                null,
                nobody,
                Optional.empty(),
                Duration.ZERO,
                Optional.empty());
    }
}
