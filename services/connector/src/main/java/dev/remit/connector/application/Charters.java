package dev.remit.connector.application;

import dev.remit.connector.domain.Charter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The charters in force, by name; empty until they were read for the first time. A version that is
 * in force only from later on takes the place of the one before it then, and not sooner.
 */
@Singleton
public class Charters {
    private final Clock clock;

    /** All versions of a name, the one published last at the end. */
    private volatile Optional<Map<String, List<Charter>>> published = Optional.empty();

    @Inject
    public Charters() {
        this(Clock.systemUTC());
    }

    Charters(Clock clock) {
        this.clock = clock;
    }

    /** Whether they were read: until then nothing is triggered. */
    public boolean known() {
        return published.isPresent();
    }

    public Optional<Charter> find(String name) {
        return published.map(all -> all.get(name)).map(this::inForce);
    }

    public Collection<Charter> all() {
        return published
                .map(all -> all.values().stream().map(this::inForce).toList())
                .orElse(List.of());
    }

    /** Those that are in force at this time, as far as is published; never those of the past. */
    Collection<Charter> at(Instant time) {
        Instant now = clock.instant();
        Instant when = time.isAfter(now) ? time : now;
        return published
                .map(all -> all.values().stream().map(each -> inForce(each, when)).toList())
                .orElse(List.of());
    }

    /** Of several with one name, the last that has begun is in force. */
    void replace(Collection<Charter> charters) {
        Map<String, List<Charter>> byName = new TreeMap<>();
        charters.forEach(charter ->
                byName.computeIfAbsent(charter.name(), _ -> new ArrayList<>()).add(charter));
        published = Optional.of(byName);
    }

    private Charter inForce(List<Charter> versions) {
        return inForce(versions, clock.instant());
    }

    private static Charter inForce(List<Charter> versions, Instant now) {
        return versions.reversed().stream()
                .filter(each -> each.limits().from().filter(now::isBefore).isEmpty())
                .findFirst()
                .orElseGet(versions::getLast);
    }

    /** Of these names, those whose charter in force limits a share of the population. */
    Set<String> shared(Collection<String> names) {
        return names.stream()
                .filter(name ->
                        find(name)
                                .filter(each -> each.limits().shareOfPopulation().isPresent())
                                .isPresent())
                .collect(Collectors.toSet());
    }
}
