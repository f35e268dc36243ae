package dev.remit.ledger.application;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Optional;

/** The signed states of the log; never two for one size. */
public interface Checkpoints {
    /**
     * A signed state.
     *
     * @param note see {@link dev.remit.ledger.log.SignedNote}
     */
    record Signed(long size, String note, Instant at) {}

    /** The one with the largest size. */
    Uni<Optional<Signed>> last();

    /** The last one signed before this time. */
    Uni<Optional<Signed>> lastBefore(Instant time);

    /** The smallest that covers this leaf: always the same one. */
    Uni<Optional<Signed>> covering(long leafIndex);

    /** Makes this transaction the only publisher until it ends; false if another one is. */
    Uni<Boolean> lead();

    /** Waits until this transaction is the only publisher. */
    Uni<Void> awaitLead();

    Uni<Void> add(Signed checkpoint);
}
