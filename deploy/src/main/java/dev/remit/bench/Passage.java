package dev.remit.bench;

import dev.remit.handoff.Handoff;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the topics say of the benchmark's changes: proposed, waiting for approval, closed. Written
 * by the follower's thread only.
 */
final class Passage implements Follower.Listener {
    /** A stage that waits for a decision. */
    record Waiting(String change, String planHash) {}

    /**
     * The end of a change.
     *
     * @param arrived when it was seen here, {@link System#nanoTime()}
     */
    private record End(String outcome, long arrived, Instant at) {}

    /** The changes of the workers from {@code first} on. */
    static final class Run {
        final int first;
        final Instant[] proposed;
        final long[] endedNanos;
        final Instant[] ended;
        final String[] changes;
        private final Map<String, Integer> outcomes = new TreeMap<>();
        final AtomicInteger completed = new AtomicInteger();
        final AtomicInteger endedOtherwise = new AtomicInteger();
        final AtomicInteger proposals = new AtomicInteger();

        Run(int first, int changes) {
            this.first = first;
            this.proposed = new Instant[changes];
            this.endedNanos = new long[changes];
            this.ended = new Instant[changes];
            this.changes = new String[changes];
        }

        int size() {
            return changes.length;
        }

        boolean isOver() {
            return completed.get() + endedOtherwise.get() >= size();
        }

        /** How many changes ended how, other than COMPLETED. */
        synchronized Map<String, Integer> outcomes() {
            return new TreeMap<>(outcomes);
        }

        synchronized void other(String outcome) {
            outcomes.merge(outcome, 1, Integer::sum);
        }

        /** From each change's proposal to its end, in nanoseconds; of those that COMPLETED. */
        long[] fromProposal() {
            long[] took = new long[completed.get()];
            int next = 0;
            for (int index = 0; index < size() && next < took.length; index++) {
                if (endedNanos[index] != 0) {
                    took[next++] = Duration.between(proposed[index], ended[index]).toNanos();
                }
            }
            return took;
        }
    }

    private final Records records = new Records();
    private final Map<String, Integer> workers = new HashMap<>();
    private final Map<String, End> early = new HashMap<>();
    private final BlockingQueue<Waiting> waiting = new LinkedBlockingQueue<>();
    private volatile Run run = new Run(0, 0);
    private volatile Optional<String> held = Optional.empty();

    /** From now on, these changes are looked at. */
    Run expect(int first, int changes) {
        waiting.clear();
        run = new Run(first, changes);
        return run;
    }

    /** Stages to be decided, in the order they opened. */
    BlockingQueue<Waiting> waiting() {
        return waiting;
    }

    /** Why a stage was held, if one was. */
    Optional<String> held() {
        return held;
    }

    @Override
    public void arrived(ConsumerRecord<String, byte[]> record, long nanoTime) {
        Run now = run;
        records.read(Handoff.CHANGE_PROPOSED, record)
                .ifPresent(message -> {
                    GenericRecord change = (GenericRecord) message.get("change");
                    GenericRecord subject = (GenericRecord) change.get("subject");
                    String id = record.key();
                    int index;
                    try {
                        index = ScimServer.number(String.valueOf(subject.get("id"))) - now.first;
                    } catch (IllegalArgumentException other) {
                        return;
                    }
                    if (index < 0 || index >= now.size() || now.proposed[index] != null) {
                        return;
                    }
                    workers.put(id, index);
                    now.changes[index] = id;
                    now.proposed[index] = Instant.parse(Records.header(record, "ce_time"));
                    now.proposals.incrementAndGet();
                    End end = early.remove(id);
                    if (end != null) {
                        end(now, id, end);
                    }
                });
        records.read(Handoff.APPROVAL_REQUESTED, record)
                .ifPresent(message -> {
                    Object why = message.get("held");
                    if (why != null) {
                        held = Optional.of(String.valueOf(why));
                    } else {
                        waiting.add(
                                new Waiting(record.key(), String.valueOf(message.get("planHash"))));
                    }
                });
        records.read(Handoff.CHANGE_CLOSED, record)
                .ifPresent(message ->
                        end(
                                now,
                                record.key(),
                                new End(
                                        String.valueOf(message.get("outcome")),
                                        nanoTime,
                                        Instant.now())));
    }

    private void end(Run now, String change, End end) {
        Integer index = workers.remove(change);
        if (index == null) {
            // topics are not in step: its proposal may come after its end
            early.put(change, end);
        } else if (now.changes[index] == null || !now.changes[index].equals(change)) {
            // of a run before, which was given up
            return;
        } else if (end.outcome().equals("COMPLETED")) {
            now.endedNanos[index] = end.arrived();
            now.ended[index] = end.at();
            now.completed.incrementAndGet();
        } else {
            now.other(end.outcome());
            now.endedOtherwise.incrementAndGet();
        }
    }
}
