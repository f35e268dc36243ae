package dev.remit.approval.application;

import dev.remit.approval.adapter.kafka.Messages;
import dev.remit.approval.adapter.postgres.DecisionRow;
import dev.remit.approval.adapter.postgres.RouteRow;
import dev.remit.approval.domain.Ready;
import dev.remit.handoff.directory.Directory;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Receiver;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * A change's data is fit: its route opens. Or the directory changed: open stages are resolved
 * again.
 */
@Singleton
public class RouteReadyChange implements Receiver {
    private static final Logger LOG = Logger.getLogger(RouteReadyChange.class);

    private final Directory directory;
    private final Routes routes;
    private final Handoffs handoffs;

    RouteReadyChange(Directory directory, Routes routes, Handoffs handoffs) {
        this.directory = directory;
        this.routes = routes;
        this.handoffs = handoffs;
    }

    @Override
    public Uni<Void> receive(List<Received> batch, Outbox outbox) {
        Optional<UUID> news =
                batch.stream()
                        .filter(Directory::concerns)
                        .map(each -> each.envelope().id())
                        .reduce((a, b) -> b);
        return directory
                .take(batch)
                .chain(() -> each(batch, received -> route(received, outbox)))
                .chain(() ->
                        news.map(cause -> again(cause, outbox))
                                .orElse(Uni.createFrom().voidItem()));
    }

    /** Ends stages that nobody decided in time. */
    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> expire() {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                RouteRow.<RouteRow>list(
                                                "state = 'OPEN' and expiresAt <= ?1", outbox.now())
                                        .chain(rows ->
                                                outbox.lock(
                                                                rows.stream()
                                                                        .map(row -> row.changeId)
                                                                        .toList())
                                                        .chain(() ->
                                                                each(
                                                                        rows,
                                                                        row ->
                                                                                expire(
                                                                                        row,
                                                                                        outbox)))))
                .onFailure()
                .invoke(failure -> LOG.warnf("expired stages wait: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> route(Received received, Outbox outbox) {
        Optional<Ready> ready;
        try {
            ready = Messages.ready(received);
        } catch (IllegalArgumentException e) {
            LOG.errorf("%s; it is not routed", e.getMessage());
            return Uni.createFrom().voidItem();
        }
        return ready.map(change -> begin(received.envelope().id(), change, outbox))
                .orElse(Uni.createFrom().voidItem());
    }

    private Uni<Void> begin(UUID cause, Ready change, Outbox outbox) {
        RouteRow row = new RouteRow();
        row.changeId = change.change();
        row.change = change.kept();
        row.charterHash = change.charterHash();
        row.cause = cause;
        row.account = change.account();
        row.manager = change.manager().orElse(null);
        row.plan = change.plan();
        row.planHash = change.planHash();
        row.state = "OPEN";
        row.stage = 0;
        row.stageName = "";
        row.candidates = "[]";
        return RouteRow.<RouteRow>findById(row.changeId)
                .chain(known ->
                        known == null
                                ? row.<RouteRow>persistAndFlush()
                                        .chain(() -> routes.open(row, cause, outbox))
                                : Uni.createFrom().voidItem());
    }

    private Uni<Void> again(UUID cause, Outbox outbox) {
        return RouteRow.<RouteRow>list("state in ('OPEN', 'CHARTER_UNKNOWN')")
                .chain(rows ->
                        outbox.lock(rows.stream().map(row -> row.changeId).toList())
                                .chain(() -> each(rows, row -> routes.again(row, cause, outbox))));
    }

    private static Uni<Void> expire(RouteRow row, Outbox outbox) {
        row.state = "EXPIRED";
        DecisionRow decision = new DecisionRow();
        decision.id =
                outbox.handOn(
                        row.changeId,
                        Messages.decided(
                                row.changeId,
                                row.stageName,
                                "EXPIRED",
                                null,
                                "nobody decided in time",
                                null,
                                row.planHash,
                                Optional.empty(),
                                outbox.now()),
                        null);
        decision.changeId = row.changeId;
        decision.stage = row.stage;
        decision.stageName = row.stageName;
        decision.decision = "EXPIRED";
        decision.reason = "nobody decided in time";
        decision.decidedAt = outbox.now();
        return decision.persist().replaceWithVoid();
    }

    private static <T> Uni<Void> each(List<T> all, Function<T, Uni<Void>> work) {
        return Multi.createFrom()
                .iterable(all)
                .onItem()
                .transformToUniAndConcatenate(work::apply)
                .collect()
                .asList()
                .replaceWithVoid();
    }
}
