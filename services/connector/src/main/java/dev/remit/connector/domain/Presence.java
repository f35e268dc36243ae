package dev.remit.connector.domain;

import java.time.LocalDate;
import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * What HR said of a worker's leaving and being there, each by the latest day it holds from; both
 * are kept, so that who is to come back later has still left until then.
 *
 * @param leftOn the day of the last LEFT
 * @param backOn the day of the last JOINED or MOVED; never the same day
 */
public record Presence(String workerId, Optional<LocalDate> leftOn, Optional<LocalDate> backOn) {
    /** What one event says. */
    public static Presence of(WorkerEvent event) {
        Optional<LocalDate> day = Optional.of(event.effectiveDate());
        return event.type() == WorkerEvent.Type.LEFT
                ? new Presence(event.workerId(), day, Optional.empty())
                : new Presence(event.workerId(), Optional.empty(), day);
    }

    /** With what was said after it; of one day, what was said last. */
    public Presence then(Presence next) {
        Optional<LocalDate> left = latest(leftOn, next.leftOn);
        Optional<LocalDate> back = latest(backOn, next.backOn);
        if (left.isEmpty() || !left.equals(back)) {
            return new Presence(workerId, left, back);
        }
        return next.leftOn.equals(left)
                ? new Presence(workerId, left, Optional.empty())
                : new Presence(workerId, Optional.empty(), back);
    }

    /** Whether they have left by this day and were not back by it. */
    public boolean hasLeft(LocalDate day) {
        return leftOn.filter(left ->
                        !left.isAfter(day)
                                && backOn.filter(back -> back.isAfter(left) && !back.isAfter(day))
                                        .isEmpty())
                .isPresent();
    }

    private static Optional<LocalDate> latest(Optional<LocalDate> one, Optional<LocalDate> other) {
        return one.isPresent() && other.isPresent()
                ? Optional.of(
                        BinaryOperator.<LocalDate>maxBy(LocalDate::compareTo)
                                .apply(one.get(), other.get()))
                : one.or(() -> other);
    }
}
