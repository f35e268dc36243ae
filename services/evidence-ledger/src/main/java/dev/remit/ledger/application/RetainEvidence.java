package dev.remit.ledger.application;

import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Retention;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Erases the evidence of closed changes when the time is over that their charter says. A change is
 * as old as its closure in the log: a settled checkpoint from before then covers it. Each is erased
 * in a transaction of its own, once however many replicas do this at a time.
 */
@Singleton
public class RetainEvidence {
    private static final Logger LOG = Logger.getLogger(RetainEvidence.class);

    /** At most so many a run. */
    private static final int MOST = 1_000;

    private static final Duration SOON = Duration.ofDays(30);

    /** How far the clocks of the service and of its database may be apart. */
    private static final Duration APART = Duration.ofMinutes(1);

    /**
     * What is kept under one version of a charter.
     *
     * @param isRead whether the charter could be read; for ever otherwise, since it may say so
     * @param days how long, from the closure on; empty: for ever
     * @param changes closed and not erased
     * @param due those whose time is over
     * @param soon those whose time is over in 30 days, the due ones included
     */
    public record Kept(
            String charter,
            String charterHash,
            boolean isRead,
            Optional<Long> days,
            long changes,
            long due,
            long soon) {}

    /**
     * @param retention empty: for ever
     */
    private record Under(Changes.KeptUnder changes, boolean isRead, Optional<Duration> retention) {}

    private final Changes changes;
    private final Entries entries;
    private final Readings readings;
    private final Checkpoints checkpoints;
    private final EraseContent erase;
    private final Clock clock;
    private final Retention retention;

    @Inject
    RetainEvidence(
            Changes changes,
            Entries entries,
            Readings readings,
            Checkpoints checkpoints,
            EraseContent erase,
            Clock clock,
            @ConfigProperty(name = "remit.ledger.retention") Optional<Duration> retention,
            @ConfigProperty(name = "remit.ledger.retention-reason") Optional<String> reason) {
        this(
                changes,
                entries,
                readings,
                checkpoints,
                erase,
                clock,
                new Retention(retention, reason));
    }

    RetainEvidence(
            Changes changes,
            Entries entries,
            Readings readings,
            Checkpoints checkpoints,
            EraseContent erase,
            Clock clock,
            Retention retention) {
        this.changes = changes;
        this.entries = entries;
        this.readings = readings;
        this.checkpoints = checkpoints;
        this.erase = erase;
        this.clock = clock;
        this.retention = retention;
    }

    /** What is kept, and what of it is due, by the charters' versions. */
    public Uni<List<Kept>> kept() {
        Instant now = clock.instant();
        return under().chain(all ->
                Multi.createFrom()
                        .iterable(all)
                        .onItem()
                        .transformToUniAndConcatenate(each ->
                                changes.keptBefore(each.changes().charterHash(), Long.MAX_VALUE)
                                        .chain(number ->
                                                closed(each, now)
                                                        .chain(due ->
                                                                closed(each, now.plus(SOON))
                                                                        .map(soon ->
                                                                                kept(
                                                                                        each,
                                                                                        number, due,
                                                                                        soon)))))
                        .collect()
                        .asList());
    }

    private static Kept kept(Under each, long number, long due, long soon) {
        return new Kept(
                each.changes().charter(),
                each.changes().charterHash(),
                each.isRead(),
                each.retention().map(Duration::toDays),
                number,
                due,
                soon);
    }

    private Uni<Long> closed(Under each, Instant now) {
        return before(each, now)
                .chain(size ->
                        size == 0
                                ? Uni.createFrom().item(0L)
                                : changes.keptBefore(each.changes().charterHash(), size));
    }

    @Scheduled(
            every = "10m",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> retain() {
        return retain(clock.instant())
                .invoke(erased -> {
                    if (erased > 0) {
                        LOG.infof("%d changes were erased: their retention is over", erased);
                    }
                })
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.warnf("what is past its retention waits: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /**
     * Erases what is due, unless the two clocks that say so disagree; gives how many were.
     *
     * @param now by this service's clock
     */
    Uni<Integer> retain(Instant now) {
        return erase.isHeld()
                ? Uni.createFrom().item(0)
                : checkpoints
                        .time()
                        .chain(stored -> {
                            Duration apart = Duration.between(stored, now).abs();
                            if (apart.compareTo(APART) > 0) {
                                LOG.errorf(
                                        "nothing is erased: it is %s here and %s in the database",
                                        now, stored);
                                return Uni.createFrom().item(0);
                            }
                            return under().chain(all -> retain(all, 0, 0, now));
                        });
    }

    private Uni<Integer> retain(List<Under> all, int next, int erased, Instant now) {
        if (next == all.size() || erased >= MOST) {
            return Uni.createFrom().item(erased);
        }
        Under each = all.get(next);
        return before(each, now)
                .chain(size ->
                        size == 0
                                ? Uni.createFrom().item(List.<UUID>of())
                                : changes.keptUntil(
                                        each.changes().charterHash(), size, MOST - erased))
                .chain(due -> erase(due, each))
                .chain(so -> retain(all, next + 1, erased + so, now));
    }

    /** One that cannot be erased does not keep the others. */
    private Uni<Integer> erase(List<UUID> due, Under under) {
        String why = under.retention().map(retention::words).orElse("");
        return Multi.createFrom()
                .iterable(due)
                .onItem()
                .transformToUniAndConcatenate(change ->
                        erase.erase(change, EraseContent.LEDGER, why)
                                .onFailure()
                                .invoke(failure ->
                                        LOG.warnf(
                                                "%s is past its retention and waits: %s",
                                                change, failure))
                                .onFailure()
                                .recoverWithItem(new EraseContent.Done(List.of())))
                .filter(erased -> erased instanceof EraseContent.Done(var ids) && !ids.isEmpty())
                .collect()
                .with(Collectors.summingInt(_ -> 1));
    }

    /** What is in the log before this leaf was closed longer ago than it is kept; 0: nothing. */
    private Uni<Long> before(Under each, Instant now) {
        return each.retention().isEmpty()
                ? Uni.createFrom().item(0L)
                : checkpoints
                        .lastBefore(now.minus(each.retention().get()))
                        .map(found -> found.map(Checkpoints.Signed::size).orElse(0L));
    }

    /** By the version of the charter that each change ran under: a later one changes nothing. */
    private Uni<List<Under>> under() {
        return changes.kept()
                .chain(all ->
                        all.isEmpty()
                                ? Uni.createFrom().item(List.<Under>of())
                                : entries.charters(
                                                all.stream()
                                                        .map(Changes.KeptUnder::charter)
                                                        .collect(Collectors.toSet()))
                                        .map(logged -> {
                                            Map<String, Charter> read = new HashMap<>();
                                            logged.forEach(each -> {
                                                if (readings.of(each.entry())
                                                        instanceof Reading.Published published) {
                                                    published
                                                            .charter()
                                                            .ifPresent(charter ->
                                                                    read.put(
                                                                            charter.hash(),
                                                                            charter));
                                                }
                                            });
                                            return all.stream()
                                                    .map(each -> under(each, read))
                                                    .toList();
                                        }));
    }

    private Under under(Changes.KeptUnder each, Map<String, Charter> read) {
        Charter charter = read.get(each.charterHash());
        return charter == null
                ? new Under(each, false, Optional.empty())
                : new Under(each, true, retention.of(charter.retention()));
    }
}
