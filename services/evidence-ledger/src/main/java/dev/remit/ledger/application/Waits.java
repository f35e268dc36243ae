package dev.remit.ledger.application;

import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.domain.Wait;
import dev.remit.ledger.domain.Waiting;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Who held changes, for how long: what coordination debt is summed up from. */
public interface Waits {
    /**
     * What became different for a change.
     *
     * @param now waits that began, ended, or turned out otherwise
     * @param gone those that a late handoff showed not to have been
     */
    record Moved(UUID change, String charter, List<Wait> now, List<Wait.Place> gone) {}

    /**
     * What a story tells now and did not without these handoffs; empty if that is nothing.
     *
     * @param ended when the ledger closed the change
     * @param charter what it runs under; empty if that is not known
     */
    static Optional<Moved> moved(
            Story story,
            Collection<Story.Step> arrived,
            Optional<Instant> ended,
            Optional<Charter> charter) {
        Set<UUID> ids = new HashSet<>();
        arrived.forEach(step -> ids.add(step.id()));
        Story told =
                Story.untold(story.change())
                        .with(
                                story.steps().stream()
                                        .filter(step -> !ids.contains(step.id()))
                                        .toList());
        List<Wait> before = Waiting.of(told, Optional.empty(), charter);
        List<Wait> now = Waiting.of(story, ended, charter);
        boolean named = told.proposed().isPresent() || story.proposed().isEmpty();
        List<Wait> other = new ArrayList<>(now);
        if (named) {
            other.removeAll(before);
        }
        Set<Wait.Place> places = new HashSet<>();
        now.forEach(each -> places.add(each.place()));
        List<Wait.Place> gone =
                before.stream().map(Wait::place).filter(each -> !places.contains(each)).toList();
        return other.isEmpty() && gone.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Moved(
                                story.change(),
                                story.proposed().map(Story.Proposed::charter).orElse(""),
                                List.copyOf(other),
                                gone));
    }

    /** Keeps them in at most two statements, in the caller's transaction. */
    Uni<Void> keep(Collection<Moved> moved);

    /**
     * Ends what nobody owes any longer: what earlier changes of the same account and subject had
     * left half done is settled when a later one was done as approved. In one statement, in the
     * caller's transaction.
     *
     * @param done such changes, stored before
     */
    Uni<Void> settled(Collection<UUID> done);

    /** Takes the people out of these changes' waits, in the caller's transaction. */
    Uni<Void> forgetPeople(Collection<UUID> changes);

    /** By what debt is summed up. */
    enum By {
        /** Services by name, and the other parties. */
        PARTY,
        /** Changes as a whole, by charter. */
        CHARTER,
        UNIT,
        /** Answers of single people, by immutable id. */
        PERSON
    }

    /**
     * What is asked for.
     *
     * @param from what ended before does not count; what goes on always does
     * @param charter only changes under it; empty for all
     * @param after the key of the last line on the page before
     */
    record Asked(By by, Instant from, Optional<String> charter, Optional<String> after) {}

    /**
     * One line of the sum.
     *
     * @param key what it is of
     * @param waiting how many waits go on
     * @param oldest since when the oldest of them has
     * @param ended how many ended
     * @param p50 seconds in which half of those that ended did; empty if none did, as the others
     * @param total seconds of all that ended
     * @param handoffs how many began
     * @param rework how many of them because work went back
     */
    record Line(
            String key,
            long waiting,
            Optional<Instant> oldest,
            long ended,
            Optional<Double> p50,
            Optional<Double> p90,
            Optional<Double> p95,
            double total,
            long handoffs,
            Map<Wait.Rework, Long> rework) {}

    /** Lines by key, ascending. */
    Uni<List<Line>> sums(Asked asked, int most);

    /** The same by charter and party, both in the key, separated by a line feed. */
    Uni<List<Line>> byCharterAndParty(Instant from, int charters);

    /**
     * What goes on of one charter and party.
     *
     * @param key as {@link #byCharterAndParty} has it
     */
    record Pending(String key, long waiting, Instant oldest) {}

    /** What goes on now, by charter and party. */
    Uni<List<Pending>> waitingByCharterAndParty(int charters);

    /** A wait that goes on. */
    record Open(UUID change, String charter, Wait held) {}

    /** Where a page of what goes on ended. */
    record Place(Instant since, UUID change, int sequence) {}

    /**
     * Waits that go on, the oldest first.
     *
     * @param person only those that this person could end
     */
    Uni<List<Open>> open(
            Optional<String> charter,
            Optional<Wait.Party> party,
            Optional<String> person,
            Optional<Place> after,
            int most);
}
