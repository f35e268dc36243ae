package dev.remit.handoff.loop;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.postgres.Statement;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Removes what inbox and outbox need no longer, oldest first, a bounded number of rows a
 * transaction, one replica at a time (decision 8).
 *
 * <p>Of messages written before a time that only grows, the inbox may have forgotten some; the loop
 * tells those by the place their change has reached. An outbox row whose id was derived from what
 * was read keeps the id, without its bytes: the same input must not be said twice.
 */
@Singleton
class Pruning {
    private static final Logger LOG = Logger.getLogger(Pruning.class);

    /** Rows of one transaction, of each table. */
    private static final int ROUND = 2_000;

    private static final Duration SHORTEST = Duration.ofDays(1);

    /** A sender's clock may be so far ahead of this database's. */
    private static final Duration CLOCKS = Duration.ofDays(1);

    /**
     * Ids that are derived (RFC 9562, version 5; version 8 are in chains alone) and not of a
     * change's chain, which guards those.
     */
    private static final String SAID_ONCE =
            "substring(cast(id as text), 15, 1) = '5' and strpos(headers, '\"ce_sequence\":') = 0";

    private static final String EMPTY_OUTBOX =
            "with next as (select position, created_at, id in (select unnest(ids) from handoff_unpublished) as unpublished, "
                    + SAID_ONCE
                    + " as said_once from handoff_outbox where position > cast(:from as bigint)"
                    + " order by position limit cast(:round as integer)),"
                    + " due as (select position, said_once from next where position < coalesce((select min(position) from next"
                    + " where unpublished or created_at >= cast(:before as timestamptz)), cast(:last as bigint))),"
                    + " emptied as (update handoff_outbox set headers = '{}', payload = '' where position in"
                    + " (select position from due where said_once)),"
                    + " gone as (delete from handoff_outbox where position in (select position from due where not said_once))"
                    + " select coalesce(max(position), 0), count(*) from due";

    private static final String FORGET =
            "delete from handoff_inbox where ctid = any(array(select ctid from handoff_inbox"
                    + " where received_at < cast(:before as timestamptz) order by received_at limit cast(:round as integer)))";

    private final Contexts contexts;
    private final Clock clock;
    private final Optional<Duration> inbox;
    private final Duration outbox;
    private final Counter forgotten;
    private final Counter emptied;
    private final Counter failed;

    /**
     * @param inbox how long received ids are remembered, at least a day; empty for ever
     * @param outbox how long published messages are kept, at least a day
     * @throws IllegalArgumentException naming the property that is too short
     */
    Pruning(
            Contexts contexts,
            Clock clock,
            MeterRegistry meters,
            @ConfigProperty(name = "remit.inbox.keep") Optional<Duration> inbox,
            @ConfigProperty(name = "remit.outbox.keep") Duration outbox) {
        inbox.ifPresent(keep -> check("remit.inbox.keep", keep));
        check("remit.outbox.keep", outbox);
        this.contexts = contexts;
        this.clock = clock;
        this.inbox = inbox;
        this.outbox = outbox;
        this.forgotten = meters.counter("remit.handoffs.pruned", "table", "inbox");
        this.emptied = meters.counter("remit.handoffs.pruned", "table", "outbox");
        this.failed = meters.counter("remit.handoffs.pruning.failed");
    }

    /** Goes on until nothing is due or another replica prunes. */
    @Scheduled(
            every = "{remit.prune.every}",
            delayed = "{remit.prune.every}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> prune() {
        return contexts.fresh(this::rounds)
                .onFailure()
                .invoke(failure -> {
                    failed.increment();
                    LOG.warnf("pruning waits: %s", failure);
                })
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> rounds() {
        return Panache.withTransaction(this::round)
                .chain(more -> more ? rounds() : Uni.createFrom().voidItem());
    }

    /** Whether there may be more. */
    private Uni<Boolean> round() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return new Statement(
                        "select outbox_position from handoff_pruned where id = 1 for update skip locked")
                .optional(Long.class)
                .chain(from ->
                        from.isEmpty()
                                ? Uni.createFrom().item(false)
                                : forget(now)
                                        .chain(fullInbox ->
                                                empty(from.get(), now.minus(outbox))
                                                        .map(fullOutbox ->
                                                                fullInbox || fullOutbox)));
    }

    private Uni<Boolean> forget(Instant now) {
        if (inbox.isEmpty()) {
            return Uni.createFrom().item(false);
        }
        Instant before = now.minus(inbox.get());
        return Statement.named(FORGET, Map.of("before", before, "round", ROUND))
                .affected()
                .call(rows ->
                        rows == 0
                                ? Uni.createFrom().voidItem()
                                : Statement.named(
                                                "update handoff_pruned set forgotten_before"
                                                        + " = greatest(forgotten_before, cast(:before as timestamptz)) where id = 1",
                                                Map.of("before", before.plus(CLOCKS)))
                                        .affected())
                .invoke(rows -> forgotten.increment(rows))
                .map(rows -> rows == ROUND);
    }

    private Uni<Boolean> empty(long from, Instant before) {
        return Statement.named(
                        EMPTY_OUTBOX,
                        Map.of(
                                "from",
                                from,
                                "round",
                                ROUND,
                                "before",
                                before,
                                "last",
                                Long.MAX_VALUE))
                .only()
                .call(row ->
                        (Long) row[1] == 0
                                ? Uni.createFrom().voidItem()
                                : Statement.named(
                                                "update handoff_pruned set outbox_position = cast(:position as bigint) where id = 1",
                                                Map.of("position", row[0]))
                                        .affected())
                .invoke(row -> emptied.increment((Long) row[1]))
                .map(row -> (Long) row[1] == ROUND);
    }

    /**
     * Until when the inbox may have forgotten messages: those written before then need another
     * proof that they are new. Read it after the inbox was asked, in the same transaction.
     */
    static Uni<Instant> forgottenBefore() {
        return new Statement(
                        "select cast(extract(epoch from forgotten_before) * 1000 as bigint) from handoff_pruned where id = 1")
                .single(Long.class)
                .map(Instant::ofEpochMilli);
    }

    /**
     * Whether a message that the inbox does not know is new. One that it may have forgotten is not,
     * if its change is past that place; what stands in no chain is let through, since facts of
     * before never overwrite later ones.
     *
     * @param place of a change in its chain, before this batch
     */
    static boolean isNew(Envelope envelope, Instant forgottenBefore, ToIntFunction<UUID> place) {
        UUID change = envelope.correlation();
        return change == null
                || envelope.sequence() == 0
                || !envelope.time().isBefore(forgottenBefore)
                || place.applyAsInt(change) < envelope.sequence();
    }

    private static void check(String property, Duration keep) {
        if (keep.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(property + ": " + keep + " is less than P1D");
        }
    }
}
