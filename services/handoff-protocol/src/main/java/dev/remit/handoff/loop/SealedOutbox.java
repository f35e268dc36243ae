package dev.remit.handoff.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Ids;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.Seal;
import dev.remit.wire.v1.DeadLettered;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jspecify.annotations.Nullable;

/** One transaction's outbox: collects, then encodes, chains, seals and stores in one pass. */
final class SealedOutbox implements Outbox {
    /** Namespace of the ids that are derived from where input came from. */
    private static final UUID ORIGINS = UUID.fromString("6f0c8f2e-2a57-5c1e-9d53-0d1f3f6f7a11");

    private record Letter(
            UUID id,
            String subject,
            SpecificRecord message,
            @Nullable UUID change,
            @Nullable UUID cause,
            boolean chained) {}

    /** The last handoff of a change; sequence 0 and no hash before the first. */
    private record Link(int sequence, @Nullable Hash hash) {}

    private record Sealed(Envelope envelope, byte[] payload) {}

    private final Mutiny.Session session;
    private final Keys keys;
    private final Wire wire;
    private final Contexts contexts;
    private final ObjectMapper json;
    private final Instant now;
    private final RandomGenerator random;
    private final List<Letter> letters = new ArrayList<>();
    private final Map<UUID, Link> chains = new HashMap<>();
    private final Map<String, Integer> ordinals = new HashMap<>();

