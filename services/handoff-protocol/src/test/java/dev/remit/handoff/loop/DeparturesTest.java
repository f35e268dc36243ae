package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What batches hand on, one behind the other. */
class DeparturesTest {
    private final Departures departures = new Departures();
    private final List<String> begun = new ArrayList<>();

    @Test
    void oneLeavesWhileTheNextIsMadeAndNoneBeyondIt() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<Void> second = new CompletableFuture<>();

        assertThat(leave("first", first)).as("nothing is before it").isDone();
        CompletableFuture<Void> next = leave("second", second);
        assertThat(begun).containsExactly("first");
        assertThat(next).as("a third one is not handled yet").isNotDone();

        first.complete(null);
        assertThat(begun).containsExactly("first", "second");
        assertThat(next).isDone();
        CompletableFuture<Void> end = departures.end().subscribe().asCompletionStage();
        assertThat(end).isNotDone();

        second.complete(null);
        assertThat(end).isDone();
    }

    @Test
    void whatFailsIsToldToAllThatWaitForIt() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        assertThat(leave("first", first)).isDone();
        CompletableFuture<Void> next = leave("second", CompletableFuture.completedFuture(null));

        first.completeExceptionally(new IllegalStateException("planted"));

        assertThat(begun).as("nothing overtakes it").containsExactly("first");
        assertThat(next).isCompletedExceptionally();
        assertThat(departures.end().subscribe().asCompletionStage()).isCompletedExceptionally();
    }

    @Test
    void whoStopsWaitingEndsNothing() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        assertThat(leave("first", first)).isDone();

        departures.end().subscribe().with(done -> {}).cancel();

        assertThat(first).isNotDone();
        CompletableFuture<Void> end = departures.end().subscribe().asCompletionStage();
        first.complete(null);
        assertThat(end).isCompletedWithValue(null);
    }

    private CompletableFuture<Void> leave(String name, CompletableFuture<Void> departure) {
        return departures
                .next(() -> {
                    begun.add(name);
                    return Uni.createFrom().completionStage(departure);
                })
                .subscribe()
                .asCompletionStage();
    }
}
