package dev.remit.ledger.application;

import dev.remit.handoff.loop.Received;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.log.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What received messages are to the log; made before their batch where there is time. */
class Preparation {
    /** So many, and of so many bytes: what was seen before is expected and never received. */
    private static final int MOST = 2_048;

    private static final long MOST_BYTES = 16L * 1024 * 1024;

    /** A message's entry, and what it means. */
    record Prepared(Received received, Entry entry, Reading reading) {
        /** Whether it is of this very message: another one of its id may have other bytes. */
        @SuppressWarnings("ReferenceEquality")
        boolean isOf(Received other) {
            return received == other;
        }
    }

    private final Log log;
    private final Readings readings;
    private final Map<UUID, Prepared> expected = new LinkedHashMap<>();

    /** Of the payloads of these. */
    private long bytes;

    Preparation(Log log, Readings readings) {
        this.log = log;
        this.readings = readings;
    }

    /** Prepares these for {@link #of}; the oldest of those that were never received go first. */
    void expect(List<Received> messages) {
        List<Prepared> made = make(messages);
        synchronized (expected) {
            for (Prepared each : made) {
                take(id(each.received()));
                expected.put(id(each.received()), each);
                bytes += each.received().payload().length;
            }
            while (expected.size() > MOST || bytes > MOST_BYTES) {
                take(expected.keySet().iterator().next());
            }
        }
    }

    private @Nullable Prepared take(UUID id) {
        Prepared taken = expected.remove(id);
        if (taken != null) {
            bytes -= taken.received().payload().length;
        }
        return taken;
    }

    /**
     * A batch, in its order; each message once. What was prepared counts under the keys that are
     * trusted now.
     */
    List<Prepared> of(List<Received> batch) {
        Map<UUID, Prepared> known = new HashMap<>();
        synchronized (expected) {
            for (Received each : batch) {
                Prepared prepared = take(id(each));
                if (prepared != null && prepared.isOf(each) && log.isOfNow(prepared.entry())) {
                    known.put(id(each), prepared);
                }
            }
        }
        make(batch.stream().filter(each -> !known.containsKey(id(each))).toList())
                .forEach(each -> known.put(id(each.received()), each));
        return batch.stream().map(each -> known.get(id(each))).toList();
    }

    private List<Prepared> make(List<Received> messages) {
        List<Entry> entries = log.entries(messages);
        List<Prepared> made = new ArrayList<>(messages.size());
        for (int n = 0; n < messages.size(); n++) {
            made.add(new Prepared(messages.get(n), entries.get(n), readings.of(messages.get(n))));
        }
        return made;
    }

    private static UUID id(Received received) {
        return received.envelope().id();
    }
}
