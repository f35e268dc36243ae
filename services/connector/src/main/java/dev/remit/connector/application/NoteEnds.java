package dev.remit.connector.application;

import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Receiver;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Changes ended: they are open no more, and whoever asks is told how. What went wrong counts in the
 * track record.
 */
@Singleton
public class NoteEnds implements Receiver {
    private final Closings closings;
    private final Proposals proposals;
    private final KeepTrackRecord trackRecord;

    NoteEnds(Closings closings, Proposals proposals, KeepTrackRecord trackRecord) {
        this.closings = closings;
        this.proposals = proposals;
        this.trackRecord = trackRecord;
    }

    @Override
    public Uni<Void> receive(List<Received> batch, Outbox outbox) {
        Map<UUID, Proposals.End> ends = new LinkedHashMap<>();
        batch.forEach(each ->
                closings.of(each)
                        .ifPresent(closing -> ends.putIfAbsent(closing.change(), closing.end())));
        Set<UUID> unproved =
                batch.stream()
                        .flatMap(each -> closings.unproved(each).stream())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        if (!ends.isEmpty()) {
            outbox.write(proposals.ended(ends));
        }
        outbox.write(unproved, each -> proposals.unproved(each, outbox.now()));
        return trackRecord.note(
                batch.stream().flatMap(each -> closings.misstep(each).stream()).toList(), outbox);
    }
}
