package dev.remit.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.handoff.Service;
import dev.remit.handoff.Topic;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.VerifierKey;
import dev.remit.stack.Accounts;
import dev.remit.stack.Databases;
import dev.remit.stack.KeyFolder;
import dev.remit.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A mesh on a Kafka that demands TLS, a name and rights, as a production cluster does, and whose
 * keys are replaced as in production.
 */
class SecuredKafkaIT {
    private static Mesh mesh;

    @BeforeAll
    static void start() throws Exception {
        mesh = new Mesh("secured-kafka");
        mesh.stack.secureKafka();
        mesh.up();
        mesh.charter("fault-test.yaml");
    }

    @AfterAll
    static void stop() throws Exception {
        mesh.stack.down();
    }

    @Test
    void aChangeGoesThroughTheMesh() throws Exception {
        String change = offboard("S100");
        assertThat(mesh.verify(change).holds()).isTrue();
    }

    @Test
    void aKeyIsReplacedWhileTheMeshRuns() throws Exception {
        String before = offboard("S200");
        Path key = mesh.home.keys().resolve("executor.key");
        String old = SigningKey.read(key).verifier().toString();

        mesh.stack.stop("executor");
        Files.delete(key);
        new KeyFolder(mesh.home.keys(), Stack.LOG_ORIGIN, true, false).make();
        mesh.stack.start("executor");
        String after = offboard("S201");

        Path trust = mesh.home.keys().resolve("trust.vkeys");
        Files.writeString(
                trust, Files.readString(trust).replace(old, old + " until=" + Instant.now()));
        String fresh = SigningKey.read(key).verifier().toString();
        assertThat(mesh.statement(before)).contains(sealedBy(old)).doesNotContain(sealedBy(fresh));
        assertThat(mesh.statement(after)).contains(sealedBy(fresh)).doesNotContain(sealedBy(old));
        assertThat(mesh.verify(before).holds()).as("sealed before the key was retired").isTrue();
        assertThat(mesh.verify(after).holds()).isTrue();

        assertThat(mesh.statement(before)).contains("key-trust/v1\\npublished " + old + "\\n");
        assertThat(mesh.statement(after)).contains("key-trust/v1\\npublished " + fresh + "\\n");
        mesh.until(() -> logged("retired " + old + " "), "the old key's end in the log");
        assertThat(logged("published " + fresh)).isPresent();
        assertThat(logged("retired " + fresh)).isEmpty();
    }

    /** Present if the log says this of a key, and says it once. */
    private static Optional<Boolean> logged(String words) throws Exception {
        return Databases.count(
                                mesh.home,
                                Service.EVIDENCE_LEDGER,
                                "select count(*) from message where type = 'KeyTrust'"
                                        + " and starts_with(convert_from(leaf, 'UTF8'), 'key-trust/v1' || chr(10) || '"
                                        + words
                                        + "')")
                        == 1
                ? Optional.of(true)
                : Optional.empty();
    }

    /** As a certificate's leaf names its message's key, in JSON. */
    private static String sealedBy(String key) {
        return "key " + VerifierKey.parse(key).reference() + "\\n";
    }

    /**
     * The change that switched the account of a new worker off, once it is closed and certified.
     */
    private static String offboard(String worker) throws Exception {
        Accounts.add(mesh.home, worker, "E1001");
        mesh.observed(worker);
        mesh.post(
                "connector",
                "/changes",
                "offboarding.owner",
                Map.of(
                        "charter", "fault-test",
                        "subject", Map.of("system", "hr", "id", worker),
                        "target", "keycloak:acme",
                        "action", "offboard",
                        "reason", "secured"));
        JsonNode closed = mesh.changeOf(worker, each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).isEqualTo("COMPLETED");
        return closed.path("changeId").asText();
    }

    @Test
    void whoComesWithoutTlsGetsNoAnswer() throws Exception {
        Admin plain = Admin.create(client(Map.of()));
        try {
            assertThatThrownBy(() -> plain.listTopics().names().get(10, TimeUnit.SECONDS))
                    .isInstanceOfAny(ExecutionException.class, TimeoutException.class);
        } finally {
            // otherwise it goes on asking for what nobody waits for any more
            plain.close(Duration.ZERO);
        }
    }

