package dev.remit.handoff.http;

import io.smallrye.mutiny.Uni;
import java.util.UUID;
import java.util.function.Supplier;

/** Where a service records who reads its dead letters: what was set aside is evidence there. */
public interface LetterReads {
    /**
     * Records the look, then looks: who cannot be recorded reads nothing.
     *
     * @param reader immutable id
     * @param letter the dead letter's id
     */
    <T> Uni<T> recorded(String reader, UUID letter, Supplier<Uni<T>> look);
}
