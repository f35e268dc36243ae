package dev.remit.connector.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;

/** The connector's tables. Each method runs in the caller's transaction. */
@Singleton
public class Rows {
    /** A change that waits for its day: its id and the request, as JSON. */
    public record Waiting(UUID change, String request) {}

    /** A charter as published. */
    public record Published(String name, String version, String hash, String document) {}

    /** Notes a file by its content; false when this content was read before. */
    public Uni<Boolean> addFile(String hash, String name) {
        return inserted(
                "insert into hr_file (content_hash, name, read_at) values (?1, ?2, now()) on conflict do nothing",
                hash,
                name);
    }

    /** Notes an HR event; false when its id was seen before. */
    public Uni<Boolean> addEvent(String eventId, String content) {
        return inserted(
                "insert into hr_event (event_id, content) values (?1, ?2) on conflict do nothing",
                eventId,
                content);
    }

    /** What was first sent under this event id. */
    public Uni<String> event(String eventId) {
        return session()
                .chain(session ->
                        session.createNativeQuery(
                                        "select content from hr_event where event_id = ?1",
                                        String.class)
                                .setParameter(1, eventId)
                                .getSingleResult());
    }

    /** Every charter published. */
    public Uni<List<Published>> charters() {
        return session()
                .chain(session ->
                        session.createNativeQuery(
                                        "select name, version, hash, document from charter order by name, version",
                                        Object[].class)
                                .getResultList())
                .map(rows ->
                        rows.stream()
                                .map(row ->
                                        new Published(
                                                (String) row[0],
                                                (String) row[1],
                                                (String) row[2],
                                                (String) row[3]))
                                .toList());
    }

    /** Notes a charter; false when this name and version was published before. */
    public Uni<Boolean> addCharter(String name, String version, String hash, String document) {
        return inserted(
                "insert into charter (name, version, hash, document) values (?1, ?2, ?3, ?4) on conflict do nothing",
                name,
                version,
                hash,
                document);
    }

    /** Notes a proposal, due or waiting; false when the change is known. */
    public Uni<Boolean> addProposal(UUID change, LocalDate due, boolean proposed, String request) {
        return inserted(
                "insert into proposal (change_id, due_on, proposed, request) values (?1, ?2, ?3, ?4) on conflict do nothing",
                change,
                due,
                proposed,
                request);
    }

    /** The request that a change was made from. */
    public Uni<Optional<String>> request(UUID change) {
        return session()
                .chain(session ->
                        session.createNativeQuery(
                                        "select request from proposal where change_id = ?1",
                                        String.class)
                                .setParameter(1, change)
                                .getSingleResultOrNull())
                .map(Optional::ofNullable);
    }

    /** Changes whose day has come; they count as proposed from now on. */
    public Uni<List<Waiting>> takeDue(LocalDate today) {
        return session()
                .chain(session ->
                        session.createNativeQuery(
                                        "update proposal set proposed = true where not proposed and due_on <= ?1 returning change_id, request",
                                        Object[].class)
                                .setParameter(1, today)
                                .getResultList())
                .map(rows ->
                        rows.stream()
                                .map(row -> new Waiting((UUID) row[0], (String) row[1]))
                                .toList());
    }

    /** Accounts as last observed: id to content. */
    public Uni<Map<String, String>> accounts() {
        return session()
                .chain(session ->
                        session.createNativeQuery("select id, content from account", Object[].class)
                                .getResultList())
                .map(rows ->
                        rows.stream()
                                .collect(
                                        Collectors.toMap(
                                                row -> (String) row[0], row -> (String) row[1])));
    }

    /** Keeps an account's observed content. */
    public Uni<Void> putAccount(String id, String content) {
        return executed(
                        "insert into account (id, content) values (?1, ?2) on conflict (id) do update set content = excluded.content",
                        id,
                        content)
                .replaceWithVoid();
    }

    public Uni<Void> removeAccount(String id) {
        return executed("delete from account where id = ?1", id).replaceWithVoid();
    }

    /** How far a feed was read; 0 at first. */
    public Uni<Long> position(String feed) {
        return session()
                .chain(session ->
                        session.createNativeQuery(
                                        "select position from feed_position where feed = ?1",
                                        Long.class)
                                .setParameter(1, feed)
                                .getSingleResultOrNull())
                .map(position -> position == null ? 0L : position);
    }

    public Uni<Void> putPosition(String feed, long position) {
        return executed(
                        "insert into feed_position (feed, position) values (?1, ?2)"
                                + " on conflict (feed) do update set position = greatest(feed_position.position, excluded.position)",
                        feed,
                        position)
                .replaceWithVoid();
    }

    private static Uni<Boolean> inserted(String sql, Object... parameters) {
        return executed(sql, parameters).map(count -> count == 1);
    }

    private static Uni<Integer> executed(String sql, Object... parameters) {
        return session()
                .chain(session -> {
                    var query = session.createNativeQuery(sql);
                    for (int n = 0; n < parameters.length; n++) {
                        query.setParameter(n + 1, parameters[n]);
                    }
                    return query.executeUpdate();
                });
    }

    private static Uni<Mutiny.Session> session() {
        return Panache.getSession();
    }
}
