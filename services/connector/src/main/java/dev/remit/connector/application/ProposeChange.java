package dev.remit.connector.application;

import dev.remit.connector.adapter.kafka.Observations;
import dev.remit.connector.application.Proposals.Kept;
import dev.remit.connector.domain.Ids;
import dev.remit.connector.domain.Proposal;
import dev.remit.handoff.http.Problem;
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
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/** A change enters the mesh: by a trigger, when its day comes, or because someone asks. */
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

    /** Someone asks; the same idempotency key with the same request gives the same change. */
    public Uni<UUID> ask(Proposal proposal, Optional<String> idempotencyKey, UUID fresh) {
        UUID change =
                idempotencyKey
                        .map(key ->
                                dev.remit.handoff.Ids.derived(
                                        Ids.NAMESPACE, "asked|" + proposal.proposer() + "|" + key))
                        .orElse(fresh);
        return handoffs.transact(
                List.of(change),
                outbox -> {
                    var asked = new Kept(change, proposal, null, today(outbox));
                    return propose(List.of(asked), outbox)
                            .chain(added ->
                                    added == 1
                                            ? Uni.createFrom().item(change)
                                            : sameRequest(change, proposal));
                });
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
                .add(wanted, today)
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

    private Uni<UUID> sameRequest(UUID change, Proposal proposal) {
        return proposals
                .find(change)
                .map(known -> {
                    if (known.filter(proposal::equals).isEmpty()) {
                        throw Problem.of(
                                409,
                                "IDEMPOTENCY_KEY_REUSED",
                                "Idempotency-Key: was used before with another request");
                    }
                    return change;
                });
    }

    private static LocalDate today(Outbox outbox) {
        return outbox.now().atZone(ZoneOffset.UTC).toLocalDate();
    }
}
