package dev.remit.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.Topic;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SealVerifier;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.handoff.seal.VerifierKey;
import dev.remit.ledger.adapter.kafka.Payloads;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.Tile;
import dev.remit.stack.Accounts;
import dev.remit.stack.Databases;
import dev.remit.stack.Home;
import dev.remit.stack.Requests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Looks at a quiet mesh from outside: what is on the topics, in the databases, in Keycloak and in
 * the log. It believes no service; it goes by sealed bytes, rows, the target and the log's tiles.
 */
public final class MeshCheck {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the ledger keeps of the topics; the rest it wrote itself. */
    private static final String HANDED_OVER =
            " from message where type not in"
                    + " ('OffsetManifest', 'KeyTrust', 'ShardEnd', 'ShardStart', 'StatementSigned')";

    /** A handoff of a change as it stands on its topic. */
    private record Step(UUID id, Handoff handoff, int sequence) {}

    /**
     * What was found.
     *
     * @param changes asked about
     * @param closed of those, closed COMPLETED
     * @param effects accounts that the executor disabled, each counted as often as it was
     * @param handoffs distinct messages that belong to one of the changes
     * @param redelivered messages that stand on their topic more than once, byte for byte; harmless
     * @param leaves of the log
     * @param lost what is missing, in words
     * @param duplicated what happened twice, in words
     * @param unverified what no seal or root proves, in words
     */
    public record Report(
            int changes,
            int closed,
            int effects,
            int handoffs,
            int redelivered,
            long leaves,
            List<String> lost,
            List<String> duplicated,
            List<String> unverified) {
        public boolean holds() {
            return lost.isEmpty() && duplicated.isEmpty() && unverified.isEmpty();
        }
    }

    private final Home home;
    private final Set<UUID> planted;
    private final Map<UUID, byte[]> seen = new HashMap<>();
    private final Map<UUID, Map<UUID, Step>> steps = new HashMap<>();
    private final Map<UUID, String> closings = new HashMap<>();
    private final List<String> lost = new ArrayList<>();
    private final List<String> duplicated = new ArrayList<>();
    private final List<String> unverified = new ArrayList<>();
    private int redelivered;
    private int logged;

    /**
     * @param planted ids of messages that a test put on a topic itself, which prove nothing
     */
    public MeshCheck(Home home, Set<UUID> planted) {
        this.home = home;
        this.planted = planted;
    }

    /**
     * Checks these changes and everything else that stands on the topics.
     *
     * @param changes change id to the id of the account it was to disable
     */
    public Report check(Map<UUID, String> changes) throws IOException, InterruptedException {
        readTopics();
        int closed = 0;
        for (UUID change : changes.keySet()) {
            closed += checkChange(change) ? 1 : 0;
        }
        int effects = checkTarget(changes);
        checkDatabases();
        long leaves = checkLog();
        return new Report(
                changes.size(),
                closed,
                effects,
                changes.keySet().stream()
                        .mapToInt(change -> steps.getOrDefault(change, Map.of()).size())
                        .sum(),
                redelivered,
                leaves,
                List.copyOf(lost),
                List.copyOf(duplicated),
                List.copyOf(unverified));
    }

