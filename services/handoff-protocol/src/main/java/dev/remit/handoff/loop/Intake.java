package dev.remit.handoff.loop;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what is polled while a batch is handled into the next one, so that batches grow with the
 * load and a lone message does not wait. One batch at a time, records in the order they came; a
 * poll's offsets are acknowledged when the batch that holds it is done.
 */
final class Intake implements MultiSubscriber<Message<ConsumerRecords<String, byte[]>>> {
    /** What {@link #oldest()} is when nothing waits. */
    static final long NONE = Long.MAX_VALUE;

    private final int limit;
    private final long limitBytes;
    private final Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> handle;
    private final Consumer<Throwable> failed;
    private final long gather;
    private final LongSupplier nanoTime;

    private List<Message<?>> polls = new ArrayList<>();
    private List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    private long bytes;
    private long oldest = NONE;

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
     * @param handle a failure stops the intake for good
     * @param failed told why the intake stopped, whatever it was
     * @param nanoTime as {@link System#nanoTime}
     */
    Intake(
            int limit,
            long limitBytes,
            Duration gather,
            Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> handle,
            Consumer<Throwable> failed,
            LongSupplier nanoTime) {
        this.limit = limit;
        this.limitBytes = limitBytes;
        this.failed = failed;
        this.gather = gather.toMillis();
        this.handle = handle;
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
        boolean idle;
        synchronized (this) {
            asked = false;
            if (polls.isEmpty()) {
                since = nanoTime.getAsLong();
            }
            polls.add(poll);
            poll.getPayload().forEach(this::add);
            idle = !busy && !stopped;
            busy |= idle;
        }
        ask();
        if (idle) {
            next();
        }
    }

    private void add(ConsumerRecord<String, byte[]> record) {
        records.add(record);
        bytes +=
                Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
        oldest = Math.min(oldest, record.timestamp());
    }

    /** When the oldest record that waits was written, as Kafka's timestamp; {@link #NONE}. */
    synchronized long oldest() {
        return oldest;
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
                    List<Message<?>> taken;
                    List<ConsumerRecord<String, byte[]>> batch;
                    synchronized (this) {
                        taken = polls;
                        batch = records;
                        polls = new ArrayList<>();
                        records = new ArrayList<>();
                        bytes = 0;
                        oldest = NONE;
                    }
                    ask();
                    return handle.apply(batch)
                            .onItemOrFailure()
                            .transformToUni((done, failure) ->
                                    Uni.join()
                                            .all(
                                                    taken.stream()
                                                            .map(poll -> answer(poll, failure))
                                                            .toList())
                                            .andCollectFailures()
                                            .onFailure()
                                            .recoverWithNull()
                                            .invoke(() -> {
                                                if (failure != null) {
                                                    fail(failure);
                                                }
                                            }));
                })
                .subscribe()
                .with(done -> goOn(), this::fail);
    }

    private synchronized Uni<Void> gathered() {
        // no timer is shorter than a millisecond
        long left = gather - Duration.ofNanos(nanoTime.getAsLong() - since).toMillis();
        return isFull() || left < 1
                ? Uni.createFrom().voidItem()
                : Uni.createFrom().voidItem().onItem().delayIt().by(Duration.ofMillis(left));
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
