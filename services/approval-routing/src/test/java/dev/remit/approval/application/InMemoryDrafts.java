package dev.remit.approval.application;

import dev.remit.approval.application.Readings.Draft;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Open drafts in memory; each look looks at all of them. */
final class InMemoryDrafts implements Drafts {
    final Map<UUID, Open> open = new LinkedHashMap<>();
    private final Set<UUID> ended = new HashSet<>();

    @Override
    public Uni<Void> add(Collection<Draft> drafts) {
        drafts.stream()
                .filter(each -> !ended.contains(each.id()))
                .forEach(each -> open.putIfAbsent(each.id(), new Open(each, Set.of())));
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<List<Open>> due(Instant since, Instant now, int atMost) {
        open.values().removeIf(each -> !each.draft().until().isAfter(now));
        return Uni.createFrom().item(List.copyOf(open.values()));
    }

    @Override
    public Uni<Void> looked(Map<UUID, Set<String>> told, Instant now) {
        told.forEach(
                (id, all) -> open.computeIfPresent(id, (_, each) -> new Open(each.draft(), all)));
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Void> end(Collection<UUID> drafts) {
        open.keySet().removeAll(drafts);
        ended.addAll(drafts);
        return Uni.createFrom().voidItem();
    }
}
