package dev.remit.ledger.adapter.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Unprocessable;
import dev.remit.ledger.application.ContentKeys;
import dev.remit.ledger.application.ContentKeys.Wrapped;
import dev.remit.ledger.application.Entries;
import dev.remit.ledger.log.Entry;
import dev.remit.ledger.log.EvidenceLeaf;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/** The log's messages in the table {@code message}. */
@Singleton
public class PostgresEntries implements Entries {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<TreeMap<String, String>> HEADERS = new TypeReference<>() {};

    // a key made by another transaction meanwhile is not seen, and the batch is tried again
    private static final String KEYS =
            """
            with fresh as (
              select * from unnest(cast(:owners as uuid[]), cast(:wrapped as text[]), cast(:by as text[]))
                as fresh (owner, wrapped, wrapped_by)
            ), known as (
              select owner, cast(owner as text) as name, encode(wrapped, 'base64') as wrapped, wrapped_by
              from content_key
              where owner = any(cast(:owners as uuid[]))
            ), added as (
              insert into content_key (owner, wrapped, wrapped_by)
              select owner, decode(wrapped, 'base64'), wrapped_by from fresh
              where owner not in (select owner from known) order by owner
            )
            select coalesce(string_agg(concat_ws(' ', name, wrapped_by, translate(wrapped, E'\\n', '')), ';'), '')
            from known\
            """;

    // bytes travel as base64: arrays of bytea cannot be bound
    private static final String APPEND =
            """
            with held as (
              update log_state set size = size + cast(:count as bigint) where id = 1
              returning size - cast(:count as bigint) as first
            ), added as (
              insert into message (leaf_index, id, type, change_id, sequence, subject, origin, owner,
                content, seal_key, seal, policy, leaf, logged_at)
              select held.first + entry.place - 1, cast(entry.id as uuid), entry.type,
                cast(nullif(entry.change_id, '') as uuid), entry.sequence, entry.subject, entry.origin,
                cast(entry.owner as uuid), decode(nullif(entry.content, ''), 'base64'), entry.seal_key,
                entry.seal, entry.policy, decode(entry.leaf, 'base64'), cast(:now as timestamptz)
              from held, unnest(cast(:ids as text[]), cast(:types as text[]), cast(:changes as text[]),
                cast(:sequences as integer[]), cast(:subjects as text[]), cast(:origins as text[]),
                cast(:owners as text[]), cast(:contents as text[]), cast(:keys as text[]),
                cast(:seals as text[]), cast(:policies as text[]), cast(:leaves as text[]))
                with ordinality as entry (id, type, change_id, sequence, subject, origin, owner, content,
                  seal_key, seal, policy, leaf, place)
            )
            select first from held\
            """;

    // every column that the row has and no other: one that it lacks cannot be read past
    private static final String KEPT =
            "select leaf_index, subject, origin, seal_key, seal, policy, leaf, owner, content, wrapped,"
                    + " wrapped_by, headers, payload, salt from kept_message";

    private final ContentKeys keys;

    PostgresEntries(ContentKeys keys) {
        this.keys = keys;
    }

    @Override
    public Uni<Long> append(List<Entry> entries, Instant now) {
        return keys(entries).chain(known -> append(entries, known, now));
    }

