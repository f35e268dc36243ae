package dev.remit.approval.domain;

import java.util.List;
import java.util.Optional;

/**
 * What follows from an event.
 *
 * @param refused why what someone tried was not taken
 * @param remind the stages whose people are to be reminded
 */
public record Outcome(
        Route next,
        List<Happened> happened,
        Optional<Attempt.Result.Refused> refused,
        List<OpenStage> remind) {
    static Outcome nothing(Route state) {
        return new Outcome(state, List.of(), Optional.empty(), List.of());
    }

    static Outcome of(Route next, Happened... happened) {
        return new Outcome(next, List.of(happened), Optional.empty(), List.of());
    }

    static Outcome refused(Route state, Attempt.Result.Refused why, Happened... happened) {
        return new Outcome(state, List.of(happened), Optional.of(why), List.of());
    }
}
