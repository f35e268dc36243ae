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
     * What is known of charters, by the hash of their documents.
     *
     * @param known those that were published, approved and read
     * @param problems of others, why nothing closes under them
     */
    record Judged(Map<String, Charter> known, Map<String, String> problems) {}

    /**
     * Those that these changes name and that were published, approved and read; at most three
     * queries.
     *
     * @param before what has an index from here on is not committed yet, and not remembered
     */
    Uni<Judged> of(Collection<Story.Proposed> changes, long before) {
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
            return Uni.createFrom().item(new Judged(found, Map.of()));
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
                    return entries.withIds(named)
                            .chain(said ->
                                    ends(names)
                                            .map(ends ->
                                                    judged(
                                                            versions, said, ends, wanted, found,
                                                            before)));
                });
    }

    /** Of what was decided on drafts, what ended them. */
    private Uni<List<Reading>> ends(Set<String> names) {
        return entries.charterDecisions(names)
                .map(logged -> logged.stream().map(each -> readings.of(each.entry())).toList());
    }

    private Judged judged(
            List<Version> versions,
            List<Entry.Logged> named,
            List<Reading> decided,
            Set<String> wanted,
            Map<String, Charter> found,
            long before) {
        Map<String, String> problems = new HashMap<>();
        wanted.forEach(hash ->
                Publication.ended(hash, decided).ifPresent(words -> problems.put(hash, words)));
        for (Version each : approved(versions, named, decided, problems, before)) {
            if (wanted.contains(each.published().hash())) {
                keep(each.published(), each.committed(), found);
            }
        }
        problems.keySet().removeAll(found.keySet());
        return new Judged(found, problems);
    }

    /**
     * A version.
     *
     * @param committed whether it, and all that it rests on, is here to stay
     */
    private record Version(Reading.Published published, boolean committed) {}

    /** Those whose approvals are in order; each is compared with the last one that is. */
    private List<Version> approved(
            List<Version> versions,
            List<Entry.Logged> named,
            List<Reading> decided,
            Map<String, String> problems,
            long before) {
        List<Reading> said = new ArrayList<>(decided);
        named.forEach(each -> said.add(readings.of(each.entry())));
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
                problems.put(one.hash(), problem.get());
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
