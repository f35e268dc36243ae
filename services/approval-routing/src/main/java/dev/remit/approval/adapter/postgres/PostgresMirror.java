package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.application.Mirror;
import dev.remit.approval.application.Tickets;
import dev.remit.handoff.postgres.Statement;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;

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
        return new Statement(
                        "insert into mirror (change_id, stage, kind, text, at, due_at)"
                                + " select cast(change_id as uuid), stage, kind, text, cast(at as timestamptz), cast(at as timestamptz)"
                                + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]), cast(?5 as text[]))"
                                + " with ordinality as row (change_id, stage, kind, text, at, n) order by n",
                        texts(events, each -> each.change().toString()),
                        texts(events, Event::stage),
                        texts(events, each -> each.kind().name()),
                        texts(events, Event::text),
                        texts(events, each -> each.at().toString()))
                .execute();
    }

    @Override
    public Uni<Optional<Due>> claim(Instant now) {
        return Panache.withTransaction(() -> new Statement(CLAIM, time(now)).rows())
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
                                                        instant(row[5])))));
    }

    @Override
    public Uni<Void> shown(long position) {
        return Panache.withTransaction(
                () -> new Statement("delete from mirror where position = ?1", position).execute());
    }

    @Override
    public Uni<Void> putOff(long position, Instant now) {
        return Panache.withTransaction(() -> new Statement(PUT_OFF, position, time(now)).execute());
    }

    @Override
    public Uni<Lag> lag(Instant now) {
        return Panache.withSession(
                        () -> new Statement("select count(*), min(at) from mirror").only())
                .map(row ->
                        new Lag(
                                ((Number) row[0]).longValue(),
                                row[1] == null
                                        ? Duration.ZERO
                                        : Duration.between(instant(row[1]), now)));
    }
}
