package dev.remit.handoff.postgres;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hibernate.reactive.mutiny.Mutiny;
import org.hibernate.reactive.pool.ReactiveConnection;

/**
 * A transaction in a session of its own. Unlike Panache's, what comes first in it can be sent
 * behind its beginning instead of after the answer to that; and there is none within another one.
 */
public final class Transaction {
    private Transaction() {}

    /**
     * Commits if the work succeeds, and rolls back if it fails or is cancelled.
     *
     * @param work gets the answer to the beginning. What is sent before that has come must do
     *     nothing where no transaction has begun, for then it would be committed by itself
     */
    public static <T> Uni<T> with(Function<Uni<Void>, Uni<T>> work) {
        return Panache.withSession(() -> Panache.getSession().chain(session -> in(session, work)));
    }

    private static <T> Uni<T> in(Mutiny.Session session, Function<Uni<Void>, Uni<T>> work) {
        ReactiveConnection connection = Statement.reactive(session).getReactiveConnection();
        if (connection.isTransactionInProgress()) {
            // it must not be rolled back with this one
            return Uni.createFrom()
                    .failure(new IllegalStateException("a transaction within another one"));
        }
        Uni<Void> begun = Uni.createFrom().completionStage(connection.beginTransaction());
        return Uni.createFrom()
                .deferred(() -> work.apply(begun))
                .call(session::flush)
                .call(() -> begun)
                .onFailure()
                .call(() -> asked(connection::rollbackTransaction))
                .onCancellation()
                .call(() -> asked(connection::rollbackTransaction))
                .call(() -> asked(connection::commitTransaction));
    }

    private static Uni<Void> asked(Supplier<CompletionStage<Void>> end) {
        return Uni.createFrom().completionStage(end);
    }
}
