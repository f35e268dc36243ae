package dev.remit.ledger.adapter.postgres;

import dev.remit.handoff.Handoff;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.postgres.Fields;
import dev.remit.ledger.application.ContentKeys;
import dev.remit.ledger.application.ContentKeys.Wrapped;
import dev.remit.ledger.application.Entries;
import dev.remit.ledger.log.Entry;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import javax.crypto.SecretKey;

/** The log's messages in the table {@code message}. */
@Singleton
public class PostgresEntries implements Entries {
    private static final byte[] NOTHING = new byte[0];

    static final String KNOWN =
            """
            select coalesce(string_agg(concat_ws(' ', cast(owner as text), wrapped_by,
              translate(encode(wrapped, 'base64'), E'\\n', '')), ';'), '')
            from content_key where owner = any(cast(:owners as uuid[]))\
            """;

    // bytes travel in one piece, since arrays of bytea cannot be bound
    static final String APPEND =
            """
            with held as (
              update log_state set size = size + cast(:count as bigint) where id = 1
              returning size - cast(:count as bigint) as first
            ), made as (
              insert into content_key (owner, wrapped, wrapped_by)
              select owner, decode(wrapped, 'base64'), wrapped_by
              from held, unnest(cast(:made as uuid[]), cast(:wrapped as text[]), cast(:by as text[]))
                as fresh (owner, wrapped, wrapped_by)
            ), added as (
              insert into message (leaf_index, id, type, change_id, sequence, subject, origin, owner,
                content, seal_key, seal, policy, leaf, logged_at)
              select held.first + entry.place - 1, entry.id, entry.type,
                nullif(entry.change_id, '00000000-0000-0000-0000-000000000000'), entry.sequence,
                entry.subject, entry.origin, entry.owner,
                case when entry.content > 0
                  then substring(cast(:bytes as bytea) from entry.start + entry.leaf for entry.content) end,
                entry.seal_key, entry.seal, entry.policy,
                substring(cast(:bytes as bytea) from entry.start for entry.leaf), cast(:now as timestamptz)
              from held, unnest(cast(:ids as uuid[]), cast(:types as text[]), cast(:changes as uuid[]),
                cast(:sequences as integer[]), cast(:subjects as text[]), cast(:origins as text[]),
                cast(:owners as uuid[]), cast(:starts as integer[]), cast(:leaves as integer[]),
                cast(:contents as integer[]), cast(:keys as text[]), cast(:seals as text[]),
                cast(:policies as text[]))
                with ordinality as entry (id, type, change_id, sequence, subject, origin, owner, start, leaf,
                  content, seal_key, seal, policy, place)
            )
            select first from held\
            """;

    /** Entries of one statement. */
    private static final int PIECE = 128;

    private static final UUID NONE = new UUID(0, 0);

    // a leaf without content, as those of erased messages
    private static final String APPEND_LEAF =
            """
            with held as (
              update log_state set size = size + 1 where id = 1 returning size - 1 as place
            )
            insert into message (leaf_index, id, type, sequence, subject, origin, seal_key, seal, policy, leaf, logged_at)
            select place, cast(:id as uuid), cast(:type as text), 0, '', '', '', '', '',
              cast(:leaf as bytea), cast(:now as timestamptz)
            from held\
            """;

    // every column that the row has and no other: one that it lacks cannot be read past
    private static final String COLUMNS =
            "leaf_index, subject, origin, seal_key, seal, policy, leaf, owner, content, wrapped,"
                    + " wrapped_by, headers, payload, salt";

    private static final Fields<KeptMessageRow> ROW =
            Fields.of(KeptMessageRow.class, KeptMessageRow::new, COLUMNS);

    private static final String KEPT = "select " + COLUMNS + " from kept_message";

    static final String HANDOFFS =
            KEPT
                    + " where change_id = any(cast(:changes as uuid[])) and sequence > 0"
                    + " and leaf_index < :before order by leaf_index";

    static final String OBSERVATIONS =
            KEPT
                    + " where type = 'IdentityObserved' and subject = any(cast(:accounts as text[]))"
                    + " and leaf_index < :before order by leaf_index";

    static final String DEMOTIONS =
            KEPT
                    + " where type in ('EmployeeDemoted', 'EmployeePromoted')"
                    + " and subject = any(cast(:subjects as text[])) order by leaf_index";

    private final ContentKeys keys;
    private final Sql sql;

    public PostgresEntries(ContentKeys keys, Sql sql) {
        this.keys = keys;
        this.sql = sql;
    }

    @Override
    public Uni<Long> append(List<Entry> entries, Instant now) {
        UUID[] owners = entries.stream().map(PostgresEntries::owner).toArray(UUID[]::new);
        Set<UUID> distinct = new TreeSet<>(Arrays.asList(owners));
        // keys are made by who holds the log, a replay may make one meanwhile: they are read behind
        // it
        return Uni.combine()
                .all()
                .unis(hold(), known(distinct))
                .asTuple()
                .chain(held -> append(entries, owners, held.getItem2(), now));
    }

