package dev.remit.handoff.halt;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Keeps halts. Each method runs in the caller's transaction. */
public interface HaltRegister extends Halts {
    /** The last halt of a scope; empty if it was never halted. */
    record Last(Halt halt, Optional<Instant> liftedAt) {
        public boolean isInForce() {
            return liftedAt.isEmpty();
        }
    }

    /** Keeps a halt; one that is older than what is known of its scope changes nothing. */
    Uni<Void> halt(Halt halt);

    /**
     * Lifts a halt; a later halt of the same scope stays.
     *
     * @param by immutable id of the person
     */
    Uni<Void> lift(UUID halt, String scope, String by, Instant at);

    /** The last halt of this scope. */
    Uni<Optional<Last>> last(String scope);

    /** The halt with this id, if it is the last of its scope. */
    Uni<Optional<Last>> find(UUID halt);
}
