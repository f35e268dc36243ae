package dev.remit.ledger.application;

import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Entry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** The published charters, by the hash of their documents; what was read once is remembered. */
@Singleton
class Charters {
    private static final Logger LOG = Logger.getLogger(Charters.class);
    private static final int REMEMBERED = 1_000;

    private final Entries entries;
    private final Readings readings;
    private final Map<String, Charter> known =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Charter> eldest) {
                    return size() > REMEMBERED;
                }
            };

    Charters(Entries entries, Readings readings) {
        this.entries = entries;
        this.readings = readings;
    }

    /**
     * Those that these changes name and that were published and read, by hash; at most one query.
     *
     * @param before what has an index from here on is not committed yet, and not remembered
     */
    Uni<Map<String, Charter>> of(Collection<Story.Proposed> changes, long before) {
        Map<String, Charter> found = new HashMap<>();
        Set<String> names = new TreeSet<>();
        synchronized (known) {
            for (Story.Proposed change : changes) {
                Charter charter = known.get(change.charterHash());
                if (charter == null) {
                    names.add(change.charter());
                } else {
                    found.put(charter.hash(), charter);
                }
            }
        }
        if (names.isEmpty()) {
            return Uni.createFrom().item(found);
        }
        Set<String> wanted =
                changes.stream().map(Story.Proposed::charterHash).collect(Collectors.toSet());
        return entries.charters(names)
                .map(published -> {
                    for (Entry.Logged logged : published) {
                        if (readings.of(logged.entry()) instanceof Reading.Published one
                                && wanted.contains(one.hash())) {
                            keep(one, logged.index() < before, found);
                        }
                    }
                    return found;
                });
    }

    private void keep(Reading.Published one, boolean committed, Map<String, Charter> found) {
        if (one.charter().isEmpty()) {
            LOG.errorf("charter %s: %s", one.name(), one.problem());
            return;
        }
        found.put(one.hash(), one.charter().get());
        if (committed) {
            synchronized (known) {
                known.put(one.hash(), one.charter().get());
            }
        }
    }
}
