package dev.remit.approval.application;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** What was taken back before it was ready, in memory. */
final class InMemoryTakenBack implements TakenBack {
    final Map<UUID, Early> early = new HashMap<>();

    @Override
    public Uni<Void> add(Collection<Early> more) {
        more.forEach(each -> early.putIfAbsent(each.change(), each));
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Map<UUID, Early>> of(Collection<UUID> changes) {
        Map<UUID, Early> found = new HashMap<>(early);
        found.keySet().retainAll(changes);
        return Uni.createFrom().item(found);
    }

    @Override
    public Uni<Void> prune(Instant now) {
        throw new UnsupportedOperationException();
    }
}
