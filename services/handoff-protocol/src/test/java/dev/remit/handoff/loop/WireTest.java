package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Unprocessable;
import dev.remit.wire.Messages;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.CheckpointPublished;
import dev.remit.wire.v1.Decision;
import dev.remit.wire.v1.PolicyRef;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes of a registry that does not answer as it should. */
class WireTest {
    private static final byte[] PAYLOAD = {0, 0, 0, 0, 7, 1, 2, 3};

    private HttpServer registry;
    private Wire wire;
    private volatile int status;

    @BeforeEach
    void start() throws IOException {
        registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext(
                "/",
                exchange -> {
                    byte[] body =
                            "{\"title\":\"no\",\"status\":%d}"
                                    .formatted(status)
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(status, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        registry.start();
        wire =
                new Wire(
                        "http://127.0.0.1:" + registry.getAddress().getPort() + "/apis/registry/v3",
                        Optional.empty());
    }

    @AfterEach
    void stop() {
        registry.stop(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 401, 403, 429})
    void aRegistryInTroubleIsWaitedForAndNoMessageIsSetAside(int trouble) {
        status = trouble;
        assertThatThrownBy(() -> wire.decode(Handoff.CHECKPOINT_PUBLISHED, PAYLOAD))
                .isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> wire.encode(message())).isInstanceOf(Unavailable.class);
    }

    @Test
    void aSchemaThatTheRegistryDoesNotHaveIsTheMessagesFault() {
        status = 404;
        assertThatThrownBy(() -> wire.decode(Handoff.CHECKPOINT_PUBLISHED, PAYLOAD))
                .isInstanceOfSatisfying(
                        Unprocessable.class,
                        refused ->
                                assertThat(refused.code())
                                        .isEqualTo(Unprocessable.Code.UNKNOWN_SCHEMA));
    }

    @Test
    void aSchemaThatIsNotRegisteredYetIsWaitedFor() {
        status = 404;
        assertThatThrownBy(() -> wire.encode(message())).isInstanceOf(Unavailable.class);
    }

    @Test
    void aRegistryThatIsGoneIsWaitedFor() {
        registry.stop(0);
        assertThatThrownBy(() -> wire.decode(Handoff.CHECKPOINT_PUBLISHED, PAYLOAD))
                .isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> wire.encode(message())).isInstanceOf(Unavailable.class);
    }

    @Test
    void aVersionThatWasNeverReleasedCannotBeKeptTo() {
        assertThatThrownBy(() -> new Wire("http://127.0.0.1:1", Optional.of("v999")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("v999");
    }

    @Test
    void whatKeepsToAReleasedVersionNamesItsSchemas() {
        Wire old = new Wire("http://127.0.0.1:1", Optional.of("v1"));

        assertThat(old.dataschema(Handoff.APPROVAL_DECIDED))
                .isEqualTo(
                        Handoff.dataschema(Messages.asOf("v1", ApprovalDecided.getClassSchema())))
                .isNotEqualTo(Handoff.APPROVAL_DECIDED.dataschema());
        assertThat(old.dataschema(Handoff.DEAD_LETTER_RESOLVED))
                .as("a record that is newer")
                .isEqualTo(Handoff.DEAD_LETTER_RESOLVED.dataschema());
    }

    @Test
    void whatAReleasedVersionCannotSayIsNotWritten() {
        Wire old = new Wire("http://127.0.0.1:1", Optional.of("v1"));

        assertThatThrownBy(() ->
                        old.encode(
                                decided(
                                        new Actor("policy:low@1", ActorKind.POLICY, null),
                                        new PolicyRef("low", "1"))))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("remit.schemas.version")
                .hasMessageContaining("ApprovalDecided");
        assertThatThrownBy(() -> old.encode(decided(new Actor("a", ActorKind.HUMAN, null), null)))
                .as("what it can say goes on to the registry, which is away")
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("registry");
    }

    private static ApprovalDecided decided(Actor by, PolicyRef policy) {
        return ApprovalDecided.newBuilder()
                .setChangeId(new UUID(0, 1))
                .setStage("manager")
                .setDecision(Decision.APPROVED)
                .setDecidedBy(by)
                .setPolicy(policy)
                .setReason("")
                .setPlanHash("hash")
                .setDecidedAt(Instant.parse("2026-01-31T12:00:00.123456789Z"))
                .build();
    }

    private static CheckpointPublished message() {
        return CheckpointPublished.newBuilder()
                .setOrigin("log")
                .setSize(1)
                .setRootHash(ByteBuffer.allocate(32))
                .setNote("note")
                .setPublishedAt(Instant.EPOCH)
                .build();
    }
}
