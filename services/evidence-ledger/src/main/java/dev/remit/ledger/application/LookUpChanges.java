package dev.remit.ledger.application;

import dev.remit.ledger.domain.Standing;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Looks changes up for somebody. Who audits or runs the mesh sees all of them; anybody else those
 * that they have a part in, and of the others not that there are any. Of a change whose content was
 * erased nobody is known to have had a part.
 */
@Singleton
public class LookUpChanges {
    private static final Set<String> SEE_ALL = Set.of("operator", "auditor", "admin");

    private final Changes changes;

    LookUpChanges(Changes changes) {
        this.changes = changes;
    }

    /**
     * Who looks.
     *
     * @param id immutable account id
     */
    public record Looker(String id, Set<String> roles) {
        /** Whether it is no matter who had a part in a change. */
        public boolean seesAll() {
            return roles.stream().anyMatch(SEE_ALL::contains);
        }
    }

    /** Those of what is found that this one may see, newest first. */
    public Uni<List<Standing>> search(Looker looker, Changes.Search search, int most) {
        if (looker.seesAll()) {
            return changes.search(search, most);
        }
        Set<String> actors = new TreeSet<>(search.actors());
        actors.add(looker.id());
        return changes.search(
                new Changes.Search(
                        search.subject(),
                        search.account(),
                        actors,
                        search.charter(),
                        search.outcome(),
                        search.openedBefore()),
                most);
    }

    /** One of them; empty if there is none, or this one may not see it. */
    public Uni<Optional<Standing>> find(Looker looker, UUID change) {
        return changes.find(change)
                .map(found ->
                        found.filter(
                                each -> looker.seesAll() || each.actors().contains(looker.id())));
    }
}
