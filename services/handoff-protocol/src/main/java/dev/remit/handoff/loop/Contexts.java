package dev.remit.handoff.loop;

import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.unchecked.Unchecked;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * Where work runs: database work on a Vert.x context of its own, blocking work on a worker thread.
 */
@Singleton
class Contexts {
    private final Vertx vertx;

    Contexts(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Runs the work on a fresh event-loop context, wherever the caller is. */
    <T> Uni<T> fresh(Supplier<Uni<T>> work) {
        return Uni.createFrom()
                .emitter(emitter -> {
                    Context context =
                            Objects.requireNonNull(
                                    VertxContext.createNewDuplicatedContext(
                                            vertx.getOrCreateContext()));
                    VertxContextSafetyToggle.setContextSafe(context, true);
                    context.runOnContext(ignored ->
                            Uni.createFrom()
                                    .deferred(work::get)
                                    .subscribe()
                                    .with(emitter::complete, emitter::fail));
                });
    }

    /**
     * Runs work on a worker thread, or where the caller is, if it is brief: a fraction of a
     * millisecond, about what it costs to go to another thread and back, and asks nobody. The
     * result comes back on the caller's context.
     */
    <T> Uni<T> blocking(boolean isBrief, Callable<T> work) {
        return isBrief ? Uni.createFrom().item(Unchecked.supplier(work::call)) : blocking(work);
    }

    /** Runs blocking work on a worker thread; the result comes back on the caller's context. */
    <T> Uni<T> blocking(Callable<T> work) {
        return Uni.createFrom()
                .completionStage(() -> vertx.executeBlocking(work, false).toCompletionStage());
    }
}
