package dev.remit.approval.domain;

import java.util.List;
import java.util.Optional;

/**
 * What follows from an event.
 *
 * @param refused why an attempt was not taken
 */
public record Outcome(
        Route next, List<Happened> happened, Optional<Attempt.Result.Refused> refused) {
    static Outcome nothing(Route state) {
        return new Outcome(state, List.of(), Optional.empty());
    }

    static Outcome of(Route next, Happened... happened) {
        return new Outcome(next, List.of(happened), Optional.empty());
    }
}
