package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Story.Authorized;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * That what is protected keeps a holder, by what the authorization says of those who were counted;
 * one that takes what its charter protects must say.
 */
final class LastHolders {
    private LastHolders() {}

    /** What is lacking; an authorization from before this was said lacks nothing. */
    static Optional<Closure.Missing> of(Story story, Charter charter) {
        return story.authorized()
                .flatMap(authorized ->
                        authorized
                                .keepings()
                                .flatMap(said -> lacking(authorized, said, story, charter)))
                .map(words -> new Closure.Missing(Closure.HOLDERS, "approval-routing", words));
    }

    private static Optional<String> lacking(
            Authorized authorized, List<Story.Keeping> said, Story story, Charter charter) {
        String target = story.proposed().map(Story.Proposed::target).orElse("");
        for (Story.Keeping each : said) {
            Set<String> others = new HashSet<>(each.keepers());
            others.remove(authorized.account());
            if (each.lost() && (others.isEmpty() || !each.system().equals(target))) {
                return Optional.of(
                        "nobody else was counted who keeps %s of %s"
                                .formatted(each.path(), each.system()));
            }
        }
        Set<String> unsaid = new TreeSet<>(charter.protectedEntitlements());
        unsaid.retainAll(authorized.taken());
        said.forEach(each -> unsaid.remove(each.path()));
        return unsaid.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "the plan takes what is protected, and the authorization does not say who keeps it: "
                                + String.join(", ", unsaid));
    }
}
