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
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.CheckpointPublished;
import dev.remit.wire.v1.Decision;
import dev.remit.wire.v1.ExecutionOutcome;
import dev.remit.wire.v1.FactJudgement;
import dev.remit.wire.v1.FactState;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.PolicyRef;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import dev.remit.wire.v1.StepResult;
import dev.remit.wire.v1.StepState;
import dev.remit.wire.v1.Subject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes of a registry that does not answer as it should. */
class WireTest {
    private static final byte[] PAYLOAD = {0, 0, 0, 0, 7, 1, 2, 3};

    private static final String SCHEMA = Handoff.CHECKPOINT_PUBLISHED.schema().toString();

    private HttpServer registry;
    private Wire wire;

    /** What it answers; 0: nothing, for ever. */
    private volatile int status;

    private final AtomicInteger asked = new AtomicInteger();

    @BeforeEach
    void start() throws IOException {
        registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext(
                "/",
                exchange -> {
                    asked.incrementAndGet();
                    if (status == 0) {
                        return;
                    }
                    String path = exchange.getRequestURI().getPath();
                    byte[] body =
                            (status != 200
                                            ? "{\"title\":\"no\",\"status\":%d}".formatted(status)
                                            : path.endsWith("/references") ? "[]" : SCHEMA)
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(status, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        registry.start();
        wire = wire(Duration.ofMillis(500));
    }

    private Wire wire(Duration patience) {
        return new Wire(
                "http://127.0.0.1:" + registry.getAddress().getPort() + "/apis/registry/v3",
                Optional.empty(),
                patience);
    }

    /** The registry has the schema, and there is time. */
    private void givenASchema() {
        status = 200;
        wire = wire(Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() {
        registry.stop(0);
    }

    @Test
    void aRegistryThatTakesAQuestionAndNeverAnswersIsNotWaitedForForEver() {
        for (int attempt = 1; attempt <= 2; attempt++) {
            assertThatThrownBy(() -> decode(Handoff.CHANGE_CLOSED)).isInstanceOf(Unavailable.class);
            assertThat(asked).hasValue(attempt);
        }
        status = 404;
        assertThatThrownBy(() -> decode(Handoff.CHANGE_CLOSED)).isInstanceOf(Unprocessable.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 401, 403, 429})
    void aRegistryInTroubleIsWaitedForAndNoMessageIsSetAside(int trouble) {
        status = trouble;
        assertThatThrownBy(() -> decode(Handoff.CHECKPOINT_PUBLISHED))
                .isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> wire.encode(message())).isInstanceOf(Unavailable.class);
    }

    @Test
    void aSchemaThatTheRegistryDoesNotHaveIsTheMessagesFault() {
        status = 404;
        assertThatThrownBy(() -> decode(Handoff.CHECKPOINT_PUBLISHED))
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
        assertThatThrownBy(() -> decode(Handoff.CHECKPOINT_PUBLISHED))
                .isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> wire.encode(message())).isInstanceOf(Unavailable.class);
    }

    @Test
    void whatTheRegistryOnceSaidIsKnownForEver() throws Exception {
        givenASchema();
        CheckpointPublished message = message();
        byte[] payload = payload(message);
        Handoff handoff = Handoff.CHECKPOINT_PUBLISHED;
        assertThat(wire.decode(handoff, handoff.dataschema(), payload)).isEqualTo(message);
        int before = asked.get();

        registry.stop(0);
        assertThat(wire.decode(handoff, handoff.dataschema(), payload)).isEqualTo(message);
        assertThat(asked).hasValue(before);
    }

    @Test
    void whatIsWrittenInAMomentIsKnownByWhatWasWrittenBefore() {
        Handoff handoff = Handoff.APPROVAL_DECIDED;
        Wire old = new Wire("http://127.0.0.1:1", Optional.of("v1"));
        assertThat(wire.isBrief(handoff)).as("the registry is to be asked").isFalse();

        wire.noted(handoff, new byte[16 * 1024]);
        old.noted(handoff, new byte[100]);
        assertThat(wire.isBrief(handoff)).isTrue();
        assertThat(old.isBrief(handoff)).as("it is written otherwise, and compared").isFalse();

        wire.noted(handoff, new byte[16 * 1024 + 1]);
        wire.noted(handoff, new byte[100]);
        assertThat(wire.isBrief(handoff)).as("one was large").isFalse();
        assertThat(wire.isBrief(Handoff.CHANGE_CLOSED)).isFalse();
    }

    @Test
    void aMessageThatNoBrokerTakesIsNotSent() {
        byte[] most = new byte[1_000_000];
        assertThat(Wire.fitting(Handoff.CHANGE_CLOSED, most)).isSameAs(most);
        assertThatThrownBy(() -> Wire.fitting(Handoff.CHANGE_CLOSED, new byte[1_000_001]))
                .isInstanceOf(TooLarge.class)
                .hasMessage("ChangeClosed would have 1000001 bytes, a message has 1000000 at most");
    }

    @Test
    void anEnvelopeThatNamesAnotherSchemaThanThePayloadIsRefused() throws Exception {
        givenASchema();
        byte[] payload = payload(message());
        Handoff handoff = Handoff.CHECKPOINT_PUBLISHED;
        for (String other :
                List.of(
                        handoff.dataschema().replaceFirst("[0-9a-f]{16}$", "0".repeat(16)),
                        Handoff.CHANGE_CLOSED.dataschema(),
                        "")) {
            assertRefused(handoff, other, payload, Unprocessable.Code.UNKNOWN_SCHEMA);
        }
        assertRefused(
                Handoff.CHANGE_CLOSED,
                Handoff.CHANGE_CLOSED.dataschema(),
                payload,
                Unprocessable.Code.UNDECODABLE);
    }

    @Test
    void aPayloadThatEndsEarlyOrLateIsNoRecord() throws Exception {
        givenASchema();
        byte[] payload = payload(message());
        Handoff handoff = Handoff.CHECKPOINT_PUBLISHED;
        for (int length = 0; length < payload.length; length++) {
            assertRefused(
                    handoff,
                    handoff.dataschema(),
                    Arrays.copyOf(payload, length),
                    Unprocessable.Code.UNDECODABLE);
        }
        assertRefused(
                handoff,
                handoff.dataschema(),
                Arrays.copyOf(payload, payload.length + 1),
                Unprocessable.Code.UNDECODABLE);
    }

    private void assertRefused(
            Handoff handoff, String dataschema, byte[] payload, Unprocessable.Code code) {
        assertThatThrownBy(() -> wire.decode(handoff, dataschema, payload))
                .isInstanceOfSatisfying(
                        Unprocessable.class, refused -> assertThat(refused.code()).isEqualTo(code));
    }

    private SpecificRecord decode(Handoff handoff) throws Unprocessable {
        return wire.decode(handoff, handoff.dataschema(), PAYLOAD);
    }

    /** As a service writes it: the registry's content id in front. */
    static byte[] payload(CheckpointPublished message) throws IOException {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, 0, 0, 0, 7});
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new SpecificDatumWriter<CheckpointPublished>(message.getSchema()).write(message, encoder);
        encoder.flush();
        return out.toByteArray();
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

    /** Avro's own equals fails on times within an array, and knows maps by their order. */
    @Test
    void timesWithinArraysAndMapsOfAnyOrderAreSaidInAReleasedVersion() {
        Wire old = new Wire("http://127.0.0.1:1", Optional.of("v1"));

        for (SpecificRecord record : List.of(judged(), executed())) {
            assertThatThrownBy(() -> old.encode(record))
                    .as("goes on to the registry, which is away: " + record.getSchema().getName())
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("registry");
        }
    }

    private static ReadinessJudged judged() {
        Instant at = Instant.parse("2026-01-31T12:00:00.123456Z");
        return ReadinessJudged.newBuilder()
                .setChange(
                        new Change(
                                new UUID(0, 1),
                                new CharterRef("leaver", "1", "hash"),
                                Mode.OWN,
                                new Subject("hr", "E1"),
                                "keycloak:acme",
                                "offboard",
                                "left",
                                new Actor("a", ActorKind.HUMAN, null),
                                null,
                                at))
                .setVerdict(ReadinessVerdict.READY)
                .setFacts(
                        List.of(
                                new FactJudgement("manager", FactState.PRESENT, "E2", "hr", at, ""),
                                new FactJudgement(
                                        "account", FactState.MISSING, null, "hr", null, "none")))
                .setReason("")
                .setJudgedAt(at)
                .build();
    }

    private static ChangeExecuted executed() {
        Map<String, String> before = new LinkedHashMap<>();
        for (int n = 40; n > 0; n--) {
            before.put("attribute-" + n, "value");
        }
        return ChangeExecuted.newBuilder()
                .setChangeId(new UUID(0, 1))
                .setAuthorizationId(new UUID(0, 2))
                .setPlanHash("hash")
                .setExecutor(new Actor("executor", ActorKind.SERVICE, null))
                .setOutcome(ExecutionOutcome.SUCCEEDED)
                .setSteps(
                        List.of(
                                new StepResult(
                                        "disable",
                                        StepState.DONE,
                                        null,
                                        before,
                                        new TreeMap<>(before),
                                        "")))
                .setReadBackMatches(true)
                .setReason("")
                .setStartedAt(Instant.EPOCH)
                .setCompletedAt(Instant.EPOCH)
                .build();
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

    static CheckpointPublished message() {
        return CheckpointPublished.newBuilder()
                .setOrigin("log")
                .setSize(1)
                .setRootHash(ByteBuffer.allocate(32))
                .setNote("note")
                .setPublishedAt(Instant.EPOCH)
                .build();
    }
}