    /** The data keys of owners that have had one; empty for those that were erased. */
    private Uni<Map<UUID, Optional<Wrapped>>> known(Set<UUID> owners) {
        return sql.row(KNOWN, String.class, Map.of("owners", owners.toArray(UUID[]::new)))
                .map(known -> {
                    Map<UUID, Optional<Wrapped>> found = new HashMap<>();
                    for (String row : known.isEmpty() ? new String[0] : known.split(";", -1)) {
                        // owner, and unless it was erased by what and as what its key is wrapped
                        String[] parts = row.split(" ", -1);
                        UUID owner = UUID.fromString(parts[0]);
                        found.put(
                                owner,
                                parts.length < 3
                                        ? Optional.empty()
                                        : Optional.of(
                                                new Wrapped(
                                                        owner,
                                                        Base64.getDecoder().decode(parts[2]),
                                                        parts[1])));
                    }
                    return found;
                });
    }

    /** Encrypts and sends entries piece by piece: the database stores those before meanwhile. */
    private Uni<Long> append(
            List<Entry> entries, UUID[] owners, Map<UUID, Optional<Wrapped>> known, Instant now) {
        Map<UUID, SecretKey> opened = new HashMap<>();
        List<Uni<Long>> sent = new ArrayList<>();
        for (int from = 0; from < entries.size(); from += PIECE) {
            int to = Math.min(entries.size(), from + PIECE);
            List<Entry> piece = entries.subList(from, to);
            UUID[] theirs = Arrays.copyOfRange(owners, from, to);
            sent.add(Uni.createFrom().deferred(() -> send(piece, theirs, known, opened, now)));
        }
        return Uni.join().all(sent).andFailFast().map(List::getFirst);
    }

    private Uni<Long> send(
            List<Entry> entries,
            UUID[] owners,
            Map<UUID, Optional<Wrapped>> known,
            Map<UUID, SecretKey> opened,
            Instant now) {
        List<Wrapped> made = new ArrayList<>();
        var bytes = new ByteArrayOutputStream(2_048 * entries.size());
        int size = entries.size();
        Integer[] starts = new Integer[size];
        Integer[] leaves = new Integer[size];
        Integer[] contents = new Integer[size];
        String[] subjects = new String[size];
        for (int n = 0; n < size; n++) {
            Entry entry = entries.get(n);
            Optional<Wrapped> key =
                    known.computeIfAbsent(
                            owners[n],
                            owner -> {
                                Wrapped fresh = keys.fresh(owner);
                                made.add(fresh);
                                return Optional.of(fresh);
                            });
            byte[] content =
                    key.map(each ->
                                    keys.encrypt(
                                            opened.computeIfAbsent(
                                                    each.owner(), _ -> keys.unwrap(each)),
                                            KeptContent.bytes(entry.salt(), entry.sealed()),
                                            entry.leaf()))
                            .orElse(NOTHING);
            starts[n] = bytes.size() + 1;
            leaves[n] = entry.leaf().length;
            contents[n] = content.length;
            subjects[n] = key.isPresent() ? entry.envelope().subject() : "";
            bytes.writeBytes(entry.leaf());
            bytes.writeBytes(content);
        }
        made.sort(Comparator.comparing(Wrapped::owner));
        Map<String, Object> columns = new HashMap<>();
        columns.put("count", (long) size);
        columns.put("now", now);
        columns.put("made", made.stream().map(Wrapped::owner).toArray(UUID[]::new));
        columns.put(
                "wrapped",
                made.stream()
                        .map(each -> Base64.getEncoder().encodeToString(each.key()))
                        .toArray(String[]::new));
        columns.put("by", made.stream().map(Wrapped::by).toArray(String[]::new));
        columns.put("bytes", bytes.toByteArray());
        columns.put("ids", entries.stream().map(each -> each.envelope().id()).toArray(UUID[]::new));
        columns.put("types", texts(entries, each -> each.envelope().handoff().recordName()));
        columns.put(
                "changes",
                entries.stream()
                        .map(each ->
                                Objects.requireNonNullElse(each.envelope().correlation(), NONE))
                        .toArray(UUID[]::new));
        columns.put(
                "sequences",
                entries.stream().map(each -> each.envelope().sequence()).toArray(Integer[]::new));
        columns.put("subjects", subjects);
        columns.put("origins", texts(entries, Entry::origin));
        columns.put("owners", owners);
        columns.put("starts", starts);
        columns.put("leaves", leaves);
        columns.put("contents", contents);
        columns.put("keys", texts(entries, Entry::sealKey));
        columns.put("seals", texts(entries, Entry::seal));
        columns.put("policies", texts(entries, Entry::policy));
        return sql.row(APPEND, Long.class, columns);
    }

    /** Whose key an entry is kept under. That a change was erased is not erased with it. */
    private static UUID owner(Entry entry) {
        UUID change = entry.envelope().correlation();
        Handoff handoff = entry.envelope().handoff();
        return change == null || handoff == Handoff.CONTENT_ERASED
                ? ContentKeys.ownerOutside(handoff.recordName(), entry.envelope().subject())
                : change;
    }

