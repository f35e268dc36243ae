package dev.remit.ledger.application;

import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Entry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** What of digital employees' changes people took over, and since when they had to, by the log. */
@Singleton
class Demotions {
    private final Entries entries;
    private final Readings readings;

    Demotions(Entries entries, Readings readings) {
        this.entries = entries;
        this.readings = readings;
    }

    /** The stories with the demotions under their charters; one query if any was taken over. */
    Uni<Map<UUID, Story>> known(Map<UUID, Story> stories) {
        Set<String> charters = new TreeSet<>();
        stories.values().stream()
                .filter(Story::isTakenOver)
                .flatMap(story -> story.proposed().stream())
                .forEach(each -> charters.add(each.charter()));
        if (charters.isEmpty()) {
            return Uni.createFrom().item(stories);
        }
        return entries.demotions(charters)
                .map(logged -> {
                    List<Story.Demotion> found =
                            of(logged.stream().map(Entry.Logged::entry).map(readings::of).toList());
                    Map<UUID, Story> known = new TreeMap<>();
                    stories.forEach((change, story) ->
                            known.put(
                                    change,
                                    story.demoted(
                                            found.stream()
                                                    .filter(each -> isUnder(each, story))
                                                    .toList())));
                    return known;
                });
    }

    private static boolean isUnder(Story.Demotion demotion, Story story) {
        return story.proposed()
                .map(Story.Proposed::charter)
                .filter(demotion.charter()::equals)
                .isPresent();
    }

    private static List<Story.Demotion> of(List<Reading> said) {
        Map<UUID, Instant> lifted = new HashMap<>();
        said.forEach(each -> {
            if (each instanceof Reading.Promoted(UUID demotion, Instant at)) {
                lifted.put(demotion, at);
            }
        });
        List<Story.Demotion> found = new ArrayList<>();
        said.forEach(each -> {
            if (each instanceof Reading.Demoted(UUID id, String charter, Instant at)) {
                found.add(new Story.Demotion(id, charter, at, Optional.ofNullable(lifted.get(id))));
            }
        });
        return found;
    }
}
