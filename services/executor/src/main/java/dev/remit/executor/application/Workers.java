package dev.remit.executor.application;

import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** Which HR workers people are, where the executor can ask for it. */
public interface Workers {
    /**
     * The HR worker id that a person's account carries; empty if it carries none, or there is no
     * such account where the executor can look.
     *
     * @param person immutable id
     * @return fails with {@link Target.Silent} if there is no usable answer now
     */
    Uni<Optional<String>> of(String person);
}
