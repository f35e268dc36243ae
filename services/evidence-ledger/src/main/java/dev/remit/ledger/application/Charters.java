package dev.remit.ledger.application;

import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Publication;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.domain.Tightening;
import dev.remit.ledger.log.Entry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The charters that were published as they must be, by the hash of their documents; what was read
 * once is remembered. Nothing closes under another.
 */
@Singleton
class Charters {
    private static final Logger LOG = Logger.getLogger(Charters.class);
    private static final int REMEMBERED = 1_000;

    private final Entries entries;
    private final Readings readings;
    private final Tightening tightening;
    private final Map<String, Charter> known =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Charter> eldest) {
                    return size() > REMEMBERED;
                }
            };

    Charters(Entries entries, Readings readings, Tightening tightening) {
        this.entries = entries;
        this.readings = readings;
        this.tightening = tightening;
    }

    /**
     * Those that these changes name and that were published, approved and read, by hash; at most
     * two queries.
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
                .chain(logged -> {
                    List<Version> versions = new ArrayList<>();
                    Set<UUID> named = new TreeSet<>();
                    for (Entry.Logged each : logged) {
                        if (readings.of(each.entry()) instanceof Reading.Published one) {
                            versions.add(new Version(one, each.index() < before));
                            named.addAll(Publication.named(one));
                        }
                    }
                    return entries.withIds(named).map(said -> approved(versions, said, before));
                })
                .map(approved -> {
                    for (Version each : approved) {
                        if (wanted.contains(each.published().hash())) {
                            keep(each.published(), each.committed(), found);
                        }
                    }
                    return found;
                });
    }

    /**
     * A version.
     *
     * @param committed whether it, and all that it rests on, is here to stay
     */
    private record Version(Reading.Published published, boolean committed) {}

    /** Those whose approvals are in order; each is compared with the last one that is. */
    private List<Version> approved(List<Version> versions, List<Entry.Logged> named, long before) {
        List<Reading> said = named.stream().map(each -> readings.of(each.entry())).toList();
        boolean committed = named.stream().allMatch(each -> each.index() < before);
        Map<String, Reading.Published> last = new HashMap<>();
        List<Reading.Published> logged = new ArrayList<>();
        List<Version> approved = new ArrayList<>();
        for (Version each : versions) {
            Reading.Published one = each.published();
            Optional<Reading.Published> previous = Optional.ofNullable(last.get(one.name()));
            Optional<String> problem =
                    previous.map(Reading.Published::hash).filter(one.hash()::equals).isPresent()
                            ? Optional.empty()
                            : Publication.problem(one, said)
                                    .or(() ->
                                            Publication.problem(
                                                    one,
                                                    logged.stream()
                                                            .filter(other ->
                                                                    other.name().equals(one.name()))
                                                            .toList(),
                                                    previous,
                                                    said,
                                                    tightening));
            logged.add(one);
            if (problem.isPresent()) {
                // its approvals may come yet: they have a topic of their own
                LOG.warnf(
                        "charter %s, hash %s: %s; nothing closes under it",
                        one.name(), one.hash(), problem.get());
            } else {
                last.put(one.name(), one);
                approved.add(new Version(one, each.committed() && committed));
            }
        }
        return approved;
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
