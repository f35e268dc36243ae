package dev.remit.handoff.loop;

import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What batches hand on leaves one behind the other, while the next batch is handled and none beyond
 * it. For one batch at a time.
 */
final class Departures {
    /** The end of the last one. It keeps none of those before. */
    private volatile CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

    /**
     * Begins when what left before has arrived; a later one may say what follows from it.
     *
     * @return the end of what left before: until then no other batch is to be handled
     */
    Uni<Void> next(Supplier<Uni<Void>> departure) {
        Uni<Void> before = end();
        last = before.chain(departure::get).subscribe().asCompletionStage();
        return before;
    }

    /** When all of them have arrived; fails if one does not. */
    Uni<Void> end() {
        CompletableFuture<Void> end = last;
        // whoever does not wait any longer ends nothing
        return Uni.createFrom().completionStage(end::copy);
    }
}
