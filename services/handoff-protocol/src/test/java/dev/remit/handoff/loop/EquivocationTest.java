package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.Topic;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.SigningKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same id once more, in a later batch than the first. */
class EquivocationTest {
    private static final UUID ID = new UUID(0, 1);
    private static final Hash FIRST = Hash.sha256("first".getBytes(StandardCharsets.UTF_8));
    private static final Hash OTHER = Hash.sha256("other".getBytes(StandardCharsets.UTF_8));

    @TempDir Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void otherBytesUnderAKnownIdAreSetAsideAndCounted() throws Exception {
        SealedOutbox outbox = compared(OTHER);
        assertThat(outbox.hasSetAside()).isTrue();
        assertThat(counted()).isEqualTo(1);
    }

    @Test
    void theSameBytesOnceMoreAreNoEquivocation() throws Exception {
        SealedOutbox outbox = compared(FIRST);
        assertThat(outbox.hasSetAside()).isFalse();
        assertThat(counted()).isZero();
    }

    private double counted() {
        return meters.counter("remit.handoffs.set.aside", "code", "EQUIVOCATION").count();
    }

    /** What becomes of a message that comes again with these bytes. */
    private SealedOutbox compared(Hash hash) throws Exception {
        SigningKey key = SigningKey.generate("connector", new SecureRandom());
        Path signing = Files.writeString(folder.resolve("connector.key"), key.secretText());
        Path trust = Files.writeString(folder.resolve("trust.vkeys"), key.verifier() + "\n");
        SealedOutbox outbox =
                new SealedOutbox(
                        new SealedOutbox.Means(
                                new Keys("connector", signing, trust),
                                null,
                                null,
                                null,
                                null,
                                null),
                        Instant.EPOCH,
                        new Random(1));
        loop().compare(
                        List.of(received(hash)),
                        Map.of(ID, FIRST.toString()),
                        Map.of(
                                ID,
                                new ConsumerRecord<>(
                                        Topic.CHECKPOINT.topicName(), 0, 7, "log", new byte[0])),
                        outbox);
        return outbox;
    }

    private HandoffLoop loop() {
        return new HandoffLoop(
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                meters,
                null,
                null,
                null,
                Optional.empty(),
                Duration.ZERO,
                Optional.empty(),
                Optional.empty(),
                null);
    }

    private static Received received(Hash hash) {
        Handoff handoff = Handoff.CHECKPOINT_PUBLISHED;
        return new Received(
                new Envelope(
                        ID,
                        Service.EVIDENCE_LEDGER,
                        handoff,
                        "log",
                        Instant.EPOCH,
                        handoff.dataschema(),
                        null,
                        null,
                        0,
                        null),
                null,
                new byte[0],
                null,
                hash,
                handoff.topic().topicName(),
                0,
                7);
    }
}
