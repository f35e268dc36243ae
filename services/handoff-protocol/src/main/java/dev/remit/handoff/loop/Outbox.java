package dev.remit.handoff.loop;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Where one transaction puts the messages it hands on. They are sealed as one batch, stored with
 * the state they follow from, and published after the commit, in this order.
 */
public interface Outbox {
    /** The transaction's time; microseconds, UTC. */
    Instant now();

    /** A new time-ordered id (UUID version 7). */
    UUID newId();

    /**
     * Locks further changes until the transaction ends, in a fixed order. The changes that a
     * batch's messages belong to, and those named to {@link Handoffs#transact}, are locked already.
     */
    Uni<Void> lock(Collection<UUID> changes);

    /**
     * Sends this now, behind what was sent before, and waits for the answer only before the commit.
     * If it fails, the transaction does.
     *
     * @param statements whose answers nobody needs. What comes later in this transaction sees what
     *     they wrote, unless one of them waits for another's answer
     */
    void write(Uni<Void> statements);

    /** The same for rows, of which there may be none. */
    default <R extends Collection<?>> void write(R rows, Function<R, Uni<Void>> statements) {
        if (!rows.isEmpty()) {
            write(statements.apply(rows));
        }
    }

    /**
     * What is to be done when this transaction has ended: at once, but on this instance alone. Who
     * stops before does not do it; and what was committed may be told as not committed, where the
     * database's answer was lost.
     *
     * @param told whether it was committed
     */
    void whenEnded(Consumer<Boolean> told);

    /**
     * Adds the next handoff of a change: it gets the next sequence number and names the hash of the
     * one before it.
     *
     * @param cause the message that led to it; null when a person or a clock did
     * @return the message's id; derived from cause, change and type where there is a cause, so that
     *     a repetition has the same, and with the cause's time in front
     * @throws IllegalStateException if the change is not locked
     */
    UUID handOn(UUID change, SpecificRecord message, @Nullable UUID cause);

    /**
     * Adds a message that is not one of the handoffs of a change: an observation, a correction, a
     * charter.
     *
     * @param id the message's id, for example one derived from what was read
     * @param subject whom or what it is about; the record key
     * @param change the change it belongs to, null for none
     */
    UUID publish(
            UUID id,
            String subject,
            SpecificRecord message,
            @Nullable UUID change,
            @Nullable UUID cause);

    /**
     * Sets input aside that cannot be processed, with everything that came.
     *
     * @param code the rule it breaks, in capitals, for example CSV_ROW_BROKEN
     * @param reason in plain words, naming the field
     * @param origin where it came from; the same bytes of the same origin are set aside once only
     */
    void deadLetter(
            String code,
            String reason,
            String origin,
            @Nullable String key,
            Map<String, byte[]> headers,
            byte[] payload);
}
