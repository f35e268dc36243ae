package dev.remit.connector.application;

import dev.remit.connector.application.Brakes.Applied;
import dev.remit.connector.domain.Brake;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A person looks at what a brake holds, and lets it go on or ends it. What goes on is proposed by
 * {@link ProposeChange}, past the limit that a person has lifted for it; what is ended is recorded
 * change by change.
 */
@Singleton
public class ReleaseBrake {
    private final Letters letters;
    private final Handoffs handoffs;
    private final Brakes brakes;
    private final Proposals proposals;
    private final AtomicLong on = new AtomicLong();
    private final AtomicLong holding = new AtomicLong();

    ReleaseBrake(
            Handoffs handoffs,
            Brakes brakes,
            Proposals proposals,
            MeterRegistry meters,
            Letters letters) {
        this.letters = letters;
        this.handoffs = handoffs;
        this.brakes = brakes;
        this.proposals = proposals;
        meters.gauge("remit.brakes.on", on);
        meters.gauge("remit.brakes.holding", holding);
    }

    /** Counts for the metrics. */
    @Scheduled(every = "15s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> count() {
        return on().invoke(
                        found -> {
                            on.set(found.size());
                            holding.set(found.stream().mapToLong(Applied::holding).sum());
                        })
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    /** The brakes that are on, the oldest first. */
    public Uni<List<Applied>> on() {
        return handoffs.transact(List.of(), outbox -> brakes.on());
    }

    /**
     * Ends a brake.
     *
     * @param by immutable id of the person
     * @param outcome RELEASED or DISCARDED
     * @return the brake with what it held
     * @throws Problem 404 BRAKE_UNKNOWN, 409 BRAKE_ENDED
     */
    public Uni<Applied> end(UUID id, Brake.Outcome outcome, String by, String reason) {
        return handoffs.transact(
                List.of(),
                outbox ->
                        brakes.find(id)
                                .map(found -> known(found, id).brake().scope())
                                // nothing joins it from here on
                                .chain(scope -> proposals.queue(Set.of(scope)))
                                .chain(() -> brakes.find(id))
                                .map(found -> known(found, id))
                                .chain(standing ->
                                        end(standing, outcome, by, reason, outbox)
                                                .replaceWith(standing)));
    }

    private static Applied known(Optional<Applied> found, UUID id) {
        return found.orElseThrow(() ->
                Problem.of(
                        404,
                        "BRAKE_UNKNOWN",
                        "no brake has the id " + id + "; GET /brakes lists those that are on"));
    }

    private Uni<Void> end(
            Applied standing, Brake.Outcome outcome, String by, String reason, Outbox outbox) {
        standing.end()
                .ifPresent(end -> {
                    throw Problem.of(
                            409,
                            "BRAKE_ENDED",
                            "the brake ended at " + end.at() + " as " + end.outcome());
                });
        var end = new Brakes.Ended(outcome, by, reason, outbox.now());
        outbox.publish(
                outbox.newId(),
                standing.brake().scope(),
                letters.released(standing.brake(), end, standing.holding()),
                null,
                standing.brake().id());
        return brakes.end(standing.brake().id(), end);
    }
}
