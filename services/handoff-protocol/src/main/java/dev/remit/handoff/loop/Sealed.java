package dev.remit.handoff.loop;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A message as it is published: stored in the outbox with the state it follows from, sent after the
 * commit.
 *
 * @param headers all of them, the seal's and the trace's included
 */
record Sealed(UUID id, String topic, String key, Map<String, String> headers, byte[] payload) {

    /**
     * What one transaction leaves to be published, in its order.
     *
     * @param number under which the database holds it as unpublished
     */
    record Batch(long number, List<Sealed> letters) {
        static final Batch EMPTY = new Batch(0, List.of());
    }
}
