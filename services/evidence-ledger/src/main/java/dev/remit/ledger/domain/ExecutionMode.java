package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Closure.Found;
import dev.remit.ledger.domain.Closure.Missing;
import dev.remit.ledger.domain.Closure.Proof;
import dev.remit.ledger.domain.Story.Authorized;
import dev.remit.ledger.domain.Story.Executed;
import java.time.Instant;
import java.util.Optional;

/**
 * That who was to execute did. A digital employee's service executed only what it may own:
 * authorized so with every condition met, and proposed so. A person executed what was left to one,
 * and what a digital employee was to own only where it was demoted before.
 */
final class ExecutionMode {
    private ExecutionMode() {}

    /** What is lacking, or the demotion by which a person took it over; empty if as authorized. */
    static Optional<Found> of(Story story) {
        Optional<Story.Mandate> mandate = story.authorized().flatMap(Authorized::mandate);
        boolean byPerson = story.executed().filter(Executed::byPerson).isPresent();
        if (mandate.isEmpty()) {
            return lacking(
                    "approval-routing",
                    "the authorization does not say in which mode it is executed, and by which conditions");
        }
        if (mandate.get().mode() == Story.Mode.ASSIST) {
            return byPerson
                    ? Optional.empty()
                    : lacking("executor", "authorized for a person to execute, and none did");
        }
        if (story.proposed().map(Story.Proposed::mode).filter(Story.Mode.OWN::equals).isEmpty()) {
            return lacking(
                    "approval-routing", "authorized in mode OWN, and proposed in a narrower one");
        }
        if (!mandate.get().failing().isEmpty()) {
            return lacking(
                    "approval-routing",
                    "authorized in mode OWN, and these of its conditions do not hold: "
                            + String.join(", ", mandate.get().failing()));
        }
        return byPerson
                ? takenOver(story)
                        .<Found>map(each ->
                                new Proof(
                                        Closure.MODE,
                                        each.id(),
                                        "a person executed what the digital employee, demoted at "
                                                + each.at()
                                                + ", was to own"))
                        .or(() ->
                                lacking(
                                        "executor",
                                        "authorized in mode OWN, and a person executed it though no demotion is logged"))
                : Optional.empty();
    }

    private static Optional<Found> lacking(String owedBy, String words) {
        return Optional.of(new Missing(Closure.MODE, owedBy, words));
    }

    /** The demotion that left it to a person: in force at some time of its execution. */
    private static Optional<Story.Demotion> takenOver(Story story) {
        String charter = story.proposed().map(Story.Proposed::charter).orElse("");
        Instant from = story.authorized().map(Authorized::at).orElse(Instant.MAX);
        Instant to = story.executedBy().orElse(Instant.MIN);
        return story.demotions().stream()
                .filter(each -> each.charter().equals(charter))
                .filter(each -> !each.at().isAfter(to))
                .filter(each -> each.lifted().filter(end -> end.isBefore(from)).isEmpty())
                .findFirst();
    }
}
