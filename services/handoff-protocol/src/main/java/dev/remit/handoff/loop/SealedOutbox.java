package dev.remit.handoff.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Ids;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.postgres.Statement;
import dev.remit.handoff.seal.Seal;
import dev.remit.wire.v1.DeadLettered;
import io.opentelemetry.api.trace.SpanContext;
import io.smallrye.mutiny.Uni;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One transaction's outbox: collects, then encodes, chains, seals and stores in one pass. */
final class SealedOutbox implements Outbox {
    /** Namespace of the ids that are derived from where input came from. */
    private static final UUID ORIGINS = UUID.fromString("6f0c8f2e-2a57-5c1e-9d53-0d1f3f6f7a11");

    private static final Logger LOG = Logger.getLogger(SealedOutbox.class);

    /** Of what was set aside, so many bytes are in the message about it. */
    private static final int MOST_SHOWN = 900_000;

    /** And so many characters of the reason. */
    private static final int MOST_WORDS = 2_000;

    /** So few messages are sealed in a moment, with one signature. */
    private static final int FEW = 4;

    /**
     * Locks changes, and notes messages as received. It is sent behind the transaction's beginning,
     * without the answer to that: where no transaction has begun, nothing says so, and this writes
     * nothing.
     */
    static final String RECEIVE =
            "with known as materialized (select change_id, sequence, encode(hash, 'base64') as hash"
                    + " from handoff_chain where change_id = any(cast(:changes as uuid[])) order by change_id for update),"
                    + " added as (insert into handoff_chain (change_id, sequence)"
                    + " select id, 0 from unnest(cast(:changes as uuid[])) id"
                    + " where id not in (select change_id from known) and "
                    + Statement.BEGUN
                    + " order by id"
                    + " on conflict do nothing returning change_id),"
                    + " seen as (insert into handoff_inbox (id, hash)"
                    + " select id, hash"
                    + " from unnest(cast(:ids as uuid[]), cast(:hashes as bytea[])) as seen (id, hash)"
                    + " where "
                    + Statement.BEGUN
                    + " order by id on conflict do nothing returning id)"
                    + " select change_id, sequence, hash from known"
                    + " union all select change_id, 0, null from added"
                    + " union all select id, null, null from seen";

    /** The letters, the ends of their chains, and the marks of what went out. */
    static final String STORE =
            "with marked as (delete from handoff_unpublished"
                    + " where batch = any(cast(:marks as bigint[]))),"
                    + " linked as (update handoff_chain set sequence = link.sequence, hash = link.hash"
                    + " from unnest(cast(:changes as uuid[]), cast(:sequences as integer[]), cast(:hashes as bytea[]))"
                    + " as link (change_id, sequence, hash)"
                    + " where handoff_chain.change_id = link.change_id and handoff_chain.sequence < link.sequence),"
                    + " stored as (insert into handoff_outbox (id, topic, key, headers, payload)"
                    + " select id, topic, key, headers, payload"
                    + " from unnest(cast(:ids as uuid[]), cast(:topics as text[]), cast(:keys as text[]),"
                    + " cast(:headers as text[]), cast(:payloads as bytea[]))"
                    + " with ordinality as letter (id, topic, key, headers, payload, place)"
                    + " order by place on conflict (id) do nothing returning id),"
                    + " unpublished as (insert into handoff_unpublished (ids)"
                    + " select array_agg(id) from stored having count(*) > 0 returning batch)"
                    + " select batch, id from unpublished, stored";

    private record SetAside(
            UUID id,
            String code,
            String reason,
            String origin,
            @Nullable String key,
            Map<String, byte[]> headers,
            byte[] payload) {}

    private record Letter(
            UUID id,
            String subject,
            SpecificRecord message,
            @Nullable UUID change,
            @Nullable UUID cause,
            boolean chained) {}

    /** The last handoff of a change; sequence 0 and no hash before the first. */
    private record Link(int sequence, @Nullable Hash hash) {}

    /** What one transaction shares. */
    record Means(
            Keys keys,
            Wire wire,
            Contexts contexts,
            ObjectMapper json,
            Relay relay,
            Traces traces) {}

    private final Means means;
    private final Instant now;
    private final RandomGenerator random;
    private final List<Letter> letters = new ArrayList<>();
    private final List<SetAside> setAside = new ArrayList<>();
    private final Map<UUID, Link> chains = new HashMap<>();

    /** Those of them that this transaction moves on. */
    private final Set<UUID> extended = new HashSet<>();

