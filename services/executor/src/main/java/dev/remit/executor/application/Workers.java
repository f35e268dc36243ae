package dev.remit.executor.application;

import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** Which HR workers people are. */
public interface Workers {
    /** Who somebody is beyond their account. */
    sealed interface Known {
        /**
         * Their account was read.
         *
         * @param worker the HR worker id that it carries; empty if it carries none
         */
        record Person(Optional<String> worker) implements Known {}

        /**
         * There is no account of theirs where the executor can look.
         *
         * @param why in words
         */
        record Stranger(String why) implements Known {}
    }

    /**
     * Looks a person up.
     *
     * @param person immutable id
     * @return fails with {@link Target.Silent} if there is no usable answer now
     */
    Uni<Known> of(String person);
}
