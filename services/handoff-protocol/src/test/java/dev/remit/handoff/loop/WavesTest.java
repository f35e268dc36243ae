package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WavesTest {
    private final List<List<String>> waves = new ArrayList<>();
    private final List<UniEmitter<? super List<String>>> open = new ArrayList<>();
    private final List<String> results = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final Waves<String, String> doing =
            new Waves<>(
                    3,
                    Duration.ZERO,
                    wave -> {
                        waves.add(wave);
                        return Uni.createFrom().emitter(open::add);
                    });

    @Test
    void whoComesAloneDoesNotWaitAndWhatComesMeanwhileIsOneWave() {
        add("a");
        assertThat(waves).containsExactly(List.of("a"));

        add("b", "c", "d", "e");
        answer("A");
        assertThat(waves).containsExactly(List.of("a"), List.of("b", "c", "d"));
        answer("B", "C", "D");
        answer("E");

        assertThat(results).containsExactly("a=A", "b=B", "c=C", "d=D", "e=E");
        add("f");
        assertThat(waves.getLast()).containsExactly("f");
    }

    @Test
    void whatFailsTogetherIsDoneAlone() {
        add("a");
        add("b", "c");
        answer("A");
        open.removeFirst().fail(new IllegalStateException("planted"));
        open.removeFirst().fail(new IllegalStateException("b is why"));
        answer("C");

        assertThat(waves)
                .containsExactly(List.of("a"), List.of("b", "c"), List.of("b"), List.of("c"));
        assertThat(results).containsExactly("a=A", "c=C");
        assertThat(failures).singleElement().asString().contains("b is why");
    }

    @Test
    void oneWhoseStatementsMeetOthersDoesNotFailTheWave() {
        add("a");
        add("b", "c");
        answer("A");
        open.removeFirst().fail(new PgException("deadlock detected", "ERROR", "40P01", ""));
        answer("B");
        answer("C");

        assertThat(results).containsExactly("a=A", "b=B", "c=C");
    }

    @Test
    void whereTooManyWaitTheNextIsToldSo() {
        add("a");
        for (int n = 0; n < 60; n++) {
            add("waits");
        }
        assertThat(failures).isEmpty();
        add("one too many");
        assertThat(failures).singleElement().isInstanceOf(Unavailable.class);
    }

    @Test
    void whenAPartDoesNotAnswerNobodyTriesAlone() {
        add("a");
        add("b", "c");
        answer("A");
        open.removeFirst().fail(new Unavailable("planted"));

        assertThat(failures).hasSize(2);
        assertThat(waves).hasSize(2);
        add("d");
        assertThat(waves.getLast()).containsExactly("d");
    }

    private void add(String... some) {
        for (String each : some) {
            doing.add(each)
                    .subscribe()
                    .with(result -> results.add(each + "=" + result), failures::add);
        }
    }

    private void answer(String... some) {
        open.removeFirst().complete(List.of(some));
    }
}
