package dev.remit.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.Topic;
import dev.remit.handoff.passkey.Assertion;
import dev.remit.handoff.passkey.SoftAuthenticator;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.handoff.seal.VerifierKey;
import dev.remit.ledger.adapter.kafka.PayloadText;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Verification;
import dev.remit.stack.Databases;
import dev.remit.stack.Home;
import dev.remit.stack.Requests;
import dev.remit.stack.Stack;
import dev.remit.stack.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A real mesh for tests: every part a process of its own, with data of its own. */
final class Mesh {
    /** On a machine with much else to do: {@code -Dremit.patience=SECONDS}. */
    private static final Duration PATIENCE =
            Duration.ofSeconds(Integer.getInteger("remit.patience", 90));

    private static final ObjectMapper JSON = new ObjectMapper();

    final Home home;
    final Stack stack;
    private final Path stopPoints;

    /** Each service's second process, by where it answers; empty for a mesh without. */
    final Map<Service, String> seconds = new EnumMap<>(Service.class);

    /**
     * @param name of the folder in target; what an earlier run left there is ended and deleted
     */
    Mesh(String name) throws IOException, InterruptedException {
        this(name, false);
    }

    /**
     * @param twice whether each service runs in two processes; the second is named {@link #second}
     */
    Mesh(String name, boolean twice) throws IOException, InterruptedException {
        Path top = Path.of(System.getProperty("remit.top")).toAbsolutePath().normalize();
        home = new Home(Path.of("target", name).toAbsolutePath(), top);
        Stack old = new Stack(home);
        if (twice) {
            for (Service service : Service.values()) {
                old.addReplica(second(service), service);
            }
        }
        old.down();
        home.delete();
        stack = new Stack(home, Infra.chosen().engines(home));
        stack.bootstrap(
                "fault-test",
                "never-done",
                "emergency",
                "exposed-credential",
                "orphaned-account",
                "upkeep",
                "data-gaps");
        stopPoints = Files.createDirectories(home.data().resolve("stop-points"));
        for (Service service : Service.values()) {
            stack.configure(
                    service.id(),
                    Map.of(
                            "remit.stop-points",
                            stopPoints.toString(),
                            "remit.executor.lease",
                            "PT5S"));
        }
    }

    /**
     * Starts the second process of each service, all at once.
     *
     * @param configuration property to value, beside what the first has
     */
    void upTwice(Function<Service, Map<String, String>> configuration) throws Exception {
        for (Service service : Service.values()) {
            seconds.put(service, stack.addReplica(second(service), service));
        }
        long since = System.nanoTime();
        try (var starters = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> started = new ArrayList<>();
            for (Service service : Service.values()) {
                started.add(
                        starters.submit(() -> {
                            stack.start(second(service), configuration.apply(service));
                            System.out.printf(
                                    "  %-17s %.1f s%n",
                                    second(service), (System.nanoTime() - since) / 1e9);
                            return service;
                        }));
            }
            for (Future<?> each : started) {
                each.get();
            }
        }
    }

    /** The name of a service's second process. */
    static String second(Service service) {
        return "second-" + service.id();
    }

    /**
     * The first mesh of a build also records how its services start, for those after it; of two at
     * once only one writes that down.
     */
    void up() throws Exception {
        if (Integer.getInteger("remit.fork", 1) == 1) {
            stack.record();
        }
        stack.up((name, took, adopted) ->
                System.out.printf("  %-17s %.1f s%n", name, took.toMillis() / 1000.0));
    }

    /** The service dies when it comes to this point for the first time. */
    void arm(String service, String point) throws IOException {
        Files.writeString(stopPoints.resolve(service), point);
    }

    /** Whether some service has still to come to its point. */
    boolean isArmed() throws IOException {
        try (var files = Files.list(stopPoints)) {
            return files.findAny().isPresent();
        }
    }

    /** Starts again what has died; empty when nothing has. */
    Optional<List<String>> revived() throws Exception {
        List<String> revived = stack.revive();
        return revived.isEmpty() ? Optional.empty() : Optional.of(revived);
    }

