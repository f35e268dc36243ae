package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    @Test
    void aPieceIsDoneWhenItHasRestedForAsLongAsItTook() {
        long begun = System.nanoTime();
        assertThat(Pace.unhurried(() -> taking(10)).await().indefinitely()).isEqualTo("done");
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(millis(20));
    }

    @Test
    void theNextPieceBeginsWhenOneHasRested() throws Exception {
        CompletableFuture<Long> second = new CompletableFuture<>();
        long begun = System.nanoTime();
        Pace.unhurried(() -> taking(10))
                .chain(() ->
                        Pace.unhurried(() -> {
                            second.complete(System.nanoTime() - begun);
                            return taking(0);
                        }))
                .await()
                .indefinitely();
        assertThat(second.get(10, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(millis(20));
    }

    @Test
    void aPieceThatFailsSaysSo() {
        assertThatThrownBy(() ->
                        Pace.unhurried(() ->
                                        Uni.createFrom()
                                                .failure(new IllegalStateException("planted")))
                                .await()
                                .indefinitely())
                .hasMessage("planted");
    }

    private static Uni<String> taking(long millis) {
        return Uni.createFrom()
                .item("done")
                .onItem()
                .delayIt()
                .by(Duration.ofMillis(Math.max(1, millis)));
    }

    private static long millis(long count) {
        return TimeUnit.MILLISECONDS.toNanos(count);
    }
}
