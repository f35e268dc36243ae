package dev.remit.handoff.loop;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * What comes one by one is done together: one wave at a time, each with all that came while the one
 * before was done. So one transaction serves many when there is much to do, and whoever comes alone
 * does not wait.
 *
 * @param <T> what comes
 * @param <R> what becomes of each
 */
public final class Waves<T, R> {
    private static final Logger LOG = Logger.getLogger(Waves.class);

    /** How many waves may wait: behind a database that hangs there is an answer, not memory. */
    private static final int WAVES_WAITING = 20;

    private record Waiting<T, R>(T each, UniEmitter<? super R> done) {}

    private final int most;
    private final Uni<Void> gathering;
    private final Function<List<T>, Uni<List<R>>> work;
    private final Queue<Waiting<T, R>> waiting = new ArrayDeque<>();
    private boolean busy;

    /**
     * @param most how many a wave takes
     * @param gathering how long the next wave waits for more, behind one of more than one
     * @param work does a wave, with a result for each in their order; what fails together is done
     *     again each on its own, unless a part does not answer; what the database rolled back is
     *     done again too
     */
    public Waves(int most, Duration gathering, Function<List<T>, Uni<List<R>>> work) {
        this.most = most;
        this.gathering =
                gathering.isZero()
                        ? Uni.createFrom().voidItem()
                        : Uni.createFrom().voidItem().onItem().delayIt().by(gathering);
        this.work = work;
    }

    /** Does it with the next wave; fails as unavailable where too many wait already. */
    public Uni<R> add(T each) {
        return Uni.createFrom()
                .emitter(done -> {
                    if (isFull()) {
                        done.fail(new Unavailable("too many wait: try again later"));
                    } else if (enter(new Waiting<>(each, done))) {
                        next();
                    }
                });
    }

    private synchronized boolean isFull() {
        return waiting.size() >= most * WAVES_WAITING;
    }

    /** Whether a wave must be set off for it. */
    private synchronized boolean enter(Waiting<T, R> each) {
        waiting.add(each);
        boolean first = !busy;
        busy = true;
        return first;
    }

    private synchronized List<Waiting<T, R>> wave() {
        var wave = new ArrayList<Waiting<T, R>>();
        while (wave.size() < most && !waiting.isEmpty()) {
            wave.add(waiting.remove());
        }
        busy = !wave.isEmpty();
        return wave;
    }

    private void next() {
        List<Waiting<T, R>> wave = wave();
        if (wave.isEmpty()) {
            return;
        }
        work(wave)
                .chain(() -> wave.size() == 1 ? Uni.createFrom().voidItem() : gathering)
                .subscribe()
                .with(
                        done -> next(),
                        failure -> {
                            LOG.error("waves go on after a bug", failure);
                            next();
                        });
    }

    private Uni<Void> work(List<Waiting<T, R>> wave) {
        return Uni.createFrom()
                .deferred(() -> work.apply(wave.stream().map(Waiting::each).toList()))
                .onItemOrFailure()
                .transformToUni((results, failure) -> {
                    if (failure == null) {
                        for (int n = 0; n < wave.size(); n++) {
                            wave.get(n).done().complete(results.get(n));
                        }
                        return Uni.createFrom().voidItem();
                    }
                    if (wave.size() == 1
                            || (Unavailable.isCauseOf(failure)
                                    && !Unavailable.isRollback(failure))) {
                        wave.forEach(each -> each.done().fail(failure));
                        return Uni.createFrom().voidItem();
                    }
                    LOG.warnf(failure, "%d fail together, so each is done alone", wave.size());
                    return Multi.createFrom()
                            .iterable(wave)
                            .onItem()
                            .transformToUniAndConcatenate(each -> work(List.of(each)))
                            .onItem()
                            .ignoreAsUni();
                });
    }
}
