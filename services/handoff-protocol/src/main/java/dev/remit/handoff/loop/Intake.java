package dev.remit.handoff.loop;

import dev.remit.handoff.loop.Backlog.Waiting;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordBatchMetadata;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * they came; what a poll brought of a partition is acknowledged when the batch that holds the last
 * of it is done, and what it hands on has left.
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

    /** What one poll brought of one partition: answered when the last record is done. */
    private static final class Part {
        private final Message<?> poll;
        private Message<?> last;
        private int left;

        Part(Message<?> poll) {
            this.poll = poll;
            this.last = poll;
        }
    }

    /** What waits behind the next batch. */
    private final Backlog<Part> backlog;

    /** Partitions of which no more is wanted for now. */
    private Set<TopicPartition> held = Set.of();

    /** The next batch, and the ends of what is done ahead for it. */
    private List<Waiting<Part>> batch = new ArrayList<>();

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
        synchronized (this) {
            asked = false;
        }
        fill(parts(message));
        ask();
        boolean idle;
        UniEmitter<? super Void> enough;
        synchronized (this) {
            // whoever was busy may have taken it meanwhile
            idle = !busy && !stopped && !batch.isEmpty();
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

    /**
     * Each record with the part that it is of. Offsets are committed by partition, so one whose
     * turn comes late keeps those of no other partition back.
     */
    private static Map<ConsumerRecord<String, byte[]>, Part> parts(
            Message<ConsumerRecords<String, byte[]>> poll) {
        List<? extends Message<?>> each = each(poll);
        Map<ConsumerRecord<String, byte[]>, Part> parts = new LinkedHashMap<>();
        Map<TopicPartition, Part> byPartition = new HashMap<>();
        for (ConsumerRecord<String, byte[]> record : poll.getPayload()) {
            Part part =
                    byPartition.computeIfAbsent(
                            new TopicPartition(record.topic(), record.partition()),
                            partition -> new Part(poll));
            part.last = each.isEmpty() ? poll : each.get(parts.size());
            part.left++;
            parts.put(record, part);
        }
        return parts;
    }

    /** The messages of a poll's records, in their order. */
    private static List<? extends Message<?>> each(Message<?> poll) {
        for (Object about : poll.getMetadata()) {
            if (about instanceof IncomingKafkaRecordBatchMetadata<?, ?> batch) {
                return batch.getBatchedMessages();
            }
        }
        return List.of();
    }

    /**
     * Takes what came, and more into the next batch while there is room; begins what is done ahead
     * for it.
     */
    private void fill(Map<ConsumerRecord<String, byte[]>, Part> came) {
        Uni<Void> more;
        boolean told;
        long now = clock.millis();
        synchronized (this) {
            if (!came.isEmpty() && batch.isEmpty()) {
                since = nanoTime.getAsLong();
            }
            came.forEach((record, part) -> backlog.add(record, part, now));
            List<Waiting<Part>> taken = backlog.take(isFull() ? 0 : limits.batch() - batch.size());
            taken.forEach(this::add);
            more = Uni.createFrom().voidItem();
            if (!taken.isEmpty() && !stopped) {
                more = ahead.apply(records(taken)).memoize().indefinitely();
                begun.add(more);
            }
            Set<TopicPartition> before = held;
            held = backlog.enough();
            told = !held.isEmpty() || !before.isEmpty();
        }
        // what fails is told by the batch that waits for it
        more.subscribe().with(done -> {}, failure -> {});
        if (told) {
            hold.run();
        }
    }

    /** Partitions of which no more is wanted for now. */
    synchronized Set<TopicPartition> held() {
        return held;
    }

    private static List<ConsumerRecord<String, byte[]>> records(List<Waiting<Part>> waiting) {
        return waiting.stream().map(Waiting::record).toList();
    }

    private void add(Waiting<Part> taken) {
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

    /** Takes the next batch, handles it, and goes on while there is more. */
    private void next() {
        gathered()
                .chain(() -> {
                    List<Waiting<Part>> taken;
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
                    fill(Map.of());
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

    /** Once what followed from these records has left: the parts that end with one of them. */
    private void answer(List<Waiting<Part>> taken, Uni<Void> left) {
        left.onItemOrFailure()
                .transformToUni((done, failure) ->
                        Uni.join()
                                .all(failure == null ? accepted(taken) : refused(taken, failure))
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

    private synchronized List<Uni<Void>> accepted(List<Waiting<Part>> taken) {
        List<Uni<Void>> answers = new ArrayList<>();
        for (Waiting<Part> each : taken) {
            Part part = each.poll();
            part.left--;
            if (part.left == 0) {
                answers.add(Uni.createFrom().completionStage(() -> part.last.ack()));
            }
        }
        return answers;
    }

    /** Their parts are never done, whatever of them was handled before. */
    private static List<Uni<Void>> refused(List<Waiting<Part>> taken, Throwable failure) {
        return taken.stream()
                .<Message<?>>map(each -> each.poll().poll)
                .distinct()
                .map(poll -> Uni.createFrom().completionStage(() -> poll.nack(failure)))
                .toList();
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
}