    @Test
    void whoComesWithAnotherPasswordIsRefused() throws Exception {
        Map<String, String> wrong = new HashMap<>(mesh.stack.kafkaClient(Service.EXECUTOR));
        wrong.computeIfPresent(
                "sasl.jaas.config",
                (name, login) -> login.replaceAll("password=\".", "password=\"#"));
        try (Admin admin = Admin.create(client(wrong))) {
            assertThatThrownBy(() -> admin.listTopics().names().get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
        }
    }

    @Test
    void theExecutorCannotAuthorizeItself() throws Exception {
        assertThatThrownBy(() ->
                        write(mesh.stack.kafkaClient(Service.EXECUTOR), Topic.CHANGE_AUTHORIZED))
                .hasCauseInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() ->
                        write(
                                mesh.stack.kafkaClient(Service.EVIDENCE_LEDGER),
                                Topic.CHANGE_EXECUTED))
                .hasCauseInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void aServiceReadsWhatItFollowsAndNothingElse() throws Exception {
        assertThat(Topic.CHANGE_CLOSED.isReadBy(Service.EXECUTOR)).isFalse();
        assertThatThrownBy(() -> read(Service.EXECUTOR, Topic.CHANGE_CLOSED))
                .isInstanceOf(TopicAuthorizationException.class);
        read(Service.APPROVAL_ROUTING, Topic.IDENTITY_OBSERVED);
    }

    @Test
    void aServiceComesWithATokenOfTheRealmWhereKafkaDemandsOne() throws Exception {
        Map<String, String> withToken =
                mesh.stack.demandKafkaTokens(Service.EXECUTOR).get(Service.EXECUTOR);
        System.setProperty(
                "org.apache.kafka.sasl.oauthbearer.allowed.urls",
                withToken.get("sasl.oauthbearer.token.endpoint.url"));

        mesh.stack.stop("executor");
        Map<String, String> configuration = new HashMap<>();
        withToken.forEach((name, value) -> configuration.put("kafka." + name, value));
        mesh.stack.start("executor", configuration);
        assertThat(mesh.verify(offboard("S300")).holds()).isTrue();

        assertThatThrownBy(() -> write(withToken, Topic.CHANGE_AUTHORIZED))
                .as("the token is the executor's, and so are its rights")
                .hasCauseInstanceOf(TopicAuthorizationException.class);
        Map<String, String> password = new HashMap<>(mesh.stack.kafkaClient(Service.EXECUTOR));
        password.computeIfAbsent("bootstrap.servers", withToken::get);
        refused(password, "a password where a token is demanded");
        String other = mesh.home.secret("remit-executor");
        Map<String, String> forAnother = new HashMap<>(withToken);
        forAnother.computeIfPresent(
                "sasl.jaas.config",
                (name, login) ->
                        login.replaceFirst("clientId=\"[^\"]*\"", "clientId=\"remit-executor\"")
                                .replaceFirst(
                                        "clientSecret=\"[^\"]*\"",
                                        "clientSecret=\"" + other + "\""));
        refused(forAnother, "a good token of the realm, for another audience");
    }

    private static void refused(Map<String, String> settings, String what) throws IOException {
        try (Admin admin = Admin.create(client(settings))) {
            assertThatThrownBy(() -> admin.listTopics().names().get(60, TimeUnit.SECONDS))
                    .as(what)
                    .hasCauseInstanceOf(AuthenticationException.class);
        }
    }

    @Test
    void aServiceToldThatThisIsProductionNamesWhatIsStillUnsafe() throws Exception {
        mesh.stack.stop("executor");
        mesh.stack.configure("executor", Map.of("remit.production", "true"));
        try {
            assertThatThrownBy(() -> mesh.stack.start("executor"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ended while starting");
        } finally {
            mesh.stack.configure("executor", Map.of("remit.production", "false"));
            mesh.stack.start("executor");
        }
        assertThat(Files.readString(mesh.home.logs().resolve("executor.log")))
                .contains(
                        "remit.production is true",
                        "remit.keys.signing: the key was made for development",
                        "quarkus.datasource.reactive.postgresql.ssl-mode: is disable",
                        "quarkus.http.insecure-requests: is enabled",
                        "quarkus.oidc.auth-server-url: does not start with https://",
                        "remit.keycloak.url: does not start with https://",
                        "remit.stop-points: is set")
                .doesNotContain("kafka.security.protocol: is");
    }

    private static void write(Map<String, String> as, Topic topic) throws Exception {
        try (var producer =
                new KafkaProducer<>(
                        client(as), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic.topicName(), new byte[] {1}))
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static void read(Service as, Topic topic) throws Exception {
        try (var consumer =
                new KafkaConsumer<>(
                        client(mesh.stack.kafkaClient(as)),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(
                    consumer.partitionsFor(topic.topicName()).stream()
                            .map(each -> new TopicPartition(each.topic(), each.partition()))
                            .toList());
            consumer.seekToBeginning(consumer.assignment());
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (consumer.poll(Duration.ofMillis(500)).isEmpty()) {
                assertThat(System.nanoTime()).as("nothing is read").isLessThan(end);
            }
        }
    }

    private static Map<String, Object> client(Map<String, String> settings) throws IOException {
        Map<String, Object> client = new HashMap<>();
        client.put("bootstrap.servers", "127.0.0.1:" + mesh.home.port("kafka"));
        client.putAll(settings);
        client.put("default.api.timeout.ms", 30_000);
        client.put("request.timeout.ms", 15_000);
        client.put("max.block.ms", 30_000);
        client.put("delivery.timeout.ms", 30_000);
        return client;
    }
}
