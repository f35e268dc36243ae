package dev.remit.connector.domain;

import dev.remit.connector.domain.Admission.Load;
import dev.remit.connector.domain.Charter.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Too much at once: what a trigger would open is held, or what a source does not list any more is
 * not believed, until a person decides.
 *
 * @param source where it comes from, for example {@code hr} or {@code scim:hr}
 * @param origin the charter whose limit is meant; empty for a source that lists less
 * @param held how many changes it held from the beginning
 */
public record Brake(
        UUID id, String source, Optional<Origin> origin, Trip trip, long held, Instant since) {
    /** The charter's trigger that was braked. */
    public record Origin(String charter, String version, String hash, String event) {}

    /** What was too much. */
    public enum Rule {
        CHANGES_PER_HOUR,
        SHARE_OF_POPULATION,
        SOURCE_SHRANK
    }

    /** How a brake ends. */
    public enum Outcome {
        /** A person lets what it holds go on, or believes the source. */
        RELEASED,
        /** A person ends what it holds, or goes on not believing the source. */
        DISCARDED,
        /** The source lists again what it listed before. */
        RECOVERED
    }

    /**
     * A limit that is passed.
     *
     * @param affected changes within the hour, people with an open change, or accounts gone
     * @param allowed how many there may be
     * @param population of how many known accounts; empty where the limit is no share
     */
    public record Trip(Rule rule, long affected, long allowed, Optional<Long> population) {
        /** For people. */
        public String words() {
            return switch (rule) {
                case CHANGES_PER_HOUR ->
                        affected + " changes within an hour, the charter allows " + allowed;
                case SHARE_OF_POPULATION ->
                        affected
                                + " of "
                                + population.orElse(0L)
                                + " people would have an open change, the charter allows "
                                + allowed;
                case SOURCE_SHRANK ->
                        affected
                                + " of "
                                + population.orElse(0L)
                                + " accounts are not listed any more, "
                                + allowed
                                + " may be gone at once";
            };
        }
    }

    /** Who may end a brake. */
    public static final List<String> ROLES = List.of("operator", "admin");

    /** So few accounts may go at once from any source, whatever share of it they are. */
    public static final long FEW = 10;

    /**
     * Whether a trigger would open too much.
     *
     * @param load what goes on already
     * @param population accounts of the target that are known
     * @param changes how many it would open now
     * @param subjects for how many people
     */
    public static Optional<Trip> ofTrigger(
            Limits limits, Load load, long population, long changes, long subjects) {
        long inTheHour = load.lastHour() + changes;
        Optional<Trip> hourly =
                limits.changesPerHour()
                        .filter(most -> inTheHour > most)
                        .map(most ->
                                new Trip(Rule.CHANGES_PER_HOUR, inTheHour, most, Optional.empty()));
        long people = load.subjects() + subjects;
        return hourly.or(() ->
                limits.shareOfPopulation()
                        .map(share -> (long) Math.floor(Math.max(1, share * population)))
                        .filter(most -> people > most)
                        .map(most ->
                                new Trip(
                                        Rule.SHARE_OF_POPULATION,
                                        people,
                                        most,
                                        Optional.of(population))));
    }

    /**
     * Whether a complete list of a source is too short to be believed: it names nobody though it
     * named somebody, or more are gone than {@link #FEW} and this share of those known.
     *
     * @param known accounts as last believed
     * @param gone how many of them are not listed
     * @param share above 0, at most 1
     */
    public static Optional<Trip> ofListing(long known, long gone, double share) {
        long most = Math.min(known - 1, Math.max(FEW, (long) Math.floor(share * known)));
        return known > 0 && gone > most
                ? Optional.of(new Trip(Rule.SOURCE_SHRANK, gone, most, Optional.of(known)))
                : Optional.empty();
    }

    /** What is braked, as text: a charter's trigger, or a source. One brake is on it at a time. */
    public String scope() {
        return origin.map(each -> scope(each.charter())).orElse(source(source));
    }

    /** The scope of a charter's trigger. */
    public static String scope(String charter) {
        return "charter/" + charter;
    }

    /** The scope of a source's list. */
    public static String source(String system) {
        return "source/" + system;
    }

    /** For people. */
    public String words() {
        return scope() + ": " + trip.words();
    }
}
