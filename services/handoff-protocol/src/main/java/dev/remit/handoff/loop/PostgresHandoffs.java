package dev.remit.handoff.loop;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/** One transaction: locks, work, outbox; then publishing. */
@Singleton
class PostgresHandoffs implements Handoffs {
    private static final Logger LOG = Logger.getLogger(PostgresHandoffs.class);

    private final Keys keys;
    private final Wire wire;
    private final Contexts contexts;
    private final ObjectMapper json;
    private final Relay relay;
    private final Clock clock = Clock.systemUTC();
    private final RandomGenerator random = new SecureRandom();

    PostgresHandoffs(Keys keys, Wire wire, Contexts contexts, ObjectMapper json, Relay relay) {
        this.keys = keys;
        this.wire = wire;
        this.contexts = contexts;
        this.json = json;
        this.relay = relay;
    }

    @Override
    public <T> Uni<T> transact(Collection<UUID> changes, Function<Outbox, Uni<T>> work) {
        return contexts.fresh(() ->
                        commit(outbox -> outbox.lock(changes).chain(() -> work.apply(outbox))))
                .invoke(() ->
                        relay.drain()
                                .subscribe()
                                .with(
                                        done -> {},
                                        failure -> LOG.warnf("outbox waits: %s", failure)));
    }

    /**
     * Runs the work in a transaction on the current context and stores its outbox; does not
     * publish.
     */
    <T> Uni<T> commit(Function<SealedOutbox, Uni<T>> work) {
        return Panache.withTransaction(() ->
                Panache.getSession()
                        .chain(session -> {
                            var outbox =
                                    new SealedOutbox(
                                            session,
                                            keys,
                                            wire,
                                            contexts,
                                            json,
                                            clock.instant().truncatedTo(ChronoUnit.MICROS),
                                            random);
                            return work.apply(outbox)
                                    .call(() -> session.flush())
                                    .call(outbox::store);
                        }));
    }
}
