package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Story.Fact;
import dev.remit.ledger.domain.Story.Readiness;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether the data behind a change was fit, by what the verdict itself says: each fact that the
 * charter needs holds, from where it may come, and was not older than it may be when it was judged.
 */
final class Fitness {
    /** The fact that a target was read completely. */
    private static final String FRESH = "source.fresh";

    private static final String ACCOUNT = "account.correlated";

    /** The facts that a person can supply. */
    private static final Set<String> ASKABLE = Set.of(ACCOUNT, "manager.active");

    /** The source of what a person supplied. */
    private static final String CORRECTION = "correction";

    /** Two services' clocks may differ by this much before it matters. */
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(5);

    private Fitness() {}

    /** The last verdict, if it is READY or ENRICHED and counts. */
    static Closure.Found of(Story story, Charter charter) {
        String name = "readiness.fit";
        Optional<Readiness> fit =
                story.readiness()
                        .filter(each -> Set.of("READY", "ENRICHED").contains(each.verdict()));
        Optional<String> flaw =
                fit.isEmpty()
                        ? Optional.of("no verdict READY or ENRICHED")
                        : flaw(fit.get(), story, charter)
                                .map("the verdict does not count: "::concat);
        return flaw.<Closure.Found>map(words -> new Closure.Missing(name, "data-readiness", words))
                .orElseGet(() ->
                        new Closure.Proof(
                                name,
                                fit.get().id(),
                                fit.get().verdict() + ": " + fit.get().reason()));
    }

    /** Why this verdict, READY or ENRICHED, does not count, in words; empty if it does. */
    private static Optional<String> flaw(Readiness judged, Story story, Charter charter) {
        return Stream.concat(
                        judged.facts().stream()
                                .filter(each -> !each.holds())
                                .map(each -> each.name() + " is " + each.state()),
                        charter.needs().stream()
                                .flatMap(each -> flaw(each, judged, story, charter).stream()))
                .findFirst();
    }

    private static Optional<String> flaw(
            Charter.Required needed, Readiness judged, Story story, Charter charter) {
        List<Fact> found =
                judged.facts().stream().filter(each -> each.name().equals(needed.name())).toList();
        if (found.isEmpty()) {
            return Optional.of(needed.name() + " was not judged");
        }
        return found.stream()
                .flatMap(each ->
                        foreign(each, needed, judged, story)
                                .or(() -> aged(each, needed, judged, story, charter))
                                .stream())
                .findFirst();
    }

    /**
     * What does not come from the target comes from a system that the charter names for it, or from
     * a person whom the change was held for; and the verdict says so.
     */
    private static Optional<String> foreign(
            Fact fact, Charter.Required needed, Readiness judged, Story story) {
        if (isOwn(fact, story)) {
            return Optional.empty();
        }
        if (!judged.verdict().equals("ENRICHED")) {
            return Optional.of(
                    fact.name() + " comes from " + fact.source() + ", and the verdict is READY");
        }
        boolean allowed =
                fact.source().equals(CORRECTION)
                        ? ASKABLE.contains(fact.name()) && !needed.halt() && wasHeld(fact, story)
                        : needed.enrichFrom().contains(fact.source());
        return allowed
                ? Optional.empty()
                : Optional.of(
                        fact.source().equals(CORRECTION)
                                ? fact.name() + " was supplied, and the change not held for it"
                                : fact.name()
                                        + " comes from "
                                        + fact.source()
                                        + ", which the charter does not name for it");
    }

    /** Whether the change was held because this fact was missing or too old. */
    private static boolean wasHeld(Fact fact, Story story) {
        return story.verdicts().stream()
                .filter(each -> each.verdict().equals("HELD"))
                .flatMap(each -> each.facts().stream())
                .filter(each -> each.name().equals(fact.name()))
                .anyMatch(each -> Set.of("MISSING", "STALE").contains(each.state()));
    }

    /** What a person supplied has no age. */
    private static Optional<String> aged(
            Fact fact, Charter.Required needed, Readiness judged, Story story, Charter charter) {
        Optional<Duration> most = maxAge(fact, needed, story, charter);
        if (most.isEmpty() || fact.source().equals(CORRECTION)) {
            return Optional.empty();
        }
        Optional<Instant> seen = seen(fact, judged);
        if (seen.isEmpty()) {
            return Optional.of(fact.name() + " was never observed");
        }
        Duration age = Duration.between(seen.get(), judged.at());
        if (age.compareTo(CLOCKS_DIFFER.negated()) < 0) {
            return Optional.of(fact.name() + " was observed after it was judged");
        }
        return age.compareTo(most.get().plus(CLOCKS_DIFFER)) > 0
                ? Optional.of(
                        "%s was observed %d s before it was judged, allowed are %d s"
                                .formatted(fact.name(), age.toSeconds(), most.get().toSeconds()))
                : Optional.empty();
    }

    /**
     * How old the fact may be, where the verdict tells its age: another system is as fresh as the
     * fact demands, or else as the target must be. Each complete reading sees all that the target
     * says again; a charter that asks for neither it nor the account does not have it told.
     */
    private static Optional<Duration> maxAge(
            Fact fact, Charter.Required needed, Story story, Charter charter) {
        Optional<Duration> fresh = charter.required(FRESH).flatMap(Charter.Required::maxAge);
        if (fact.name().equals(FRESH)) {
            return Optional.of(fresh.orElse(Duration.ZERO));
        }
        if (!isOwn(fact, story)) {
            return needed.maxAge().or(() -> fresh);
        }
        return needed.maxAge()
                .filter(_ -> fresh.isPresent() && charter.required(ACCOUNT).isPresent());
    }

    /** When the fact was observed, or its source after that. */
    private static Optional<Instant> seen(Fact fact, Readiness judged) {
        return fact.name().equals(FRESH)
                ? fact.at()
                : judged.facts().stream()
                        .filter(each -> each.source().equals(fact.source()))
                        .flatMap(each -> each.at().stream())
                        .max(Comparator.naturalOrder());
    }

    private static boolean isOwn(Fact fact, Story story) {
        return story.proposed()
                .map(Story.Proposed::target)
                .filter(fact.source()::equals)
                .isPresent();
    }
}
