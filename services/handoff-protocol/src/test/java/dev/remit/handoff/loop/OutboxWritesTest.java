package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is written without waiting for the answer. */
class OutboxWritesTest {
    private final SealedOutbox outbox =
            new SealedOutbox(
                    new SealedOutbox.Means(null, null, null, null, null, null),
                    Instant.EPOCH,
                    new Random(1));

    @Test
    void itIsSentAtOnceInItsOrder() {
        List<String> sent = new ArrayList<>();
        outbox.write(sending(sent, "first", new CompletableFuture<>()));
        outbox.write(sending(sent, "second", new CompletableFuture<>()));
        assertThat(sent).containsExactly("first", "second");
    }

    @Test
    void theCommitWaitsForTheAnswer() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        outbox.write(Uni.createFrom().completionStage(answer));
        CompletableFuture<Sealed.Batch> stored =
                outbox.store().subscribeAsCompletionStage().toCompletableFuture();
        assertThat(stored).isNotDone();
        answer.complete(null);
        assertThat(stored).isCompletedWithValue(Sealed.Batch.EMPTY);
    }

    @Test
    void whatItFailsWithIsWhyTheTransactionFails() {
        RuntimeException violated = new IllegalStateException("a rule of the table is violated");
        outbox.write(Uni.createFrom().failure(violated));
        outbox.write(Uni.createFrom().failure(new IllegalStateException("aborted already")));
        assertThatThrownBy(() -> outbox.store().await().indefinitely()).isSameAs(violated);
        // what comes behind it in the transaction fails, too, and says nothing of it
        assertThat(outbox.why(new IllegalStateException("aborted already"))).isSameAs(violated);
    }

    @Test
    void aRollbackWaitsForTheAnswersToo() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        outbox.write(Uni.createFrom().failure(new IllegalStateException("violated")));
        outbox.write(Uni.createFrom().completionStage(answer));
        CompletableFuture<Void> settled =
                outbox.settled().subscribeAsCompletionStage().toCompletableFuture();
        assertThat(settled).isNotDone();
        answer.completeExceptionally(new IllegalStateException("aborted already"));
        assertThat(settled).isCompleted();
    }

    @Test
    void whatElseFailsIsWhyWhereAllWasWritten() {
        RuntimeException other = new IllegalStateException("something else");
        outbox.write(Uni.createFrom().voidItem());
        assertThat(outbox.why(other)).isSameAs(other);
    }

    private static Uni<Void> sending(List<String> sent, String what, CompletableFuture<Void> end) {
        return Uni.createFrom()
                .deferred(() -> {
                    sent.add(what);
                    return Uni.createFrom().completionStage(end);
                });
    }
}
