package dev.remit.approval.domain;

import dev.remit.approval.domain.Charter.Lookup;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the published charters that have not ended protect together: none of it is taken from its
 * last holder, whatever charter a change runs under.
 *
 * @param owners each entitlement with the owner of a charter that protects it
 * @param unread why it is not known what one of them protects
 */
public record Protections(Map<Entitlement, String> owners, Optional<String> unread) {
    /** Nothing is protected. */
    public static final Protections NONE = new Protections(Map.of(), Optional.empty());

    /** What these protect at this time. */
    public static Protections of(Collection<Lookup> published, Instant now) {
        Map<Entitlement, String> owners = new TreeMap<>();
        Optional<String> unread = Optional.empty();
        for (Lookup each : published) {
            switch (each) {
                case Lookup.Found(Charter charter) -> {
                    // it has taken its predecessor's place: what it will protect, it does already
                    if (charter.until().filter(end -> !now.isBefore(end)).isEmpty()) {
                        charter.guarded().forEach(one -> owners.putIfAbsent(one, charter.owner()));
                    }
                }
                case Lookup.Missing(String why) -> unread = Optional.of(why);
            }
        }
        return new Protections(Map.copyOf(owners), unread);
    }

    /** What is protected in a system, by these and by a change's own charter. */
    Set<Entitlement> in(String system, Charter own) {
        Set<Entitlement> all = new TreeSet<>();
        own.protectedEntitlements().forEach(path -> all.add(new Entitlement(system, path)));
        owners.keySet().stream().filter(each -> each.system().equals(system)).forEach(all::add);
        return all;
    }

    /** Who answers for the protection. */
    String owner(Entitlement entitlement, Charter own) {
        return own.protectedEntitlements().contains(entitlement.path())
                ? own.owner()
                : owners.getOrDefault(entitlement, own.owner());
    }
}
