package dev.remit.handoff.loop;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.Topic;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.Unprocessable.Code;
import dev.remit.handoff.halt.PostgresHalts;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.postgres.Statement;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SealVerifier;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The loop of every service, once per batch: verify seals, decode, drop what was seen, let the
 * service decide and store, seal and store what it hands on, commit, publish; offsets come last.
 * One batch is published while the next one is handled, and before that one's own is. What stands
 * still is repeated with the same ids and bytes.
 *
 * <p>Five kinds of failure: the service's own refusals are values and never reach this class; an
 * {@link Unprocessable} message is set aside and the batch goes on; what is {@link Unstorable} is
 * found by taking each alone, and set aside too; an {@link Unavailable} part makes the batch wait;
 * anything else is a bug and stops consuming.
 */
@ApplicationScoped
class HandoffLoop {
    private static final Logger LOG = Logger.getLogger(HandoffLoop.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    /** How much waits at most; where no topics are taken in turn two batches and a poll. */
    private static final Intake.Limits LIMITS = new Intake.Limits(700, 8_000, 8L * 1024 * 1024);

    /** So few messages, of so many bytes, are checked in a moment. */
    private static final int FEW = 2;

    private static final int SMALL = 16 * 1024;

    /** Whatever was received in so short a time the inbox remembers: it is pruned after days. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    /** How many one transaction, or one flush of the outbox, takes together. */
    static final String SIZES = "remit.batch.size";

    /** What can come of a replayed message, beside the code of the rule that refuses it. */
    static final String ACCEPTED = "ACCEPTED";

    static final String ALREADY_SEEN = "ALREADY_SEEN";

    private record Pair(Service from, Handoff handoff) {}

    /** What became of one record under every check of its own. */
    sealed interface Outcome {}

    private record Accepted(Received received) implements Outcome {}

    record Rejected(ConsumerRecord<String, byte[]> record, Code code, String reason)
            implements Outcome {}

    /**
     * A record that was looked at.
     *
     * @param by what its seal was checked by
     * @param polled what is told of it, where somebody accounts for all of them
     */
    private record Looked(Outcome outcome, SealVerifier by, Optional<Polled> polled) {}

    /**
     * @param records what each received message came as, by its id
     * @param spans one for each received message, in their order
     * @param polled every record, where somebody accounts for them
     */
    record Checked(
            List<Received> received,
            Map<UUID, ConsumerRecord<String, byte[]>> records,
            List<Rejected> rejected,
            List<Span> spans,
            List<Polled> polled) {}

    private final Keys keys;
    private final Wire wire;
    private final Contexts contexts;
    private final PostgresHandoffs handoffs;
    private final PostgresHalts halts;
    private final Traces traces;
    private final LoopHealth health;
    private final MeterRegistry meters;
    private final Map<Pair, Timer> latencies = new ConcurrentHashMap<>();
    private final Counter received;
    private final Counter dropped;
    private final DistributionSummary sizes;
    private final Timer checking;
    private final Timer committing;
    private final Timer publishing;

    /** When the oldest message in hand was written; {@link Intake#NONE} with empty hands. */
    private final AtomicLong oldest = new AtomicLong(Intake.NONE);

    /** The same of those that were handled, until what they led to has left. */
    private final AtomicLong leaving = new AtomicLong(Intake.NONE);

    /**
     * What was checked before its batch begins. It counts if the trusted keys are the same then:
     * what stands before the batch may wait for a database, and a key is revoked meanwhile.
     */
    private final Map<ConsumerRecord<String, byte[]>, Looked> ahead = new ConcurrentHashMap<>();

    private final Departures departures = new Departures();
    private final Intake intake;
    private final Shares shares = new Shares();

    private final Instance<Receiver> receiver;
    private final Multi<Message<ConsumerRecords<String, byte[]>>> channel;
    private final Instance<Polls> polls;
    private final Optional<List<String>> topics;
    private final Set<String> atOnce;
    private final Set<String> inTurn;
    private final KafkaClientService clients;

    private final Pauses pauses = new Pauses();

    /**
     * @param gather how long a batch waits for more before it is taken; zero for not at all
     * @param atOnce the topics whose messages are not waited with
     * @param inTurn the topics whose oldest messages go first, whatever partition they are of
     */
    HandoffLoop(
            Keys keys,
            Wire wire,
            Contexts contexts,
            PostgresHandoffs handoffs,
            PostgresHalts halts,
            Traces traces,
            @Readiness LoopHealth health,
            MeterRegistry meters,
            Instance<Receiver> receiver,
            @Channel("handoffs") Multi<Message<ConsumerRecords<String, byte[]>>> channel,
            Instance<Polls> polls,
            @ConfigProperty(name = "mp.messaging.incoming.handoffs.topics")
                    Optional<List<String>> topics,
            @ConfigProperty(name = "remit.handoffs.gather") Duration gather,
            @ConfigProperty(name = "remit.handoffs.at-once") Optional<Set<String>> atOnce,
            @ConfigProperty(name = "remit.handoffs.in-turn") Optional<Set<String>> inTurn,
            KafkaClientService clients) {
        this.keys = keys;
        this.wire = wire;
        this.contexts = contexts;
        this.handoffs = handoffs;
        this.halts = halts;
        this.traces = traces;
        this.health = health;
        this.meters = meters;
        this.received = meters.counter("remit.handoffs.received");
        this.dropped = meters.counter("remit.handoffs.dropped");
        // from zero on: of a counter that begins at one nobody sees that it grew
        for (Code code : Code.values()) {
            aside(code);
        }
        this.sizes = meters.summary(SIZES, "of", "handoffs");
        this.checking = meters.timer("remit.batch.stage", "stage", "check");
        this.committing = meters.timer("remit.batch.stage", "stage", "commit");
        this.publishing = meters.timer("remit.batch.stage", "stage", "publish");
        this.receiver = receiver;
        this.channel = channel;
        this.polls = polls;
        this.topics = topics;
        this.atOnce = atOnce.orElse(Set.of());
        this.inTurn = inTurn.orElse(Set.of());
        this.clients = clients;
        this.intake =
                new Intake(
                        LIMITS,
                        this.inTurn,
                        this::hold,
                        gather,
                        record -> this.atOnce.contains(record.topic()),
                        this::checkAhead,
                        this::on,
                        departures::end,
                        this::stopped,
                        InstantSource.system(),
                        System::nanoTime);
        meters.gauge(
                "remit.handoffs.oldest.unhandled.seconds",
                this,
                loop -> loop.oldest().map(HandoffLoop::age).orElse(0.0));
    }

    /** A service that reads other topics than the catalogue says does not start. */
    void start(@Observes StartupEvent event) {
        check();
        channel.subscribe().withSubscriber(intake);
    }

    /** When the oldest message was written that is in hand or waits here. */
    private Optional<Long> oldest() {
        long since = Math.min(Math.min(oldest.get(), leaving.get()), intake.oldest());
        return since == Intake.NONE ? Optional.empty() : Optional.of(since);
    }

    private static double age(long since) {
        return (System.currentTimeMillis() - since) / 1000.0;
    }

    private void check() {
        Service service = keys.service();
        Set<String> expected =
                Arrays.stream(Topic.values())
                        .filter(topic -> topic.isReadBy(service))
                        .map(Topic::topicName)
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> configured = new TreeSet<>(topics.orElse(List.of()));
        if (!configured.equals(expected)) {
            throw new IllegalStateException(
                    "mp.messaging.incoming.handoffs.topics is "
                            + configured
                            + ", the catalogue says "
                            + expected);
        }
        check("remit.handoffs.at-once", atOnce, expected);
        check("remit.handoffs.in-turn", inTurn, expected);
        if (!expected.isEmpty() && !receiver.isResolvable()) {
            throw new IllegalStateException(service.id() + " reads topics but has no Receiver");
        }
    }

    private static void check(String property, Set<String> named, Set<String> expected) {
        if (!expected.containsAll(named)) {
            throw new IllegalStateException(
                    property + " is " + new TreeSet<>(named) + ", it may name " + expected);
        }
    }

    /** Reads on all partitions but those that the intake holds back. */
    private void hold() {
        clients.<String, byte[]>getConsumer("handoffs")
                .runOnPollingThread((Consumer<String, byte[]> consumer) -> {
                    pauses.apply(consumer, intake.held());
                })
                .subscribe()
                .with(
                        done -> {},
                        failure -> LOG.warnf("partitions are held as before: %s", failure));
    }

    /**
     * Checks what was polled while the batch before it is stored. What needs the registry, or could
     * not be checked, is left to its batch, which can wait for it and says so.
     */
    Uni<Void> checkAhead(List<ConsumerRecord<String, byte[]>> records) {
        return timed(
                        checking,
                        contexts.blocking(
                                isBrief(records),
                                () -> {
                                    lookAhead(records);
                                    return records;
                                }))
                .onFailure(Unavailable::isCauseOf)
                .recoverWithItem(records)
                .replaceWithVoid();
    }

    private void lookAhead(List<ConsumerRecord<String, byte[]>> records) {
        List<Received> expected = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            if (needsNobody(record)) {
                Looked looked = look(record);
                ahead.put(record, looked);
                if (looked.outcome() instanceof Accepted(Received each)) {
                    expected.add(each);
                }
            }
        }
        if (!expected.isEmpty()) {
            receiver.get().expect(expected);
        }
    }

