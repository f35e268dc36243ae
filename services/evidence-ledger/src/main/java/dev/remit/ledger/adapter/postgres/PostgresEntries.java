package dev.remit.ledger.adapter.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Unprocessable;
import dev.remit.ledger.application.Entries;
import dev.remit.ledger.log.Entry;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/** The log's messages in the table {@code message}. */
@Singleton
public class PostgresEntries implements Entries {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<TreeMap<String, String>> HEADERS = new TypeReference<>() {};

    // bytes travel as base64: arrays of bytea cannot be bound
    private static final String APPEND =
            """
            with held as (
              update log_state set size = size + cast(:count as bigint) where id = 1
              returning size - cast(:count as bigint) as first
            ), added as (
              insert into message (leaf_index, id, type, change_id, sequence, subject, origin, headers,
                payload, seal_key, seal, policy, salt, leaf, logged_at)
              select held.first + entry.place - 1, cast(entry.id as uuid), entry.type,
                cast(nullif(entry.change_id, '') as uuid), entry.sequence, entry.subject, entry.origin,
                entry.headers, decode(entry.payload, 'base64'), entry.seal_key, entry.seal, entry.policy,
                decode(entry.salt, 'base64'), decode(entry.leaf, 'base64'), cast(:now as timestamptz)
              from held, unnest(cast(:ids as text[]), cast(:types as text[]), cast(:changes as text[]),
                cast(:sequences as integer[]), cast(:subjects as text[]), cast(:origins as text[]),
                cast(:headers as text[]), cast(:payloads as text[]), cast(:keys as text[]),
                cast(:seals as text[]), cast(:policies as text[]), cast(:salts as text[]),
                cast(:leaves as text[]))
                with ordinality as entry (id, type, change_id, sequence, subject, origin, headers, payload,
                  seal_key, seal, policy, salt, leaf, place)
            )
            select first from held\
            """;

    @Override
    public Uni<Long> append(List<Entry> entries, Instant now) {
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
                                                texts(entries, each -> each.envelope().subject()))
                                        .setParameter("origins", texts(entries, Entry::origin))
                                        .setParameter(
                                                "headers", texts(entries, PostgresEntries::headers))
                                        .setParameter(
                                                "payloads",
                                                texts(entries, each -> base64(each.payload())))
                                        .setParameter("keys", texts(entries, Entry::sealKey))
                                        .setParameter("seals", texts(entries, Entry::seal))
                                        .setParameter("policies", texts(entries, Entry::policy))
                                        .setParameter(
                                                "salts",
                                                texts(entries, each -> base64(each.salt())))
                                        .setParameter(
                                                "leaves",
                                                texts(entries, each -> base64(each.leaf())))
                                        .getSingleResult()));
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
                "select * from message where change_id = any(cast(:changes as uuid[])) and sequence > 0"
                        + " and leaf_index < :before order by leaf_index",
                query ->
                        query.setParameter("changes", changes.toArray(UUID[]::new))
                                .setParameter("before", before));
    }

    @Override
    public Uni<List<Entry.Logged>> observations(Collection<String> accounts, long before) {
        return entries(
                "select * from message where type = 'IdentityObserved' and subject = any(cast(:accounts as text[]))"
                        + " and leaf_index < :before order by leaf_index",
                query ->
                        query.setParameter("accounts", accounts.toArray(String[]::new))
                                .setParameter("before", before));
    }

    @Override
    public Uni<List<Entry.Logged>> charters(Collection<String> names) {
        return entries(
                "select * from message where type = 'CharterPublished' and subject = any(cast(:names as text[]))"
                        + " order by leaf_index",
                query -> query.setParameter("names", names.toArray(String[]::new)));
    }

    @Override
    public Uni<List<Entry.Logged>> of(UUID change) {
        return entries(
                "select * from message where change_id = :change order by leaf_index",
                query -> query.setParameter("change", change));
    }

    @Override
    public Uni<List<Entry.Logged>> withIds(Collection<UUID> ids) {
        return ids.isEmpty()
                ? Uni.createFrom().item(List.of())
                : entries(
                        "select * from message where id = any(cast(:ids as uuid[])) order by leaf_index",
                        query -> query.setParameter("ids", ids.toArray(UUID[]::new)));
    }

    @Override
    public Uni<List<Entry.Logged>> setAside(int most) {
        return entries(
                "select * from message where type = 'DeadLettered' order by leaf_index desc limit :most",
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

    private static Uni<Long> number(String sql) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(sql, Long.class).getSingleResult()));
    }

    private static Uni<List<Entry.Logged>> entries(
            String sql,
            Function<Mutiny.SelectionQuery<MessageRow>, Mutiny.SelectionQuery<MessageRow>> set) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                set.apply(session.createNativeQuery(sql, MessageRow.class))
                                        .getResultList())
                        .map(rows -> rows.stream().map(PostgresEntries::logged).toList()));
    }

    /** The entry in a row; it was verified before it was stored. */
    private static Entry.Logged logged(MessageRow row) {
        try {
            Map<String, String> headers = JSON.readValue(row.headers, HEADERS);
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
                            row.payload,
                            row.sealKey,
                            row.seal,
                            row.policy,
                            row.salt,
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