    /** Publishes a charter of the tests, and waits until it is in force. */
    void charter(String file) throws Exception {
        try (InputStream in =
                Objects.requireNonNull(Mesh.class.getResourceAsStream("/fault/" + file))) {
            charter(
                    file.replace(".yaml", ""),
                    new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Publishes one of the ready charters, as {@link #charter} does. */
    void shipped(String name) throws Exception {
        charter(name, Files.readString(home.top().resolve("charters/" + name + ".yaml")));
    }

    /** Publishes a charter of this text, as {@link #charter} does. */
    void charter(String name, String text) throws Exception {
        put(name, text);
        inForce(name);
    }

    /** Puts a charter where charters are read, whole: it may be read at any moment. */
    void put(String name, String text) throws IOException {
        Path whole = Files.writeString(home.data().resolve(name + ".new"), text);
        Files.move(whole, home.charters().resolve(name + ".yaml"), StandardCopyOption.ATOMIC_MOVE);
    }

    private void inForce(String name) throws Exception {
        until(
                () -> {
                    for (JsonNode each : get("connector", "/charters", "auditor").json()) {
                        if (each.path("name").asText().equals(name)) {
                            return Optional.of(true);
                        }
                    }
                    return Optional.empty();
                },
                "charter " + name);
    }

    /** Waits until data-readiness knows the account of a worker. */
    void observed(String worker) throws Exception {
        until(() -> account(worker), "the account of " + worker);
    }

    /** Present if data-readiness knows the account of a worker. */
    Optional<Boolean> account(String worker) throws Exception {
        return Databases.count(
                                home,
                                Service.DATA_READINESS,
                                "select count(*) from directory_account where system like 'keycloak:%' and worker_id = '"
                                        + worker
                                        + "'")
                        == 1
                ? Optional.of(true)
                : Optional.empty();
    }

    /** HR says this. */
    void hrSays(String... rows) throws IOException {
        String text =
                "event_id,worker_id,event,effective_date,reason\n" + String.join("\n", rows) + "\n";
        Files.writeString(home.hr().resolve("feed-" + System.nanoTime() + ".csv"), text);
    }

    Requests.Answer get(String service, String path, String user) throws Exception {
        return Requests.send("GET", url(service, path), Tokens.of(home, "remit-cli", user), null);
    }

    /** What a service answers; asked again while it cannot know what is halted: that passes. */
    Requests.Answer post(String service, String path, String user, Map<String, ?> body)
            throws Exception {
        return until(
                () ->
                        Optional.of(
                                        Requests.send(
                                                "POST",
                                                url(service, path),
                                                Tokens.of(home, "remit-cli", user),
                                                text(body)))
                                .filter(answer ->
                                        answer.status() != 503
                                                || !answer.text().contains("HALTS_UNREAD")),
                service + ", which has read what is halted,");
    }

    static String text(Map<String, ?> body) throws IOException {
        return JSON.writeValueAsString(body);
    }

    String url(String service, String path) throws IOException {
        return "http://127.0.0.1:" + home.port(service) + path;
    }

    /** The change for this worker, once it is so. */
    JsonNode changeOf(String worker, Predicate<JsonNode> when) throws Exception {
        return until(
                () -> {
                    for (JsonNode each : get("evidence-ledger", "/changes", "auditor").json()) {
                        if (each.path("subject").asText().equals("hr:" + worker)) {
                            JsonNode change =
                                    get(
                                                    "evidence-ledger",
                                                    "/changes/" + each.path("changeId").asText(),
                                                    "auditor")
                                            .json();
                            return when.test(change) ? Optional.of(change) : Optional.empty();
                        }
                    }
                    return Optional.empty();
                },
                "the change of " + worker);
    }

    /** Decides the open stage; once it is this stage that is open. */
    Requests.Answer decide(String change, String stage, String user) throws Exception {
        return post(
                "approval-routing",
                "/changes/" + change + "/decisions",
                user,
                approval(change, stage));
    }

    /** Decides it with a signature of the user's passkey. */
    Requests.Answer sign(String change, String stage, String user, SoftAuthenticator passkey)
            throws Exception {
        Map<String, Object> decision = new HashMap<>(approval(change, stage));
        Requests.Answer asked =
                post("approval-routing", "/changes/" + change + "/challenges", user, decision);
        if (!asked.ok()) {
            return asked;
        }
        Assertion signed =
                passkey.sign(
                        Base64.getUrlDecoder()
                                .decode(asked.json().at("/publicKey/challenge").asText()));
        decision.put(
                "passkey",
                Map.of(
                        "credentialId", signed.credentialId(),
                        "authenticatorData", base64url(signed.authenticatorData()),
                        "clientDataJSON", base64url(signed.clientData()),
                        "signature", base64url(signed.signature())));
        return post("approval-routing", "/changes/" + change + "/decisions", user, decision);
    }

    /** A passkey of this user, registered. */
    SoftAuthenticator passkey(String user) throws Exception {
        SoftAuthenticator passkey = SoftAuthenticator.es256();
        passkey.origin = "http://localhost:" + home.port("approval-routing");
        Requests.Answer offer = post("approval-routing", "/passkeys/offers", user, Map.of());
        SoftAuthenticator.Registration made =
                passkey.register(
                        Base64.getUrlDecoder().decode(offer.json().path("challenge").asText()));
        Requests.Answer registered =
                post(
                        "approval-routing",
                        "/passkeys",
                        user,
                        Map.of(
                                "clientDataJSON", base64url(made.clientData()),
                                "attestationObject", base64url(made.attestation()),
                                "label", "software"));
        if (registered.status() != 201) {
            throw new IOException("no passkey: " + registered.text());
        }
        return passkey;
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private Map<String, String> approval(String change, String stage) throws Exception {
        JsonNode route =
                until(
                        () ->
                                Optional.of(
                                                get(
                                                        "approval-routing",
                                                        "/changes/" + change,
                                                        "auditor"))
                                        .filter(Requests.Answer::ok)
                                        .map(Mesh::json)
                                        .filter(each -> each.path("stage").asText().equals(stage)),
                        "stage " + stage);
        return Map.of(
                "decision", "APPROVED",
                "reason", "checked",
                "planHash", route.path("planHash").asText());
    }

    private byte[] certificate(String change) throws Exception {
        return get("evidence-ledger", "/changes/" + change + "/certificate", "auditor").body();
    }

    /** What the certificate of a change states. */
    String statement(String change) throws Exception {
        return new String(
                Base64.getDecoder()
                        .decode(JSON.readTree(certificate(change)).path("payload").asText()),
                StandardCharsets.UTF_8);
    }

    Verification verify(String change) throws Exception {
        return verify(certificate(change));
    }

    /** Verifies a certificate with the keys of this mesh, not with those in it. */
    Verification verify(byte[] certificate) throws Exception {
        return CertificateVerifier.verify(
                certificate,
                Optional.of(
                        new CertificateVerifier.Trust(
                                TrustedKeys.read(home.keys().resolve("trust.vkeys")),
                                VerifierKey.parse(
                                        Files.readString(home.keys().resolve("log.vkey"))))));
    }

    /** The codes of what was set aside, once there is one with this code. */
    JsonNode deadLetter(String code) throws Exception {
        return until(
                () -> {
                    for (JsonNode each :
                            get("evidence-ledger", "/evidence/dead-letters", "operator").json()) {
                        if (each.path("code").asText().equals(code)) {
                            return Optional.of(each);
                        }
                    }
                    return Optional.empty();
                },
                "a dead letter " + code);
    }

    /** Puts a message on its topic as any client of the broker could. */
    void send(Envelope envelope, Seal seal, byte[] payload) throws Exception {
        send(record(envelope.handoff().topic(), envelope, seal, payload));
    }

    static ProducerRecord<String, byte[]> record(
            Topic topic, Envelope envelope, Seal seal, byte[] payload) {
        var record = new ProducerRecord<>(topic.topicName(), envelope.subject(), payload);
        envelope.headers()
                .forEach((name, value) ->
                        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        record.headers().add(Seal.KEY_HEADER, seal.key().getBytes(StandardCharsets.UTF_8));
        record.headers().add(Seal.SEAL_HEADER, seal.text().getBytes(StandardCharsets.UTF_8));
        return record;
    }

    void send(ProducerRecord<String, byte[]> record) throws Exception {
        try (var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", "127.0.0.1:" + home.port("kafka")),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            producer.send(record).get();
        }
    }

    /** The first message of a topic. */
    ConsumerRecord<String, byte[]> first(Topic topic) throws Exception {
        try (var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", "127.0.0.1:" + home.port("kafka")),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(
                    consumer.partitionsFor(topic.topicName()).stream()
                            .map(each -> new TopicPartition(each.topic(), each.partition()))
                            .toList());
            consumer.seekToBeginning(consumer.assignment());
            return until(
                    () -> {
                        for (ConsumerRecord<String, byte[]> each :
                                consumer.poll(Duration.ofSeconds(1))) {
                            return Optional.of(each);
                        }
                        return Optional.empty();
                    },
                    "a message on " + topic.topicName());
        }
    }

    /**
     * Delivers once more, byte for byte, what every topic holds.
     *
     * @return how many messages
     */
    int redeliver() throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", brokers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (ConsumerRecord<byte[], byte[]> each : messages(Set.of(Topic.values()))) {
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        each.topic(),
                                        each.partition(),
                                        each.key(),
                                        each.value(),
                                        each.headers())));
            }
            producer.flush();
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
        return sent.size();
    }