    private Uni<Void> on(List<ConsumerRecord<String, byte[]>> records) {
        records.forEach(record -> oldest.accumulateAndGet(record.timestamp(), Math::min));
        return inShares(records).invoke(this::leave);
    }

    private void leave() {
        long since = oldest.getAndSet(Intake.NONE);
        leaving.set(since);
        departures
                .end()
                .subscribe()
                .with(
                        done -> leaving.compareAndSet(since, Intake.NONE),
                        // told to the intake, which stops
                        failure -> {});
    }

    /** One transaction after the other, each with as many as it can bear. */
    private Uni<Void> inShares(List<ConsumerRecord<String, byte[]>> records) {
        int taken = shares.next(records);
        Uni<Void> share = share(records.subList(0, taken));
        return taken == records.size()
                ? share
                : share.chain(() -> inShares(records.subList(taken, records.size())));
    }

    private Uni<Void> share(List<ConsumerRecord<String, byte[]>> records) {
        return patiently(() -> handle(records))
                .onFailure(Unstorable::isCauseOf)
                .recoverWithUni(failure -> withoutOne(records, Unstorable.words(failure)))
                .invoke(health::works);
    }

    /** Until the parts that it needs answer. */
    private Uni<Void> patiently(Supplier<Uni<Void>> work) {
        return Uni.createFrom()
                .deferred(() -> contexts.fresh(work))
                .onFailure(Unavailable::isCauseOf)
                .invoke(health::waitsFor)
                .onFailure(Unavailable::isCauseOf)
                .retry()
                .withBackOff(FIRST_WAIT, LONGEST_WAIT)
                .indefinitely();
    }

