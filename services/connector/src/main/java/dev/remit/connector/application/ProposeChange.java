package dev.remit.connector.application;

import dev.remit.connector.adapter.kafka.Observations;
import dev.remit.connector.application.Proposals.Kept;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import org.jboss.logging.Logger;

/** A change enters the mesh: by a trigger, when its day comes, or because someone asked. */
@Singleton
public class ProposeChange {
    private static final Logger LOG = Logger.getLogger(ProposeChange.class);
    private static final int BATCH = 500;

    private final Handoffs handoffs;
    private final Proposals proposals;

    ProposeChange(Handoffs handoffs, Proposals proposals) {
        this.handoffs = handoffs;
        this.proposals = proposals;
    }

    /**
     * Proposes what is due and keeps the rest until its day. Knowing a change already is no fault.
     *
     * @param wanted of changes that are locked, no two of the same change
     * @return how many were not known
     */
    Uni<Integer> propose(Collection<Kept> wanted, Outbox outbox) {
        if (wanted.isEmpty()) {
            return Uni.createFrom().item(0);
        }
        LocalDate today = today(outbox);
        return proposals
                .add(wanted, today, outbox.now())
                .invoke(added ->
                        wanted.stream()
                                .filter(each -> added.contains(each.change()))
                                .filter(each -> !each.due().isAfter(today))
                                .forEach(each -> handOn(each, outbox)))
                .map(Collection::size);
    }

    /** Proposes what waited for today; any replica may, the changes' locks keep it to one. */
    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> proposeDue() {
        return Multi.createBy()
                .repeating()
                .uni(() -> handoffs.transact(List.of(), this::someDue))
                .whilst(taken -> taken == BATCH)
                .collect()
                .last()
                .onFailure()
                .invoke(failure -> LOG.warnf("changes that are due wait: %s", failure))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    private Uni<Integer> someDue(Outbox outbox) {
        return proposals
                .due(today(outbox), BATCH)
                .chain(changes ->
                        changes.isEmpty()
                                ? Uni.createFrom().item(0)
                                : outbox.lock(changes)
                                        .chain(() -> proposals.take(changes))
                                        .invoke(due -> due.forEach(each -> handOn(each, outbox)))
                                        .replaceWith(changes.size()));
    }

    private static void handOn(Kept kept, Outbox outbox) {
        outbox.handOn(
                kept.change(),
                Observations.proposed(kept.change(), kept.proposal(), kept.cause(), outbox.now()),
                kept.cause());
    }

    static LocalDate today(Outbox outbox) {
        return outbox.now().atZone(ZoneOffset.UTC).toLocalDate();
    }
}