    /** The schemas that messages of this record were written with, as their envelopes say. */
    Set<String> dataschemas(Handoff handoff) throws IOException {
        return messages(Set.of(handoff.topic())).stream()
                .filter(each -> header("ce_type", each).equals(handoff.type()))
                .map(each -> header("ce_dataschema", each))
                .collect(Collectors.toSet());
    }

    /** What this change's messages of a record say, partition by partition. */
    List<JsonNode> said(Handoff handoff, String change) throws IOException {
        return messages(Set.of(handoff.topic())).stream()
                .filter(each -> header("ce_type", each).equals(handoff.type()))
                .filter(each -> header("ce_correlationid", each).equals(change))
                .map(each ->
                        PayloadText.of(handoff.type(), header("ce_dataschema", each), each.value())
                                .orElseThrow())
                .toList();
    }

    private static String header(String name, ConsumerRecord<byte[], byte[]> message) {
        Header header = message.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** What these topics hold now. */
    private List<ConsumerRecord<byte[], byte[]>> messages(Set<Topic> topics) throws IOException {
        List<ConsumerRecord<byte[], byte[]>> messages = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of("bootstrap.servers", brokers()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (Topic topic : topics) {
                consumer.partitionsFor(topic.topicName())
                        .forEach(each ->
                                partitions.add(new TopicPartition(each.topic(), each.partition())));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                for (var each : consumer.poll(Duration.ofMillis(500))) {
                    if (each.offset()
                            < ends.get(new TopicPartition(each.topic(), each.partition()))) {
                        messages.add(each);
                    }
                }
            }
        }
        return messages;
    }

    private String brokers() throws IOException {
        return "127.0.0.1:" + home.port("kafka");
    }

    /** How many messages the services have still to take. */
    long lag() throws Exception {
        long lag = 0;
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + home.port("kafka")))) {
            for (Service service : Service.values()) {
                Map<TopicPartition, OffsetAndMetadata> taken =
                        admin.listConsumerGroupOffsets(service.id())
                                .partitionsToOffsetAndMetadata()
                                .get();
                Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
                taken.keySet().forEach(each -> ends.put(each, OffsetSpec.latest()));
                for (var end : admin.listOffsets(ends).all().get().entrySet()) {
                    lag += end.getValue().offset() - taken.get(end.getKey()).offset();
                }
            }
        }
        return lag;
    }

    static <T> T until(Callable<Optional<T>> look, String what) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<T> found = look.call();
            if (found.isPresent()) {
                return found.get();
            }
            Thread.sleep(250);
        }
        throw new AssertionError(what + " did not come in " + PATIENCE.toSeconds() + " s");
    }

    static List<String> types(JsonNode change) {
        return change.path("handoffs").findValuesAsText("type");
    }

    static JsonNode json(Requests.Answer answer) {
        try {
            return answer.json();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