    /** One of them cannot be stored: each is taken alone, and that one is set aside. */
    private Uni<Void> withoutOne(List<ConsumerRecord<String, byte[]>> records, String why) {
        return records.size() == 1
                ? patiently(() -> aside(records.getFirst(), why))
                : Multi.createFrom()
                        .iterable(records)
                        .onItem()
                        .transformToUniAndConcatenate(each -> share(List.of(each)))
                        .onItem()
                        .ignoreAsUni();
    }

    private Uni<Void> aside(ConsumerRecord<String, byte[]> record, String why) {
        return handoffs.commit(
                        outbox -> {
                            setAside(record, Code.UNSTORABLE, why, outbox);
                            return outbox.lock(List.of())
                                    .invoke(() ->
                                            account(
                                                    polls.isResolvable()
                                                            ? List.of(polled(record))
                                                            : List.of(),
                                                    outbox));
                        })
                .chain(this::handOn);
    }

    private void stopped(Throwable failure) {
        LOG.error("consuming stops: this is a bug, or the channel failed", failure);
        health.stopped(failure);
    }

    private Uni<Void> handle(List<ConsumerRecord<String, byte[]>> records) {
        sizes.record(records.size());
        return contexts.blocking(isBrief(records), () -> check(records))
                .chain(checked ->
                        timed(
                                        committing,
                                        handoffs.commit(outbox ->
                                                decide(checked, true, outbox)
                                                        .invoke(() ->
                                                                account(checked.polled(), outbox))))
                                .invoke(committed -> learn(committed.result(), committed.batch()))
                                .onTermination()
                                .invoke(() -> checked.spans().forEach(Span::end)))
                .chain(this::handOn);
    }

