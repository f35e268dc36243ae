package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordBatchMetadata;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private static final long URGENT = 7;
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

    private final List<List<Long>> batches = new ArrayList<>();
    private final List<UniEmitter<? super Void>> open = new ArrayList<>();
    private final List<Long> acknowledged = new ArrayList<>();
    private final List<Long> refused = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private Uni<Void> left = Uni.createFrom().voidItem();
    private int asked;
    private int holds;
    private String topic = "topic";
    private int partition;
    private int size;
    private long time;
    private long offset;
    private long nanos;

    @Test
    void whatComesMeanwhileIsOneBatch() {
        Intake intake = intake(100, Duration.ZERO);

        poll(intake, 1);
        poll(intake, 2);
        poll(intake, 1);
        assertThat(batches).containsExactly(List.of(0L));
        assertThat(acknowledged).isEmpty();

        open.removeFirst().complete(null);
        assertThat(batches).containsExactly(List.of(0L), List.of(1L, 2L, 3L));
        assertThat(acknowledged).containsExactly(0L);

        open.removeFirst().complete(null);
        assertThat(acknowledged).containsExactly(0L, 1L, 3L);

        poll(intake, 1);
        assertThat(batches).hasSize(3);
    }

    @Test
    void noMoreIsAskedForThanMayWait() {
        Intake intake = intake(3, Duration.ZERO);
        assertThat(asked).isEqualTo(1);

        poll(intake, 1); // in hand
        poll(intake, 2);
        poll(intake, 2);
        assertThat(asked).as("a batch and one more wait").isEqualTo(4);
        poll(intake, 2);
        assertThat(asked).as("two batches wait").isEqualTo(4);

        open.removeFirst().complete(null);
        assertThat(batches.getLast()).containsExactly(1L, 2L, 3L);
        assertThat(asked).isEqualTo(5);
        assertThat(acknowledged).containsExactly(0L);

        open.removeFirst().complete(null);
        assertThat(batches.getLast()).containsExactly(4L, 5L, 6L);
        assertThat(acknowledged).as("one of the second poll waits").containsExactly(0L, 1L);
        open.removeFirst().complete(null);
        assertThat(acknowledged).containsExactly(0L, 1L, 3L, 5L);
    }

    @Test
    void whatABatchThatFailedSharesWithTheOneBeforeIsNotAcknowledged() {
        Intake intake = intake(3, Duration.ZERO);
        CompletableFuture<Void> sent = new CompletableFuture<>();
        poll(intake, 1); // in hand
        poll(intake, 2);
        poll(intake, 2);
        open.removeFirst().complete(null);
        left = Uni.createFrom().completionStage(sent);
        open.removeFirst().complete(null); // 1, 2 and 3: it is on its way
        assertThat(batches.getLast()).containsExactly(4L);

        left = Uni.createFrom().voidItem();
        open.removeFirst().fail(new IllegalStateException("planted"));
        sent.complete(null);

        assertThat(refused).containsExactly(3L);
        assertThat(acknowledged).as("the poll of 3 and 4 is not").containsExactly(0L, 1L);
    }

    @Test
    void eachPartitionOfAPollIsAcknowledgedByItself() {
        Intake intake = intake(2, Duration.ZERO);
        topic = "in-turn";
        poll(intake, 1); // in hand
        poll(intake, 2); // the next one
        ConsumerRecord<String, byte[]> late = record(1, 90);
        ConsumerRecord<String, byte[]> early = record(0, 10);
        ConsumerRecord<String, byte[]> between = record(0, 20);
        List<Message<?>> messages =
                List.of(acknowledging(late), acknowledging(early), acknowledging(between));
        var records =
                new ConsumerRecords<>(
                        ordered(
                                new TopicPartition(topic, 1),
                                List.of(late),
                                new TopicPartition(topic, 0),
                                List.of(early, between)),
                        Map.of());
        intake.onItem(
                Message.of(records)
                        .addMetadata(
                                new IncomingKafkaRecordBatchMetadata<>(
                                        records, messages, "handoffs", 0, Map.of(), 0)));
        poll(intake, 1); // older than the late one

        open.removeFirst().complete(null);
        open.removeFirst().complete(null);
        assertThat(batches.getLast()).hasSize(2).doesNotContain(late.offset());
        open.removeFirst().complete(null);
        assertThat(acknowledged)
                .contains(between.offset())
                .doesNotContain(early.offset(), late.offset());
        open.removeFirst().complete(null);
        assertThat(acknowledged).contains(late.offset());
    }

    private static Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> ordered(
            TopicPartition first,
            List<ConsumerRecord<String, byte[]>> its,
            TopicPartition second,
            List<ConsumerRecord<String, byte[]>> theirs) {
        Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> ordered = new LinkedHashMap<>();
        ordered.put(first, its);
        ordered.put(second, theirs);
        return ordered;
    }

    private Message<?> acknowledging(ConsumerRecord<String, byte[]> record) {
        return Message.of(
                record,
                () -> {
                    acknowledged.add(record.offset());
                    return CompletableFuture.completedFuture(null);
                });
    }

    private ConsumerRecord<String, byte[]> record(int of, long written) {
        return new ConsumerRecord<>(
                topic,
                of,
                offset++,
                written,
                TimestampType.CREATE_TIME,
                0,
                size,
                "key",
                new byte[0],
                new RecordHeaders(),
                Optional.empty());
    }

    @Test
    void theOldestOfAllPartitionsIsOneBatchWhereTheyAreTakenInTurn() {
        Intake intake = intake(3, Duration.ZERO);
        topic = "in-turn";
        time = 10;
        poll(intake, 1); // in hand
        poll(intake, 3); // the next one
        poll(intake, 1);
        time = 20;
        poll(intake, 2);
        partition = 1;
        time = 10;
        poll(intake, 1);
        assertThat(asked).as("more is asked for than a batch").isEqualTo(6);
        poll(intake, 1);
        assertThat(asked).as("as much waits as may").isEqualTo(6);

        open.removeFirst().complete(null);
        open.removeFirst().complete(null);
        assertThat(batches.getLast()).containsExactlyInAnyOrder(4L, 7L, 8L);
        open.removeFirst().complete(null);
        assertThat(acknowledged).containsExactlyInAnyOrder(0L, 1L, 4L, 7L, 8L);
        open.removeFirst().complete(null);
        assertThat(batches.getLast()).containsExactly(5L, 6L);
    }

    @Test
    void aPartitionOfWhichEnoughWaitsIsHeldUntilItWasTaken() {
        Intake intake =
                intake(
                        new Intake.Limits(10, 10_000, 1_000_000),
                        Duration.ZERO,
                        IntakeTest::nothing);
        topic = "in-turn";
        poll(intake, 1); // in hand
        poll(intake, 10); // the next one
        poll(intake, Backlog.ENOUGH - 1);
        assertThat(intake.held()).isEmpty();
        assertThat(holds).isZero();
        poll(intake, 1);
        assertThat(intake.held()).containsExactly(new TopicPartition("in-turn", 0));
        assertThat(holds).isEqualTo(1);

        open.removeFirst().complete(null);
        assertThat(intake.held()).isEmpty();
        assertThat(holds).as("it is told that there are none any longer").isEqualTo(2);
        open.removeFirst().complete(null);
        assertThat(holds).isEqualTo(2);
    }

    @Test
    void noMoreBytesAreAskedForThanMayWait() {
        Intake intake = intake(100, Duration.ZERO);
        poll(intake, 1); // in hand
        size = 600;
        poll(intake, 1);
        assertThat(asked).as("600 bytes wait").isEqualTo(3);
        poll(intake, 1);
        assertThat(asked).as("1,200 bytes wait").isEqualTo(3);

        open.removeFirst().complete(null);
        assertThat(batches.getLast()).hasSize(2);
        assertThat(asked).isEqualTo(4);
    }

    @Test
    void theOldestThatWaitsIsKnownUntilItIsTaken() {
        Intake intake = intake(100, Duration.ZERO);
        poll(intake, 1); // in hand
        assertThat(intake.oldest()).isEqualTo(Intake.NONE);

        time = 70;
        poll(intake, 1);
        time = 90;
        poll(intake, 1);
        assertThat(intake.oldest()).isEqualTo(70);

        open.removeFirst().complete(null);
        assertThat(intake.oldest()).isEqualTo(Intake.NONE);
    }

    @Test
    void aFailureIsToldAndNothingIsTakenAfterIt() {
        Intake intake = intake(100, Duration.ZERO);
        poll(intake, 1);
        poll(intake, 1);

        open.removeFirst().fail(new IllegalStateException("planted"));
        poll(intake, 1);

        assertThat(refused).containsExactly(0L);
        assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(acknowledged).isEmpty();
        assertThat(batches).hasSize(1);
    }

    @Test
    void theNextBatchIsTakenWhileWhatFollowedFromOneIsOnItsWay() {
        Intake intake = intake(100, Duration.ZERO);
        CompletableFuture<Void> sent = new CompletableFuture<>();
        left = Uni.createFrom().completionStage(sent);
        poll(intake, 1);
        poll(intake, 1);

        open.removeFirst().complete(null);
        assertThat(batches).containsExactly(List.of(0L), List.of(1L));
        assertThat(acknowledged).as("it is on its way").isEmpty();

        sent.complete(null);
        assertThat(acknowledged).containsExactly(0L);
    }

    @Test
    void whatFollowedAndWasNotTakenStopsTheIntake() {
        Intake intake = intake(100, Duration.ZERO);
        CompletableFuture<Void> sent = new CompletableFuture<>();
        left = Uni.createFrom().completionStage(sent);
        poll(intake, 1);
        poll(intake, 1);
        open.removeFirst().complete(null);

        sent.completeExceptionally(new IllegalStateException("planted"));
        left = Uni.createFrom().voidItem();
        open.removeFirst().complete(null);
        poll(intake, 1);

        assertThat(refused).containsExactly(0L);
        assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(batches).hasSize(2);
    }

    @Test
    void aLoneRecordWaitsForOthersAsLongAsIsSaid() throws Exception {
        CompletableFuture<List<Long>> first = new CompletableFuture<>();
        Intake intake =
                new Intake(
                        new Intake.Limits(3, 8, 1_000),
                        Set.of("in-turn"),
                        () -> holds++,
                        Duration.ofSeconds(2),
                        record -> false,
                        IntakeTest::nothing,
                        records -> {
                            first.complete(records.stream().map(ConsumerRecord::offset).toList());
                            return Uni.createFrom().voidItem();
                        },
                        () -> left,
                        failures::add,
                        InstantSource.fixed(NOW),
                        () -> nanos);
        intake.onSubscribe(new Requests());

        poll(intake, 1);
        poll(intake, 1);

        assertThat(first.get()).containsExactly(0L, 1L);
    }

    @Test
    void whatWaitedBehindABatchDoesNotWaitOnceMore() throws Exception {
        CompletableFuture<Long> second = new CompletableFuture<>();
        Intake intake =
                new Intake(
                        new Intake.Limits(3, 8, 1_000),
                        Set.of("in-turn"),
                        () -> holds++,
                        Duration.ofHours(1),
                        record -> false,
                        IntakeTest::nothing,
                        records -> {
                            if (records.getFirst().offset() > 0) {
                                second.complete(records.getFirst().offset());
                                return Uni.createFrom().voidItem();
                            }
                            return Uni.createFrom().emitter(open::add);
                        },
                        () -> left,
                        failures::add,
                        InstantSource.fixed(NOW),
                        () -> nanos);
        intake.onSubscribe(new Requests());
        poll(intake, 3);
        poll(intake, 1);

        nanos = Duration.ofHours(1).toNanos() - 1;
        open.getFirst().complete(null);

        assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(3L);
        assertThat(failures).isEmpty();
    }

    @Test
    void aChannelThatFailsIsTold() {
        Intake intake = intake(100, Duration.ZERO);

        intake.onFailure(new IllegalStateException("planted"));
        poll(intake, 1);

        assertThat(failures).hasSize(1);
        assertThat(batches).isEmpty();
    }

    @Test
    void whatIsUrgentEndsTheWaitOfThoseBeforeIt() {
        Intake intake = intake(100, Duration.ofHours(1));
        poll(intake, 1);
        poll(intake, 1);
        assertThat(batches).isEmpty();

        time = URGENT;
        poll(intake, 1);
        assertThat(batches).containsExactly(List.of(0L, 1L, 2L));

        poll(intake, 1);
        time = 0;
        poll(intake, 1);
        open.removeFirst().complete(null);
        assertThat(batches).as("urgent, and waited behind a batch").hasSize(2);

        poll(intake, 1);
        open.removeFirst().complete(null);
        assertThat(batches).as("nothing of this one is").hasSize(2);
    }

    @Test
    void aBatchThatIsFullWaitsNoLonger() {
        Intake intake = intake(3, Duration.ofHours(1));

        poll(intake, 2);
        assertThat(batches).isEmpty();
        poll(intake, 1);

        assertThat(batches).containsExactly(List.of(0L, 1L, 2L));
    }

    @Test
    void whatIsDoneAheadBeginsAtOnceAndItsBatchWaitsForIt() {
        List<UniEmitter<? super Void>> begun = new ArrayList<>();
        Intake intake = intake(100, Duration.ZERO, records -> Uni.createFrom().emitter(begun::add));

        poll(intake, 1);
        assertThat(begun).hasSize(1);
        assertThat(batches).isEmpty();
        begun.getFirst().complete(null);
        assertThat(batches).containsExactly(List.of(0L));

        poll(intake, 2);
        poll(intake, 1);
        assertThat(begun).as("beside the batch in hand").hasSize(3);
        open.removeFirst().complete(null);
        begun.getLast().complete(null);
        assertThat(batches).as("one of two polls is not ready").hasSize(1);
        begun.get(1).complete(null);
        assertThat(batches).containsExactly(List.of(0L), List.of(1L, 2L, 3L));
        assertThat(failures).isEmpty();
    }

    @Test
    void whatFailsAheadStopsLikeABatchThatFails() {
        Intake intake =
                intake(
                        100,
                        Duration.ZERO,
                        records -> Uni.createFrom().failure(new IllegalStateException("planted")));

        poll(intake, 1);
        poll(intake, 1);

        assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(batches).isEmpty();
        assertThat(acknowledged).isEmpty();
    }

    private static Uni<Void> nothing(List<ConsumerRecord<String, byte[]>> records) {
        return Uni.createFrom().voidItem();
    }

    private Intake intake(int limit, Duration gather) {
        return intake(limit, gather, IntakeTest::nothing);
    }

    private Intake intake(
            int limit,
            Duration gather,
            Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> ahead) {
        return intake(new Intake.Limits(limit, limit + 5, 1_000), gather, ahead);
    }

    private Intake intake(
            Intake.Limits limits,
            Duration gather,
            Function<List<ConsumerRecord<String, byte[]>>, Uni<Void>> ahead) {
        Intake intake =
                new Intake(
                        limits,
                        Set.of("in-turn"),
                        () -> holds++,
                        gather,
                        record -> record.timestamp() == URGENT,
                        ahead,
                        records -> {
                            batches.add(records.stream().map(ConsumerRecord::offset).toList());
                            return Uni.createFrom().emitter(open::add);
                        },
                        () -> left,
                        failures::add,
                        InstantSource.fixed(NOW),
                        () -> nanos);
        intake.onSubscribe(new Requests());
        return intake;
    }

    private void poll(Intake intake, int count) {
        List<ConsumerRecord<String, byte[]>> records =
                IntStream.range(0, count).mapToObj(n -> record(partition, time)).toList();
        long first = records.getFirst().offset();
        intake.onItem(
                Message.of(
                        new ConsumerRecords<>(
                                Map.of(new TopicPartition(topic, partition), records), Map.of()),
                        () -> {
                            acknowledged.add(first);
                            return CompletableFuture.completedFuture(null);
                        },
                        failure -> {
                            refused.add(first);
                            return CompletableFuture.completedFuture(null);
                        }));
    }

    private final class Requests implements Flow.Subscription {
        @Override
        public void request(long n) {
            asked += (int) n;
        }

        @Override
        public void cancel() {}
    }
}
