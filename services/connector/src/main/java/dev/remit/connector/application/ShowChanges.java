package dev.remit.connector.application;

import dev.remit.connector.application.Proposals.Place;
import dev.remit.connector.application.Proposals.Selection;
import dev.remit.connector.application.Proposals.Standing;
import dev.remit.connector.domain.Proposer;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Someone looks at changes: at their own, or at all if they may. */
@Singleton
public class ShowChanges {
    /**
     * A page.
     *
     * @param next the place after which the next page begins; empty on the last
     */
    public record Page(List<Standing> items, Optional<Place> next) {}

    private final Handoffs handoffs;
    private final Proposals proposals;

    ShowChanges(Handoffs handoffs, Proposals proposals) {
        this.handoffs = handoffs;
        this.proposals = proposals;
    }

    /** A page of changes, the newest first. */
    public Uni<Page> list(
            Proposer by, boolean all, Optional<Boolean> open, Optional<Place> after, int limit) {
        Optional<String> person =
                all ? Optional.empty() : Optional.of(by.principal().orElse(by.id()));
        return handoffs.transact(
                        List.of(),
                        outbox -> proposals.list(new Selection(person, open, after, limit + 1)))
                .map(found -> {
                    List<Standing> items = found.subList(0, Math.min(limit, found.size()));
                    return new Page(
                            List.copyOf(items),
                            found.size() <= limit
                                    ? Optional.empty()
                                    : Optional.of(
                                            new Place(
                                                    items.getLast().since(),
                                                    items.getLast().change())));
                });
    }

    /**
     * One change.
     *
     * @throws Problem 404 CHANGE_UNKNOWN if there is none, or it is not the caller's
     */
    public Uni<Standing> one(UUID change, Proposer by, boolean all) {
        return some(List.of(change), by, all)
                .map(found -> {
                    if (found.isEmpty()) {
                        throw WithdrawChange.unknown(change);
                    }
                    return found.getFirst();
                });
    }

    /** Those of these changes that the caller may see, in no order. */
    public Uni<List<Standing>> some(List<UUID> changes, Proposer by, boolean all) {
        return handoffs.transact(List.of(), outbox -> proposals.standing(changes))
                .map(found ->
                        found.stream()
                                .filter(each -> all || WithdrawChange.isOf(each, by))
                                .toList());
    }
}
