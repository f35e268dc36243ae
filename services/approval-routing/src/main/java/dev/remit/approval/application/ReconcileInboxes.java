package dev.remit.approval.application;

import dev.remit.approval.application.Advance.Step;
import dev.remit.approval.application.Reconciliation.Mended;
import dev.remit.approval.application.Reconciliation.Page;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Outcome;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Inboxes are columns that are derived from a route's stages and decisions. Every period all open
 * routes are compared with what theirs would be and mended, page by page, by one replica at a time;
 * then each is looked at as if there were news of it. So what was missed or damaged is found, and
 * stages that are lost are asked anew. People who are asked because of it are on the record like
 * all others; what was mended is kept and counted. A route that does not read is set aside, logged
 * and counted, and keeps no other from being mended.
 */
@Singleton
public class ReconcileInboxes {
    private static final Logger LOG = Logger.getLogger(ReconcileInboxes.class);

    /** Of one turn; the next one goes on behind them. */
    private static final int PAGES = 100;

    private final Reconciliation reconciliation;
    private final Advance advance;
    private final Handoffs handoffs;
    private final MeterRegistry meters;
    private final Duration every;
    private volatile Optional<Instant> finished = Optional.empty();

    ReconcileInboxes(
            Reconciliation reconciliation,
            Advance advance,
            Handoffs handoffs,
            MeterRegistry meters,
            @ConfigProperty(name = "remit.inbox.reconcile.every") Duration every) {
        this.reconciliation = reconciliation;
        this.advance = advance;
        this.handoffs = handoffs;
        this.meters = meters;
        this.every = every;
        meters.gauge(
                "remit.approval.inbox.reconciled.timestamp.seconds",
                this,
                each -> each.finished.map(Instant::getEpochSecond).orElse(0L));
    }

    /** Every replica tells when all of them were compared last, whichever compared them. */
    @Scheduled(every = "15s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> measure() {
        return handoffs.transact(
                        List.of(), _ -> reconciliation.finished().invoke(found -> finished = found))
                .replaceWithVoid()
                .onFailure()
                .invoke(failure ->
                        LOG.warnf("when inboxes were reconciled is not known: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    @Scheduled(
            every = "{remit.inbox.reconcile.every}",
            delayed = "{remit.inbox.reconcile.every}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> reconcile() {
        return pages(PAGES)
                .onFailure()
                .invoke(failure -> LOG.warnf("inboxes were not reconciled: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> pages(int left) {
        return handoffs.transact(List.of(), this::page)
                .invoke(found -> {
                    meters.counter("remit.approval.inbox.unreadable").increment(found.unreadable());
                    found.mended()
                            .forEach(each -> {
                                meters.counter("remit.approval.inbox.mended").increment();
                                LOG.warnf(
                                        "the inbox's item of change %s is mended: %s",
                                        each.change(), each.what());
                            });
                })
                .chain(found ->
                        found.more() && left > 1 ? pages(left - 1) : Uni.createFrom().voidItem());
    }

    /** What came of a page; logged and counted once it is committed. */
    private record Found(boolean more, List<Mended> mended, int unreadable) {}

    private Uni<Found> page(Outbox outbox) {
        return reconciliation
                .next(outbox.now(), Routes.PAGE)
                .chain(next ->
                        next.isEmpty()
                                ? Uni.createFrom().item(new Found(false, List.of(), 0))
                                : outbox.lock(next.get().changes())
                                        .chain(() -> reconciliation.mend(next.get().changes()))
                                        .chain(columns -> look(next.get(), columns, outbox)));
    }

    private Uni<Found> look(Page page, Map<UUID, List<String>> columns, Outbox outbox) {
        List<UUID> readable =
                page.changes().stream()
                        .filter(change ->
                                !columns.getOrDefault(change, List.of())
                                        .contains(Reconciliation.UNREADABLE))
                        .toList();
        return advance.all(
                        readable.stream()
                                .map(change -> new Step(change, new Event.News(), null))
                                .toList(),
                        outbox)
                .chain(outcomes -> {
                    List<Mended> mended = mended(readable, columns, outcomes, outbox);
                    return reconciliation
                            .done(page, mended, outbox.now(), every)
                            .replaceWith(
                                    new Found(
                                            !page.last(),
                                            mended,
                                            page.changes().size() - readable.size()));
                });
    }

    /** Who is asked because of ordinary news is not mended: it was yet to be looked at. */
    private static List<Mended> mended(
            List<UUID> changes,
            Map<UUID, List<String>> columns,
            List<Outcome> outcomes,
            Outbox outbox) {
        List<Mended> mended = new ArrayList<>();
        for (int n = 0; n < outcomes.size(); n++) {
            UUID change = changes.get(n);
            List<String> what = new ArrayList<>(columns.getOrDefault(change, List.of()));
            if (what.contains(Reconciliation.STAGES)) {
                if (outcomes.get(n).happened().isEmpty()) {
                    LOG.errorf(
                            "the stages of change %s are lost and cannot be asked anew yet",
                            change);
                    continue;
                }
                what.add("asked anew");
            }
            if (!what.isEmpty()) {
                mended.add(new Mended(change, String.join(", ", what), outbox.now()));
            }
        }
        return mended;
    }
}
