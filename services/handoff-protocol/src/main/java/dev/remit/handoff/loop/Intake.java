package dev.remit.handoff.loop;

import dev.remit.handoff.loop.Backlog.Waiting;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what is polled while a batch is handled into the next one, so that batches grow with the
 * load and a lone message does not wait. One batch at a time, records of a partition in the order
 * they came; a poll's offsets are acknowledged when the batch that holds the last of its records is
 * done, and what it hands on has left.
 */
final class Intake implements MultiSubscriber<Message<ConsumerRecords<String, byte[]>>> {
    /** What {@link #oldest()} is when nothing waits. */
    static final long NONE = Long.MAX_VALUE;

    /**
     * How much waits.
     *
     * @param batch how many records the next batch takes, and how many that go as they came may
     *     wait behind it, before no more are polled for
     * @param records how many may wait in all
     * @param bytes and how many bytes of keys and values; what one poll brings comes on top
     */
    record Limits(int batch, int records, long bytes) {}

    private final Limits limits;
    private final Runnable hold;
    private final Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> ahead;
    private final Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> handle;
    private final Supplier<Uni<Void>> handedOn;
    private final Consumer<Throwable> failed;
    private final long gather;
    private final Predicate<ConsumerRecord<String, byte[]>> urgent;
    private final InstantSource clock;
    private final LongSupplier nanoTime;

    /** A poll, and how many of its records are not done. */
    private static final class Poll {
        private final Message<?> message;
        private int left;

        Poll(Message<?> message, int left) {
            this.message = message;
            this.left = left;
        }
    }

    /** What waits behind the next batch. */
    private final Backlog<Poll> backlog;

    private boolean holding;

    /** The next batch, and the ends of what is done ahead for it. */
    private List<Waiting<Poll>> batch = new ArrayList<>();

    private List<Uni<Void>> begun = new ArrayList<>();
    private long bytes;
    private long oldest = NONE;
    private boolean pressing;

    /** When the oldest was written of what was taken and is not handled yet. */
    private long beginning = NONE;

    /** Ends the wait for more, while there is one. */
    private @Nullable UniEmitter<? super Void> waiting;

    /** When the first of those that wait came, by the clock that only goes on. */
    private long since;

    private Flow.@Nullable Subscription channel;
    private boolean busy;
    private boolean asked;
    private boolean stopped;

    /**
     * @param inTurn the topics whose oldest records go first, see {@link Backlog}
     * @param hold told while {@link #held} may have become another; what comes of those held is
     *     taken
     * @param gather how long the first record of a batch that is not full waits for more
     * @param urgent what is not waited with, nor with what came before it
     * @param ahead begun at once with what the next batch takes, also while a batch is handled; the
     *     next one begins when it has ended
     * @param handle a failure stops the intake for good
     * @param handedOn asked for when a batch was handled: its polls are answered when this has
     *     ended, while the next batch is handled; a failure stops the intake, too
     * @param failed told why the intake stopped, whatever it was
     * @param nanoTime as {@link System#nanoTime}
     */
    Intake(
            Limits limits,
            Set<String> inTurn,
            Runnable hold,
            Duration gather,
            Predicate<ConsumerRecord<String, byte[]>> urgent,
            Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> ahead,
            Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> handle,
            Supplier<Uni<Void>> handedOn,
            Consumer<Throwable> failed,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.limits = limits;
        this.backlog = new Backlog<>(inTurn);
        this.hold = hold;
        this.failed = failed;
        this.gather = gather.toMillis();
        this.urgent = urgent;
        this.ahead = ahead;
        this.handle = handle;
        this.handedOn = handedOn;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        synchronized (this) {
            channel = subscription;
        }
        ask();
    }

    @Override
    public void onItem(Message<ConsumerRecords<String, byte[]>> message) {
        ConsumerRecords<String, byte[]> brought = message.getPayload();
        Poll poll = new Poll(message, brought.count());
        long now = clock.millis();
        synchronized (this) {
            asked = false;
            if (batch.isEmpty()) {
                since = nanoTime.getAsLong();
            }
            brought.forEach(record -> backlog.add(record, poll, now));
        }
        fill();
        ask();
        boolean idle;
        UniEmitter<? super Void> enough;
        synchronized (this) {
            idle = !busy && !stopped;
            busy |= idle;
            enough = pressing || isFull() ? waiting : null;
        }
        if (enough != null) {
            enough.complete(null);
        }
        if (idle) {
            next();
        }
    }

    /** Takes more into the next batch while there is room, and begins what is done ahead for it. */
    private void fill() {
        Uni<Void> more;
        boolean told;
        synchronized (this) {
            List<Waiting<Poll>> taken = backlog.take(isFull() ? 0 : limits.batch() - batch.size());
            taken.forEach(this::add);
            more = Uni.createFrom().voidItem();
            if (!taken.isEmpty() && !stopped) {
                more = ahead.apply(records(taken)).memoize().indefinitely();
                begun.add(more);
            }
            boolean now = !backlog.enough().isEmpty();
            told = now || holding;
            holding = now;
        }
        // what fails is told by the batch that waits for it
        more.subscribe().with(done -> {}, failure -> {});
        if (told) {
            hold.run();
        }
    }