    private final Map<String, Integer> ordinals = new HashMap<>();

    /** When the messages of this transaction were written. */
    private final Map<UUID, Instant> written = new HashMap<>();

    private final Map<UUID, SpanContext> traces = new HashMap<>();
    private final List<Consumer<Boolean>> atEnd = new ArrayList<>();

    /** The answer to the transaction's beginning. */
    private Uni<Void> begun = Uni.createFrom().voidItem();

    private boolean isByKeys;

    /** The answers to what was written and not waited for. */
    private final List<Uni<Void>> writing = new ArrayList<>();

    /** What the first of them failed with: what comes after it fails because of that. */
    private @Nullable Throwable broken;

    SealedOutbox(Means means, Instant now, RandomGenerator random) {
        this.means = means;
        this.now = now;
        this.random = random;
    }

    /**
     * @param answer to the transaction's beginning, which the first lock waits for
     */
    void begins(Uni<Void> answer) {
        begun = answer;
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
    public void write(Uni<Void> statements) {
        writing.add(
                Uni.createFrom()
                        .completionStage(
                                statements
                                        .onFailure()
                                        .invoke(this::breaks)
                                        .subscribeAsCompletionStage()));
    }

    private void breaks(Throwable failure) {
        if (broken == null) {
            broken = failure;
        }
    }

    /**
     * The end of all that was written so, whatever it is: a rollback must have nothing behind it.
     */
    Uni<Void> settled() {
        return writing.isEmpty()
                ? Uni.createFrom().voidItem()
                : Uni.join()
                        .all(writing)
                        .andCollectFailures()
                        .replaceWithVoid()
                        .onFailure()
                        .recoverWithNull();
    }

    /** Why this transaction fails, where one of its statements or what it does fails so. */
    Throwable why(Throwable failure) {
        return broken == null ? failure : broken;
    }

    @Override
    public void whenEnded(Consumer<Boolean> told) {
        atEnd.add(told);
    }

    /** Each is told, whatever another does: the transaction has ended. */
    void ended(boolean isCommitted) {
        for (Consumer<Boolean> each : atEnd) {
            try {
                each.accept(isCommitted);
            } catch (RuntimeException e) {
                LOG.errorf(e, "what was to be done at a transaction's end was not");
            }
        }
        atEnd.clear();
    }

    @Override
    public Uni<Void> lock(Collection<UUID> changes) {
        return chains.keySet().containsAll(changes)
                ? begun
                : receive(List.of(), changes).replaceWithVoid();
    }

    /**
     * Locks these changes and notes these messages as received, in one statement: most batches are
     * small, and each round trip costs more than what it asks for.
     *
     * @return the ids of the messages that were not received before
     */
    Uni<Set<UUID>> receive(Collection<Received> messages, Collection<UUID> changes) {
        messages.forEach(each -> written.put(each.envelope().id(), each.envelope().time()));
        var wanted = new TreeSet<>(changes);
        wanted.removeAll(chains.keySet());
        Uni<Set<UUID>> received = lockAndNote(messages, wanted);
        if (isByKeys) {
            return received;
        }
        isByKeys = true;
        return Uni.combine()
                .all()
                .unis(begun, Statement.BY_KEYS.execute(), received)
                .with((_, _, fresh) -> fresh);
    }

    private Uni<Set<UUID>> lockAndNote(Collection<Received> messages, Set<UUID> wanted) {
        return Statement.named(
                        RECEIVE,
                        Map.of(
                                "changes",
                                wanted.toArray(UUID[]::new),
                                "ids",
                                messages.stream()
                                        .map(each -> each.envelope().id())
                                        .toArray(UUID[]::new),
                                "hashes",
                                messages.stream()
                                        .map(each -> each.hash().bytes())
                                        .toArray(byte[][]::new)))
                .rows()
                .chain(rows -> {
                    Set<UUID> fresh = new HashSet<>();
                    for (Object[] row : rows) {
                        UUID id = (UUID) row[0];
                        if (row[1] == null) {
                            fresh.add(id);
                        } else {
                            chains.put(id, link(row));
                            wanted.remove(id);
                        }
                    }
                    // whoever added these meanwhile has them: this statement could not see them
                    return (wanted.isEmpty() ? Uni.createFrom().voidItem() : lockKnown(wanted))
                            .replaceWith(fresh);
                });
    }

    private static Link link(Object[] row) {
        return new Link((Integer) row[1], row[2] == null ? null : Hash.parse((String) row[2]));
    }

    private Uni<Void> lockKnown(Collection<UUID> changes) {
        return Statement.named(
                        "select change_id, sequence, encode(hash, 'base64') from handoff_chain"
                                + " where change_id = any(cast(:ids as uuid[])) order by change_id for update",
                        Map.of("ids", changes.toArray(UUID[]::new)))
                .rows()
                .invoke(rows -> rows.forEach(row -> chains.put((UUID) row[0], link(row))))
                .replaceWithVoid();
    }

    /** Notes a handoff that another service appended. */
    void follow(UUID change, int sequence, Hash hash) {
        if (locked(change).sequence() < sequence) {
            extend(change, new Link(sequence, hash));
        }
    }

    private void extend(UUID change, Link link) {
        chains.put(change, link);
        extended.add(change);
    }

    /** The place in its chain that a locked change has reached, as far as is known here. */
    int place(UUID change) {
        return locked(change).sequence();
    }

    boolean touchesChanges() {
        return !chains.isEmpty();
    }

    boolean hasSetAside() {
        return !setAside.isEmpty();
    }

    /** The trace that what follows from this message belongs to. */
    void trace(UUID cause, SpanContext context) {
        traces.put(cause, context);
    }

    @Override
    public UUID handOn(UUID change, SpecificRecord message, @Nullable UUID cause) {
        locked(change);
        UUID id = cause == null ? newId() : derived(cause, change, message);
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
        String service = means.keys().service().id();
        UUID id = setAside(service, code, origin, contents(key, headers, payload));
        String words = storable(reason);
        String name = key == null ? null : storable(key);
        publish(
                id,
                subject(key, origin),
                told(code, words, origin, name, headers, payload, service, now),
                null,
                null);
        setAside.add(new SetAside(id, code, words, origin, name, headers, payload));
    }

    /**
     * What is published of it. What came may be as large as a message can be: then it is kept here
     * alone, and the message says so.
     */
    static DeadLettered told(
            String code,
            String reason,
            String origin,
            @Nullable String key,
            Map<String, byte[]> headers,
            byte[] payload,
            String service,
            Instant now) {
        long bytes = payload.length;
        bytes += key == null ? 0 : length(key);
        for (Map.Entry<String, byte[]> each : headers.entrySet()) {
            bytes += length(each.getKey()) + each.getValue().length + 2L * Integer.BYTES;
        }
        boolean fits = bytes <= MOST_SHOWN;
        String words =
                reason.length() <= MOST_WORDS ? reason : reason.substring(0, MOST_WORDS) + " ...";
        Map<String, ByteBuffer> shown = new LinkedHashMap<>();
        if (fits) {
            headers.forEach((name, value) -> shown.put(name, ByteBuffer.wrap(value)));
        }
        return DeadLettered.newBuilder()
                .setCode(code)
                .setReason(
                        fits
                                ? words
                                : "%s; its %d bytes are not in this message, %s keeps them"
                                        .formatted(words, bytes, service))
                .setOrigin(origin)
                .setKey(fits ? key : null)
                .setHeaders(shown)
                .setPayload(ByteBuffer.wrap(fits ? payload : new byte[0]))
                .setReportedBy(service)
                .setAt(now)
                .build();
    }

    /** PostgreSQL's texts have no character zero; what stands for what cannot be shown does. */
    static String storable(String text) {
        return text.replace('\0', '\uFFFD');
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * The id of a dead letter. The same place may hold something else one day: a topic is made
     * anew, a file is written anew.
     */
    static UUID setAside(String service, String code, String origin, Hash contents) {
        return Ids.derived(ORIGINS, service + "|" + code + "|" + origin + "|" + contents.hex());
    }

    static Hash contents(@Nullable String key, Map<String, byte[]> headers, byte[] payload) {
        var bytes = new ByteArrayOutputStream(payload.length + 1_024);
        put(key == null ? new byte[0] : key.getBytes(StandardCharsets.UTF_8), bytes);
        put(payload, bytes);
        headers.forEach((name, value) -> {
            put(name.getBytes(StandardCharsets.UTF_8), bytes);
            put(value, bytes);
        });
        return Hash.sha256(bytes.toByteArray());
    }

    /** With its length in front, so that no two lists of parts are the same bytes. */
    private static void put(byte[] part, ByteArrayOutputStream bytes) {
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
        bytes.writeBytes(part);
    }

    /** A dead letter's record key: the one it came with, if that can be one. */
    static String subject(@Nullable String key, String origin) {
        return key == null
                        || key.isEmpty()
                        || key.length() > MOST_WORDS
                        || key.chars().anyMatch(Character::isISOControl)
                ? origin
                : key;
    }

    /**
     * Encodes, chains, seals and stores everything collected, and marks what earlier transactions
     * published; must be the transaction's last step.
     *
     * @return what is to be published after the commit: all but what was stored before
     */
    Uni<Sealed.Batch> store() {
        Uni<Sealed.Batch> stored =
                letters.isEmpty() && extended.isEmpty()
                        ? Uni.createFrom().item(Sealed.Batch.EMPTY)
                        : means.contexts()
                                .blocking(isBrief(), this::seal)
                                .chain(this::insert)
                                .call(this::keepSetAside);
        return writing.isEmpty()
                ? stored
                : Uni.combine()
                        .all()
                        .unis(stored, Uni.join().all(writing).andFailFast())
                        .with((batch, _) -> batch);
    }

    /** Whether they are sealed in a moment, without the registry. */
    private boolean isBrief() {
        return letters.size() <= FEW
                && letters.stream()
                        .allMatch(each -> means.wire().isBrief(Handoff.of(each.message())));
    }

    private Uni<Void> keepSetAside() {
        if (setAside.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Base64.Encoder base64 = Base64.getEncoder();
        return Statement.named(
                        "insert into handoff_dead_letter (id, code, reason, origin, key, headers, payload, reported_at, state)"
                                + " select id, code, reason, origin, nullif(key, ''), headers, payload, cast(cast(:now as text) as timestamptz), 'OPEN'"
                                + " from unnest(cast(:ids as uuid[]), cast(:codes as text[]), cast(:reasons as text[]),"
                                + " cast(:origins as text[]), cast(:keys as text[]), cast(:headers as text[]), cast(:payloads as bytea[]))"
                                + " as letter (id, code, reason, origin, key, headers, payload)"
                                + " on conflict do nothing",
                        Map.of(
                                "now",
                                now.toString(),
                                "ids",
                                array(setAside, SetAside::id, UUID[]::new),
                                "codes",
                                array(setAside, SetAside::code, String[]::new),
                                "reasons",
                                array(setAside, SetAside::reason, String[]::new),
                                "origins",
                                array(setAside, SetAside::origin, String[]::new),
                                "keys",
                                array(
                                        setAside,
                                        each -> each.key() == null ? "" : each.key(),
                                        String[]::new),
                                "headers",
                                array(
                                        setAside,
                                        each -> {
                                            Map<String, String> text = new LinkedHashMap<>();
                                            each.headers()
                                                    .forEach((name, value) ->
                                                            text.put(
                                                                    name,
                                                                    base64.encodeToString(value)));
                                            return json(text);
                                        },
                                        String[]::new),
                                "payloads",
                                array(setAside, SetAside::payload, byte[][]::new)))
                .affected()
                .replaceWithVoid();
    }

    private Link locked(UUID change) {
        Link link = chains.get(change);
        if (link == null) {
            throw new IllegalStateException("change " + change + " is not locked");
        }
        return link;
    }

    private UUID derived(UUID cause, UUID change, SpecificRecord message) {
        String kind = means.keys().service().id() + "|" + message.getSchema().getName();
        int ordinal = ordinals.merge(cause + "|" + change + "|" + kind, 1, Integer::sum);
        return derived(
                cause, Optional.ofNullable(written.get(cause)), change, kind + "|" + ordinal);
    }

    /**
     * The id of what follows from a message for a change: with the time that the message's own id
     * begins with, or when it was written: near those of its change in an index, instead of
     * anywhere. One message may lead to the same for several changes, at several times.
     */
    static UUID derived(UUID cause, Optional<Instant> written, UUID change, String kind) {
        String name = change + "|" + kind;
        return Ids.time(cause)
                .or(() -> written)
                .map(time -> Ids.derived(time, cause, name))
                .orElseGet(() -> Ids.derived(cause, name));
    }

    private List<Sealed> seal() {
        var envelopes = new ArrayList<Envelope>();
        var payloads = new ArrayList<byte[]>();
        var leaves = new ArrayList<Hash>();
        for (Letter letter : letters) {
            byte[] payload = means.wire().encode(letter.message());
            Handoff handoff = Handoff.of(letter.message());
            Link last =
                    letter.chained() && letter.change() != null
                            ? locked(letter.change())
                            : new Link(-1, null);
            Envelope envelope =
                    new Envelope(
                            letter.id(),
                            means.keys().service(),
                            handoff,
                            letter.subject(),
                            now,
                            means.wire().dataschema(handoff),
                            letter.change(),
                            letter.cause(),
                            last.sequence() + 1,
                            last.hash());
            Hash hash = Seal.hash(envelope, payload);
            if (letter.chained() && letter.change() != null) {
                extend(letter.change(), new Link(last.sequence() + 1, hash));
            }
            envelopes.add(envelope);
            payloads.add(payload);
            leaves.add(hash);
        }
        List<Seal> seals = Seal.all(means.keys().signing(), leaves);
        var sealed = new ArrayList<Sealed>();
        for (int n = 0; n < envelopes.size(); n++) {
            Envelope envelope = envelopes.get(n);
            Map<String, String> headers = envelope.headers();
            headers.put(Seal.KEY_HEADER, seals.get(n).key());
            headers.put(Seal.SEAL_HEADER, seals.get(n).text());
            headers.put(Traces.HEADER, traceparent(envelope));
            sealed.add(
                    new Sealed(
                            envelope.id(),
                            envelope.handoff().topic().topicName(),
                            envelope.subject(),
                            headers,
                            payloads.get(n)));
        }
        return sealed;
    }

    private String traceparent(Envelope envelope) {
        UUID cause = envelope.causation();
        return Traces.text(
                means.traces()
                        .sends(
                                envelope.handoff().recordName(),
                                envelope.id(),
                                envelope.correlation(),
                                cause == null ? null : traces.get(cause)));
    }

    /** One statement: the letters, the ends of their chains, and the marks of what went out. */
    private Uni<Sealed.Batch> insert(List<Sealed> sealed) {
        List<Long> marks = means.relay().takeUnmarked();
        List<UUID> changes = List.copyOf(extended);
        List<Link> links = changes.stream().map(this::locked).toList();
        return Statement.named(
                        STORE,
                        Map.of(
                                "marks",
                                marks.toArray(Long[]::new),
                                "changes",
                                changes.toArray(UUID[]::new),
                                "sequences",
                                array(links, Link::sequence, Integer[]::new),
                                "hashes",
                                array(links, SealedOutbox::bytes, byte[][]::new),
                                "ids",
                                array(sealed, Sealed::id, UUID[]::new),
                                "topics",
                                array(sealed, Sealed::topic, String[]::new),
                                "keys",
                                array(sealed, Sealed::key, String[]::new),
                                "headers",
                                array(sealed, each -> json(each.headers()), String[]::new),
                                "payloads",
                                array(sealed, Sealed::payload, byte[][]::new)))
                .rows()
                .map(stored -> fresh(sealed, stored))
                .onFailure()
                .invoke(() -> means.relay().putBack(marks))
                .onCancellation()
                .invoke(() -> means.relay().putBack(marks));
    }

    /**
     * What was not known yet. An observation may be told twice; a handoff never: its change would
     * have moved on without it.
     */
    private Sealed.Batch fresh(List<Sealed> sealed, List<Object[]> stored) {
        Set<Object> ids = stored.stream().map(row -> row[1]).collect(Collectors.toSet());
        letters.stream()
                .filter(each -> each.chained() && !ids.contains(each.id()))
                .findFirst()
                .ifPresent(each -> {
                    throw new IllegalStateException(
                            "a handoff of change %s has the id of another message, %s"
                                    .formatted(each.change(), each.id()));
                });
        if (stored.isEmpty()) {
            return Sealed.Batch.EMPTY;
        }
        return new Sealed.Batch(
                (Long) stored.getFirst()[0],
                sealed.stream().filter(each -> ids.contains(each.id())).toList());
    }

    private String json(Map<String, String> text) {
        try {
            return means.json().writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("text is always JSON", e);
        }
    }

    private static byte[] bytes(Link link) {
        return link.hash() == null ? new byte[0] : link.hash().bytes();
    }

    private static <T, R> R[] array(
            List<T> all, Function<? super T, R> part, IntFunction<R[]> array) {
        return all.stream().map(part).toArray(array);
    }

    /** The stored headers' text, as bytes for Kafka. */
    static Map<String, byte[]> headerBytes(Map<String, String> headers) {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        headers.forEach((name, value) -> bytes.put(name, value.getBytes(StandardCharsets.UTF_8)));
        return bytes;
    }
}
