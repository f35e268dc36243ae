package dev.remit.handoff.loop;

import io.smallrye.mutiny.Uni;
import java.util.List;

/**
 * What a service does with what it receives. Each service has exactly one bean of this type.
 *
 * <p>It is called inside a transaction (Hibernate Reactive's, on the event loop), with every change
 * of the batch locked, and only with messages it has not seen before. It must not block. If it
 * fails, the whole batch is rolled back and tried again.
 */
public interface Receiver {
    /**
     * Loads the state of the whole batch, decides, stores, and puts what is handed on into the
     * outbox.
     */
    Uni<Void> receive(List<Received> batch, Outbox outbox);

    /**
     * Messages that are likely to be received soon, while the batch before them is stored: whatever
     * follows from each of them alone can be worked out here, outside any transaction and on any
     * thread. Not every one is told of, and one that is told of may never be received, or be told
     * of once more as another object.
     */
    default void expect(List<Received> messages) {}
}