    /** Partitions of which no more is wanted for now. */
    synchronized Set<TopicPartition> held() {
        return backlog.enough();
    }

    private static List<ConsumerRecord<String, byte[]>> records(List<Waiting<Poll>> waiting) {
        return waiting.stream().map(Waiting::record).toList();
    }

    private void add(Waiting<Poll> taken) {
        batch.add(taken);
        bytes += taken.bytes();
        oldest = Math.min(oldest, taken.record().timestamp());
        pressing |= urgent.test(taken.record());
    }

    /** When the oldest record that waits was written, as Kafka's timestamp; {@link #NONE}. */
    synchronized long oldest() {
        return Math.min(Math.min(oldest, beginning), backlog.oldest());
    }

    private boolean isFull() {
        return batch.size() >= limits.batch() || bytes >= limits.bytes();
    }

    private boolean isEnough() {
        return isFull()
                && (backlog.asTheyCame() >= limits.batch()
                        || batch.size() + backlog.size() >= limits.records()
                        || bytes + backlog.bytes() >= limits.bytes());
    }

    @Override
    public void onFailure(Throwable failure) {
        fail(failure);
    }

    @Override
    public void onCompletion() {
        stop();
    }

    private void fail(Throwable failure) {
        stop();
        failed.accept(failure);
    }

    private synchronized void stop() {
        stopped = true;
    }

    private void ask() {
        Flow.Subscription more;
        synchronized (this) {
            more = asked || stopped || isEnough() ? null : channel;
            asked |= more != null;
        }
        if (more != null) {
            more.request(1);
        }
    }

    /** Takes all that waits, handles it, and goes on while there is more. */
    private void next() {
        gathered()
                .chain(() -> {
                    List<Waiting<Poll>> taken;
                    List<Uni<Void>> ready;
                    synchronized (this) {
                        if (stopped) {
                            return Uni.createFrom().<Void>nullItem();
                        }
                        taken = batch;
                        ready = begun;
                        batch = new ArrayList<>();
                        begun = new ArrayList<>();
                        bytes = 0;
                        beginning = oldest;
                        oldest = NONE;
                        pressing = false;
                        waiting = null;
                    }
                    fill();
                    ask();
                    return Uni.join()
                            .all(ready)
                            .andFailFast()
                            .chain(() -> begin(records(taken)))
                            .onItemOrFailure()
                            .transformToUni((done, failure) -> {
                                if (failure != null) {
                                    stop();
                                }
                                answer(
                                        taken,
                                        failure == null
                                                ? handedOn.get()
                                                : Uni.createFrom().failure(failure));
                                return Uni.createFrom().<Void>nullItem();
                            });
                })
                .subscribe()
                .with(done -> goOn(), this::fail);
    }

    /** Once what followed from these records has left: those polls of which it was the last. */
    private void answer(List<Waiting<Poll>> taken, Uni<Void> left) {
        left.onItemOrFailure()
                .transformToUni((done, failure) ->
                        Uni.join()
                                .all(
                                        done(taken, failure).stream()
                                                .map(each -> answer(each.message, failure))
                                                .toList())
                                .andCollectFailures()
                                .onFailure()
                                .recoverWithNull()
                                .invoke(() -> {
                                    if (failure != null) {
                                        fail(failure);
                                    }
                                }))
                .subscribe()
                .with(done -> {}, this::fail);
    }

    /** The polls that are to be answered now: with a failure all that it touches. */
    private synchronized Set<Poll> done(List<Waiting<Poll>> taken, @Nullable Throwable failure) {
        Set<Poll> polls = new LinkedHashSet<>();
        for (Waiting<Poll> each : taken) {
            each.poll().left--;
            if (each.poll().left == 0 || failure != null) {
                polls.add(each.poll());
            }
        }
        return polls;
    }

    private Uni<Void> begin(List<ConsumerRecord<String, byte[]>> batch) {
        Uni<Void> handled = handle.apply(batch);
        synchronized (this) {
            beginning = NONE;
        }
        return handled;
    }

    private synchronized Uni<Void> gathered() {
        // no timer is shorter than a millisecond
        long left = gather - Duration.ofNanos(nanoTime.getAsLong() - since).toMillis();
        return pressing || isFull() || left < 1
                ? Uni.createFrom().voidItem()
                : Uni.createFrom()
                        .<Void>emitter(this::wait)
                        .ifNoItem()
                        .after(Duration.ofMillis(left))
                        .recoverWithItem((Void) null);
    }

    private void wait(UniEmitter<? super Void> more) {
        boolean enough;
        synchronized (this) {
            enough = pressing || isFull();
            waiting = more;
        }
        if (enough) {
            more.complete(null);
        }
    }

    private void goOn() {
        synchronized (this) {
            if (stopped || batch.isEmpty()) {
                busy = false;
                return;
            }
        }
        next();
    }

    private static Uni<Void> answer(Message<?> poll, @Nullable Throwable failure) {
        return Uni.createFrom().completionStage(() -> stage(poll, failure));
    }

    private static CompletionStage<Void> stage(Message<?> poll, @Nullable Throwable failure) {
        return failure == null ? poll.ack() : poll.nack(failure);
    }
}
