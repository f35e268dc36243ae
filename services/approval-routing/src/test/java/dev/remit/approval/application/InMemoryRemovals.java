package dev.remit.approval.application;

import dev.remit.approval.domain.Entitlement;
import dev.remit.approval.domain.Holders;
import dev.remit.approval.domain.Removal;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Removals in memory. */
final class InMemoryRemovals implements Removals {
    final Map<Entitlement, Set<String>> enabled = new HashMap<>();
    final List<Removal> kept = new ArrayList<>();
    final Set<UUID> over = new HashSet<>();
    int locked;

    @Override
    public Uni<Map<Entitlement, Holders>> lock(Set<Entitlement> entitlements, int losers) {
        locked++;
        Map<Entitlement, Holders> found = new HashMap<>();
        for (Entitlement each : entitlements) {
            Holders holders =
                    new Holders(Set.copyOf(enabled.getOrDefault(each, Set.of())), Map.of());
            for (Removal removal : kept) {
                if (removal.entitlement().equals(each)) {
                    holders = holders.without(removal);
                }
            }
            found.put(each, holders);
        }
        return Uni.createFrom().item(found);
    }

    @Override
    public Uni<Void> add(Collection<Removal> removals) {
        kept.addAll(removals);
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Set<Entitlement>> settle(Reports reports, Observed observed, Instant now) {
        Set<Entitlement> freed = new HashSet<>();
        kept.forEach(each -> {
            if (each.until().isEmpty()
                    ? reports.ended().contains(each.change())
                    : reports.untouched().contains(each.change())
                            || reports.succeeded().contains(each.change())
                            || reports.failed().contains(each.change())) {
                over.add(each.change());
            }
        });
        kept.removeIf(each -> {
            boolean holds =
                    enabled.getOrDefault(each.entitlement(), Set.of()).contains(each.account());
            boolean gone = over.contains(each.change()) && !holds;
            if (gone) {
                freed.add(each.entitlement());
            }
            return gone;
        });
        return Uni.createFrom().item(freed);
    }
}