    /** What followed from the records of each topic: by the messages that name them as cause. */
    private void learn(List<Received> fresh, Sealed.Batch batch) {
        Map<String, Integer> taken = new HashMap<>();
        Map<String, String> topicOf = new HashMap<>();
        for (Received each : fresh) {
            taken.merge(each.topic(), 1, Integer::sum);
            topicOf.put(each.envelope().id().toString(), each.topic());
        }
        Map<String, Long> handedOn = new HashMap<>();
        for (Sealed letter : batch.letters()) {
            String topic = topicOf.get(letter.headers().get(Envelope.CAUSATION_HEADER));
            if (topic != null) {
                handedOn.merge(topic, (long) letter.payload().length, Long::sum);
                // what names this one as its cause followed from the same record
                topicOf.put(letter.id().toString(), topic);
            }
        }
        shares.learn(taken, handedOn);
    }

    private static <T> Uni<T> timed(Timer timer, Uni<T> work) {
        return Uni.createFrom()
                .deferred(() -> {
                    Timer.Sample sample = Timer.start();
                    return work.invoke(() -> sample.stop(timer));
                });
    }

    private Uni<Void> handOn(PostgresHandoffs.Committed<?> committed) {
        return departures.next(() -> timed(publishing, publish(committed)));
    }

    /** Until Kafka has it. */
    private Uni<Void> publish(PostgresHandoffs.Committed<?> committed) {
        return Uni.createFrom()
                .deferred(() -> handoffs.publish(committed))
                .onFailure(Unavailable::isCauseOf)
                .invoke(health::publishingWaitsFor)
                .onFailure(Unavailable::isCauseOf)
                .retry()
                .withBackOff(FIRST_WAIT, LONGEST_WAIT)
                .indefinitely()
                .invoke(health::publishes);
    }

    private void account(List<Polled> polled, SealedOutbox outbox) {
        outbox.write(polled, each -> polls.get().polled(each));
    }

    /**
     * Takes one record once more through every check, in the caller's transaction.
     *
     * @param forgettable whether it may have been received long ago: not if it was set aside for
     *     another reason than that
     * @return ACCEPTED, ALREADY_SEEN, or the code of the rule that refuses it; it is not set aside
     *     once more
     */
    Uni<String> again(
            ConsumerRecord<String, byte[]> record, boolean forgettable, SealedOutbox outbox) {
        return contexts.blocking(() -> check(List.of(record)))
                .chain(checked -> {
                    if (!checked.rejected().isEmpty()) {
                        return Uni.createFrom().item(checked.rejected().getFirst().code().name());
                    }
                    return decide(checked, forgettable, outbox)
                            .map(fresh ->
                                    !fresh.isEmpty()
                                            ? ACCEPTED
                                            : outbox.hasSetAside()
                                                    ? Code.EQUIVOCATION.name()
                                                    : ALREADY_SEEN)
                            .onTermination()
                            .invoke(() -> checked.spans().forEach(Span::end));
                });
    }