    @Override
    public Uni<Void> append(UUID id, String type, byte[] leaf, Instant now) {
        return sql.update(APPEND_LEAF, Map.of("id", id, "type", type, "leaf", leaf, "now", now))
                .replaceWithVoid();
    }

    @Override
    public Uni<Long> hold() {
        return sql.row("select size from log_state where id = 1 for update", Long.class, Map.of());
    }

    @Override
    public Uni<Long> size() {
        return sql.row("select size from log_state where id = 1", Long.class, Map.of());
    }

    @Override
    public Uni<List<Entry.Logged>> handoffs(Collection<UUID> changes, long before) {
        return entries(HANDOFFS, Map.of("changes", changes.toArray(UUID[]::new), "before", before));
    }

    @Override
    public Uni<List<Entry.Logged>> observations(Collection<String> accounts, long before) {
        return entries(
                OBSERVATIONS,
                Map.of("accounts", accounts.toArray(String[]::new), "before", before));
    }

    @Override
    public Uni<List<Entry.Logged>> charters(Collection<String> names) {
        return entries(
                KEPT
                        + " where type = 'CharterPublished' and subject = any(cast(:names as text[]))"
                        + " order by leaf_index",
                Map.of("names", names.toArray(String[]::new)));
    }

    @Override
    public Uni<List<Entry.Logged>> charterDecisions(Collection<String> names) {
        return entries(
                KEPT
                        + " where type = 'CharterDecided' and subject = any(cast(:subjects as text[]))"
                        + " order by leaf_index",
                Map.of("subjects", names.stream().map("charter/"::concat).toArray(String[]::new)));
    }

    @Override
    public Uni<List<Entry.Logged>> demotions(Collection<String> names) {
        return entries(
                DEMOTIONS,
                Map.of("subjects", names.stream().map(Scopes::own).toArray(String[]::new)));
    }

    @Override
    public Uni<List<Entry.Logged>> of(UUID change) {
        return entries(
                KEPT + " where change_id = :change order by leaf_index", Map.of("change", change));
    }

    @Override
    public Uni<List<Entry.Logged>> withIds(Collection<UUID> ids) {
        return ids.isEmpty()
                ? Uni.createFrom().item(List.of())
                : entries(
                        KEPT + " where id = any(cast(:ids as uuid[])) order by leaf_index",
                        Map.of("ids", ids.toArray(UUID[]::new)));
    }

    @Override
    public Uni<List<Entry.Logged>> setAside(long before, int most) {
        return entries(
                KEPT
                        + " where type = 'DeadLettered' and leaf_index < :before"
                        + " order by leaf_index desc limit :most",
                Map.of("before", before, "most", (long) most));
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

    @Override
    public Uni<List<Placed>> placedAs(Collection<UUID> ids) {
        return sql.rows(
                        "select leaf_index, leaf from message where id = any(cast(:ids as uuid[]))",
                        Object[].class,
                        Map.of("ids", ids.toArray(UUID[]::new)))
                .map(rows ->
                        rows.stream()
                                .map(row ->
                                        new Placed(((Number) row[0]).longValue(), (byte[]) row[1]))
                                .toList());
    }

    private Uni<List<Entry.Logged>> entries(String query, Map<String, Object> parameters) {
        return sql.rows(query, Object[].class, parameters)
                .map(rows -> rows.stream().map(ROW.andThen(this::logged)).toList());
    }

    /** The entry in a row; it was verified before it was stored. */
    private Entry.Logged logged(KeptMessageRow row) {
        try {
            String topic = row.origin.substring(0, row.origin.indexOf('['));
            KeptContent kept = kept(row, topic);
            return new Entry.Logged(
                    row.leafIndex,
                    new Entry(
                            kept.envelope(),
                            row.origin,
                            kept.payload(),
                            kept.sealed(),
                            row.sealKey,
                            row.seal,
                            row.policy,
                            kept.salt(),
                            row.leaf));
        } catch (Unprocessable e) {
            throw new IllegalStateException("a kept message does not read: " + row.origin, e);
        }
    }

    private KeptContent kept(KeptMessageRow row, String topic) throws Unprocessable {
        if (row.content == null || row.wrapped == null) {
            return KeptContent.read(
                    Objects.requireNonNull(row.salt),
                    Objects.requireNonNull(row.headers),
                    Objects.requireNonNull(row.payload),
                    topic,
                    row.subject);
        }
        Wrapped key =
                new Wrapped(
                        Objects.requireNonNull(row.owner),
                        row.wrapped,
                        Objects.requireNonNull(row.wrappedBy));
        return KeptContent.read(keys.decrypt(key, row.content, row.leaf), topic, row.subject);
    }

    private static String[] texts(List<Entry> entries, Function<Entry, String> column) {
        return entries.stream().map(column).toArray(String[]::new);
    }
}
