package dev.remit.handoff.loop;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what is polled while a batch is handled into the next one, so that batches grow with the
 * load and a lone message does not wait. One batch at a time, records in the order they came; a
 * poll's offsets are acknowledged when the batch that holds it is done, and what it hands on has
 * left.
 */
final class Intake implements MultiSubscriber<Message<ConsumerRecords<String, byte[]>>> {
    /** What {@link #oldest()} is when nothing waits. */
    static final long NONE = Long.MAX_VALUE;

    private final int limit;
    private final long limitBytes;
    private final Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> ahead;
    private final Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> handle;
    private final Supplier<Uni<Void>> handedOn;
    private final Consumer<Throwable> failed;
    private final long gather;
    private final Predicate<ConsumerRecord<String, byte[]>> urgent;
    private final LongSupplier nanoTime;

    /** What one poll brought, and the end of what is done ahead for it. */
    private record Polled(Message<?> poll, Uni<Void> ahead) {}

    private List<Polled> polls = new ArrayList<>();
    private List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    private long bytes;
    private long oldest = NONE;
    private boolean pressing;

    /** The same of what was taken and is not handled yet. */
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
     * @param limit how many records may wait before no more are polled for
     * @param limitBytes and how many bytes of keys and values; what one poll brings comes on top
     * @param gather how long the first record of a batch that is not full waits for more
     * @param urgent what is not waited with, nor with what came before it
     * @param ahead begun with each poll at once, also while a batch is handled; the batch that
     *     holds the poll begins when it has ended
     * @param handle a failure stops the intake for good
     * @param handedOn asked for when a batch was handled: its polls are answered when this has
     *     ended, while the next batch is handled; a failure stops the intake, too
     * @param failed told why the intake stopped, whatever it was
     * @param nanoTime as {@link System#nanoTime}
     */
    Intake(
            int limit,
            long limitBytes,
            Duration gather,
            Predicate<ConsumerRecord<String, byte[]>> urgent,
            Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> ahead,
            Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> handle,
            Supplier<Uni<Void>> handedOn,
            Consumer<Throwable> failed,
            LongSupplier nanoTime) {
        this.limit = limit;
        this.limitBytes = limitBytes;
        this.failed = failed;
        this.gather = gather.toMillis();
        this.urgent = urgent;
        this.ahead = ahead;
        this.handle = handle;
        this.handedOn = handedOn;
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
    public void onItem(Message<ConsumerRecords<String, byte[]>> poll) {
        List<ConsumerRecord<String, byte[]>> brought = new ArrayList<>();
        poll.getPayload().forEach(brought::add);
        Uni<Void> begun = ahead.apply(brought).memoize().indefinitely();
        boolean idle;
        UniEmitter<? super Void> enough;
        synchronized (this) {
            asked = false;
            if (polls.isEmpty()) {
                since = nanoTime.getAsLong();
            }
            polls.add(new Polled(poll, begun));
            brought.forEach(this::add);
            idle = !busy && !stopped;
            busy |= idle;
            enough = pressing || isFull() ? waiting : null;
        }
        // what fails is told by the batch that waits for it
        begun.subscribe().with(done -> {}, failure -> {});
        ask();
        if (enough != null) {
            enough.complete(null);
        }
        if (idle) {
            next();
        }
    }

    private void add(ConsumerRecord<String, byte[]> record) {
        records.add(record);
        bytes +=
                Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
        oldest = Math.min(oldest, record.timestamp());
        pressing |= urgent.test(record);
    }

    /** When the oldest record that waits was written, as Kafka's timestamp; {@link #NONE}. */
    synchronized long oldest() {
        return Math.min(oldest, beginning);
    }

    private boolean isFull() {
        return records.size() >= limit || bytes >= limitBytes;
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
            more = asked || stopped || isFull() ? null : channel;
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
                    List<Polled> taken;
                    List<ConsumerRecord<String, byte[]>> batch;
                    synchronized (this) {
                        if (stopped) {
                            return Uni.createFrom().<Void>nullItem();
                        }
                        taken = polls;
                        batch = records;
                        polls = new ArrayList<>();
                        records = new ArrayList<>();
                        bytes = 0;
                        beginning = oldest;
                        oldest = NONE;
                        pressing = false;
                        waiting = null;
                    }
                    ask();
                    return Uni.join()
                            .all(taken.stream().map(Polled::ahead).toList())
                            .andFailFast()
                            .chain(() -> begin(batch))
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

    /** Once what followed from these polls has left. */
    private void answer(List<Polled> taken, Uni<Void> left) {
        left.onItemOrFailure()
                .transformToUni((done, failure) ->
                        Uni.join()
                                .all(
                                        taken.stream()
                                                .map(each -> answer(each.poll(), failure))
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
            if (stopped || polls.isEmpty()) {
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