    /** Whether they are checked in a moment, without a file and without the registry. */
    private boolean isBrief(List<ConsumerRecord<String, byte[]>> records) {
        return records.size() <= FEW
                && keys.isFresh()
                && records.stream()
                        .allMatch(each ->
                                needsNobody(each)
                                        && (each.value() == null || each.value().length <= SMALL));
    }

    /** Whether it is checked without the registry. */
    private boolean needsNobody(ConsumerRecord<String, byte[]> record) {
        return record.value() == null || wire.isKnown(record.value());
    }

    Checked check(List<ConsumerRecord<String, byte[]>> records) {
        Map<UUID, Received> received = new LinkedHashMap<>();
        Map<UUID, ConsumerRecord<String, byte[]>> originals = new HashMap<>();
        List<Rejected> rejected = new ArrayList<>();
        List<Span> spans = new ArrayList<>();
        List<Polled> polled = new ArrayList<>();
        long now = System.currentTimeMillis();
        SealVerifier trusted = keys.verifier();
        for (ConsumerRecord<String, byte[]> record : records) {
            Looked known = ahead.remove(record);
            Looked looked = known == null || known.by() != trusted ? look(record) : known;
            looked.polled().ifPresent(polled::add);
            switch (looked.outcome()) {
                case Accepted(Received each) -> {
                    Received same = received.putIfAbsent(each.envelope().id(), each);
                    if (same == null) {
                        originals.put(each.envelope().id(), record);
                        spans.add(span(record, each.envelope()));
                        latency(each.envelope(), now);
                    } else if (!same.hash().equals(each.hash())) {
                        rejected.add(equivocation(record));
                    }
                }
                case Rejected refused -> rejected.add(refused);
            }
        }
        return new Checked(List.copyOf(received.values()), originals, rejected, spans, polled);
    }

    private Looked look(ConsumerRecord<String, byte[]> record) {
        SealVerifier by = keys.verifier();
        Outcome outcome;
        try {
            outcome = new Accepted(check(record));
        } catch (Unprocessable e) {
            outcome = new Rejected(record, e.code(), e.reason());
        }
        return new Looked(
                outcome, by, polls.isResolvable() ? Optional.of(polled(record)) : Optional.empty());
    }

