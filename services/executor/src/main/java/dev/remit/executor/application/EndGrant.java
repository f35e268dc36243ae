package dev.remit.executor.application;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;

/**
 * A person ends what was granted for a time before its time is over: who holds it, whose change it
 * is, or one whose role it is to. It is taken away by the next sweep, as it would have been at its
 * end, and handed on with who ended it and why. Less is held by it, so neither a halt nor anybody's
 * approval is asked for.
 */
@Singleton
public class EndGrant {
    /** What became of it. */
    public sealed interface Ended {
        /** It is taken away from now on. */
        record Now() implements Ended {}

        /** Its time is over: it is being taken away already. */
        record Already() implements Ended {}

        /** Nothing that was granted is held under this change. */
        record None() implements Ended {}

        /** The caller has no part in it. */
        record NotYours() implements Ended {}
    }

    private final Executions executions;

    EndGrant(Executions executions) {
        this.executions = executions;
    }

    /**
     * @param person immutable id
     * @param guards whether the person's role lets them end any grant
     * @param reason why
     */
    public Uni<Ended> end(UUID change, String person, boolean guards, String reason) {
        return executions
                .granted(change)
                .chain(found -> {
                    if (found.isEmpty()) {
                        return Uni.createFrom().item(new Ended.None());
                    }
                    return as(found.get(), person, guards)
                            .map(as -> end(found.get(), person, as, reason))
                            .orElseGet(() -> Uni.createFrom().item(new Ended.NotYours()));
                });
    }

    /** As what somebody may end it; empty for one who may not. */
    private static Optional<String> as(Executions.Granted granted, String person, boolean guards) {
        return granted.account().equals(person)
                ? Optional.of("who held it")
                : granted.owners().contains(person)
                        ? Optional.of("whose change it is")
                        : guards ? Optional.of("whose role it is") : Optional.empty();
    }

    private Uni<Ended> end(Executions.Granted granted, String person, String as, String reason) {
        return executions
                .endEarly(
                        granted.authorization(),
                        "ended early by %s, %s: %s".formatted(person, as, reason))
                .map(ended -> ended ? new Ended.Now() : new Ended.Already());
    }
}
