package dev.remit.ledger.application;

import dev.remit.handoff.passkey.Passkey;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Entry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** Whose passkeys signed the decisions of changes, by the log. */
@Singleton
class Registrations {
    private final Entries entries;
    private final Readings readings;

    Registrations(Entries entries, Readings readings) {
        this.entries = entries;
        this.readings = readings;
    }

    /** The stories with the passkeys that they name; one query if any of them names one. */
    Uni<Map<UUID, Story>> signed(Map<UUID, Story> stories) {
        Set<UUID> named = new TreeSet<>();
        stories.values().forEach(story -> named.addAll(story.registrations()));
        if (named.isEmpty()) {
            return Uni.createFrom().item(stories);
        }
        return entries.withIds(messages(named))
                .map(logged -> {
                    Map<UUID, Optional<Story.Registered>> found =
                            of(logged.stream().map(Entry.Logged::entry).map(readings::of).toList());
                    Map<UUID, Story> signed = new TreeMap<>();
                    stories.forEach((change, story) -> {
                        Map<UUID, Optional<Story.Registered>> own = new HashMap<>(found);
                        own.keySet().retainAll(story.registrations());
                        signed.put(change, story.signed(own));
                    });
                    return signed;
                });
    }

    /** The messages about passkeys that a message of a change rests on. */
    static Set<UUID> named(Reading reading) {
        return reading instanceof Reading.Handoff(_, Story.Step step)
                        && step.said() instanceof Story.Decision decision
                        && decision.signed().isPresent()
                ? messages(Set.of(decision.signed().get().passkey()))
                : Set.of();
    }

    private static Set<UUID> messages(Set<UUID> registrations) {
        Set<UUID> messages = new TreeSet<>(registrations);
        registrations.forEach(each -> messages.add(Passkey.revocation(each)));
        return messages;
    }

    private static Map<UUID, Optional<Story.Registered>> of(List<Reading> said) {
        Map<UUID, Instant> revoked = new HashMap<>();
        said.forEach(each -> {
            if (each instanceof Reading.Revoked(UUID passkey, Instant at)) {
                revoked.put(passkey, at);
            }
        });
        Map<UUID, Optional<Story.Registered>> found = new HashMap<>();
        said.forEach(each -> {
            if (each instanceof Reading.Registered(UUID id, Passkey key, Instant at)) {
                found.put(
                        id,
                        Optional.of(
                                new Story.Registered(
                                        key, at, Optional.ofNullable(revoked.get(id)))));
            }
        });
        return found;
    }
}