    SealedOutbox(
            Mutiny.Session session,
            Keys keys,
            Wire wire,
            Contexts contexts,
            ObjectMapper json,
            Instant now,
            RandomGenerator random) {
        this.session = session;
        this.keys = keys;
        this.wire = wire;
        this.contexts = contexts;
        this.json = json;
        this.now = now;
        this.random = random;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public UUID newId() {
        return Ids.timeOrdered(now, random);
    }

    @Override
    public Uni<Void> lock(Collection<UUID> changes) {
        var wanted = new TreeSet<>(changes);
        wanted.removeAll(chains.keySet());
        if (wanted.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        UUID[] ids = wanted.toArray(UUID[]::new);
        return session.createNativeQuery(
                        "insert into handoff_chain (change_id, sequence)"
                                + " select id, 0 from unnest(cast(:ids as uuid[])) id order by id on conflict do nothing")
                .setParameter("ids", ids)
                .executeUpdate()
                .chain(() ->
                        session.createNativeQuery(
                                        "select change_id, sequence, encode(hash, 'base64') from handoff_chain"
                                                + " where change_id = any(cast(:ids as uuid[])) order by change_id for update",
                                        Object[].class)
                                .setParameter("ids", ids)
                                .getResultList())
                .invoke(rows ->
                        rows.forEach(row ->
                                chains.put(
                                        (UUID) row[0],
                                        new Link(
                                                (Integer) row[1],
                                                row[2] == null
                                                        ? null
                                                        : Hash.parse((String) row[2])))))
                .replaceWithVoid();
    }

    /** Notes a handoff that another service appended. */
    void follow(UUID change, int sequence, Hash hash) {
        if (locked(change).sequence() < sequence) {
            chains.put(change, new Link(sequence, hash));
        }
    }

    @Override
    public UUID handOn(UUID change, SpecificRecord message, @Nullable UUID cause) {
        locked(change);
        UUID id = cause == null ? newId() : derived(cause, message);
        letters.add(new Letter(id, change.toString(), message, change, cause, true));
        return id;
    }

    @Override
    public UUID publish(
            UUID id,
            String subject,
            SpecificRecord message,
            @Nullable UUID change,
            @Nullable UUID cause) {
        letters.add(new Letter(id, subject, message, change, cause, false));
        return id;
    }

    @Override
    public void deadLetter(
            String code,
            String reason,
            String origin,
            @Nullable String key,
            Map<String, byte[]> headers,
            byte[] payload) {
        Map<String, ByteBuffer> kept = new LinkedHashMap<>();
        headers.forEach((name, value) -> kept.put(name, ByteBuffer.wrap(value)));
        String service = keys.service().id();
        publish(
                Ids.derived(ORIGINS, service + "|" + code + "|" + origin),
                key == null || key.isEmpty() || key.chars().anyMatch(Character::isISOControl)
                        ? origin
                        : key,
                DeadLettered.newBuilder()
                        .setCode(code)
                        .setReason(reason)
                        .setOrigin(origin)
                        .setKey(key)
                        .setHeaders(kept)
                        .setPayload(ByteBuffer.wrap(payload))
                        .setReportedBy(service)
                        .setAt(now)
                        .build(),
                null,
                null);
    }

    /**
     * Encodes, chains, seals and stores everything collected; must be the transaction's last step.
     */
    Uni<Void> store() {
        if (letters.isEmpty()) {
            return storeChains();
        }
        return contexts.blocking(this::seal).chain(this::insert).chain(this::storeChains);
    }

    private Link locked(UUID change) {
        Link link = chains.get(change);
        if (link == null) {
            throw new IllegalStateException("change " + change + " is not locked");
        }
        return link;
    }

    private UUID derived(UUID cause, SpecificRecord message) {
        String name = keys.service().id() + "|" + message.getSchema().getName();
        int ordinal = ordinals.merge(cause + "|" + name, 1, Integer::sum);
        return Ids.derived(cause, name + "|" + ordinal);
    }

    private List<String[]> seal() throws JsonProcessingException {
        var sealed = new ArrayList<Sealed>();
        var leaves = new ArrayList<Hash>();
        for (Letter letter : letters) {
            byte[] payload = wire.encode(letter.message());
            Handoff handoff = Handoff.of(letter.message());
            Link last =
                    letter.chained() && letter.change() != null
                            ? locked(letter.change())
                            : new Link(-1, null);
            Envelope envelope =
                    new Envelope(
                            letter.id(),
                            keys.service(),
                            handoff,
                            letter.subject(),
                            now,
                            handoff.dataschema(),
                            letter.change(),
                            letter.cause(),
                            last.sequence() + 1,
                            last.hash());
            Hash hash = Seal.hash(envelope, payload);
            if (letter.chained() && letter.change() != null) {
                chains.put(letter.change(), new Link(last.sequence() + 1, hash));
            }
            sealed.add(new Sealed(envelope, payload));
            leaves.add(hash);
        }
        List<Seal> seals = Seal.all(keys.signing(), leaves);
        var rows = new ArrayList<String[]>();
        for (int n = 0; n < sealed.size(); n++) {
            Envelope envelope = sealed.get(n).envelope();
            Map<String, String> headers = envelope.headers();
            headers.put(Seal.KEY_HEADER, seals.get(n).key());
            headers.put(Seal.SEAL_HEADER, seals.get(n).text());
            rows.add(
                    new String[] {
                        envelope.id().toString(),
                        envelope.handoff().topic().topicName(),
                        envelope.subject(),
                        json.writeValueAsString(headers),
                        Base64.getEncoder().encodeToString(sealed.get(n).payload())
                    });
        }
        return rows;
    }

    private Uni<Void> insert(List<String[]> rows) {
        return session.createNativeQuery(
                        "insert into handoff_outbox (id, topic, key, headers, payload)"
                                + " select cast(id as uuid), topic, key, headers, decode(payload, 'base64')"
                                + " from unnest(cast(:ids as text[]), cast(:topics as text[]), cast(:keys as text[]),"
                                + " cast(:headers as text[]), cast(:payloads as text[]))"
                                + " with ordinality as letter (id, topic, key, headers, payload, place)"
                                + " order by place on conflict (id) do nothing")
                .setParameter("ids", column(rows, 0))
                .setParameter("topics", column(rows, 1))
                .setParameter("keys", column(rows, 2))
                .setParameter("headers", column(rows, 3))
                .setParameter("payloads", column(rows, 4))
                .executeUpdate()
                .replaceWithVoid();
    }

    private Uni<Void> storeChains() {
        if (chains.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        List<Map.Entry<UUID, Link>> links = List.copyOf(chains.entrySet());
        return session.createNativeQuery(
                        "update handoff_chain set sequence = link.sequence, hash = decode(link.hash, 'base64')"
                                + " from unnest(cast(:ids as uuid[]), cast(:sequences as integer[]), cast(:hashes as text[]))"
                                + " as link (change_id, sequence, hash)"
                                + " where handoff_chain.change_id = link.change_id and handoff_chain.sequence < link.sequence")
                .setParameter("ids", links.stream().map(Map.Entry::getKey).toArray(UUID[]::new))
                .setParameter(
                        "sequences",
                        links.stream()
                                .map(link -> link.getValue().sequence())
                                .toArray(Integer[]::new))
                .setParameter(
                        "hashes",
                        links.stream()
                                .map(link -> link.getValue().hash())
                                .map(hash -> hash == null ? "" : hash.toString())
                                .toArray(String[]::new))
                .executeUpdate()
                .replaceWithVoid();
    }

    private static String[] column(List<String[]> rows, int column) {
        return rows.stream().map(row -> row[column]).toArray(String[]::new);
    }

    /** The stored headers' text, as bytes for Kafka. */
    static Map<String, byte[]> headerBytes(Map<String, String> headers) {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        headers.forEach((name, value) -> bytes.put(name, value.getBytes(StandardCharsets.UTF_8)));
        return bytes;
    }
}
