package dev.remit.handoff.loop;

import io.smallrye.mutiny.Uni;
import java.util.List;

/** Told of every record that polls brought. A service may have one bean of this type. */
public interface Polls {
    /**
     * All of a batch: also what was set aside, or seen before. Called inside the batch's
     * transaction, after the {@link Receiver}; if it fails, the whole batch is rolled back.
     *
     * @param records those of a partition in the order of their offsets
     */
    Uni<Void> polled(List<Polled> records);
}
