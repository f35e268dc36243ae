package dev.remit.connector.application;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Reading whole directories is in no hurry, and others wait for the same processors and for the
 * same partitions: each piece of it rests for as long as it took.
 */
public final class Pace {
    /** Whoever takes longer waited for a network rather than a processor. */
    private static final Duration LONGEST = Duration.ofMillis(20);

    private Pace() {}

    /** Does this, and rests before it is done. */
    public static <T> Uni<T> unhurried(Supplier<Uni<T>> piece) {
        return Uni.createFrom()
                .deferred(() -> {
                    long begun = System.nanoTime();
                    return piece.get().call(() -> rest(System.nanoTime() - begun));
                });
    }

    private static Uni<Void> rest(long nanos) {
        return Uni.createFrom()
                .voidItem()
                .onItem()
                .delayIt()
                .by(Duration.ofNanos(Math.clamp(nanos, 1, LONGEST.toNanos())));
    }
}
