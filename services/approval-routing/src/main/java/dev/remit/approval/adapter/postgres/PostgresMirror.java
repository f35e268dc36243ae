package dev.remit.approval.adapter.postgres;

import dev.remit.approval.application.Mirror;
import dev.remit.approval.application.Tickets;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** What is to be shown in a queue, in order for each ticket. */
@Singleton
public class PostgresMirror implements Mirror {
    static final String CLAIM =
            "update mirror set attempts = attempts + 1,"
                    + " due_at = cast(?1 as timestamptz) + least(interval '"
                    + LEASE.toSeconds()
                    + " seconds' * power(2, least(attempts, 3)), interval '15 minutes')"
                    + " where position in (select position from mirror as next where due_at <= cast(?1 as timestamptz)"
                    + " and not exists (select 1 from mirror as earlier where earlier.change_id = next.change_id"
                    + " and earlier.stage = next.stage and earlier.position < next.position)"
                    + " order by position limit 1 for update skip locked)"
                    + " returning position, change_id, stage, kind, text, at";

    static final String PUT_OFF =
            "update mirror set due_at = cast(?2 as timestamptz) + least(interval '"
                    + AGAIN.toSeconds()
                    + " seconds' * power(2, least(attempts, 10) - 1), interval '15 minutes')"
                    + " where position = ?1";

    private final Tickets tickets;

    PostgresMirror(Tickets tickets) {
        this.tickets = tickets;
    }

    @Override
    public Uni<Void> add(Collection<Event> events) {
        if (events.isEmpty() || !tickets.isThere()) {
            return Uni.createFrom().voidItem();
        }
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "insert into mirror (change_id, stage, kind, text, at, due_at)"
                                                + " select cast(change_id as uuid), stage, kind, text, cast(at as timestamptz), cast(at as timestamptz)"
                                                + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]), cast(?5 as text[]))"
                                                + " with ordinality as row (change_id, stage, kind, text, at, n) order by n")
                                .setParameter(1, texts(events, each -> each.change().toString()))
                                .setParameter(2, texts(events, Event::stage))
                                .setParameter(3, texts(events, each -> each.kind().name()))
                                .setParameter(4, texts(events, Event::text))
                                .setParameter(5, texts(events, each -> each.at().toString()))
                                .executeUpdate())
                .replaceWithVoid();
    }

    @Override
    public Uni<Optional<Due>> claim(Instant now) {
        return Panache.withTransaction(() ->
                        Panache.getSession()
                                .chain(session ->
                                        session.createNativeQuery(CLAIM, Object[].class)
                                                .setParameter(1, now.atOffset(ZoneOffset.UTC))
                                                .getResultList()))
                .map(rows ->
                        rows.stream()
                                .findFirst()
                                .map(row ->
                                        new Due(
                                                ((Number) row[0]).longValue(),
                                                new Event(
                                                        (UUID) row[1],
                                                        (String) row[2],
                                                        Kind.valueOf((String) row[3]),
                                                        (String) row[4],
                                                        PostgresRoutes.instant(row[5])))));
    }

    @Override
    public Uni<Void> shown(long position) {
        return Panache.withTransaction(() ->
                        Panache.getSession()
                                .chain(session ->
                                        session.createNativeQuery(
                                                        "delete from mirror where position = ?1")
                                                .setParameter(1, position)
                                                .executeUpdate()))
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> putOff(long position, Instant now) {
        return Panache.withTransaction(() ->
                        Panache.getSession()
                                .chain(session ->
                                        session.createNativeQuery(PUT_OFF)
                                                .setParameter(1, position)
                                                .setParameter(2, now.atOffset(ZoneOffset.UTC))
                                                .executeUpdate()))
                .replaceWithVoid();
    }

    @Override
    public Uni<Lag> lag(Instant now) {
        return Panache.withSession(() ->
                        Panache.getSession()
                                .chain(session ->
                                        session.createNativeQuery(
                                                        "select count(*), min(at) from mirror",
                                                        Object[].class)
                                                .getSingleResult()))
                .map(row ->
                        new Lag(
                                ((Number) row[0]).longValue(),
                                row[1] == null
                                        ? Duration.ZERO
                                        : Duration.between(PostgresRoutes.instant(row[1]), now)));
    }

    private static String[] texts(Collection<Event> events, Function<Event, String> column) {
        return events.stream().map(column).toArray(String[]::new);
    }
}