    /** The data keys of these entries' owners, old or new; empty for an owner that was erased. */
    private Uni<Map<UUID, Optional<Wrapped>>> keys(List<Entry> entries) {
        Map<UUID, Optional<Wrapped>> found = new TreeMap<>();
        for (Entry entry : entries) {
            found.computeIfAbsent(owner(entry), each -> Optional.of(keys.fresh(each)));
        }
        List<Wrapped> fresh = found.values().stream().flatMap(Optional::stream).toList();
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(KEYS, String.class)
                                        .setParameter(
                                                "owners",
                                                fresh.stream()
                                                        .map(Wrapped::owner)
                                                        .toArray(UUID[]::new))
                                        .setParameter(
                                                "wrapped",
                                                fresh.stream()
                                                        .map(each -> base64(each.key()))
                                                        .toArray(String[]::new))
                                        .setParameter(
                                                "by",
                                                fresh.stream()
                                                        .map(Wrapped::by)
                                                        .toArray(String[]::new))
                                        .getSingleResult())
                        .map(known -> {
                            for (String row :
                                    known.isEmpty() ? new String[0] : known.split(";", -1)) {
                                // owner, and unless it was erased by what and as what its key is
                                // wrapped
                                String[] parts = row.split(" ", -1);
                                UUID owner = UUID.fromString(parts[0]);
                                found.put(
                                        owner,
                                        parts.length < 3
                                                ? Optional.empty()
                                                : Optional.of(
                                                        new Wrapped(
                                                                owner,
                                                                Base64.getDecoder()
                                                                        .decode(parts[2]),
                                                                parts[1])));
                            }
                            return found;
                        }));
    }

    private Uni<Long> append(List<Entry> entries, Map<UUID, Optional<Wrapped>> known, Instant now) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(APPEND, Long.class)
                                        .setParameter("count", (long) entries.size())
                                        .setParameter("now", now)
                                        .setParameter(
                                                "ids",
                                                texts(
                                                        entries,
                                                        each -> each.envelope().id().toString()))
                                        .setParameter(
                                                "types",
                                                texts(
                                                        entries,
                                                        each ->
                                                                each.envelope()
                                                                        .handoff()
                                                                        .recordName()))
                                        .setParameter(
                                                "changes", texts(entries, PostgresEntries::change))
                                        .setParameter(
                                                "sequences",
                                                entries.stream()
                                                        .map(each -> each.envelope().sequence())
                                                        .toArray(Integer[]::new))
                                        .setParameter(
                                                "subjects",
                                                texts(
                                                        entries,
                                                        each ->
                                                                isKept(each, known)
                                                                        ? each.envelope().subject()
                                                                        : ""))
                                        .setParameter("origins", texts(entries, Entry::origin))
                                        .setParameter(
                                                "owners",
                                                texts(entries, each -> owner(each).toString()))
                                        .setParameter(
                                                "contents",
                                                texts(entries, each -> content(each, known)))
                                        .setParameter("keys", texts(entries, Entry::sealKey))
                                        .setParameter("seals", texts(entries, Entry::seal))
                                        .setParameter("policies", texts(entries, Entry::policy))
                                        .setParameter(
                                                "leaves",
                                                texts(entries, each -> base64(each.leaf())))
                                        .getSingleResult()));
    }

    /** Whose key an entry is kept under. That a change was erased is not erased with it. */
    private static UUID owner(Entry entry) {
        UUID change = entry.envelope().correlation();
        Handoff handoff = entry.envelope().handoff();
        return change == null || handoff == Handoff.CONTENT_ERASED
                ? ContentKeys.ownerOutside(handoff.recordName(), entry.envelope().subject())
                : change;
    }

    private static boolean isKept(Entry entry, Map<UUID, Optional<Wrapped>> known) {
        return known.getOrDefault(owner(entry), Optional.empty()).isPresent();
    }

    /** Encrypted, base64; empty when its owner was erased. */
    private String content(Entry entry, Map<UUID, Optional<Wrapped>> known) {
        return known.getOrDefault(owner(entry), Optional.empty())
                .map(key -> base64(keys.encrypt(key, packed(entry), entry.leaf())))
                .orElse("");
    }

    /** Salt, length of the headers, headers, payload. */
    private static byte[] packed(Entry entry) {
        byte[] headers = headers(entry).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(
                        entry.salt().length
                                + Integer.BYTES
                                + headers.length
                                + entry.payload().length)
                .put(entry.salt())
                .putInt(headers.length)
                .put(headers)
                .put(entry.payload())
                .array();
    }

    @Override
    public Uni<Long> hold() {
        return number("select size from log_state where id = 1 for update");
    }

    @Override
    public Uni<Long> size() {
        return number("select size from log_state where id = 1");
    }

    @Override
    public Uni<List<Entry.Logged>> handoffs(Collection<UUID> changes, long before) {
        return entries(
                KEPT
                        + " where change_id = any(cast(:changes as uuid[])) and sequence > 0"
                        + " and leaf_index < :before order by leaf_index",
                query ->
                        query.setParameter("changes", changes.toArray(UUID[]::new))
                                .setParameter("before", before));
    }

    @Override
    public Uni<List<Entry.Logged>> observations(Collection<String> accounts, long before) {
        return entries(
                KEPT
                        + " where type = 'IdentityObserved' and subject = any(cast(:accounts as text[]))"
                        + " and leaf_index < :before order by leaf_index",
                query ->
                        query.setParameter("accounts", accounts.toArray(String[]::new))
                                .setParameter("before", before));
    }

    @Override
    public Uni<List<Entry.Logged>> charters(Collection<String> names) {
        return entries(
                KEPT
                        + " where type = 'CharterPublished' and subject = any(cast(:names as text[]))"
                        + " order by leaf_index",
                query -> query.setParameter("names", names.toArray(String[]::new)));
    }

    @Override
    public Uni<List<Entry.Logged>> of(UUID change) {
        return entries(
                KEPT + " where change_id = :change order by leaf_index",
                query -> query.setParameter("change", change));
    }

    @Override
    public Uni<List<Entry.Logged>> withIds(Collection<UUID> ids) {
        return ids.isEmpty()
                ? Uni.createFrom().item(List.of())
                : entries(
                        KEPT + " where id = any(cast(:ids as uuid[])) order by leaf_index",
                        query -> query.setParameter("ids", ids.toArray(UUID[]::new)));
    }

    @Override
    public Uni<List<Entry.Logged>> setAside(int most) {
        return entries(
                KEPT + " where type = 'DeadLettered' order by leaf_index desc limit :most",
                query -> query.setParameter("most", (long) most));
    }

    @Override
    public Uni<List<byte[]>> leaves(long from, long to) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createSelectionQuery(
                                                "select leaf from MessageRow where leafIndex >= :from and leafIndex < :to"
                                                        + " order by leafIndex",
                                                byte[].class)
                                        .setParameter("from", from)
                                        .setParameter("to", to)
                                        .getResultList()));
    }

    @Override
    public Uni<List<Placed>> placed(UUID change) {
        return Panache.withSession(() ->
                MessageRow.<MessageRow>find(
                                "changeId = ?1 order by case when sequence = 0 then 1 else 0 end, sequence, leafIndex",
                                change)
                        .list()
                        .map(rows ->
                                rows.stream()
                                        .map(row -> new Placed(row.leafIndex, row.leaf))
                                        .toList()));
    }

    private static Uni<Long> number(String sql) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(sql, Long.class).getSingleResult()));
    }

    private Uni<List<Entry.Logged>> entries(
            String sql,
            Function<Mutiny.SelectionQuery<KeptMessageRow>, Mutiny.SelectionQuery<KeptMessageRow>>
                    set) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                set.apply(session.createNativeQuery(sql, KeptMessageRow.class))
                                        .getResultList())
                        .map(rows -> rows.stream().map(this::logged).toList()));
    }

    /** The entry in a row; it was verified before it was stored. */
    private Entry.Logged logged(KeptMessageRow row) {
        if (row.content == null || row.wrapped == null) {
            return logged(
                    row,
                    Objects.requireNonNull(row.headers),
                    Objects.requireNonNull(row.payload),
                    Objects.requireNonNull(row.salt));
        }
        Wrapped key =
                new Wrapped(
                        Objects.requireNonNull(row.owner),
                        row.wrapped,
                        Objects.requireNonNull(row.wrappedBy));
        ByteBuffer packed = ByteBuffer.wrap(keys.decrypt(key, row.content, row.leaf));
        byte[] salt = new byte[EvidenceLeaf.SALT_BYTES];
        packed.get(salt);
        byte[] headers = new byte[packed.getInt()];
        packed.get(headers);
        byte[] payload = new byte[packed.remaining()];
        packed.get(payload);
        return logged(row, new String(headers, StandardCharsets.UTF_8), payload, salt);
    }

    private static Entry.Logged logged(
            KeptMessageRow row, String headersText, byte[] payload, byte[] salt) {
        try {
            Map<String, String> headers = JSON.readValue(headersText, HEADERS);
            Envelope envelope =
                    Envelope.read(
                            row.origin.substring(0, row.origin.indexOf('[')),
                            row.subject,
                            name -> {
                                String value = headers.get(name);
                                return value == null
                                        ? null
                                        : value.getBytes(StandardCharsets.UTF_8);
                            });
            return new Entry.Logged(
                    row.leafIndex,
                    new Entry(
                            envelope,
                            row.origin,
                            payload,
                            row.sealKey,
                            row.seal,
                            row.policy,
                            salt,
                            row.leaf));
        } catch (JsonProcessingException | Unprocessable e) {
            throw new IllegalStateException("a kept message does not read: " + row.origin, e);
        }
    }

    private static String change(Entry entry) {
        UUID change = entry.envelope().correlation();
        return change == null ? "" : change.toString();
    }

    private static String headers(Entry entry) {
        try {
            return JSON.writeValueAsString(entry.envelope().headers());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("headers are always JSON", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String[] texts(List<Entry> entries, Function<Entry, String> column) {
        return entries.stream().map(column).toArray(String[]::new);
    }
}
