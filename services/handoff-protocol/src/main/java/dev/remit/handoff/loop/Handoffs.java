package dev.remit.handoff.loop;

import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;

/**
 * The way in for everything that does not come over Kafka: commands by REST, timers, files, polls.
 */
public interface Handoffs {
    /**
     * Runs the work in one transaction with these changes locked, stores what it put into the
     * outbox, commits, and publishes. Usable from any Vert.x context; the work must not block.
     *
     * @param changes the changes the work will touch; new ones may be named too
     * @return the work's result, after the commit
     */
    <T> Uni<T> transact(Collection<UUID> changes, Function<Outbox, Uni<T>> work);
}
