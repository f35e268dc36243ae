package dev.remit.handoff.loop;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.postgres.Transaction;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jboss.logging.Logger;

/** One transaction: locks, work, outbox; then publishing. */
@Singleton
class PostgresHandoffs implements Handoffs {
    private static final Logger LOG = Logger.getLogger(PostgresHandoffs.class);

    /** Everything is written, nothing is committed. */
    private static final String BEFORE_COMMIT = "BEFORE_COMMIT";

    /** Committed, nothing is published. */
    private static final String AFTER_COMMIT = "AFTER_COMMIT";

    /** Published, and neither marked so nor are offsets committed. */
    private static final String AFTER_PUBLISH = "AFTER_PUBLISH";

    /** A transaction's result, and what it left to be published. */
    record Committed<T>(T result, Sealed.Batch batch, boolean touchesChanges) {}

    private final SealedOutbox.Means means;
    private final Contexts contexts;
    private final Relay relay;
    private final StopPoints stops;
    private final Clock clock;
    private final RandomGenerator random = new SecureRandom();

    PostgresHandoffs(
            Keys keys,
            Wire wire,
            Contexts contexts,
            ObjectMapper json,
            Relay relay,
            Traces traces,
            StopPoints stops,
            Clock clock) {
        this.means = new SealedOutbox.Means(keys, wire, contexts, json, relay, traces);
        this.contexts = contexts;
        this.relay = relay;
        this.stops = stops;
        this.clock = clock;
    }

    @Override
    public <T> Uni<T> transact(Collection<UUID> changes, Function<Outbox, Uni<T>> work) {
        return run(changes, work::apply);
    }

    /** Runs the work in a transaction of its own, and publishes what it left. */
    <T> Uni<T> run(Function<SealedOutbox, Uni<T>> work) {
        return run(List.of(), work);
    }

    private <T> Uni<T> run(Collection<UUID> changes, Function<SealedOutbox, Uni<T>> work) {
        return contexts.fresh(() ->
                        commit(outbox -> outbox.lock(changes).chain(() -> work.apply(outbox))))
                .invoke(committed ->
                        publish(committed)
                                .subscribe()
                                .with(
                                        done -> {},
                                        failure -> LOG.warnf("outbox waits: %s", failure)))
                .map(Committed::result);
    }

    /** Publishes what a transaction left; done when Kafka has it. */
    Uni<Void> publish(Committed<?> committed) {
        return relay.publish(committed.batch()).invoke(() -> reached(AFTER_PUBLISH, committed));
    }

    /**
     * Runs the work in a transaction on the current context and stores its outbox; does not
     * publish.
     *
     * @param work begins by locking or receiving something, if it be nothing: these wait for the
     *     transaction to begin
     */
    <T> Uni<Committed<T>> commit(Function<SealedOutbox, Uni<T>> work) {
        return Uni.createFrom()
                .deferred(() -> {
                    var outbox =
                            new SealedOutbox(
                                    means, clock.instant().truncatedTo(ChronoUnit.MICROS), random);
                    return Transaction.with(
                                    begun -> {
                                        outbox.begins(begun);
                                        return work.apply(outbox)
                                                .call(() ->
                                                        Panache.getSession()
                                                                .chain(Mutiny.Session::flush))
                                                .chain(result -> stored(result, outbox))
                                                .onFailure()
                                                .call(outbox::settled)
                                                .onFailure()
                                                .transform(outbox::why);
                                    })
                            .invoke(done -> reached(AFTER_COMMIT, done))
                            .onTermination()
                            .invoke((done, failure, _) -> outbox.ended(done != null));
                });
    }

    private <T> Uni<Committed<T>> stored(T result, SealedOutbox outbox) {
        return outbox.store()
                .map(batch -> new Committed<>(result, batch, outbox.touchesChanges()))
                .invoke(done -> reached(BEFORE_COMMIT, done));
    }

    private void reached(String point, Committed<?> committed) {
        if (committed.touchesChanges()) {
            stops.reached(point);
        }
    }
}