    private static Polled polled(ConsumerRecord<String, byte[]> record) {
        List<byte @Nullable []> parts = new ArrayList<>(40);
        String key = record.key();
        parts.add(key == null ? null : key.getBytes(StandardCharsets.UTF_8));
        parts.add(record.value());
        for (Header header : record.headers()) {
            parts.add(header.key().getBytes(StandardCharsets.UTF_8));
            parts.add(header.value());
        }
        int size = 0;
        for (byte[] part : parts) {
            size += Integer.BYTES + orEmpty(part).length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        for (byte[] part : parts) {
            bytes.putInt(part == null ? -1 : part.length).put(orEmpty(part));
        }
        return new Polled(
                record.topic(), record.partition(), record.offset(), Hash.sha256(bytes.array()));
    }

    private Span span(ConsumerRecord<String, byte[]> record, Envelope envelope) {
        Header header = record.headers().lastHeader(Traces.HEADER);
        return traces.receives(
                envelope.handoff().recordName(),
                envelope.source(),
                envelope.id(),
                header == null ? null : Traces.read(header.value()));
    }

    /** From the sender's transaction to here; a wrong clock shows as zero or as hours. */
    private void latency(Envelope envelope, long now) {
        latencies
                .computeIfAbsent(
                        new Pair(envelope.source(), envelope.handoff()),
                        pair ->
                                meters.timer(
                                        "remit.handoff.latency",
                                        "from",
                                        pair.from().id(),
                                        "record",
                                        pair.handoff().recordName()))
                .record(Math.max(0, now - envelope.time().toEpochMilli()), TimeUnit.MILLISECONDS);
    }

    /**
     * One record through every check.
     *
     * @throws Unprocessable if it is no message of whom it says it is from
     * @throws Unavailable if the registry does not answer
     */
    Received check(ConsumerRecord<String, byte[]> record) throws Unprocessable {
        // the last of a name counts; Kafka's own look-up walks through all of them each time
        Map<String, byte @Nullable []> headers = HashMap.newHashMap(16);
        record.headers().forEach(header -> headers.put(header.key(), header.value()));
        Envelope envelope = Envelope.read(record.topic(), record.key(), headers::get);
        byte[] payload = record.value() == null ? new byte[0] : record.value();
        Seal seal = seal(headers.get(Seal.KEY_HEADER), headers.get(Seal.SEAL_HEADER));
        Hash hash = keys.verifier().verify(envelope, payload, seal);
        return new Received(
                envelope,
                wire.decode(envelope.handoff(), envelope.dataschema(), payload),
                payload,
                seal,
                hash,
                record.topic(),
                record.partition(),
                record.offset());
    }

    private static Seal seal(byte @Nullable [] key, byte @Nullable [] seal) throws Unprocessable {
        if (key == null || seal == null) {
            throw new Unprocessable(
                    Code.BAD_SEAL,
                    "header " + (key == null ? Seal.KEY_HEADER : Seal.SEAL_HEADER) + " is missing");
        }
        try {
            return Seal.parse(
                    new String(key, StandardCharsets.UTF_8),
                    new String(seal, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new Unprocessable(
                    Code.BAD_SEAL,
                    "header " + Seal.SEAL_HEADER + " does not read: " + e.getMessage());
        }
    }

    /** Those of them that were not seen before. */
    private Uni<List<Received>> decide(Checked checked, boolean forgettable, SealedOutbox outbox) {
        List<Received> received = checked.received();
        checked.rejected()
                .forEach(rejected ->
                        setAside(rejected.record(), rejected.code(), rejected.reason(), outbox));
        if (received.isEmpty()) {
            return outbox.lock(List.of()).replaceWith(received);
        }
        for (int n = 0; n < received.size(); n++) {
            SpanContext context = checked.spans().get(n).getSpanContext();
            if (context.isValid()) {
                outbox.trace(received.get(n).envelope().id(), context);
            }
        }
        Collection<UUID> changes =
                received.stream()
                        .map(each -> each.envelope().correlation())
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet());
        return fresh(checked, changes, outbox)
                .chain(fresh ->
                        forgettable ? unforgotten(fresh, outbox) : Uni.createFrom().item(fresh))
                .chain(fresh -> {
                    fresh.forEach(each -> follow(each.envelope(), each.hash(), outbox));
                    this.received.increment(fresh.size());
                    dropped.increment(received.size() - fresh.size());
                    return fresh.isEmpty()
                            ? Uni.createFrom().item(fresh)
                            // what is halted holds for the very batch that tells it
                            : halts.take(fresh)
                                    .chain(() -> receiver.get().receive(fresh, outbox))
                                    .replaceWith(fresh);
                });
    }

    private static void follow(Envelope envelope, Hash hash, SealedOutbox outbox) {
        UUID change = envelope.correlation();
        if (change != null && envelope.sequence() > 0) {
            outbox.follow(change, envelope.sequence(), hash);
        }
    }

    /** Those not seen before; the same id with another hash is equivocation and set aside. */
    private Uni<List<Received>> fresh(
            Checked checked, Collection<UUID> changes, SealedOutbox outbox) {
        List<Received> received = checked.received();
        return outbox.receive(received, changes)
                .chain(ids -> {
                    List<Received> fresh =
                            received.stream()
                                    .filter(each -> ids.contains(each.envelope().id()))
                                    .toList();
                    List<Received> again =
                            received.stream()
                                    .filter(each -> !ids.contains(each.envelope().id()))
                                    .toList();
                    return again.isEmpty()
                            ? Uni.createFrom().item(fresh)
                            : compare(again, checked.records(), outbox).replaceWith(fresh);
                });
    }

    /**
     * Leaves out what the inbox has forgotten and the chain of its change has passed. What is
     * outside any chain is let through: facts of before never overwrite later ones.
     */
    private static Uni<List<Received>> unforgotten(List<Received> fresh, SealedOutbox outbox) {
        Instant certain = outbox.now().minus(REMEMBERED);
        return fresh.stream().noneMatch(each -> each.envelope().time().isBefore(certain))
                ? Uni.createFrom().item(fresh)
                : Pruning.forgottenBefore()
                        .map(before ->
                                fresh.stream()
                                        .filter(each ->
                                                Pruning.isNew(
                                                        each.envelope(), before, outbox::place))
                                        .toList());
    }

    /** Sets aside what was seen before with other bytes; the first stays what it is. */
    private Uni<Void> compare(
            List<Received> again,
            Map<UUID, ConsumerRecord<String, byte[]>> records,
            SealedOutbox outbox) {
        return new Statement(
                        "select id, encode(hash, 'base64') from handoff_inbox where id = any(cast(?1 as uuid[]))",
                        Statement.ids(again, each -> each.envelope().id()))
                .rows()
                .invoke(rows -> {
                    Map<UUID, String> known = new HashMap<>();
                    rows.forEach(row -> known.put((UUID) row[0], (String) row[1]));
                    compare(again, known, records, outbox);
                })
                .replaceWithVoid();
    }

    /**
     * The same.
     *
     * @param known the hashes that they were seen with, by id
     */
    void compare(
            List<Received> again,
            Map<UUID, String> known,
            Map<UUID, ConsumerRecord<String, byte[]>> records,
            SealedOutbox outbox) {
        again.stream()
                .filter(each -> !each.hash().toString().equals(known.get(each.envelope().id())))
                .map(each -> each.envelope().id())
                .forEach(id ->
                        setAside(
                                Objects.requireNonNull(records.get(id)),
                                Code.EQUIVOCATION,
                                "message " + id + " was seen before with other bytes",
                                outbox));
    }

    /** Another instance left, or this one came: what is unpublished there is published here. */
    @ApplicationScoped
    @Identifier("handoffs")
    static class Rebalance implements KafkaConsumerRebalanceListener {
        private final Relay relay;

        Rebalance(Relay relay) {
            this.relay = relay;
        }

        @Override
        public void onPartitionsAssigned(
                Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
            relay.inherit();
        }
    }

    private static Rejected equivocation(ConsumerRecord<String, byte[]> record) {
        return new Rejected(
                record,
                Code.EQUIVOCATION,
                "another message of this batch has the same id and other bytes");
    }

    private void setAside(
            ConsumerRecord<String, byte[]> record, Code code, String reason, SealedOutbox outbox) {
        String origin = origin(record.topic(), record.partition(), record.offset());
        LOG.warnf("set aside %s: %s, %s", origin, code, reason);
        aside(code).increment();
        Map<String, byte[]> headers = new LinkedHashMap<>();
        record.headers().forEach(header -> headers.put(header.key(), orEmpty(header.value())));
        outbox.deadLetter(
                code.name(), reason, origin, record.key(), headers, orEmpty(record.value()));
    }

    private Counter aside(Code code) {
        return meters.counter("remit.handoffs.set.aside", "code", code.name());
    }

    private static byte[] orEmpty(byte @Nullable [] bytes) {
        return bytes == null ? new byte[0] : bytes;
    }

    private static String origin(String topic, int partition, long offset) {
        return topic + "[" + partition + "]@" + offset;
    }
}