    private void readTopics() throws IOException {
        var verifier = new SealVerifier(TrustedKeys.read(home.keys().resolve("trust.vkeys")));
        Map<String, Object> config =
                Map.of(
                        "bootstrap.servers",
                        "127.0.0.1:" + home.port("kafka"),
                        "enable.auto.commit",
                        false);
        try (var consumer =
                new KafkaConsumer<>(
                        config, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (Topic topic : Topic.values()) {
                consumer.partitionsFor(topic.topicName())
                        .forEach(each ->
                                partitions.add(new TopicPartition(each.topic(), each.partition())));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
                consumer.poll(Duration.ofMillis(500)).forEach(record -> take(record, verifier));
            }
        }
    }

    private void take(ConsumerRecord<String, byte[]> record, SealVerifier verifier) {
        String origin = record.topic() + "[" + record.partition() + "]@" + record.offset();
        try {
            Envelope envelope =
                    Envelope.read(record.topic(), record.key(), name -> header(record, name));
            if (planted.contains(envelope.id())) {
                return;
            }
            Seal seal = Seal.parse(text(record, Seal.KEY_HEADER), text(record, Seal.SEAL_HEADER));
            Hash hash = verifier.verify(envelope, record.value(), seal);
            byte[] before = seen.putIfAbsent(envelope.id(), hash.bytes());
            if (before != null) {
                if (Arrays.equals(before, hash.bytes())) {
                    redelivered++;
                } else {
                    duplicated.add(origin + ": " + envelope.id() + " stands with other bytes too");
                }
                return;
            }
            logged += envelope.handoff().topic().isReadBy(Service.EVIDENCE_LEDGER) ? 1 : 0;
            follow(envelope, hash, record.value());
        } catch (Unprocessable | IllegalArgumentException e) {
            unverified.add(origin + ": " + e.getMessage());
        }
    }

    private void follow(Envelope envelope, Hash hash, byte[] payload) {
        UUID change = envelope.correlation();
        if (change == null || envelope.sequence() == 0) {
            return;
        }
        steps.computeIfAbsent(change, any -> new HashMap<>())
                .put(
                        envelope.id(),
                        new Step(envelope.id(), envelope.handoff(), envelope.sequence()));
        if (envelope.handoff() == Handoff.CHANGE_CLOSED) {
            Reading reading = Stories.read(envelope, hash, Payloads.decode(envelope, payload));
            if (reading instanceof Reading.Handoff(UUID of, Story.Step step)
                    && step.said() instanceof Story.Closed closed) {
                closings.put(of, closed.outcome());
            }
        }
    }

    /** A change ends once, in one unbroken chain, authorized and executed once. */
    private boolean checkChange(UUID change) {
        Map<UUID, Step> all = steps.getOrDefault(change, Map.of());
        Map<Integer, Integer> places = new TreeMap<>();
        Map<Handoff, Integer> kinds = new TreeMap<>();
        all.values()
                .forEach(step -> {
                    places.merge(step.sequence(), 1, Integer::sum);
                    kinds.merge(step.handoff(), 1, Integer::sum);
                });
        for (int n = 1; n <= places.size(); n++) {
            if (!places.containsKey(n)) {
                lost.add(change + ": handoff " + n + " of " + places.size());
            }
        }
        places.forEach((place, count) -> {
            if (count > 1) {
                duplicated.add(change + ": " + count + " handoffs at place " + place);
            }
        });
        for (Handoff once :
                List.of(
                        Handoff.CHANGE_PROPOSED,
                        Handoff.EXECUTION_AUTHORIZED,
                        Handoff.CHANGE_EXECUTED,
                        Handoff.CHANGE_CLOSED)) {
            int count = kinds.getOrDefault(once, 0);
            if (count == 0) {
                lost.add(change + ": no " + once.recordName());
            } else if (count > 1) {
                duplicated.add(change + ": " + count + " times " + once.recordName());
            }
        }
        String outcome = closings.get(change);
        if (outcome != null && !outcome.equals("COMPLETED")) {
            lost.add(change + ": closed " + outcome);
        }
        return "COMPLETED".equals(outcome);
    }

    /** Each account is as its change wants it, and was made so once, by Keycloak's own account. */
    private int checkTarget(Map<UUID, String> changes) throws IOException, InterruptedException {
        Map<String, Integer> disabled = new HashMap<>();
        for (JsonNode event : Accounts.updates(home)) {
            JsonNode after = JSON.readTree(event.path("representation").asText("{}"));
            if (after.has("enabled") && !after.path("enabled").asBoolean()) {
                disabled.merge(
                        event.path("resourcePath").asText().replaceFirst("^users/", ""),
                        1,
                        Integer::sum);
            }
        }
        Map<String, Boolean> enabled = Accounts.enabled(home);
        int effects = 0;
        for (Map.Entry<UUID, String> each : changes.entrySet()) {
            int times = disabled.getOrDefault(each.getValue(), 0);
            effects += times;
            if (enabled.getOrDefault(each.getValue(), true)) {
                lost.add(each.getKey() + ": the account is still enabled");
            }
            if (times > 1) {
                duplicated.add(each.getKey() + ": the account was disabled " + times + " times");
            }
        }
        return effects;
    }

    private void checkDatabases() throws IOException {
        try {
            for (Service service : Service.values()) {
                long waiting =
                        Databases.count(
                                home,
                                service,
                                "select coalesce(sum(cardinality(ids)), 0) from handoff_unpublished");
                if (waiting > 0) {
                    lost.add(service.id() + ": " + waiting + " messages stay unpublished");
                }
                long aside =
                        Databases.count(
                                home,
                                service,
                                "select count(*) from handoff_dead_letter where state = 'OPEN'");
                if (aside > 0) {
                    lost.add(service.id() + ": " + aside + " messages are set aside");
                }
            }
            long messages =
                    Databases.count(home, Service.EVIDENCE_LEDGER, "select count(*)" + HANDED_OVER);
            // One statement: what is kept between two would be counted as kept twice.
            long twice =
                    Databases.count(
                            home,
                            Service.EVIDENCE_LEDGER,
                            "select count(*) - count(distinct id)" + HANDED_OVER);
            if (twice != 0) {
                duplicated.add("the ledger keeps " + twice + " messages twice");
            }
            if (messages < logged) {
                lost.add("the ledger keeps " + messages + " of " + logged + " messages");
            }
        } catch (SQLException e) {
            throw new IOException("a database does not answer: " + e.getMessage(), e);
        }
    }

    /** The log's root follows from its entries, and there is one for every message. */
    private long checkLog() throws IOException, InterruptedException {
        String base = "http://127.0.0.1:" + home.port("evidence-ledger") + "/log/";
        VerifierKey key =
                VerifierKey.parse(Files.readString(home.keys().resolve("log.vkey")).strip());
        Checkpoint checkpoint =
                Checkpoint.parse(SignedNote.open(get(base + "checkpoint").text(), key));
        List<Hash> leaves = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (long from = 0; from < checkpoint.size(); from += Tile.FULL) {
            int width = (int) Math.min(Tile.FULL, checkpoint.size() - from);
            Tile bundle = new Tile(Tile.ENTRIES, from / Tile.FULL, width);
            ByteBuffer bytes = ByteBuffer.wrap(get(base + bundle.path()).body());
            while (bytes.hasRemaining()) {
                byte[] entry = new byte[Short.toUnsignedInt(bytes.getShort())];
                bytes.get(entry);
                leaves.add(Merkle.leafHash(entry));
                String id = new String(entry, StandardCharsets.UTF_8).lines().toList().get(1);
                // manifests of offsets have none
                if (id.startsWith("id ") && !ids.add(id)) {
                    duplicated.add("the log holds two leaves with " + id);
                }
            }
        }
        if (leaves.size() != checkpoint.size() || !Merkle.root(leaves).equals(checkpoint.root())) {
            unverified.add("the log's root does not follow from its entries");
        }
        if (ids.size() < logged) {
            lost.add("the log holds " + ids.size() + " leaves for " + logged + " messages");
        }
        return ids.size();
    }

    private static Requests.Answer get(String url) throws IOException, InterruptedException {
        Requests.Answer answer = Requests.send("GET", url, null, null);
        if (!answer.ok()) {
            throw new IOException("the log does not serve " + url + ": " + answer.status());
        }
        return answer;
    }

    private static byte @org.jspecify.annotations.Nullable [] header(
            ConsumerRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : header.value();
    }

    private static String text(ConsumerRecord<String, byte[]> record, String name) {
        byte[] value = header(record, name);
        if (value == null) {
            throw new IllegalArgumentException("header " + name + " is missing");
        }
        return new String(value, StandardCharsets.UTF_8);
    }
}
